import { usualConnectRules, type ConnectRules } from "./connect/rules.ts";
import type { DownloadRules } from "./download.ts";
import type { ListRules } from "./drive.ts";
import type { MutationRules } from "./mutations.ts";
import type { ResourceRules } from "./resources.ts";
import type { ShareRules } from "./shares.ts";
import type { TaskRules } from "./tasks.ts";
import type { TokenRules } from "./tokens.ts";
import type { UploadRules } from "./upload.ts";

/** Every switch of the emulator; all may be changed at any time. */
export interface Rules
  extends
    TokenRules,
    ListRules,
    MutationRules,
    TaskRules,
    ShareRules,
    UploadRules,
    DownloadRules,
    AccountRules,
    ConnectRules,
    ResourceRules {}

interface AccountRules {
  /** A signed-in call for a detail, a creation or a deletion demands a captcha token; one that is sent is checked anyway. */
  accountCaptcha: boolean;
}

/** Where sources contradict one another the stricter one is played, and clients that run in production must pass. */
export function usualRules(): Rules {
  return {
    ...usualConnectRules(),
    accessLife: 7200,
    challengeAll: false,
    checkSign: true,
    captchaWithoutExpiry: false,
    accountCaptcha: false,
    repeatToken: false,
    batchLimit: 200,
    emptyTarget: true,
    shareCaptcha: true,
    challengedReads: true,
    shareClientId: "anonymous",
    sharesProhibited: false,
    restoreNamesFolder: false,
    restoreTraces: true,
    workTakes: 0,
    offlineTakes: 5000,
    offlineFails: false,
    offlineLimit: 1000,
    offlineAtOnce: 20,
    tasksById: true,
    retryWorks: false,
    magnets: {},
    linksAfter: 0,
    uploadTakes: 0,
    uploadHash: "accept",
    uploadTask: false,
    checkUploadSign: true,
    completionAnswer: "json",
    linkLife: 16 * 3_600_000,
    shareAnswers: 0.55,
    shareReferer: true,
    shareLinkLife: 3_600_000,
    refusedAfter: 0,
    appAllowanceUsed: false,
    bandwidth: 0,
    cuts: [],
    stalls: [],
    refuse: false,
    disposition: false,
  };
}

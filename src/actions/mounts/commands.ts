import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { logOut } from "./log-out.ts";
import type { Approved } from "./approval-end.ts";
import { finishApproval } from "./finish-approval.ts";
import { signIn } from "./sign-in.ts";
import { showMounts } from "./views.ts";

export const mountCommands = {
  /** `mount`: the one to sign in to again; absent = a new one, of the kind that is named or chosen then. */
  "sign-in": command<{ readonly mount?: string | undefined; readonly kind?: string | undefined }>(inPrivate, signIn),
  /** What somebody has approved, from the job that waited for it. */
  "finish-approval": command<{ readonly approved: Approved }>(inPrivate, (context, { approved }) =>
    finishApproval(context, approved),
  ),
  "show-mounts": command(anywhere, (context) => showMounts(context)),
  "log-out": command(inPrivate, logOut),
};

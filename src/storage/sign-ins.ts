import type { Keyv } from "keyv";
import type {
  ApprovalOutcome,
  ApprovalWay,
  BrowserWay,
  CallOptions,
  DriverContext,
  DriverKind,
  PendingApproval,
  PendingReturn,
} from "./driver.ts";
import { kindOf, notesOf } from "./drivers.ts";
import { StorageError, wrapped } from "./error.ts";

/** Sign-ins in which the service itself asks the person. What they give is a mount's values, and what else its vault wants. */
export interface SignIns {
  /** Begins an approval of a kind that has them: `approval-refused` where the service begins none. */
  startApproval(kind: string, options?: CallOptions): Promise<PendingApproval>;
  /** How an approval stands; asks nobody where it is too early. */
  pollApproval(kind: string, pending: PendingApproval, options?: CallOptions): Promise<ApprovalOutcome>;
  /** Begins a sign-in through a browser: `approval-refused` where that cannot be. */
  startBrowser(kind: string, options?: CallOptions): Promise<PendingReturn>;
  /** Takes what the browser came back with. */
  finishBrowser(
    kind: string,
    pending: PendingReturn,
    back: URLSearchParams,
    options?: CallOptions,
  ): ReturnType<BrowserWay["finish"]>;
}

interface SignInsParts extends Pick<DriverContext, "now" | "randomHex"> {
  readonly kinds: readonly DriverKind[];
  readonly notes: Keyv<string>;
}

export function createSignIns(parts: SignInsParts): SignIns {
  const { kinds } = parts;
  const withNotes = (kind: string) => ({ ...parts, notes: notesOf(parts.notes, kind) });
  return {
    startApproval: (kind, { signal } = {}) =>
      wrapped(() => approvalOf(kinds, kind).start({ ...parts, signal }), signal),
    pollApproval: (kind, pending, { signal } = {}) =>
      wrapped(() => approvalOf(kinds, kind).poll(pending, { ...parts, signal }), signal),
    startBrowser: (kind, { signal } = {}) =>
      wrapped(() => browserOf(kinds, kind).start({ ...withNotes(kind), signal }), signal),
    finishBrowser: (kind, pending, back, { signal } = {}) =>
      wrapped(() => browserOf(kinds, kind).finish(pending, back, { ...withNotes(kind), signal }), signal),
  };
}

function approvalOf(kinds: readonly DriverKind[], name: string): ApprovalWay {
  const { approval } = kindOf(kinds, name);
  if (!approval) throw new StorageError("approval-refused", { message: `no approvals for ${name}` });
  return approval;
}

function browserOf(kinds: readonly DriverKind[], name: string): BrowserWay {
  const { browser } = kindOf(kinds, name);
  if (!browser) throw new StorageError("approval-refused", { message: `no browser leads to ${name}` });
  return browser;
}

import type { PendingReturn } from "../../storage/driver.ts";
import type { ApprovalOrder, Approvals } from "./approval.ts";

/** A sign-in through a person's browser, before its message is there. Plain data; it holds a secret. */
export interface BrowserOrder extends Omit<ApprovalOrder, "pending"> {
  readonly pending: PendingReturn;
}

/** What became of a return: it was mounted, refused by the person or the service, or nobody waits for it. */
export type ReturnOutcome = "done" | "denied" | "failed" | "over";

/** Sign-ins whose person is to come back from their browser: a restart loses none. */
export interface BrowserSignIns extends Pick<Approvals, "cancel" | "forget" | "screenOf"> {
  /** Waits for the person from now on, and shows in the message it is told of what came of it. */
  prepare(order: BrowserOrder): ReturnType<Approvals["prepare"]>;
  /** Takes what a browser came back with; each state once. */
  take(kind: string, back: URLSearchParams, options: { readonly signal: AbortSignal }): Promise<ReturnOutcome>;
}

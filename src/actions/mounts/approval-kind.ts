import type { ApprovalOutcome, PendingApproval } from "../../storage/driver.ts";
import { jobKind } from "../../jobs/job.ts";
import type { ApprovalOrder } from "../model/approval.ts";
import type { Reason } from "../model/screen.ts";
import type { Awaited } from "./last-words.ts";

/** An approval as it is kept. */
export type Approval = ApprovalOrder & Awaited;

/** What an approval came to. The tokens are here until the mount has them: the code gives them out once. */
export type Decided =
  | Exclude<ApprovalOutcome, { readonly state: "waiting" }>
  | { readonly state: "failed"; readonly reason: Reason };

/** What an attempt leaves to the next. */
export type Noted = { readonly pending: PendingApproval } | { readonly decided: Decided };

/** Approvals that are waited for. They sleep most of the time, and one person's code must not wait for another's. */
export const approvalKind = jobKind<Approval, never, void, Noted>("approval", {
  concurrency: 500,
  maxAttempts: 100,
  keepFor: 3_600_000,
});

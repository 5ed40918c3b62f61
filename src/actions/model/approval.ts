import type { PendingApproval } from "../../storage/driver.ts";
import type { Visit } from "../../users/visit.ts";
import type { ApprovalScreen } from "./screen.ts";
import type { Placed } from "./target.ts";

/** An approval somebody was asked for, before its message is there. Plain data; it holds the device's secret. */
export interface ApprovalOrder {
  readonly id: string;
  /** Who asked, and where: what comes of it is done in their name. */
  readonly visit: Visit;
  /** Name of the kind that is signed in to. */
  readonly kind: string;
  /** The mount that is signed in to again; absent = a new one. */
  readonly mount?: string | undefined;
  readonly pending: PendingApproval;
  /** What its message shows besides the state. */
  readonly card: Omit<ApprovalScreen, "state">;
}

/** Approvals that are waited for: by jobs, so that a restart loses none. */
export interface Approvals {
  /** Waits for the decision from now on, and shows it in the message it is told of. What was waited for before ends. */
  prepare(order: ApprovalOrder): Promise<Placed>;
  /** What the message of one that is waited for shows; undefined = it is decided or over. */
  screenOf(id: string): Promise<ApprovalScreen | undefined>;
  /** False = it is decided or over already. Its message says that it was cancelled. */
  cancel(id: string): Promise<boolean>;
  /** Ends all that somebody waits for. */
  forget(person: string): Promise<void>;
}

import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { askedAgain } from "../storage/approval-wait.ts";
import type { ApprovalOutcome, ApprovalWay, PendingApproval } from "../storage/driver.ts";
import { StorageError } from "../storage/error.ts";
import { Mistake } from "./mistake.ts";

type Approved = Omit<Extract<ApprovalOutcome, { state: "approved" }>, "state">;

/** Shows where to approve, and waits as long as the code is good, also while the service is out of reach. */
export async function approved(approval: ApprovalWay, print: (line: string) => void): Promise<Approved> {
  const asking = { now: Date.now, randomHex: (bytes: number) => randomBytes(bytes).toString("hex") };
  let pending = await approval.start(asking);
  const { direct, userCode, until } = pending;
  print(`Open ${direct}\nand approve the code ${userCode}. It is good until ${clockTime(until)}.`);
  for (;;) {
    await pause(Math.max(0, Math.min(pending.nextPoll, until) - Date.now()));
    const outcome = await approval.poll(pending, asking).catch((error: unknown) => waiting(error, pending));
    switch (outcome.state) {
      case "waiting":
        pending = outcome.pending;
        break;
      case "approved":
        return { values: outcome.values, kept: outcome.kept };
      case "denied":
        throw new StorageError("approval-denied");
      case "over":
        throw new Mistake("The code has run out. See: npm run account -- approve");
    }
  }
}

function waiting(error: unknown, pending: PendingApproval): ApprovalOutcome {
  const again = error instanceof StorageError ? askedAgain(error, pending, Date.now()) : undefined;
  if (!again) throw error;
  return { state: "waiting", pending: again };
}

function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { timeStyle: "short" });
}

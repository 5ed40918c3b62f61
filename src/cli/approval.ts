import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ApprovalOutcome, ApprovalWay } from "../storage/driver.ts";
import { StorageError } from "../storage/error.ts";
import { Mistake } from "./mistake.ts";

type Approved = Omit<Extract<ApprovalOutcome, { state: "approved" }>, "state">;

/** Shows where to approve, and waits as long as the code is good. */
export async function approved(approval: ApprovalWay, print: (line: string) => void): Promise<Approved> {
  const asking = { now: Date.now, randomHex: (bytes: number) => randomBytes(bytes).toString("hex") };
  let pending = await approval.start(asking);
  const { direct, userCode, until } = pending;
  print(`Open ${direct}\nand approve the code ${userCode}. It is good until ${clockTime(until)}.`);
  for (;;) {
    await pause(Math.max(0, pending.nextPoll - Date.now()));
    const outcome = await approval.poll(pending, asking);
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

function clockTime(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { timeStyle: "short" });
}

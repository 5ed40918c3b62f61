import { transferBands, type Allowance, type Quota } from "../storage/driver.ts";
import { bar, type Figures } from "./figures.ts";
import { quotaSigns } from "./signs.ts";
import type { Say } from "./words.ts";

/** What is said with. */
interface Teller {
  readonly say: Say;
  readonly figures: Figures;
}

/** A line for each thing a drive tells of its room and plan; `safe` makes a drive's own word fit for the chat. */
export function quotaLines(teller: Teller, quota: Quota, safe: (word: string) => string): readonly string[] {
  const { say, figures } = teller;
  const { used, limit, trashed, plan, tasks } = quota;
  const share = limit === undefined || limit <= 0 ? undefined : Math.min(1, used / limit);
  const room =
    limit === undefined
      ? say("mount-quota-unlimited", { used: figures.size(used) })
      : say("mount-quota", {
          used: figures.size(used),
          limit: figures.size(limit),
          free: figures.size(leftOf({ used, limit })),
        });
  return [
    ...(share === undefined ? [] : [`${bar(share)} ${figures.percent(share)}`]),
    `${quotaSigns.room} ${room}`,
    ...(trashed === undefined || trashed === 0 ? [] : [say("mount-quota-trashed", { size: figures.size(trashed) })]),
    ...(plan === undefined ? [] : [say("mount-plan", { plan: safe(plan) })]),
    ...(tasks ? [`${quotaSigns.tasks} ${say("mount-tasks-left", { left: leftOf(tasks), limit: tasks.limit })}`] : []),
    ...transferLines(teller, quota),
  ];
}

/** What may still be moved, of each way that is told. */
function transferLines({ say, figures }: Teller, { transfer = {} }: Quota): readonly string[] {
  return transferBands.flatMap((band) => {
    const allowance = transfer[band];
    if (!allowance) return [];
    return [
      say(`mount-transfer-${band}`, { left: figures.size(leftOf(allowance)), limit: figures.size(allowance.limit) }),
    ];
  });
}

function leftOf({ limit, used }: Allowance): number {
  return Math.max(0, limit - used);
}

import { DiscordAPIError } from "discord.js";
import type { Logger } from "pino";
import type { Screen, TransferScreen } from "../actions/model/screen.ts";
import type { Post } from "./post.ts";
import { isMessageGone, loggable } from "./refusals.ts";
import type { Painted } from "./screens/sheet.ts";

/** A message that shows a file on its way, and whose it is. */
export interface ShownTransfer {
  /** Discord's id of the person. */
  readonly user: string;
  /** Until when it can be edited, ms since the epoch. */
  readonly until: number;
  edit(painted: Painted): Promise<unknown>;
}

interface OutcomeParts {
  readonly post: Pick<Post, "sendTo">;
  readonly log: Logger;
  now(): number;
}

/**
 * Draws a file's way into its message. Progress that cannot be shown is left out, for the file goes on without it; the
 * outcome reaches the person.
 */
export function transferDrawer(
  parts: OutcomeParts,
  { paint, ...shown }: ShownTransfer & { paint(screen: TransferScreen): Painted },
): (screen: Screen) => Promise<void> {
  let isPutAway = false;
  const editIfThere = (painted: Painted) =>
    shown.edit(painted).catch((error: unknown) => {
      if (!isMessageGone(error)) throw error;
    });
  return async (screen) => {
    if (screen.show !== "transfer") return;
    const { is } = screen.state;
    const isOver = is !== "queued" && is !== "running";
    // Who put the message away asked not to see it; only that nothing will come is news to them.
    if (isPutAway && is !== "failed") return;
    if (is === "failed") return tellOutcome(parts, shown, paint(screen));
    if (isOver) return tellOutcome(parts, { ...shown, edit: editIfThere }, paint(screen));
    if (shown.until <= parts.now()) return;
    await shown.edit(paint(screen)).catch((error: unknown) => {
      isPutAway = isMessageGone(error);
      parts.log.debug({ err: loggable(error) }, "progress of a file not shown");
    });
  };
}

/**
 * Puts what became of a file into the message that showed it; where that is out of reach, it is a message to the person
 * instead. Rejects when Discord cannot be reached at all.
 */
export async function tellOutcome(
  { post, log, now }: OutcomeParts,
  { user, until, edit }: ShownTransfer,
  painted: Painted,
): Promise<void> {
  const isEdited =
    until > now() &&
    (await edit(painted).then(
      () => true,
      (error: unknown) => {
        log.debug({ err: loggable(error) }, "message of a file out of reach");
        return false;
      },
    ));
  if (isEdited) return;
  try {
    const isSent = await post.sendTo(user, painted);
    log.info({ user, told: isSent }, "outcome of a file told in a direct message");
  } catch (error) {
    log.warn({ err: loggable(error), user }, "outcome of a file not told");
    // What Discord refuses once it refuses again; an outage is another matter.
    if (!(error instanceof DiscordAPIError)) throw error;
  }
}

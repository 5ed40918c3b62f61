import { DiscordAPIError } from "discord.js";
import type { Logger } from "pino";
import type { Screen, TransferScreen } from "../actions/model/screen.ts";
import type { Edited, MessageRef, Messenger } from "../messaging/messenger.ts";
import { loggable } from "./refusals.ts";

/** A message that shows a file on its way, and whose it is. */
export interface ShownTransfer {
  readonly ref: MessageRef;
  /** One of ours. */
  readonly language: string;
  /** Person id of who asked for it. */
  readonly person: string;
}

interface OutcomeParts {
  readonly messenger: Pick<Messenger, "edit" | "send">;
  readonly log: Logger;
}

/** Discord has no time for it: it can be said after `after` milliseconds. */
export class NotYet extends Error {
  override readonly name = "NotYet";
  readonly after: number;

  constructor(after: number) {
    super("discord asks to wait");
    this.after = after;
  }
}

/**
 * Draws a file's way into its message. Progress that cannot be shown is left out, for the file goes on without it; the
 * outcome reaches the person.
 */
export function transferDrawer(
  parts: OutcomeParts,
  shown: ShownTransfer & { readonly ref: MessageRef },
): (screen: Screen) => Promise<void> {
  let isPutAway = false;
  return async (screen) => {
    if (screen.show !== "transfer") return;
    const { is } = screen.state;
    // Who put the message away asked not to see it; only that nothing will come is news to them.
    if (isPutAway && is !== "failed") return;
    if (is !== "queued" && is !== "running") {
      await sendOutcome(parts, shown, { screen, isMissed: is === "failed" });
      return;
    }
    const edited = await parts.messenger.edit(shown.ref, screen).catch((error: unknown) => {
      parts.log.debug({ err: loggable(error) }, "discord progress of a file not shown");
    });
    isPutAway = edited?.is === "gone";
  };
}

interface OutcomeToSend {
  readonly screen: TransferScreen;
  /** It is told although the message that showed it was put away. */
  readonly isMissed: boolean;
}

/**
 * Puts what became of a file into the message that showed it; where that is out of reach, it is a message to the person
 * instead. Rejects when Discord cannot be reached at all.
 */
async function sendOutcome(
  { messenger, log }: OutcomeParts,
  { ref, person, language }: ShownTransfer,
  { screen, isMissed }: OutcomeToSend,
): Promise<void> {
  const edited = await messenger.edit(ref, screen).catch((error: unknown): Edited => {
    log.debug({ err: loggable(error) }, "discord message of a file out of reach");
    return { is: "closed" };
  });
  if (edited.is === "edited" || (edited.is === "gone" && !isMissed)) return;
  if (edited.is === "later") throw new NotYet(edited.after);
  try {
    const sent = await messenger.send({ place: person, kind: "private", language }, screen);
    if (sent.is === "later") throw new NotYet(sent.after);
    log.info({ person, sent: sent.is }, "discord outcome of a file sent in a direct message");
  } catch (error) {
    log.warn({ err: loggable(error), person }, "discord outcome of a file not sent");
    // What Discord refuses once it refuses again; an outage is another matter.
    if (!(error instanceof DiscordAPIError) || error.status >= 500) throw error;
  }
}

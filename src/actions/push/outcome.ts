import type { Keyv } from "keyv";
import { sayLastWord, tellPerson } from "../../messaging/last-word.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import { queueOf } from "../context/context.ts";
import { noteLastView } from "../context/last-view.ts";
import type { Session } from "../model/session.ts";
import type { PushOutcome } from "./push-kind.ts";

export interface OutcomeParts {
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  readonly log: { info(fields: object, event: string): void };
}

/**
 * Says what became of a push in the message that showed it; where somebody went on in that message, in one of its own.
 * Throws a `JobFailure` when it can be said later.
 */
export async function sayOutcome(parts: OutcomeParts, outcome: PushOutcome, attempt: number): Promise<void> {
  const { sessions, messengers, exclusive, log } = parts;
  const { push, state, gids, own } = outcome;
  const { person, shown, card } = push;
  const last = { view: card.view, own, ...(gids && { shows: { state: push.view, rows: gids } }) };
  const view = await exclusive(queueOf({ person: { id: person } }), () => noteLastView(sessions, last));
  const screen = { ...card, view, state };
  const messenger = messengers.of(shown.place);
  if (view.id === card.view.id)
    // Who put the message away asked not to see it.
    return sayLastWord({ person, shown, screen }, { messenger, attempt, isNews: () => false, log });
  if (messenger) await tellPerson(messenger, { person, screen, language: shown.language }, attempt);
}

import type { Keyv } from "keyv";
import { sayLastWord, tellPerson, type LastWordLog } from "../../messaging/last-word.ts";
import type { Messengers } from "../../messaging/messenger.ts";
import { queueOf, recall, sessionLife, withRemembered } from "../context/context.ts";
import type { Session, ViewRef } from "../model/session.ts";
import type { SaveOutcome } from "./save-kind.ts";
import { saveScreen } from "./screen.ts";

export interface OutcomeParts {
  readonly sessions: Keyv<Session>;
  readonly messengers: Messengers;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  readonly log: LastWordLog;
}

/**
 * Says what became of a saving in the message that showed it; where somebody went on in that message, in one of its own.
 * Throws a `JobFailure` when it can be said later.
 */
export async function sayOutcome(parts: OutcomeParts, outcome: SaveOutcome, attempt: number): Promise<void> {
  const { sessions, messengers, exclusive, log } = parts;
  const { person, shown, card } = outcome.save;
  const view = await exclusive(queueOf({ person: { id: person } }), () => noted(sessions, outcome));
  const screen = saveScreen({ ...card, view }, outcome.state);
  const messenger = messengers.of(shown.place);
  if (view.id === card.view.id)
    // Who put the message away asked not to see it.
    return sayLastWord({ person, shown, screen }, { messenger, attempt, isNews: () => false, log });
  await tellPerson({ person, screen, language: shown.language }, { messenger, attempt, log });
}

/** Notes what the buttons of the outcome are about: in the session of its message, or in a new one. */
async function noted(sessions: Keyv<Session>, { save, shows, own }: SaveOutcome): Promise<ViewRef> {
  const { view } = save.card;
  const session = await sessions.get(view.id);
  if (!session) return view;
  const { state, rows } = shows ?? recall(session, view) ?? { state: session.state, rows: [] };
  if (session.revision === view.revision) {
    await sessions.set(session.id, { ...withRemembered(session, view.revision, { state, rows }), state }, sessionLife);
    return view;
  }
  const remembered = [{ revision: 1, state, rows }];
  await sessions.set(own, { ...session, id: own, revision: 1, state, remembered }, sessionLife);
  return { id: own, revision: 1 };
}

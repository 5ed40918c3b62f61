import type { Keyv } from "keyv";
import type { Remembered, Session, ViewRef } from "../model/session.ts";
import { recall, sessionLife, withRemembered } from "./context.ts";

/** What is said at last in a message that showed how something went. */
export interface LastView {
  /** The message as it was then. */
  readonly view: ViewRef;
  /** What its buttons are about; absent = what they were about before. */
  readonly shows?: Pick<Remembered, "state" | "rows"> | undefined;
  /** Id for a session of its own, should it come in a message of its own. */
  readonly own: string;
}

/** Notes what its buttons are about: in the session of the message, or in a new one where somebody went on there. */
export async function noteLastView(sessions: Keyv<Session>, { view, shows, own }: LastView): Promise<ViewRef> {
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

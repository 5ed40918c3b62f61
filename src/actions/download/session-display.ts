import type { Keyv } from "keyv";
import { sessionLife } from "../context/context.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { Remembered, Session, ViewRef, ViewState } from "../model/session.ts";
import type { MessageRef } from "../model/target.ts";
import { createDisplay, type DisplayParts } from "./display.ts";

/** A message of a session that a job goes on changing, for as long as it shows that. */
export interface SessionDisplay<State> {
  now(state: State): Promise<void>;
  /** The last word, with what its buttons are about: absent = what they were about before. */
  last(state: State, shows?: Shows): Promise<void>;
}

interface Shows {
  readonly state: ViewState;
  readonly rows: Remembered["rows"];
}

interface Displayed<State> {
  readonly shown: MessageRef;
  readonly person: string;
  readonly view: ViewRef;
  /** The screen of a state, on the message or on another. */
  screen(state: State, view: ViewRef): MessageScreen;
}

export interface SessionDisplayParts extends DisplayParts {
  readonly sessions: Keyv<Session>;
  newId(): string;
}

/** Where somebody went on in the message, the last word is a message of its own. */
export function createSessionDisplay<State>(
  { view, screen, ...displayed }: Displayed<State>,
  parts: SessionDisplayParts,
): SessionDisplay<State> {
  const { sessions } = parts;
  const display = createDisplay(displayed, parts);
  const isLeft = async () => (await sessions.get(view.id))?.revision !== view.revision;
  return {
    async now(state) {
      if (!(await isLeft())) await display.now(screen(state, view));
    },
    async last(state, shows) {
      const session = await sessions.get(view.id);
      if (!session) return display.last(screen(state, view));
      if (session.revision === view.revision) {
        if (shows) await sessions.set(session.id, showing(session, shows), sessionLife);
        return display.last(screen(state, view));
      }
      const before = session.remembered.find(({ revision }) => revision === view.revision);
      const { state: was, rows } = shows ?? before ?? { state: session.state, rows: [] };
      const id = parts.newId();
      const own = { ...session, id, revision: 1, state: was, remembered: [{ revision: 1, state: was, rows }] };
      await sessions.set(id, own, sessionLife);
      await display.apart(screen(state, { id, revision: 1 }));
    },
  };
}

function showing(session: Session, { state, rows }: Shows): Session {
  const { revision } = session;
  const remembered = session.remembered.map((screen) =>
    screen.revision === revision ? { revision, state, rows } : screen,
  );
  return { ...session, state, remembered };
}

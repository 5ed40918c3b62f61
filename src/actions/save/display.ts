import type { Keyv } from "keyv";
import { createDisplay, type DisplayParts } from "../download/display.ts";
import type { SaveState } from "../model/screen.ts";
import type { Remembered, Session, ViewState } from "../model/session.ts";
import type { Save } from "./save-kind.ts";

/** The message that tells how far a saving is, for as long as it shows that. */
export interface SaveDisplay {
  now(state: SaveState): Promise<void>;
  /** The last word, with what its buttons are about: absent = what they were about before. */
  last(state: SaveState, shows?: Shows): Promise<void>;
}

interface Shows {
  readonly state: ViewState;
  readonly rows: Remembered["rows"];
}

interface SaveDisplayParts extends DisplayParts {
  readonly sessions: Keyv<Session>;
  newId(): string;
}

export function createSaveDisplay(save: Save, parts: SaveDisplayParts): SaveDisplay {
  const { card } = save;
  const display = createDisplay(save, parts);
  const isLeft = async () => (await parts.sessions.get(card.view.id))?.revision !== card.view.revision;
  return {
    async now(state) {
      if (!(await isLeft())) await display.now({ ...card, state });
    },
    async last(state, shows) {
      const { sessions } = parts;
      const session = await sessions.get(card.view.id);
      if (!session) return display.last({ ...card, state });
      if (session.revision === card.view.revision) {
        if (shows) await sessions.set(session.id, showing(session, shows), sessionLife);
        return display.last({ ...card, state });
      }
      // Somebody went on in that message: what comes is a message of its own.
      const before = session.remembered.find(({ revision }) => revision === card.view.revision);
      const { state: was, rows } = shows ?? before ?? { state: session.state, rows: [] };
      const id = parts.newId();
      const own = { ...session, id, revision: 1, state: was, remembered: [{ revision: 1, state: was, rows }] };
      await sessions.set(id, own, sessionLife);
      await display.apart({ ...card, view: { id, revision: 1 }, state });
    },
  };
}

/** As long as any screen works. */
const sessionLife = 7 * 24 * 3_600_000;

function showing(session: Session, { state, rows }: Shows): Session {
  const { revision } = session;
  const remembered = session.remembered.map((screen) =>
    screen.revision === revision ? { revision, state, rows } : screen,
  );
  return { ...session, state, remembered };
}

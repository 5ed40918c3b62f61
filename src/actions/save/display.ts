import { createSessionDisplay, type SessionDisplay, type SessionDisplayParts } from "../download/session-display.ts";
import type { SaveState } from "../model/screen.ts";
import type { Save } from "./save-kind.ts";

/** The message that tells how far a saving is, for as long as it shows that. */
export type SaveDisplay = SessionDisplay<SaveState>;

export function createSaveDisplay({ card, shown, person }: Save, parts: SessionDisplayParts): SaveDisplay {
  const screen = (state: SaveState, view: typeof card.view) => ({ ...card, view, state });
  return createSessionDisplay({ shown, person, view: card.view, screen }, parts);
}

import { storageErrorKind } from "../../storage/error.ts";
import type { SaveOrder } from "../model/save.ts";
import type { SaveOffer, SaveScreen, SaveState } from "../model/screen.ts";

/** A saving as it is now, and what can be done about it. */
export function saveScreen(card: SaveOrder["card"], state: SaveState): SaveScreen {
  return { ...card, state, offer: offersIn(state) };
}

function offersIn(state: SaveState): readonly SaveOffer[] {
  switch (state.is) {
    case "waiting":
      return ["cancel-save"];
    case "sent":
    case "done":
      return [];
    case "cancelled":
      return ["retry-save"];
    case "lost":
      return ["retry-save", "open-mount"];
    case "failed":
      return offersAfter(state.code);
  }
}

function offersAfter(code: Extract<SaveState, { is: "failed" }>["code"]): readonly SaveOffer[] {
  if (code === "target-gone") return ["retry-save"];
  if (code === "own-share") return ["open-mount"];
  if (code === "no-space") return ["retry-save", "open-mount"];
  return storageErrorKind(code).mends.includes("sign-in") ? ["renew-mount", "retry-save"] : ["retry-save"];
}

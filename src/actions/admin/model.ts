import type { ViewRef } from "../model/action.ts";
import type { AccessMode } from "../../users/access.ts";

/** Rooms of the operators' panel, in the order `admin-go` counts them. */
export const operatorsRooms = ["panel", "people", "access", "admin-mounts", "broadcast", "audit"] as const;
export type OperatorsRoom = (typeof operatorsRooms)[number];

/** Which of the operators' screens it is, and what it needs to be drawn again. */
export type AdminView =
  | { readonly at: "operators"; readonly room: "panel" | "access" | "broadcast" }
  | {
      readonly at: "operators";
      readonly room: "people";
      /** 1-based. */
      readonly page: number;
      /** Only ids that contain this. */
      readonly words?: string;
    }
  | { readonly at: "operators"; readonly room: "admin-mounts" | "audit"; readonly page: number }
  | { readonly at: "operators"; readonly room: "person"; readonly id: string };

/** The operators' buttons. */
export type OperatorsPress =
  | { readonly do: "admin-go"; readonly view: ViewRef; readonly room: OperatorsRoom }
  | { readonly do: "admin-turn"; readonly view: ViewRef; readonly page: number }
  | { readonly do: "admin-pick"; readonly view: ViewRef; readonly index: number }
  | { [Do in PlainOperatorsPress]: { readonly do: Do; readonly view: ViewRef } }[PlainOperatorsPress]
  | { readonly do: "set-access"; readonly view: ViewRef; readonly mode: AccessMode }
  | { readonly do: "set-maintenance"; readonly view: ViewRef; readonly on: boolean }
  | { readonly do: "set-log-level"; readonly view: ViewRef; readonly index: number };

/** Those that say all by their name, with the letters they go by in the codec. */
export const plainOperatorsPresses = {
  "find-person": "af",
  admit: "ad",
  expel: "ae",
  ban: "ab",
  unban: "au",
  "ask-quota": "aq",
  invite: "ai",
  "withdraw-invitations": "aw",
  "compose-broadcast": "ac",
  "stop-broadcast": "ax",
  "revoke-every-link": "ar",
  "about-state": "ay",
} as const;
export type PlainOperatorsPress = keyof typeof plainOperatorsPresses;

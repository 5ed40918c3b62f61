import { accessModes } from "../../users/access.ts";
import { byOperators } from "../../users/roles.ts";
import { button, choice, flag, none, number, type Button } from "../context/button.ts";
import { operatorsRooms } from "../model/admin-view.ts";
import {
  aboutState,
  admit,
  askForPerson,
  askForQuota,
  askToRevokeEveryLink,
  ban,
  composeBroadcast,
  expel,
  goToRoom,
  invite,
  onPerson,
  pick,
  setAccess,
  setLogLevel,
  setMaintenance,
  stopBroadcast,
  turn,
  unban,
  withdrawInvitations,
} from "./operate.ts";

export const adminButtons = {
  "admin-go": button("aa", byOperators, choice("room", operatorsRooms), (context, { room }) => goToRoom(context, room)),
  "admin-turn": button("at", byOperators, number("page"), (context, { page }) => turn(context, page)),
  "admin-pick": button("an", byOperators, number("index"), (context, { index }) => pick(context, index)),
  "set-access": button("as", byOperators, choice("mode", accessModes), (context, { mode }) => setAccess(context, mode)),
  "set-maintenance": button("am", byOperators, flag("on"), (context, { on }) => setMaintenance(context, on)),
  "set-log-level": button("al", byOperators, number("index"), (context, { index }) => setLogLevel(context, index)),
  "find-person": button("af", byOperators, none, askForPerson, { form: true }),
  admit: button("ad", byOperators, none, (context) => onPerson(context, admit)),
  expel: button("ae", byOperators, none, (context) => onPerson(context, expel)),
  ban: button("ab", byOperators, none, (context) => onPerson(context, ban)),
  unban: button("au", byOperators, none, (context) => onPerson(context, unban)),
  "ask-quota": button("aq", byOperators, none, (context) => onPerson(context, askForQuota), { form: true }),
  invite: button("ai", byOperators, none, invite),
  "withdraw-invitations": button("aw", byOperators, none, withdrawInvitations),
  "compose-broadcast": button("ac", byOperators, none, composeBroadcast, { form: true }),
  "stop-broadcast": button("ax", byOperators, none, stopBroadcast),
  "revoke-every-link": button("ar", byOperators, none, askToRevokeEveryLink),
  "about-state": button("ay", byOperators, none, aboutState),
};

type Rows = typeof adminButtons;
/** Those that say all by their name. */
export type PlainAdminButton = {
  [N in keyof Rows]: Rows[N] extends Button<infer T> ? (keyof T extends never ? N : never) : never;
}[keyof Rows];

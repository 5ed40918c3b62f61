import type { Mount } from "../storage/mount.ts";
import type { Action, FormId, Visit } from "./action.ts";
import type { NoticeCode } from "./screen.ts";
import type { Scene } from "./session.ts";

/**
 * What somebody is to the screen they press on. Who types a command is the owner of what comes of it. An `operator` is
 * one of the house, on a screen of their own.
 */
export const roles = ["owner", "other", "operator"] as const;
export type Role = (typeof roles)[number];

/** Who may do something, and where. */
export interface Rule {
  /** Who may; anybody else is told `not-yours`. */
  readonly roles: readonly Role[];
  /** Where; elsewhere it is `private-only`. */
  readonly places: readonly Visit["place"]["kind"][];
  /** Who may not, or not here, is told what they would be told if there were no such thing. */
  readonly hidden?: true;
}

const anywhere: Rule = { roles: ["owner"], places: ["private", "group"] };
const inPrivate: Rule = { roles: ["owner"], places: ["private"] };
const byOperators: Rule = { roles: ["operator"], places: ["private"], hidden: true };

/** What each action wants: the one table both chats go by. */
export const rules: Readonly<Record<Exclude<Action["do"], "submit">, Rule>> = {
  start: anywhere,
  help: anywhere,
  "open-share": anywhere,
  browse: anywhere,
  "find-link": anywhere,
  cancel: anywhere,
  open: anywhere,
  turn: anywhere,
  up: anywhere,
  refresh: anywhere,
  sort: anywhere,
  back: anywhere,
  link: anywhere,
  retry: anywhere,
  dismiss: anywhere,
  "add-share": anywhere,
  "open-mount": anywhere,
  "sign-in": inPrivate,
  "add-account": inPrivate,
  "show-mounts": inPrivate,
  "show-settings": inPrivate,
  "log-out": inPrivate,
  forget: inPrivate,
  mounts: inPrivate,
  mount: inPrivate,
  "choose-mount": inPrivate,
  "rename-mount": inPrivate,
  "check-mount": inPrivate,
  "renew-mount": inPrivate,
  "set-method": inPrivate,
  "remove-mount": inPrivate,
  confirm: inPrivate,
  "set-language": inPrivate,
  "set-rows": inPrivate,
  "set-order": inPrivate,
  get: anywhere,
  send: anywhere,
  "cancel-transfer": anywhere,
  // A list is full of links, and a file is seen by the whole group.
  "list-folder": inPrivate,
  "list-as": inPrivate,
  "revoke-links": inPrivate,
  // Operators.
  admin: byOperators,
  "admin-go": byOperators,
  "admin-turn": byOperators,
  "admin-pick": byOperators,
  "find-person": byOperators,
  admit: byOperators,
  expel: byOperators,
  ban: byOperators,
  unban: byOperators,
  "ask-quota": byOperators,
  "set-access": byOperators,
  invite: byOperators,
  "withdraw-invitations": byOperators,
  "set-maintenance": byOperators,
  "set-log-level": byOperators,
  "compose-broadcast": byOperators,
  "stop-broadcast": byOperators,
  "about-state": byOperators,
};

/** The same for filled-in forms. */
export const formRules: Readonly<Record<FormId, Rule>> = {
  "pikpak-share": anywhere,
  pikpak: inPrivate,
  verification: inPrivate,
  "mount-title": inPrivate,
  // Operators.
  "find-person": byOperators,
  quota: byOperators,
  "broadcast-text": byOperators,
};

/** The rule an action goes by. */
function ruleOf(action: Action): Rule {
  return action.do === "submit" ? formRules[action.form.id] : rules[action.do];
}

/** Why this may not be done by somebody who is all this; undefined = it may. */
export function refusal(action: Action, are: readonly Role[], place: Visit["place"]): NoticeCode | undefined {
  const rule = ruleOf(action);
  const isAmong = are.some((role) => rule.roles.includes(role));
  const isHere = rule.places.includes(place.kind);
  const isHidden = rule.hidden && !are.includes("other") && !(isAmong && isHere);
  if (isHidden) return action.do === "admin" ? "unknown-command" : "view-expired";
  if (!isAmong) return "not-yours";
  return isHere ? undefined : "private-only";
}

/** A screen of the operators answers only to one, whatever the button: they may have been one when it was drawn. */
export function isOfOperators(scene: Scene | undefined): boolean {
  return scene?.at === "operators" || (scene?.at === "question" && scene.question === "broadcast");
}

/** What a mount lets somebody do who stands in a place. */
export type MountLeave = "yes" | "not-here" | "no";

/** A mount is its owner's. In a group it must have been lent to the group, or be a thing anybody can open by its link. */
export function leaveFor(mount: Mount, { person, place }: Visit, isOpenByLink: boolean): MountLeave {
  if (mount.owner !== person.id) return "no";
  if (place.kind === "private" || isOpenByLink || mount.audience.includes(place.id)) return "yes";
  return "not-here";
}

import type { Mount } from "../storage/mount.ts";
import type { Action, FormId, Visit } from "./action.ts";
import type { NoticeCode } from "./screen.ts";

/** What somebody is to the screen they press on. Who types a command is the owner of what comes of it. */
export type Role = "owner" | "other";

interface Rule {
  /** Who may; anybody else is told `not-yours`. */
  readonly roles: readonly Role[];
  /** Where; elsewhere it is `private-only`. */
  readonly places: readonly Visit["place"]["kind"][];
}

const anywhere: Rule = { roles: ["owner"], places: ["private", "group"] };
const inPrivate: Rule = { roles: ["owner"], places: ["private"] };

const rules: Readonly<Record<Exclude<Action["do"], "submit">, Rule>> = {
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
};

const formRules: Readonly<Record<FormId, Rule>> = {
  "pikpak-share": anywhere,
  pikpak: inPrivate,
  verification: inPrivate,
  "mount-title": inPrivate,
};

/** Why this may not be done; undefined = it may. */
export function refusal(action: Action, role: Role, place: Visit["place"]): NoticeCode | undefined {
  const rule = action.do === "submit" ? formRules[action.form.id] : rules[action.do];
  if (!rule.roles.includes(role)) return "not-yours";
  return rule.places.includes(place.kind) ? undefined : "private-only";
}

/** What a mount lets somebody do who stands in a place. */
export type MountLeave = "yes" | "not-here" | "no";

/** A mount is its owner's. In a group it must have been lent to the group, or be a thing anybody can open by its link. */
export function leaveFor(mount: Mount, { person, place }: Visit, isOpenByLink: boolean): MountLeave {
  if (mount.owner !== person.id) return "no";
  if (place.kind === "private" || isOpenByLink || mount.audience.includes(place.id)) return "yes";
  return "not-here";
}

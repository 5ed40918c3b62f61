import { audiences, listFormats, sharedCapabilities, type Press, type ViewRef } from "./model/action.ts";
import { downloadMethods } from "../storage/mount.ts";
import { accessModes } from "../users/access.ts";
import { operatorsRooms, plainOperatorsPresses, type OperatorsPress, type PlainOperatorsPress } from "./admin/model.ts";

/**
 * What stands behind a button, on both platforms: `1<id>-<revision>-<verb>[-<argument>]`, at most 48 bytes of
 * `[A-Za-z0-9-]`, so that it fits Telegram's 64 bytes, Discord's 100 characters and a `?start=` deep link alike.
 * The leading `1` is the codec's version: a button of another version is told to have expired.
 */
export function encodePress(press: Press): string {
  const [verb, argument] = verbOf(press);
  const head = `${version}${press.view.id}-${press.view.revision.toString(36)}-${verb}`;
  return argument === undefined ? head : `${head}-${argument}`;
}

const version = "1";
const shape = /^1([A-Za-z0-9]{10})-([0-9a-z]{1,8})-([a-z]{1,2})(?:-([0-9a-z]{1,6}))?$/;

/** The press behind a code, or undefined for anything forged, garbled or of another version. */
export function decodePress(code: string): Press | undefined {
  const match = shape.exec(code);
  if (!match) return undefined;
  const [, id = "", revision = "", verb = "", argument] = match;
  const number = argument === undefined ? undefined : Number.parseInt(argument, 36);
  return pressOf(verb, { id, revision: Number.parseInt(revision, 36) }, number);
}

const orders = ["name", "size", "modified"] as const;

function verbOf(press: Press): [verb: string, argument?: string] {
  switch (press.do) {
    case "open":
      return ["o", press.index.toString(36)];
    case "turn":
      return ["t", press.page.toString(36)];
    case "up":
      return ["u"];
    case "refresh":
      return ["r"];
    case "sort":
      return ["s", orders.indexOf(press.by).toString(36)];
    case "back":
      return ["b"];
    case "link":
      return press.variant === undefined ? ["l"] : ["l", press.variant.toString(36)];
    case "mounts":
      return ["m"];
    case "mount":
      return ["n", press.index.toString(36)];
    case "open-mount":
      return ["p"];
    case "choose-mount":
      return ["c"];
    case "rename-mount":
      return ["e"];
    case "check-mount":
      return ["h"];
    case "renew-mount":
      return ["w"];
    case "set-method":
      return ["d", downloadMethods.indexOf(press.method).toString(36)];
    case "remove-mount":
      return ["x"];
    case "confirm":
      return ["y"];
    case "dismiss":
      return ["z"];
    case "set-language":
      return ["g", press.index.toString(36)];
    case "set-rows":
      return ["k", press.rows.toString(36)];
    case "set-order":
      return ["q", orders.indexOf(press.by).toString(36)];
    case "add-account":
      return ["a"];
    case "add-share":
      return ["f"];
    case "retry":
      return ["i"];
    case "send":
      return ["js"];
    case "cancel-transfer":
      return ["jx"];
    case "list-folder":
      return ["jl"];
    case "list-as":
      return ["jf", listFormats.indexOf(press.format).toString(36)];
    case "revoke-links":
      return ["jr"];
    case "find":
      return ["vf"];
    case "stop-search":
      return ["vs"];
    case "narrow-kind":
      return ["vk", press.index.toString(36)];
    case "narrow-size":
      return ["vb", press.index.toString(36)];
    case "link-row":
      return ["vi", press.index.toString(36)];
    case "lend":
      return ["vl", press.index.toString(36)];
    case "unlend":
      return ["vu"];
    case "set-policy":
      return [
        "vp",
        (sharedCapabilities.indexOf(press.capability) * audiences.length + audiences.indexOf(press.audience)).toString(
          36,
        ),
      ];
    case "set-daily":
      return ["vd", press.count.toString(36)];
    case "set-open":
      return ["vo", press.open ? "1" : "0"];
    case "set-private-links":
      return ["vh", press.privateLinks ? "1" : "0"];
    case "set-clear":
      return ["vc", press.minutes.toString(36)];
    // Operators.
    case "admin-go":
      return ["aa", operatorsRooms.indexOf(press.room).toString(36)];
    case "admin-turn":
      return ["at", press.page.toString(36)];
    case "admin-pick":
      return ["an", press.index.toString(36)];
    case "set-access":
      return ["as", accessModes.indexOf(press.mode).toString(36)];
    case "set-maintenance":
      return ["am", press.on ? "1" : "0"];
    case "set-log-level":
      return ["al", press.index.toString(36)];
    case "find-person":
    case "admit":
    case "expel":
    case "ban":
    case "unban":
    case "ask-quota":
    case "invite":
    case "withdraw-invitations":
    case "compose-broadcast":
    case "stop-broadcast":
    case "revoke-every-link":
    case "about-state":
      return [plainOperatorsPresses[press.do]];
  }
}

function pressOf(verb: string, view: ViewRef, argument: number | undefined): Press | undefined {
  return argument === undefined ? plainPress(verb, view) : pressWithArgument(verb, view, argument);
}

function plainPress(verb: string, view: ViewRef): Press | undefined {
  const found = Object.hasOwn(plain, verb) ? plain[verb] : undefined;
  if (found) return { do: found, view };
  const operators = operatorsVerbs.get(verb);
  return operators && { do: operators, view };
}

const operatorsVerbs: ReadonlyMap<string, PlainOperatorsPress> = new Map(
  // Object.entries forgets the type of the keys it was given.
  Object.entries(plainOperatorsPresses).map(([press, letters]) => [letters, press as PlainOperatorsPress]),
);

type PlainVerb = Exclude<
  Press["do"],
  | "open"
  | "turn"
  | "sort"
  | "mount"
  | "set-method"
  | "set-language"
  | "set-rows"
  | "set-order"
  | "list-as"
  | "narrow-kind"
  | "narrow-size"
  | "link-row"
  | "lend"
  | "set-policy"
  | "set-daily"
  | "set-open"
  | "set-private-links"
  | "set-clear"
  | OperatorsPress["do"]
>;

const plain: Readonly<Record<string, PlainVerb>> = {
  u: "up",
  r: "refresh",
  b: "back",
  l: "link",
  m: "mounts",
  p: "open-mount",
  c: "choose-mount",
  e: "rename-mount",
  h: "check-mount",
  w: "renew-mount",
  x: "remove-mount",
  y: "confirm",
  z: "dismiss",
  a: "add-account",
  f: "add-share",
  i: "retry",
  js: "send",
  jx: "cancel-transfer",
  jl: "list-folder",
  jr: "revoke-links",
  vf: "find",
  vs: "stop-search",
  vu: "unlend",
};

function pressWithArgument(verb: string, view: ViewRef, argument: number): Press | undefined {
  switch (verb) {
    case "o":
      return { do: "open", view, index: argument };
    case "t":
      return { do: "turn", view, page: argument };
    case "l":
      return { do: "link", view, variant: argument };
    case "n":
      return { do: "mount", view, index: argument };
    case "g":
      return { do: "set-language", view, index: argument };
    case "k":
      return { do: "set-rows", view, rows: argument };
    case "s":
    case "q": {
      const by = orders[argument];
      return by && { do: verb === "s" ? "sort" : "set-order", view, by };
    }
    case "d": {
      const method = downloadMethods[argument];
      return method && { do: "set-method", view, method };
    }
    case "jf": {
      const format = listFormats[argument];
      return format && { do: "list-as", view, format };
    }
    case "vk":
      return { do: "narrow-kind", view, index: argument };
    case "vb":
      return { do: "narrow-size", view, index: argument };
    case "vi":
      return { do: "link-row", view, index: argument };
    case "vl":
      return { do: "lend", view, index: argument };
    case "vp": {
      const capability = sharedCapabilities[Math.floor(argument / audiences.length)];
      const audience = audiences[argument % audiences.length];
      return capability && audience && { do: "set-policy", view, capability, audience };
    }
    case "vd":
      return { do: "set-daily", view, count: argument };
    case "vo":
      return argument > 1 ? undefined : { do: "set-open", view, open: argument === 1 };
    case "vh":
      return argument > 1 ? undefined : { do: "set-private-links", view, privateLinks: argument === 1 };
    case "vc":
      return { do: "set-clear", view, minutes: argument };
    // Operators.
    case "aa": {
      const room = operatorsRooms[argument];
      return room && { do: "admin-go", view, room };
    }
    case "at":
      return { do: "admin-turn", view, page: argument };
    case "an":
      return { do: "admin-pick", view, index: argument };
    case "as": {
      const mode = accessModes[argument];
      return mode && { do: "set-access", view, mode };
    }
    case "am":
      return argument > 1 ? undefined : { do: "set-maintenance", view, on: argument === 1 };
    case "al":
      return { do: "set-log-level", view, index: argument };
    default:
      return undefined;
  }
}

import type { ActionContext, Outcome, Result } from "../context/context.ts";
import { notice } from "../context/failure.ts";
import { accessModes } from "../../users/access.ts";
import { logLevels } from "../../users/admin.ts";
import type { AdminView } from "../model/admin-view.ts";
import { showOperators } from "./views.ts";
import {
  aboutState,
  admit,
  askToRevokeEveryLink,
  ban,
  composeBroadcast,
  expel,
  find,
  guestIn,
  invite,
  prepareBroadcast,
  setAccess,
  setLogLevel,
  setMaintenance,
  setQuota,
  unban,
} from "./operate.ts";

/** The panel, or a sub-command: what can be pressed there can be typed as well. */
export function admin(context: ActionContext, words: string): Promise<Result> | Result {
  const [name = "", ...rest] = words.trim().split(/\s+/);
  const argument = rest.join(" ");
  switch (name.toLowerCase()) {
    case "":
    case "numbers":
      return room(context, { at: "operators", room: "panel" });
    case "people":
    case "find":
      return find(context, argument);
    case "admit":
      return onGuest(context, argument, admit);
    case "expel":
      return onGuest(context, argument, expel);
    case "ban":
      return onGuest(context, argument, ban);
    case "unban":
      return onGuest(context, argument, unban);
    case "quota":
      return quota(context, rest);
    case "access":
      return argument === "" ? room(context, { at: "operators", room: "access" }) : access(context, argument);
    case "invite":
      return invite(context);
    case "mounts":
      return room(context, { at: "operators", room: "admin-mounts", page: 1 });
    case "broadcast":
      return broadcast(context, words.trim().slice(name.length).trim());
    case "maintenance":
      return argument === "on" || argument === "off" ? setMaintenance(context, argument === "on") : usage();
    case "log":
      return logLevel(context, argument);
    case "revoke":
      return argument === "" ? askToRevokeEveryLink(context) : usage();
    case "audit":
      return room(context, { at: "operators", room: "audit", page: 1 });
    case "state":
      return aboutState();
    default:
      return usage();
  }
}

function room(context: ActionContext, state: AdminView): Promise<Result> | Result {
  return showOperators(context, state);
}

/** What sub-commands there are. */
function usage(): Outcome {
  return notice("admin-usage");
}

function onGuest(
  context: ActionContext,
  text: string,
  act: (context: ActionContext, id: string) => Promise<Result> | Result,
): Promise<Result> | Result {
  const id = guestIn(text, context.visit);
  return id === undefined ? usage() : act(context, id);
}

function quota(context: ActionContext, [who = "", amount = ""]: readonly string[]): Promise<Result> | Result {
  if (amount === "") return usage();
  return onGuest(context, who, (_, id) => setQuota(context, id, amount === "none" ? "" : amount) ?? usage());
}

function access(context: ActionContext, wanted: string): Promise<Result> | Result {
  const mode = accessModes.find((candidate) => candidate === wanted);
  return mode ? setAccess(context, mode) : usage();
}

function broadcast(context: ActionContext, text: string): Promise<Result> | Result {
  return text === "" ? composeBroadcast(context) : prepareBroadcast(context, text);
}

function logLevel(context: ActionContext, wanted: string): Promise<Result> | Result {
  const index = logLevels.findIndex((level) => level === wanted);
  return index === -1 ? usage() : setLogLevel(context, index);
}

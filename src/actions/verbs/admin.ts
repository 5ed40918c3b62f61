import type { Errand, Outcome } from "../errand.ts";
import { notice } from "../failure.ts";
import { accessModes } from "../office/door.ts";
import { logLevels } from "../office/office.ts";
import type { OperatorsScene } from "../operate.ts";
import { showOperators } from "../scenes/operators.ts";
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
export function admin(errand: Errand, words: string): Promise<Outcome> | Outcome {
  const [name = "", ...rest] = words.trim().split(/\s+/);
  const argument = rest.join(" ");
  switch (name.toLowerCase()) {
    case "":
    case "numbers":
      return room(errand, { at: "operators", room: "panel" });
    case "people":
    case "find":
      return find(errand, argument);
    case "admit":
      return onGuest(errand, argument, admit);
    case "expel":
      return onGuest(errand, argument, expel);
    case "ban":
      return onGuest(errand, argument, ban);
    case "unban":
      return onGuest(errand, argument, unban);
    case "quota":
      return quota(errand, rest);
    case "access":
      return argument === "" ? room(errand, { at: "operators", room: "access" }) : access(errand, argument);
    case "invite":
      return invite(errand);
    case "mounts":
      return room(errand, { at: "operators", room: "admin-mounts", page: 1 });
    case "broadcast":
      return broadcast(errand, words.trim().slice(name.length).trim());
    case "maintenance":
      return argument === "on" || argument === "off" ? setMaintenance(errand, argument === "on") : usage();
    case "log":
      return logLevel(errand, argument);
    case "revoke":
      return argument === "" ? askToRevokeEveryLink(errand) : usage();
    case "audit":
      return room(errand, { at: "operators", room: "audit", page: 1 });
    case "state":
      return aboutState();
    default:
      return usage();
  }
}

function room(errand: Errand, scene: OperatorsScene): Promise<Outcome> {
  return showOperators(errand, scene);
}

/** What sub-commands there are. */
function usage(): Outcome {
  return notice("admin-usage");
}

function onGuest(
  errand: Errand,
  text: string,
  act: (errand: Errand, id: string) => Promise<Outcome> | Outcome,
): Promise<Outcome> | Outcome {
  const id = guestIn(text, errand.visit);
  return id === undefined ? usage() : act(errand, id);
}

function quota(errand: Errand, [who = "", amount = ""]: readonly string[]): Promise<Outcome> | Outcome {
  return onGuest(errand, who, (_, id) => setQuota(errand, id, amount === "none" ? "" : amount) ?? usage());
}

function access(errand: Errand, wanted: string): Promise<Outcome> | Outcome {
  const mode = accessModes.find((candidate) => candidate === wanted);
  return mode ? setAccess(errand, mode) : usage();
}

function broadcast(errand: Errand, text: string): Promise<Outcome> | Outcome {
  return text === "" ? composeBroadcast(errand) : prepareBroadcast(errand, text);
}

function logLevel(errand: Errand, wanted: string): Promise<Outcome> | Outcome {
  const index = logLevels.findIndex((level) => level === wanted);
  return index === -1 ? usage() : setLogLevel(errand, index);
}

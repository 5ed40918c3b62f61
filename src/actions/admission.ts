import type { Action } from "./action.ts";
import type { ActionContext, Outcome } from "./context/context.ts";
import { notice, refused } from "./context/failure.ts";
import { isCode } from "../users/access.ts";
import type { Tempo } from "../users/rate-limit.ts";
import { groupIn } from "../users/place.ts";

/**
 * What stands between somebody and what they ask for: a code, which is used up first; a ban; maintenance; the list of
 * the admitted. Without an action nothing is asked for yet, as while somebody types. Undefined = they may go on to what
 * their role permits.
 */
export async function admission(context: ActionContext, action?: Action): Promise<Outcome | undefined> {
  const { services, visit, operator, standing: person } = context;
  const { access } = services.admin;
  const where = groupIn(visit)?.id ?? visit.place.id;
  const [place, opening] = await Promise.all([
    where === visit.person.id ? person : access.standing(where),
    access.opening(),
  ]);
  if (!operator && (person.banned || place.banned)) return refused("banned");
  await services.admin.chats.note(visit);
  const here = groupIn(visit);
  if (here?.runs === true) await services.destinations?.note(visit.person.id, here.id);
  const code = action && codeIn(action);
  const entered = code === undefined ? undefined : await redeemed(context, code);
  if (entered || operator) return entered;
  if (opening.maintenance) return refused("maintenance");
  const isAdmitted = opening.access === "open" || person.admitted || place.admitted;
  return isAdmitted ? undefined : refused("not-admitted");
}

/** What a code gave. */
async function redeemed({ services, visit }: ActionContext, code: string): Promise<Outcome> {
  const given = await services.admin.access.redeem(code, visit);
  if (!given) return refused("code-void");
  const isGroup = visit.place.kind === "group" && given === "admitted";
  const act = {
    by: visit.person.id,
    act: given === "operator" ? ("operator" as const) : ("redeem" as const),
    subject: isGroup ? visit.place.id : visit.person.id,
  };
  await services.admin.audit.write(act);
  services.log.info(act, given === "operator" ? "operator code redeemed" : "invitation redeemed");
  return notice(given === "operator" ? "operator-made" : "admitted", { level: "done" });
}

/** A code in `/start`, or said by itself; undefined = there is none. */
function codeIn(action: Action): string | undefined {
  const said = action.do === "start" ? action.payload : action.do === "say" ? action.text.trim() : undefined;
  return said !== undefined && isCode(said) ? said : undefined;
}

/** Too much at once: said once, and again only where each question must have an answer. */
export function tooFast(tempo: Exclude<Tempo, "go">): Outcome {
  const { screen } = refused("too-fast");
  return screen.show === "notice" && tempo === "silent" ? { screen: { ...screen, again: true } } : { screen };
}

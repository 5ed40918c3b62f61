import { JobFailure } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import type { Sent } from "../../messaging/messenger.ts";
import { languageOf } from "../../users/person.ts";
import type { Visit } from "../../users/visit.ts";
import { createContext, drawPassing, sessionLife, type ActionContext } from "../context/context.ts";
import type { Services } from "../context/services.ts";
import type { Follow, ToldTo } from "../model/follow.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { Remembered, ViewRef, ViewState } from "../model/session.ts";
import type { Target } from "../model/target.ts";
import type { Telling } from "./follow-kind.ts";

/** Whoever asked for it, as if they stood where it is told. */
export function contextOf(
  services: Services,
  { person, locale, to }: Follow,
  signal: AbortSignal,
): Promise<ActionContext> {
  const { group, thread, title } = to;
  const visit: Visit = {
    person: { id: person, name: "", ...(locale !== undefined && { locale }) },
    place:
      group === undefined
        ? { id: person, kind: "private" }
        : { id: group, kind: "group", title, ...(thread !== undefined && { thread }) },
    rows: { usual: 8, most: 8 },
  };
  return createContext(services, visit, signal);
}

/** A screen that is said unasked: it pushes out none that the person uses. */
export async function drawUnasked(
  context: ActionContext,
  state: ViewState,
  rows: Remembered["rows"] = [],
): Promise<ViewRef> {
  const view = await drawPassing(context, state, rows, sessionLife);
  await context.services.follows?.noteDrawn(context.person.id, view.id);
  return view;
}

/** Where it is told, and in which language. */
export function targetIn({ services, person, visit, place }: ActionContext, to: ToldTo): Target {
  const chosen = place?.settings.language;
  const language =
    chosen !== undefined && services.languages.includes(chosen) ? chosen : languageOf(services, person, visit);
  return { place: to.place, kind: to.kind, language, ...(to.thread !== undefined && { thread: to.thread }) };
}

/**
 * Says something of what is followed, once: after a kill nobody knows whether it arrived, and it is not said again. Throws a
 * `JobFailure` where it can be said later.
 */
export async function tellOnce(
  { services }: Pick<ActionContext, "services">,
  target: Target,
  { screen, telling }: { readonly screen: MessageScreen } & Required<Telling>,
  { save }: Pick<RunningJob<never, Telling>, "save">,
): Promise<Sent["is"]> {
  const messenger = services.messengers?.of(target.place);
  if (!messenger) return "closed";
  await save({ telling });
  const sent = await messenger.send(target, screen);
  if (sent.is !== "later") return sent.is;
  await save({});
  throw new JobFailure("follow-not-told", { retryAfter: sent.after });
}

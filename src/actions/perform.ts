import { isStoreFailure, StorageError } from "../storage/error.ts";
import type { Counters } from "../users/counters.ts";
import { languageOf, loadPerson } from "../users/person.ts";
import { groupIn, loadPlace, standingIn } from "../users/place.ts";
import { refusalOf, rolesFor, type Role } from "../users/roles.ts";
import type { Visit } from "../users/visit.ts";
import { isUrgent, ruleOf, type Action } from "./action.ts";
import { admission, tooFast } from "./admission.ts";
import { decodeButton, handleButton, type ButtonPress } from "./buttons.ts";
import { handleCommand } from "./commands.ts";
import { buttonContext } from "./context/button-context.ts";
import {
  createContext,
  findSession,
  groupOf,
  inSession,
  queueOf,
  recall,
  type ActionContext,
  type Outcome,
} from "./context/context.ts";
import { failed, refused, unexpected } from "./context/failure.ts";
import { isOfOperators, leaveFor } from "./context/leave.ts";
import type { Services } from "./context/services.ts";
import { handleForm, openedFrom, type Submission } from "./forms.ts";
import type { Answer, Screen } from "./model/screen.ts";
import { folderOf, type Session } from "./model/session.ts";
import { openForReader } from "./shares/open-for-reader.ts";
import { helpWithoutStore } from "./start/help.ts";
import { shown } from "./views.ts";

/**
 * Does what was asked and says what is to be seen then: the only way in for the front ends. A person's actions are done one
 * after another. Rejects with nothing but the signal's reason.
 */
export async function perform(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  // Before anybody waits in the queue, which is what a flood would fill.
  const tempo = await services.admin.rateLimit.take(...pacedBy(visit));
  if (tempo !== "go") return { ...tooFast(tempo), language: await ownLanguage(services, visit) };
  if (isUrgent(action)) return answered(services, visit, action, signal);
  return services.exclusive(queueOf(visit), () => answered(services, visit, action, signal), visit.order);
}

async function answered(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const outcome = await guarded({ services, visit, signal }, action);
  tally(services.admin.counters, outcome.screen);
  return { ...outcome, ...(await presentationOf(services, visit, outcome.screen)) };
}

/** A person has one measure in all places, and a group one for all its people. */
function pacedBy({ person, place }: Visit): readonly string[] {
  return place.kind === "group" ? [person.id, place.id] : [person.id];
}

/** How it is said, and how long it stays: a group's own way for what all of it sees, else the person's. */
async function presentationOf(
  services: Services,
  visit: Visit,
  screen: Screen,
): Promise<Omit<Answer, "screen" | "updates">> {
  const isPublic = visit.place.kind === "group" && !("for" in screen && screen.for === "asker");
  const place = isPublic ? await loadPlace(services, visit.place.id).catch(() => undefined) : undefined;
  const { language, clearAfter } = place?.settings ?? {};
  return {
    language:
      language !== undefined && services.languages.includes(language) ? language : await ownLanguage(services, visit),
    ...(clearAfter !== undefined && { clearAt: services.now() + clearAfter * 60_000 }),
  };
}

async function ownLanguage(services: Services, visit: Visit): Promise<string> {
  const person = await loadPerson(services, visit.person.id).catch(() => undefined);
  return person ? languageOf(services, person, visit) : services.pickLanguage(visit.person.locale);
}

/** Counts what operators want to know of it. */
function tally(counters: Counters, screen: Screen): void {
  if (screen.show === "link") counters.count("links");
  if (screen.show === "form" && screen.reason) counters.count(`error ${screen.reason.code}`);
  if (screen.show === "notice" && screen.level === "failed") counters.count(`error ${screen.notice}`);
}

type Asked = Pick<ActionContext, "services" | "visit" | "signal">;

/** Every failure becomes a screen, but for an asker who has gone. */
async function guarded({ services, visit, signal }: Asked, action: Action): Promise<Outcome> {
  try {
    const context = await createContext(services, visit, signal);
    return (await admission(context, action)) ?? (await permitted(context, action));
  } catch (error) {
    if (signal.aborted) throw error;
    return unforeseen({ services, visit, signal }, action, error);
  }
}

/** A drive's failure that no action had a better screen for, or something nobody thought of. */
async function unforeseen(asked: Asked, action: Action, error: unknown): Promise<Outcome> {
  const outcome = await failureOf(asked, action, error);
  // What a group's message shows stays there for the others; and a store that is away comes back: its buttons work again.
  const stays = asked.visit.place.kind === "group" || isStoreFailure(error);
  return "view" in action && stays ? toAsker(outcome) : outcome;
}

async function failureOf({ services, visit, signal }: Asked, action: Action, error: unknown): Promise<Outcome> {
  if (action.do === "help" && isStoreFailure(error)) return helpWithoutStore(visit);
  if (!(error instanceof StorageError)) return unexpected({ services, visit }, error, action.do);
  try {
    return await failed(await createContext(services, visit, signal), error);
  } catch (worse) {
    return unexpected({ services, visit }, worse, action.do);
  }
}

async function permitted(context: ActionContext, action: Action): Promise<Outcome> {
  if ("view" in action) return performButton(context, action);
  const no = refusalOf(ruleOf(action), await rolesOf(context, action), context.visit.place);
  if (no) return refused(no);
  if (action.do === "submit") return submitted(context, action);
  const linked = action.do === "start" && action.payload !== undefined ? decodeButton(action.payload) : undefined;
  return linked ? performButton(context, linked, { isLink: true }) : shown(handleCommand(context, action));
}

/** All that somebody is to what they do. The group is asked only where it matters. */
async function rolesOf(context: ActionContext, action: Action, session?: Session): Promise<readonly Role[]> {
  const { services, visit, person, operator } = context;
  const isOwn = !session || session.owner === person.id;
  const may = rolesFor(ruleOf(action), visit.place);
  const group = session ? groupOf(session) : context.through;
  const needsGroup = group !== undefined && !(isOwn && may.includes("owner"));
  const standing = needsGroup ? await standingIn(services, visit, group) : "none";
  return [
    ...(isOwn ? (["owner"] as const) : []),
    ...(isOwn && operator ? (["operator"] as const) : []),
    standing === "none" ? "other" : standing,
  ];
}

/** A button, if the screen is known and its presser may press it. */
async function performButton(context: ActionContext, press: ButtonPress, { isLink = false } = {}): Promise<Outcome> {
  const session = await findSession(context.services, press.view);
  if (!session) return refused("view-expired");
  const no = refusalOf(ruleOf(press), await rolesOf(context, press, session), context.visit.place);
  if (no === "not-yours") return (await readByLink(context, press, session)) ?? refused(no);
  if (no) return refused(no);
  const pressedOn = recall(session, press.view)?.state;
  if (!context.operator && (isOfOperators(session.state) || isOfOperators(pressedOn))) return refused("view-expired");
  const at: ActionContext = { ...context, through: groupOf(session) };
  // A group's settings belong to whoever runs the group.
  const isOwn = session.owner === context.person.id || session.state.at === "place-settings";
  const isCard = press.do === "link-row" && session.state.at === "found";
  if (!isOwn && !isCard && !(await mayLook(at, session))) {
    return (await readByLink(at, press, session)) ?? refused("not-yours");
  }
  // Behind a deep link it goes on in a message of its own, and so does what somebody else presses: the first stays alone.
  const own = isOwn && !isLink ? session : copyOf(at, session);
  const { forAsker } = inSession(context, own);
  const outcome = await shown(handleButton(buttonContext({ ...at, session: own, forAsker }, own, press.view), press));
  return forAsker ? toAsker(outcome) : outcome;
}

/** What a form comes to. One that a screen's button opened goes on where that screen is, and for whom it was. */
async function submitted(context: ActionContext, submission: Submission): Promise<Outcome> {
  const opener = openedFrom(submission.form);
  const session = opener === undefined ? undefined : await findSession(context.services, { id: opener, revision: 0 });
  if (session?.owner !== context.person.id) return shown(handleForm(context, submission));
  const at = inSession(context, session);
  const outcome = await shown(handleForm(at, submission));
  return at.forAsker ? toAsker(outcome) : outcome;
}

/**
 * What stands behind a link of its own can be read by whoever reads of it: it is opened in their name, and asks them for
 * its code where it has one. Undefined = it has no link, or this is no way to read.
 */
async function readByLink(context: ActionContext, press: ButtonPress, session: Session): Promise<Outcome | undefined> {
  if (!ruleOf(press).roles.includes("member") || !(await mayRead(context, session))) return undefined;
  const isForAsker = context.visit.place.kind === "group";
  const reader: ActionContext = { ...context, ...(isForAsker && { forAsker: true }) };
  const copy = copyOf(context, session);
  const opened = await openForReader(reader, copy);
  if (!opened) return undefined;
  const { session: theirs, context: own, result } = opened;
  const outcome = theirs
    ? await shown(handleButton(buttonContext({ ...own, session: theirs }, theirs, press.view), press))
    : await shown(result);
  return isForAsker ? toAsker(outcome) : outcome;
}

/** Whether a list stands where its presser reads it: in the group they press in, or are in. Nobody reads another's private chat. */
async function mayRead({ services, visit }: ActionContext, session: Session): Promise<boolean> {
  const group = groupOf(session);
  if (group === undefined) return false;
  return groupIn(visit)?.id === group || (await standingIn(services, visit, group)) !== "none";
}

/** Whether what a screen shows is lent to somebody else who presses on it. */
async function mayLook(context: ActionContext, { state }: Session): Promise<boolean> {
  if (state.at === "mounts") return true;
  const folder = folderOf(state);
  const mount = folder && (await context.services.storage.find(folder.mount));
  return (
    mount !== undefined &&
    (await leaveFor(context, mount, { for: "browse", trail: folder?.trail ?? [] }, false)).is === "yes"
  );
}

/** The presser's own screen, beginning where the one pressed on is. */
function copyOf({ services, visit, person }: ActionContext, session: Session): Session {
  // What was chosen or changed in a message is gone on with there alone.
  const { forAsker: _theirs, selection: _chosen, change: _made, naming: _asked, ...rest } = session;
  const isForAsker = visit.place.kind === "group" && session.owner !== person.id;
  return {
    ...rest,
    id: services.newId(),
    owner: person.id,
    place: visit.place.id,
    ...(isForAsker && { forAsker: true }),
  };
}

/** The same, for the asker alone. A screen that is no message stays as it is. */
function toAsker({ screen, updates, ...outcome }: Outcome): Outcome {
  return { ...outcome, screen: forAsker(screen), ...(updates && { updates: allForAsker(updates) }) };
}

function forAsker(screen: Screen): Screen {
  switch (screen.show) {
    case "listing":
    case "file":
    case "link":
    case "mounts":
    case "save":
    case "follows":
    case "follow":
    case "notice":
      return { ...screen, for: "asker" };
    case "welcome":
    case "help":
    case "form":
    case "mount":
    case "favourites":
    case "settings":
    case "hook":
    case "question":
    case "transfer":
    case "batch":
    case "list-choice":
    case "list-progress":
    case "list-ready":
    case "sign-in-ways":
    case "approval":
    case "download":
    case "news":
    case "backfill":
    case "upload":
    case "share-out":
    case "shared":
    case "shared-list":
    case "given-link":
    case "given-links":
    case "push":
    case "destinations":
    case "preview":
    case "tasks":
    case "task":
    case "tidy":
    case "select":
    case "target":
    case "tidied":
    case "trash":
    case "found":
    case "lend-choice":
    case "lending":
    case "place-settings":
    case "admin":
    case "people":
    case "person":
    case "access":
    case "admin-mounts":
    case "broadcast":
    case "audit":
      return screen;
  }
}

async function* allForAsker(updates: AsyncIterable<Screen>): AsyncGenerator<Screen> {
  for await (const screen of updates) yield forAsker(screen);
}

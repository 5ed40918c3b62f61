import { StorageError } from "../storage/error.ts";
import type { Action, Press, Visit } from "./model/action.ts";
import { admission, tooFast } from "./admission.ts";
import { findSession, queueOf, recall, createContext, type ActionContext, type Outcome } from "./context.ts";
import { failed, refused, unexpected } from "./failure.ts";
import { shareForm, signInForm } from "./model/forms.ts";
import type { Counters } from "../users/counters.ts";
import { isOfOperators, leaveFor, refusal, rolesFor, ruleOf, type Role } from "./permission.ts";
import { languageOf, loadPerson } from "../users/person.ts";
import { loadPlace, standingIn } from "../users/place.ts";
import { buttonContext, type ButtonContext } from "./button-context.ts";
import { showPlaceSettings } from "./groups/views.ts";
import { showMounts } from "./mounts/views.ts";
import { ask, showSettings } from "./settings/views.ts";
import type { Answer, Screen } from "./model/screen.ts";
import type { Services } from "./services.ts";
import { folderOf, type Session } from "./model/session.ts";
import { admin } from "./admin/command.ts";
import { confirm, dismiss } from "./questions/answer.ts";
import { browse } from "./browse/browse.ts";
import { cancel } from "./start/cancel.ts";
import { findInline, keepCard, linkRow } from "./search/inline.ts";
import { findLink } from "./links/find-file.ts";
import { cancelTransfer, getFile, sendPressed } from "./files/send-file.ts";
import { chooseList, listAs } from "./links/list-folder.ts";
import { revokeLinks } from "./links/revoke-links.ts";
import { goBack, retry } from "./browse/go-back.ts";
import { help } from "./start/help.ts";
import { bind, lendChosen, setDaily, setOpenLinks, setPolicy, unbind, unlend } from "./groups/lend.ts";
import { logOut } from "./mounts/log-out.ts";
import {
  checkMount,
  chooseMount,
  openMount,
  pickMount,
  removeMount,
  renamePressed,
  renewPressed,
  setMethod,
} from "./mounts/mounts.ts";
import { openEntry } from "./browse/open-entry.ts";
import { openShare } from "./shares/open-share.ts";
import { setClear, setPrivateLinks, setPlaceLanguage, setPlaceOrder, setPlaceRows } from "./groups/place-settings.ts";
import { operate } from "./admin/operate.ts";
import { requestLink } from "./links/request-link.ts";
import { askWords, narrowKind, narrowSize, searchFor, stopSearch } from "./search/search.ts";
import { setLanguage, setOrder, setRows } from "./settings/settings.ts";
import { signIn } from "./mounts/sign-in.ts";
import { start } from "./start/start.ts";
import { submit } from "./submit.ts";
import { goUp, refresh, sort, turnPage } from "./browse/turn-page.ts";

/**
 * Does what was asked and says what is to be seen then: the only door of the frontends. A person's actions are done one
 * after another. Rejects with nothing but the signal's reason.
 */
export async function perform(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  // Before anybody waits in the queue, which is what a flood would fill.
  const tempo = await services.admin.pace.take(...pacedBy(visit));
  if (tempo !== "go") return { ...tooFast(tempo), language: await ownLanguage(services, visit) };
  // Whoever cancels does not wait for what else they asked for.
  if (action.do === "cancel-transfer") return answered(services, visit, action, signal);
  return services.exclusive(queueOf(visit), () => answered(services, visit, action, signal));
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

/** A drive's failure that no verb had a better screen for, or something nobody thought of. */
async function unforeseen({ services, visit, signal }: Asked, action: Action, error: unknown): Promise<Outcome> {
  if (!(error instanceof StorageError)) return unexpected({ services, visit }, error, action.do);
  try {
    return await failed(await createContext(services, visit, signal), error);
  } catch (worse) {
    return unexpected({ services, visit }, worse, action.do);
  }
}

async function permitted(context: ActionContext, action: Action): Promise<Outcome> {
  if ("view" in action) return performButton(context, action);
  const no = refusal(action, await rolesOf(context, action), context.visit.place);
  return no ? refused(no) : typed(context, action);
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

/** The group a screen belongs to; undefined = none. */
function groupOf({ through, place, owner }: Session): string | undefined {
  return through ?? (place === owner ? undefined : place);
}

/** A button, if the screen is known and its presser may press it. */
async function performButton(context: ActionContext, press: Press, { isLink = false } = {}): Promise<Outcome> {
  const session = await findSession(context.services, press.view);
  if (!session) return refused("view-expired");
  const no = refusal(press, await rolesOf(context, press, session), context.visit.place);
  if (no) return refused(no);
  const shown = recall(session, press.view)?.state;
  if (!context.operator && (isOfOperators(session.state) || isOfOperators(shown))) return refused("view-expired");
  const { through: _here, ...rest } = context;
  const through = groupOf(session);
  const at: ActionContext = { ...rest, ...(through !== undefined && { through }) };
  // A group's settings belong to whoever runs the group.
  const isOwn = session.owner === context.person.id || session.state.at === "place-settings";
  const isCard = press.do === "link-row" && session.state.at === "found";
  if (!isOwn && !isCard && !(await mayLook(at, session))) return refused("not-yours");
  // Behind a deep link it goes on in a message of its own, and so does what somebody else presses: the first stays alone.
  const own = isOwn && !isLink ? session : copyOf(at, session);
  const forAsker = own.forAsker === true && context.visit.place.kind === "group";
  const outcome = await carriedOut(
    buttonContext({ ...at, session: own, ...(forAsker && { forAsker }) }, own, press.view),
    press,
  );
  return forAsker ? toAsker(outcome) : outcome;
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
  const { forAsker: _theirs, ...rest } = session;
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
  return { ...outcome, screen: privateLinks(screen), ...(updates && { updates: allForAsker(updates) }) };
}

function privateLinks(screen: Screen): Screen {
  switch (screen.show) {
    case "listing":
    case "file":
    case "link":
    case "mounts":
    case "notice":
      return { ...screen, for: "asker" };
    default:
      return screen;
  }
}

async function* allForAsker(updates: AsyncIterable<Screen>): AsyncGenerator<Screen> {
  for await (const screen of updates) yield privateLinks(screen);
}

function typed(context: ActionContext, action: Exclude<Action, Press>): Promise<Outcome> | Outcome {
  switch (action.do) {
    case "start":
      return start(context, action.payload, (press) => performButton(context, press, { isLink: true }));
    case "help":
      return help(context);
    case "sign-in":
      return signIn(context, action.mount);
    case "open-share":
      return openShare(context, action);
    case "submit":
      return submit(context, action.form, action.values);
    case "show-mounts":
      return showMounts(context);
    case "browse":
      return browse(context, action.path);
    case "find-link":
      return findLink(context, action.words);
    case "get":
      return getFile(context, action.words);
    case "search":
      return searchFor(context, action.words);
    case "bind":
      return bind(context, action.path);
    case "unbind":
      return unbind(context);
    case "find-inline":
      return findInline(context, action.words, action.from);
    case "keep-card":
      return keepCard(context, action.card);
    case "show-settings":
      return context.visit.place.kind === "group" ? showPlaceSettings(context) : showSettings(context);
    case "show-place-settings":
      return showPlaceSettings(context);
    case "log-out":
      return logOut(context);
    case "forget":
      return ask(context, { at: "question", question: "forget" });
    case "cancel":
      return cancel(context, action.left);
    case "admin":
      return admin(context, action.words ?? "");
  }
}

function carriedOut(context: ButtonContext, press: Press): Promise<Outcome> | Outcome {
  switch (press.do) {
    case "open":
      return openEntry(context, press.index);
    case "turn":
      return turnPage(context, press.page);
    case "up":
      return goUp(context);
    case "refresh":
      return refresh(context);
    case "sort":
      return sort(context, press.by);
    case "back":
      return goBack(context);
    case "link":
      return requestLink(context, press.variant);
    case "mounts":
      return showMounts(context);
    case "mount":
      return pickMount(context, press.index);
    case "open-mount":
      return openMount(context);
    case "choose-mount":
      return chooseMount(context);
    case "rename-mount":
      return renamePressed(context);
    case "check-mount":
      return checkMount(context);
    case "renew-mount":
      return renewPressed(context);
    case "set-method":
      return setMethod(context, press.method);
    case "remove-mount":
      return removeMount(context);
    case "confirm":
      return confirm(context);
    case "dismiss":
      return dismiss(context);
    case "set-language":
      return isOfPlace(context) ? setPlaceLanguage(context, press.index) : setLanguage(context, press.index);
    case "set-rows":
      return isOfPlace(context) ? setPlaceRows(context, press.rows) : setRows(context, press.rows);
    case "set-order":
      return isOfPlace(context) ? setPlaceOrder(context, press.by) : setOrder(context, press.by);
    case "add-account":
      return signInForm(context);
    case "add-share":
      return shareForm(context);
    case "retry":
      return retry(context);
    case "send":
      return sendPressed(context);
    case "cancel-transfer":
      return cancelTransfer(context);
    case "list-folder":
      return chooseList(context);
    case "list-as":
      return listAs(context, press.format);
    case "revoke-links":
      return revokeLinks(context);
    case "find":
      return askWords(context);
    case "stop-search":
      return stopSearch(context);
    case "narrow-kind":
      return narrowKind(context, press.index);
    case "narrow-size":
      return narrowSize(context, press.index);
    case "link-row":
      return linkRow(context, press.index);
    case "lend":
      return lendChosen(context, press.index);
    case "unlend":
      return unlend(context);
    case "set-policy":
      return setPolicy(context, press.capability, press.audience);
    case "set-daily":
      return setDaily(context, press.count);
    case "set-open":
      return setOpenLinks(context, press.open);
    case "set-private-links":
      return setPrivateLinks(context, press.privateLinks);
    case "set-clear":
      return setClear(context, press.minutes);
    default:
      return operate(context, press);
  }
}

/** The settings pressed on are a group's. */
function isOfPlace({ shown, session }: ButtonContext): boolean {
  return (shown?.state ?? session.state).at === "place-settings";
}

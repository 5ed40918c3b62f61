import { StorageError } from "../storage/error.ts";
import type { Action, Press, Visit } from "./action.ts";
import { admission, tooFast } from "./admission.ts";
import { findSession, queueOf, recall, startErrand, type Errand, type Outcome } from "./errand.ts";
import { failed, refused, unexpected } from "./failure.ts";
import { shareForm, signInForm } from "./forms.ts";
import type { Ledger } from "./office/ledger.ts";
import { isOfOperators, leaveFor, refusal, rolesFor, ruleOf, type Role } from "./permission.ts";
import { languageOf, loadPerson } from "./person.ts";
import { loadPlace, standingIn } from "./place.ts";
import { pressedOn, type Pressed } from "./pressed.ts";
import { showPlaceSettings } from "./scenes/lending.ts";
import { showMounts } from "./scenes/mounts.ts";
import { ask, showSettings } from "./scenes/person.ts";
import type { Answer, Screen } from "./screen.ts";
import type { Services } from "./services.ts";
import { folderOf, type Session } from "./session.ts";
import { admin } from "./verbs/admin.ts";
import { confirm, dismiss } from "./verbs/answer-question.ts";
import { browse } from "./verbs/browse.ts";
import { cancel } from "./verbs/cancel.ts";
import { findInline, keepCard, linkRow } from "./verbs/find-inline.ts";
import { findLink } from "./verbs/find-link.ts";
import { cancelTransfer, getFile, sendPressed } from "./verbs/send-file.ts";
import { chooseList, listAs } from "./verbs/list-folder.ts";
import { revokeLinks } from "./verbs/revoke-links.ts";
import { goBack, retry } from "./verbs/go-back.ts";
import { help } from "./verbs/help.ts";
import { bind, lendChosen, setDaily, setOpenLinks, setPolicy, unbind, unlend } from "./verbs/lend.ts";
import { logOut } from "./verbs/log-out.ts";
import {
  checkMount,
  chooseMount,
  openMount,
  pickMount,
  removeMount,
  renamePressed,
  renewPressed,
  setMethod,
} from "./verbs/mounts.ts";
import { openEntry } from "./verbs/open-entry.ts";
import { openShare } from "./verbs/open-share.ts";
import { setClear, setHushed, setPlaceLanguage, setPlaceOrder, setPlaceRows } from "./verbs/place-settings.ts";
import { operate } from "./verbs/operate.ts";
import { requestLink } from "./verbs/request-link.ts";
import { askWords, narrowKind, narrowSize, searchFor, stopSearch } from "./verbs/search.ts";
import { setLanguage, setOrder, setRows } from "./verbs/settings.ts";
import { signIn } from "./verbs/sign-in.ts";
import { start } from "./verbs/start.ts";
import { submit } from "./verbs/submit.ts";
import { goUp, refresh, sort, turnPage } from "./verbs/turn-page.ts";

/**
 * Does what was asked and says what is to be seen then: the only door of the frontends. A person's actions are done one
 * after another. Rejects with nothing but the signal's reason.
 */
export async function perform(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  // Before anybody waits in the queue, which is what a flood would fill.
  const tempo = await services.office.pace.take(...pacedBy(visit));
  if (tempo !== "go") return { ...tooFast(tempo), language: await ownLanguage(services, visit) };
  // Whoever cancels does not wait for what else they asked for.
  if (action.do === "cancel-transfer") return answered(services, visit, action, signal);
  return services.exclusive(queueOf(visit), () => answered(services, visit, action, signal));
}

async function answered(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const outcome = await guarded({ services, visit, signal }, action);
  tally(services.office.ledger, outcome.screen);
  return { ...outcome, ...(await mannersOf(services, visit, outcome.screen)) };
}

/** A person has one measure in all places, and a group one for all its people. */
function pacedBy({ person, place }: Visit): readonly string[] {
  return place.kind === "group" ? [person.id, place.id] : [person.id];
}

/** How it is said, and how long it stays: a group's own way for what all of it sees, else the person's. */
async function mannersOf(
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
function tally(ledger: Ledger, screen: Screen): void {
  if (screen.show === "link") ledger.count("links");
  if (screen.show === "form" && screen.reason) ledger.count(`error ${screen.reason.code}`);
  if (screen.show === "notice" && screen.level === "failed") ledger.count(`error ${screen.notice}`);
}

type Asked = Pick<Errand, "services" | "visit" | "signal">;

/** Every failure becomes a screen, but for an asker who has gone. */
async function guarded({ services, visit, signal }: Asked, action: Action): Promise<Outcome> {
  try {
    const errand = await startErrand(services, visit, signal);
    return (await admission(errand, action)) ?? (await permitted(errand, action));
  } catch (error) {
    if (signal.aborted) throw error;
    return unforeseen({ services, visit, signal }, action, error);
  }
}

/** A drive's failure that no verb had a better screen for, or something nobody thought of. */
async function unforeseen({ services, visit, signal }: Asked, action: Action, error: unknown): Promise<Outcome> {
  if (!(error instanceof StorageError)) return unexpected({ services, visit }, error, action.do);
  try {
    return await failed(await startErrand(services, visit, signal), error);
  } catch (worse) {
    return unexpected({ services, visit }, worse, action.do);
  }
}

async function permitted(errand: Errand, action: Action): Promise<Outcome> {
  if ("view" in action) return pressed(errand, action);
  const no = refusal(action, await rolesOf(errand, action), errand.visit.place);
  return no ? refused(no) : typed(errand, action);
}

/** All that somebody is to what they do. The group is asked only where it matters. */
async function rolesOf(errand: Errand, action: Action, session?: Session): Promise<readonly Role[]> {
  const { services, visit, person, operator } = errand;
  const isOwn = !session || session.owner === person.id;
  const may = rolesFor(ruleOf(action), visit.place);
  const group = session ? groupOf(session) : errand.through;
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
async function pressed(errand: Errand, press: Press, { isLink = false } = {}): Promise<Outcome> {
  const session = await findSession(errand.services, press.view);
  if (!session) return refused("view-expired");
  const no = refusal(press, await rolesOf(errand, press, session), errand.visit.place);
  if (no) return refused(no);
  const shown = recall(session, press.view)?.scene;
  if (!errand.operator && (isOfOperators(session.scene) || isOfOperators(shown))) return refused("view-expired");
  const { through: _here, ...rest } = errand;
  const through = groupOf(session);
  const at: Errand = { ...rest, ...(through !== undefined && { through }) };
  // A group's settings belong to whoever runs the group.
  const isOwn = session.owner === errand.person.id || session.scene.at === "place-settings";
  const isCard = press.do === "link-row" && session.scene.at === "found";
  if (!isOwn && !isCard && !(await mayLook(at, session))) return refused("not-yours");
  // Behind a deep link it goes on in a message of its own, and so does what somebody else presses: the first stays alone.
  const own = isOwn && !isLink ? session : copyOf(at, session);
  const quiet = own.quiet === true && errand.visit.place.kind === "group";
  const outcome = await carriedOut(pressedOn({ ...at, session: own, ...(quiet && { quiet }) }, own, press.view), press);
  return quiet ? toAsker(outcome) : outcome;
}

/** Whether what a screen shows is lent to somebody else who presses on it. */
async function mayLook(errand: Errand, { scene }: Session): Promise<boolean> {
  if (scene.at === "mounts") return true;
  const folder = folderOf(scene);
  const mount = folder && (await errand.services.storage.find(folder.mount));
  return (
    mount !== undefined &&
    (await leaveFor(errand, mount, { for: "browse", trail: folder?.trail ?? [] }, false)).is === "yes"
  );
}

/** The presser's own screen, beginning where the one pressed on is. */
function copyOf({ services, visit, person }: Errand, session: Session): Session {
  const { quiet: _theirs, ...rest } = session;
  const isQuiet = visit.place.kind === "group" && session.owner !== person.id;
  return { ...rest, id: services.newId(), owner: person.id, place: visit.place.id, ...(isQuiet && { quiet: true }) };
}

/** The same, for the asker alone. A screen that is no message stays as it is. */
function toAsker({ screen, updates, ...outcome }: Outcome): Outcome {
  return { ...outcome, screen: hushed(screen), ...(updates && { updates: hushedAll(updates) }) };
}

function hushed(screen: Screen): Screen {
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

async function* hushedAll(updates: AsyncIterable<Screen>): AsyncGenerator<Screen> {
  for await (const screen of updates) yield hushed(screen);
}

function typed(errand: Errand, action: Exclude<Action, Press>): Promise<Outcome> | Outcome {
  switch (action.do) {
    case "start":
      return start(errand, action.payload, (press) => pressed(errand, press, { isLink: true }));
    case "help":
      return help(errand);
    case "sign-in":
      return signIn(errand, action.mount);
    case "open-share":
      return openShare(errand, action);
    case "submit":
      return submit(errand, action.form, action.values);
    case "show-mounts":
      return showMounts(errand);
    case "browse":
      return browse(errand, action.path);
    case "find-link":
      return findLink(errand, action.words);
    case "get":
      return getFile(errand, action.words);
    case "search":
      return searchFor(errand, action.words);
    case "bind":
      return bind(errand, action.path);
    case "unbind":
      return unbind(errand);
    case "find-inline":
      return findInline(errand, action.words, action.from);
    case "keep-card":
      return keepCard(errand, action.card);
    case "show-settings":
      return errand.visit.place.kind === "group" ? showPlaceSettings(errand) : showSettings(errand);
    case "show-place-settings":
      return showPlaceSettings(errand);
    case "log-out":
      return logOut(errand);
    case "forget":
      return ask(errand, { at: "question", question: "forget" });
    case "cancel":
      return cancel(errand, action.left);
    case "admin":
      return admin(errand, action.words ?? "");
  }
}

function carriedOut(errand: Pressed, press: Press): Promise<Outcome> | Outcome {
  switch (press.do) {
    case "open":
      return openEntry(errand, press.index);
    case "turn":
      return turnPage(errand, press.page);
    case "up":
      return goUp(errand);
    case "refresh":
      return refresh(errand);
    case "sort":
      return sort(errand, press.by);
    case "back":
      return goBack(errand);
    case "link":
      return requestLink(errand, press.variant);
    case "mounts":
      return showMounts(errand);
    case "mount":
      return pickMount(errand, press.index);
    case "open-mount":
      return openMount(errand);
    case "choose-mount":
      return chooseMount(errand);
    case "rename-mount":
      return renamePressed(errand);
    case "check-mount":
      return checkMount(errand);
    case "renew-mount":
      return renewPressed(errand);
    case "set-method":
      return setMethod(errand, press.method);
    case "remove-mount":
      return removeMount(errand);
    case "confirm":
      return confirm(errand);
    case "dismiss":
      return dismiss(errand);
    case "set-language":
      return isOfPlace(errand) ? setPlaceLanguage(errand, press.index) : setLanguage(errand, press.index);
    case "set-rows":
      return isOfPlace(errand) ? setPlaceRows(errand, press.rows) : setRows(errand, press.rows);
    case "set-order":
      return isOfPlace(errand) ? setPlaceOrder(errand, press.by) : setOrder(errand, press.by);
    case "add-account":
      return signInForm(errand);
    case "add-share":
      return shareForm(errand);
    case "retry":
      return retry(errand);
    case "send":
      return sendPressed(errand);
    case "cancel-transfer":
      return cancelTransfer(errand);
    case "list-folder":
      return chooseList(errand);
    case "list-as":
      return listAs(errand, press.format);
    case "revoke-links":
      return revokeLinks(errand);
    case "find":
      return askWords(errand);
    case "stop-search":
      return stopSearch(errand);
    case "narrow-kind":
      return narrowKind(errand, press.index);
    case "narrow-size":
      return narrowSize(errand, press.index);
    case "link-row":
      return linkRow(errand, press.index);
    case "lend":
      return lendChosen(errand, press.index);
    case "unlend":
      return unlend(errand);
    case "set-policy":
      return setPolicy(errand, press.talent, press.audience);
    case "set-daily":
      return setDaily(errand, press.count);
    case "set-open":
      return setOpenLinks(errand, press.open);
    case "set-hushed":
      return setHushed(errand, press.hushed);
    case "set-clear":
      return setClear(errand, press.minutes);
    default:
      return operate(errand, press);
  }
}

/** The settings pressed on are a group's. */
function isOfPlace({ shown, session }: Pressed): boolean {
  return (shown?.scene ?? session.scene).at === "place-settings";
}

import { StorageError } from "../storage/error.ts";
import type { Action, Press, Visit } from "./action.ts";
import { admission, tooFast } from "./admission.ts";
import { findSession, queueOf, recall, startErrand, type Errand, type Outcome } from "./errand.ts";
import { failed, refused, unexpected } from "./failure.ts";
import { shareForm, signInForm } from "./forms.ts";
import type { Ledger } from "./office/ledger.ts";
import { isOfOperators, refusal, type Role } from "./permission.ts";
import { languageOf, loadPerson } from "./person.ts";
import { pressedOn, type Pressed } from "./pressed.ts";
import { showMounts } from "./scenes/mounts.ts";
import { ask, showSettings } from "./scenes/person.ts";
import type { Answer, Screen } from "./screen.ts";
import type { Services } from "./services.ts";
import { admin } from "./verbs/admin.ts";
import { confirm, dismiss } from "./verbs/answer-question.ts";
import { browse } from "./verbs/browse.ts";
import { cancel } from "./verbs/cancel.ts";
import { findLink } from "./verbs/find-link.ts";
import { cancelTransfer, getFile, sendPressed } from "./verbs/send-file.ts";
import { chooseList, listAs } from "./verbs/list-folder.ts";
import { revokeLinks } from "./verbs/revoke-links.ts";
import { goBack, retry } from "./verbs/go-back.ts";
import { help } from "./verbs/help.ts";
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
import { operate } from "./verbs/operate.ts";
import { requestLink } from "./verbs/request-link.ts";
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
  if (tempo !== "go") return answerOf({ services, visit }, tooFast(tempo));
  // Whoever cancels does not wait for what else they asked for.
  if (action.do === "cancel-transfer") return answered(services, visit, action, signal);
  return services.exclusive(queueOf(visit), () => answered(services, visit, action, signal));
}

async function answered(services: Services, visit: Visit, action: Action, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const outcome = await guarded({ services, visit, signal }, action);
  tally(services.office.ledger, outcome.screen);
  return answerOf({ services, visit }, outcome);
}

/** A person has one measure in all places, and a group one for all its people. */
function pacedBy({ person, place }: Visit): readonly string[] {
  return place.kind === "group" ? [person.id, place.id] : [person.id];
}

async function answerOf({ services, visit }: Pick<Errand, "services" | "visit">, outcome: Outcome): Promise<Answer> {
  const person = await loadPerson(services, visit.person.id).catch(() => undefined);
  const language = person ? languageOf(services, person, visit) : services.pickLanguage(visit.person.locale);
  return { ...outcome, language };
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

function permitted(errand: Errand, action: Action): Promise<Outcome> | Outcome {
  if ("view" in action) return pressed(errand, action);
  const no = refusal(action, rolesOf(errand, true), errand.visit.place);
  return no ? refused(no) : typed(errand, action);
}

/** A button, if the screen is known and its presser may press it. */
async function pressed(errand: Errand, press: Press, { isLink = false } = {}): Promise<Outcome> {
  const session = await findSession(errand.services, press.view);
  if (!session) return refused("view-expired");
  const no = refusal(press, rolesOf(errand, session.owner === errand.person.id), errand.visit.place);
  if (no) return refused(no);
  const shown = recall(session, press.view)?.scene;
  if (!errand.operator && (isOfOperators(session.scene) || isOfOperators(shown))) return refused("view-expired");
  // Behind a deep link it goes on in a message of its own, and leaves the one it came from alone.
  const own = isLink ? { ...session, id: errand.services.newId(), place: errand.visit.place.id } : session;
  return carriedOut(pressedOn({ ...errand, session: own }, own, press.view), press);
}

/** What somebody is to a screen that is theirs or not. */
function rolesOf({ operator }: Errand, isOwner: boolean): readonly Role[] {
  if (!isOwner) return ["other"];
  return operator ? ["owner", "operator"] : ["owner"];
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
    case "show-settings":
      return showSettings(errand);
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
      return setLanguage(errand, press.index);
    case "set-rows":
      return setRows(errand, press.rows);
    case "set-order":
      return setOrder(errand, press.by);
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
    default:
      return operate(errand, press);
  }
}

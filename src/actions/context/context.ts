import type { ViewRef, Remembered, Resumable, ViewState, Session } from "../model/session.ts";
import type { Visit } from "../../users/visit.ts";
import type { Standing } from "../../users/access.ts";
import { loadPerson, type Person } from "../../users/person.ts";
import { groupIn, loadPlace, type Place } from "../../users/place.ts";
import type { Listing, Screen } from "../model/screen.ts";
import type { Services } from "./services.ts";
import type { Placed } from "../model/target.ts";
import type { Upload } from "../model/upload.ts";

/** One action being performed: who asked, with what, and on which screen. */
export interface ActionContext {
  readonly services: Services;
  readonly visit: Visit;
  readonly signal: AbortSignal;
  /** The person as last read or written. */
  readonly person: Person;
  /** Whether they may use the bot, as it was when they asked. */
  readonly standing: Standing;
  /** The group all of which sees this: its settings hold. */
  readonly place?: Place;
  /** The group this is in, seen by all of it or not: what is lent to it can be used. */
  readonly group?: Place;
  /** The group whose lent drives may be used; absent = none. */
  readonly through?: string | undefined;
  /** What comes is for the asker alone, and so is what follows it. */
  readonly forAsker?: boolean | undefined;
  readonly operator: boolean;
  /** The screen pressed on; absent = what comes is a new one. */
  readonly session?: Session;
}

/** What somebody sees then: an answer but for its language. */
export interface Outcome {
  readonly screen: Screen;
  readonly updates?: AsyncIterable<Screen>;
  readonly upload?: Upload;
  readonly placed?: Placed;
}

/** Another view is to be shown; `perform` draws it, so that no feature needs to know how another one draws its own. */
export interface Redirect {
  readonly goTo: ViewState | Resumable;
  readonly context: ActionContext;
  readonly options: ViewOptions;
}

/** What a feature's action comes to. */
export type Result = Outcome | Redirect;

/** How a view is to be shown, beyond what it is. */
export interface ViewOptions {
  /** Read it anew. */
  readonly refresh?: boolean;
  readonly notice?: NonNullable<Listing["notice"]>;
  /** Show the page this entry is on. */
  readonly around?: string;
  /** What was tried there is to be tried again. */
  readonly again?: boolean;
}

/** Shows another view. */
export function goTo(context: ActionContext, view: ViewState | Resumable, options: ViewOptions = {}): Redirect {
  return { goTo: view, context, options };
}

/** An action of somebody, with no screen behind it yet. */
export async function createContext(services: Services, visit: Visit, signal: AbortSignal): Promise<ActionContext> {
  const { id } = visit.person;
  const [person, standing] = await Promise.all([loadPerson(services, id), services.admin.access.standing(id)]);
  // Named in the configuration, or made one by a code.
  const operator = services.admins.includes(id) || standing.operator !== undefined;
  const asker = { services, visit, signal, person, standing, operator };
  const here = groupIn(visit);
  if (!here) return asker;
  const group = await loadPlace(services, here.id);
  const isPublic = visit.place.kind === "group";
  return { ...asker, group, through: here.id, ...(isPublic && { place: group }) };
}

/** Writes what is another in the person's record now, and goes on with it. */
export async function withPerson<E extends ActionContext>(context: E, person: Person): Promise<E> {
  const { services, person: before } = context;
  return { ...context, person: await changePerson(services, person.id, (now) => withChanges(now, before, person)) };
}

/**
 * Reads a person's record, changes and writes it, one change at a time: what is urgent is done beside the person's other
 * actions, and undoes nothing of them.
 */
export function changePerson(services: Services, id: string, change: (person: Person) => Person): Promise<Person> {
  return services.exclusive(`record:${id}`, async () => {
    const changed = change(await loadPerson(services, id));
    await services.people.set(id, changed);
    return changed;
  });
}

/** A record in which what differs between two others is as in the second; what that lacks is dropped when it is written. */
function withChanges(now: Person, before: Person, after: Person): Person {
  const names = Object.keys({ ...before, ...after }) as (keyof Person)[];
  const changes = names.filter((name) => before[name] !== after[name]).map((name) => [name, after[name]]);
  return { ...now, ...Object.fromEntries(changes) };
}

/** The same action, whose screen will be a new one. */
export function afresh({ session: _left, ...context }: ActionContext): ActionContext {
  return context;
}

/** The group a screen belongs to; undefined = none. */
export function groupOf({ through, place, owner }: Session): string | undefined {
  return through ?? (place === owner ? undefined : place);
}

/** The same action as one of a screen: with what is lent to its group, and for the asker alone where the screen was. */
export function inSession(context: ActionContext, session: Session): ActionContext {
  const forAsker = session.forAsker === true && context.visit.place.kind === "group";
  return { ...context, through: groupOf(session), forAsker };
}

/** How long an untouched screen keeps working. */
export const sessionLife = 7 * 24 * 3_600_000;
/** Screens whose rows an old button can still mean. */
const screensRemembered = 4;
/** Sessions a person's record names. */
const sessionsKnown = 30;

/** The session behind a screen; undefined = expired, or never was. */
export async function findSession({ sessions }: Services, view: ViewRef): Promise<Session | undefined> {
  const session = await sessions.get(view.id);
  return session && view.revision <= session.revision ? session : undefined;
}

/** Notes the next screen, so that its buttons work before anybody sees them. */
export async function draw(context: ActionContext, state: ViewState, rows: Remembered["rows"] = []): Promise<ViewRef> {
  const { services, session } = context;
  const next = session ? nextOf(session, state, rows) : firstOf(context, state, rows);
  await services.sessions.set(next.id, next, sessionLife);
  if (!context.person.sessions.includes(next.id)) await noteSession(context, next.id);
  return { id: next.id, revision: next.revision };
}

/** Notes something in the session itself, whatever it shows; the same action with it. */
export async function noteInSession<E extends ActionContext & { readonly session: Session }>(
  context: E,
  changes: Pick<Partial<Session>, "selection" | "change" | "naming">,
): Promise<E> {
  const session = { ...context.session, ...changes };
  await context.services.sessions.set(session.id, session, sessionLife);
  return { ...context, session };
}

/** How long a screen works that nobody may ever press on. */
const passingLife = 24 * 3_600_000;

/** Notes a screen that nobody asked for, or of which many are made for one that is kept (see `keep`): the person's own are not pushed out by it. `life` in ms. */
export async function drawPassing(
  context: ActionContext,
  state: ViewState,
  rows: Remembered["rows"],
  life: number = passingLife,
): Promise<ViewRef> {
  const session = firstOf(context, state, rows);
  await context.services.sessions.set(session.id, session, life);
  return { id: session.id, revision: session.revision };
}

/** Keeps a screen that was not kept, or for a while only, like any other. */
export async function keep(context: ActionContext, session: Session): Promise<void> {
  await context.services.sessions.set(session.id, session, sessionLife);
  await noteSession(context, session.id);
}

/** A session with one more screen, the earliest of those it remembers left out. Nothing is written. */
export function nextOf(session: Session, state: ViewState, rows: Remembered["rows"]): Session {
  const revision = session.revision + 1;
  const remembered = [...session.remembered, { revision, state, rows }].slice(-screensRemembered);
  return { ...session, revision, state, remembered };
}

function firstOf(
  { services, visit, through, forAsker }: ActionContext,
  state: ViewState,
  rows: Remembered["rows"],
): Session {
  const { person, place } = visit;
  return {
    id: services.newId(),
    owner: person.id,
    place: place.id,
    through,
    ...(forAsker && { forAsker }),
    thread: place.thread,
    revision: 1,
    state,
    remembered: [{ revision: 1, state, rows }],
  };
}

async function noteSession({ services, person }: ActionContext, id: string): Promise<void> {
  await changePerson(services, person.id, (known) => {
    const others = known.sessions.filter((other) => other !== id);
    return { ...known, sessions: [...others, id].slice(-sessionsKnown) };
  });
}

/** What a screen of some revision showed; undefined when it is forgotten. */
export function recall({ remembered }: Session, { revision }: ViewRef): Remembered | undefined {
  return remembered.find((screen) => screen.revision === revision);
}

/** A session one of whose remembered screens shows something else; of a screen that is forgotten it stays as it is. */
export function withRemembered(
  session: Session,
  revision: number,
  changes: Partial<Omit<Remembered, "revision">>,
): Session {
  const remembered = session.remembered.map((screen) =>
    screen.revision === revision ? { ...screen, ...changes } : screen,
  );
  return { ...session, remembered };
}

/** Name of the chain in which a person's actions, and what is noted for them, wait for each other. */
export function queueOf({ person }: { readonly person: Pick<Visit["person"], "id"> }): string {
  return `person:${person.id}`;
}

/** Whether files themselves can be had here, and one of so many bytes; `size` absent = nobody knows. */
export function isSendable({ services, visit }: ActionContext, size?: number): boolean {
  return services.transfers !== undefined && isWithin(visit.uploadLimit, size);
}

/** Whether a file of so many bytes can be sent where the largest has `limit`: absent = none can. */
export function isWithin(limit: number | undefined, size: number | undefined): boolean {
  return limit !== undefined && (size === undefined || (size > 0 && size <= limit));
}

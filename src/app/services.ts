import { randomBytes } from "node:crypto";
import type { Logger } from "pino";
import { createApprovals } from "../actions/mounts/approvals.ts";
import type { FinishParts } from "../actions/mounts/approval-end.ts";
import { createBrowserSignIns, type AwaitedReturn } from "../actions/mounts/browser-sign-ins.ts";
import { createLastWords, type LastWords } from "../actions/mounts/last-words.ts";
import { createReminders } from "../actions/mounts/reminders.ts";
import { createHooks, type KeptCall, type KeptHook } from "../actions/hook/hooks.ts";
import type { PendingSignIn, Services } from "../actions/context/services.ts";
import { createDownloads } from "../actions/download/downloads.ts";
import { createLentFolders } from "../actions/download/lent-folder.ts";
import { createFollows } from "../actions/follow/follows.ts";
import type { Known } from "../actions/follow/kept.ts";
import type { FetchFeed, FetchTorrent, Follow } from "../actions/model/follow.ts";
import { createPushes } from "../actions/push/pushes.ts";
import { createSaves } from "../actions/save/saves.ts";
import { createBatches } from "../actions/several/batches.ts";
import { createTransfers } from "../actions/files/transfers.ts";
import { createUploads } from "../actions/upload/uploads.ts";
import type { FormScreen } from "../actions/model/screen.ts";
import type { Aria2Settings, Pushes } from "../actions/model/push.ts";
import type { Session } from "../actions/model/session.ts";
import type { MessageRef } from "../actions/model/target.ts";
import type { SendingParts } from "../actions/files/sending.ts";
import type { Batches } from "../actions/model/batch.ts";
import type { Transfers } from "../actions/model/transfer.ts";
import { perform } from "../actions/perform.ts";
import type { Config } from "../config.ts";
import { createFileBytes } from "../gateway/bytes.ts";
import type { HostCheck } from "../gateway/host-check.ts";
import type { Pages } from "../gateway/pages.ts";
import type { Revocations } from "../gateway/revocations.ts";
import type { Gateway } from "../gateway/server.ts";
import type { Tickets } from "../gateway/ticket.ts";
import type { Words } from "../i18n/words.ts";
import type { JobQueue } from "../jobs/queue.ts";
import type { Messengers } from "../messaging/messenger.ts";
import type { Storage } from "../storage/storage.ts";
import type { Store } from "../store/store.ts";
import type { Admin } from "../users/admin.ts";
import { createDestinations, type Destinations, type Runs } from "../users/destinations.ts";
import type { GivenLinks } from "../users/given-links.ts";
import { languageOf, loadPerson, type Person } from "../users/person.ts";
import type { Place } from "../users/place.ts";
import type { Visit } from "../users/visit.ts";
import { version } from "../version.ts";
import { newId } from "./drives.ts";
import { forgetter } from "./forget.ts";
import type { Frontends } from "./frontends.ts";
import type { Aria2Way } from "./push.ts";
import { linkIssuer, methodsOf } from "./links.ts";

/** What is made later than those that need it, and is there before anybody asks. */
export interface LateParts {
  services?: Services;
  frontends?: Frontends;
}

/** What the features' services are made of. */
export interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly jobs: JobQueue;
  readonly storage: Storage;
  readonly words: Words;
  readonly tickets: Tickets;
  readonly revocations: Revocations;
  readonly admin: Admin;
  /** Absent = links are the drives' own. */
  readonly givenLinks?: GivenLinks | undefined;
  readonly log: Logger;
  readonly late: LateParts;
  readonly messengers: Messengers;
  /** Feeds and the torrents they name, from where anybody may get them. */
  readonly feeds: { readonly fetchFeed: FetchFeed; readonly fetchTorrent: FetchTorrent };
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The chats, once they are there. */
export function frontendsOf({ frontends }: LateParts): Frontends {
  if (!frontends) throw new Error("a chat was asked before there was one");
  return frontends;
}

function performingWith({ services }: LateParts): Services {
  if (!services) throw new Error("something was asked before there were actions");
  return services;
}

/** Files into chats come by the same way as those that are served: counted, linked anew, taken up again. */
export function transfersOf(parts: Parts, gateway: Gateway): SentFiles {
  const { storage, store, late } = parts;
  const files = createFileBytes({ proxy: gateway.files, storage });
  const sending: Pick<SendingParts, "openBytes" | "readPicture" | "newReference"> = {
    openBytes: (mount, entry, wanted) => files.open(mount, entry, wanted),
    readPicture: (url, wanted) => files.picture(url, wanted),
    newReference: newId,
  };
  return {
    transfers: createTransfers({ ...jobParts(parts, "transfers"), ...sending }),
    batches: createBatches({
      ...jobParts(parts, "batches"),
      ...sending,
      storage,
      sessions: store.open<Session>("sessions"),
      checkDestination: (destination, person) => frontendsOf(late).destinations.checkDestination(destination, person),
      exclusive: (key, work) => store.exclusive(key, work),
    }),
  };
}

/** Files into chats, one by one and several at once. */
interface SentFiles {
  readonly transfers: Transfers;
  readonly batches: Batches;
}

interface Made extends SentFiles {
  readonly pages: Pages;
  readonly hosts: HostCheck;
  readonly aria2: Pick<Aria2Way, "send">;
}

/** What actions are performed with, with the jobs of every feature. */
export function servicesOf(parts: Parts, { transfers, batches, pages, hosts, aria2 }: Made): Services {
  const { config, store, storage, words, late, messengers, log } = parts;
  const destinations = destinationsOf(parts);
  return {
    storage,
    sessions: store.open<Session>("sessions"),
    people: store.open<Person>("people"),
    places: store.open<Place>("places"),
    pending: store.open<PendingSignIn>("pending", { sealed: true }),
    languages: words.languages,
    pickLanguage: (locale) => words.pick(locale),
    titleFor: (named, language) => words.in(language)("drive-title", named),
    issueLink: linkIssuer({ ...parts, hosts }),
    ...publicServicesOf(parts, pages),
    ...hooksOf(parts),
    ...methodsOf(config),
    transfers,
    batches,
    ...jobServicesOf(parts),
    pushes: pushesOf(parts, aria2),
    said: store.open<number>("said"),
    destinations,
    async roleIn(place, person) {
      const role = await late.frontends?.roleIn(place, person);
      if (role === "admin") await destinations.note(person, place);
      return role;
    },
    forget: forgetter(store),
    scrub: () => store.scrub(),
    messengers,
    version,
    admins: config.admins,
    admin: parts.admin,
    exclusive: (key, work, order) => store.exclusive(key, work, order),
    now: Date.now,
    newId,
    log: log.child({ part: "actions" }),
  };
}

/** Chats that files are delivered to, as the platforms tell. */
function destinationsOf({ store, late }: Parts): Destinations {
  return createDestinations({
    kept: store.open<Runs>("destinations"),
    people: store.open<readonly string[]>("destination-people"),
    destinationsIn: (place, person) => frontendsOf(late).destinations.destinationsIn(place, person),
    checkDestination: (destination, person) => frontendsOf(late).destinations.checkDestination(destination, person),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
  });
}

/** What needs an address that people reach: one that they do not is worse than none. */
function publicServicesOf(
  { config, store, words, revocations, givenLinks, late }: Parts,
  pages: Pages,
): Pick<Services, "issuePage" | "hasTickets" | "givenLinks" | "revokeLinks"> {
  if (config.publicUrl === undefined) return {};
  const people = store.open<Person>("people");
  return {
    issuePage: async ({ person, place }: Visit, form: FormScreen) => {
      const language = (await people.get(person.id))?.language ?? words.pick(person.locale);
      return pages.open({ person, place, language, bot: late.frontends?.botName(person.id) }, form);
    },
    hasTickets: true,
    givenLinks,
    revokeLinks: (which) => revocations.revoke(which),
  };
}

/** Addresses that programs reach. */
function hooksOf(parts: Parts): Pick<Services, "hooks"> {
  const { config, store, messengers, admin, log, late } = parts;
  const { publicUrl } = config;
  if (publicUrl === undefined) return {};
  return {
    hooks: createHooks({
      hooks: store.open<KeptHook>("hooks"),
      secrets: store.open<string>("hook-secrets"),
      calls: store.open<KeptCall>("hook-calls"),
      chats: admin.chats,
      messengers,
      begin: (visit, download, signal) => perform(performingWith(late), visit, download, signal),
      address: () => publicUrl.replace(/\/+$/, ""),
      exclusive: (key, work) => store.exclusive(key, work),
      now: Date.now,
      newSecret: () => randomBytes(32).toString("base64url"),
      newId,
      log: log.child({ part: "hooks" }),
    }),
  };
}

/** What features do by jobs. */
function jobServicesOf(
  parts: Parts,
): Pick<Services, "approvals" | "browserSignIns" | "reminders" | "downloads" | "follows" | "saves" | "uploads"> {
  const { jobs, store, storage, late } = parts;
  const sessions = store.open<Session>("sessions");
  const exclusive: Services["exclusive"] = (key, work) => store.exclusive(key, work);
  const approvals = {
    ...jobParts(parts, "approvals"),
    storage,
    lastWords: lastWordsOf(parts),
    finish: finishWith(parts),
  };
  return {
    approvals: createApprovals(approvals),
    browserSignIns: createBrowserSignIns({
      ...approvals,
      returns: store.open<AwaitedReturn>("returns", { sealed: true }),
      exclusive,
    }),
    reminders: createReminders({ jobs, kinds: storage.kinds, services: () => performingWith(late), now: Date.now }),
    downloads: createDownloads({
      ...jobParts(parts, "downloads"),
      storage,
      sessions,
      exclusive,
      lentFolders: createLentFolders(() => performingWith(late)),
      onHeld: async (follow, code) => performingWith(late).follows?.held(follow, code),
    }),
    follows: followsOf(parts),
    saves: createSaves({
      ...jobParts(parts, "saves"),
      storage,
      sessions,
      exclusive,
      // What was saved ends with a link in its person's name.
      addressOf: (mount, entry, { person, ...options }) =>
        performingWith(late).issueLink(mount, entry, { person: { id: person } }, options),
      newId,
    }),
    uploads: createUploads({
      ...jobParts(parts, "uploads"),
      storage,
      sessions,
      kept: store.open("uploads", { sealed: true }),
      exclusive,
      allowance: parts.admin.allowance,
      maxSize: parts.config.uploadLimit,
    }),
  };
}

function followsOf(parts: Parts): Services["follows"] {
  const { config, store, late, feeds } = parts;
  return createFollows({
    ...jobParts(parts, "follows"),
    ...config.follow,
    ...feeds,
    shelves: {
      follows: store.open<Follow>("follows", { sealed: true }),
      known: store.open<Known>("followed", { sealed: true }),
      lists: store.open<readonly string[]>("follow-lists"),
    },
    services: () => performingWith(late),
    exclusive: (key, work) => store.exclusive(key, work),
    newId,
  });
}

function pushesOf(parts: Parts, { send }: Pick<Aria2Way, "send">): Pushes {
  const { jobs, store, storage, late, config } = parts;
  return createPushes({
    ...jobParts(parts, "pushes"),
    jobs,
    storage,
    sessions: store.open<Session>("sessions"),
    exclusive: (key, work) => store.exclusive(key, work),
    settings: store.open<Aria2Settings>("aria2", { sealed: true }),
    send,
    hasTickets: config.publicUrl !== undefined,
    addressOf: (mount, entry, { person, ...options }) =>
      performingWith(late).issueLink(mount, entry, { person: { id: person } }, options),
    newId,
  });
}

/** What a feature needs to work by jobs and to speak while it does. */
function jobParts({ jobs, messengers, wait, log }: Parts, part: string) {
  return { jobs, messengers, wait, now: Date.now, log: log.child({ part }) };
}

/** What was approved is mounted like everything that is asked. */
function finishWith({ late }: Parts): FinishParts["finish"] {
  return (visit, approved, signal) => perform(performingWith(late), visit, { do: "finish-approval", approved }, signal);
}

/** Where the messages of sign-ins are, and what is said in them at last. */
function lastWordsOf(parts: Parts): LastWords {
  const { store, late } = parts;
  return createLastWords({
    ...jobParts(parts, "approvals"),
    places: store.open<MessageRef>("sign-in-messages", { sealed: true }),
    async languageOf(visit) {
      const services = performingWith(late);
      return languageOf(services, await loadPerson(services, visit.person.id), visit);
    },
  });
}

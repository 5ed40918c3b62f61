import { Keyv } from "keyv";
import { pino, type Logger } from "pino";
import type { Services } from "../../src/actions/context/services.ts";
import type { Action } from "../../src/actions/action.ts";
import type { FormRef } from "../../src/actions/model/form.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { AdminParts } from "../../src/users/admin.ts";
import { placeNews } from "../../src/users/place.ts";
import { createRemovals, handleRemovals } from "../../src/messaging/removals.ts";
import { testJobs, waitBy } from "../test-jobs.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Answer, FormScreen, Screen } from "../../src/actions/model/screen.ts";
import { canPost } from "../../src/actions/browse/can-post.ts";
import { suggest } from "../../src/actions/suggest.ts";
import { createDiscord, type Discord, type DiscordParts, type PageOutcome } from "../../src/discord/bot.ts";
import { startDiscord, type DiscordEmulator } from "../../emulators/discord/discord.ts";
import type { Clock } from "../../emulators/clock.ts";
import { placed } from "../../emulators/discord/layout.ts";
import type { Person, Where } from "../../emulators/discord/person.ts";
import { drawMessages } from "../../emulators/discord/sight.ts";
import type { Channel, Guild, Message } from "../../emulators/discord/state.ts";
import type { MessageView } from "../../emulators/stage.ts";
import type { Values } from "../../src/storage/field.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { app as desk, usualCloud, type Cloud, type TestApp as Desk } from "../actions/test-app.ts";

/** The real bot on an emulated Discord, over the real actions or over a desk that a test writes. */
export interface TestApp {
  readonly emulator: DiscordEmulator;
  readonly asked: { visit: Visit; action: Action }[];
  /** What the bot keeps, as it would be on disk. */
  readonly kept: Map<string, string>;
  readonly fatal: string[];
  readonly left: string[];
  /** Log lines. */
  readonly logged: string[];
  /** The process that runs now. */
  discord: Discord;
  /** The actions behind it, and what they keep. */
  readonly desk: Desk;
  readonly mia: Person;
  readonly jun: Person;
  /** A server with both of them and the bot. */
  readonly server: Guild;
  /** Its channel. */
  readonly hall: Channel;
  /** Pages that were handed out, newest last. */
  readonly pages: FormScreen[];
  /** Resolves when Discord was told the commands, or nothing new. */
  known(): Promise<void>;
  /** Resolves when the bot has noted the servers it is in. */
  knowsServers(): Promise<void>;
  /** Sends the newest page off. */
  sendPage(values: Values, form?: FormRef): Promise<PageOutcome>;
  /** Signs somebody in to `mia`'s account, by the page. */
  signIn(person: Person, where?: Where): Promise<void>;
  labelsOn(message: Message): string[];
  idsOn(message: Message): string[];
  optionsOn(message: Message): { label: string; value: string }[];
  textOn(message: Message): string;
  /** A message as it is read, its widgets included. */
  textOf(view: MessageView): string;
  /** Lets everything happen that does not wait for time. */
  soon(): Promise<void>;
  /** Stops the bot and starts a new one over the same store. */
  restart(): Promise<void>;
  /** A new one over the same store, while the old one is gone without a word. */
  rebuild(): void;
  close(): Promise<void>;
}

/** Answers instead of the real actions. */
export type Script = (
  action: Action,
  visit: Visit,
  signal: AbortSignal,
) => Screen | Answer | undefined | Promise<Screen | Answer | undefined>;

export interface TestAppOptions extends Partial<DiscordParts> {
  readonly cloud?: Cloud;
  /** What is different about the app behind the bot. */
  readonly changes?: Partial<Services>;
  /** Undefined answers are the real actions'. */
  readonly script?: Script;
  /** False = there is no public address. */
  readonly pages?: boolean;
  /** Person ids of operators; absent = nobody. */
  operators?(mia: Person): readonly string[];
  /** How the operators' admin side is made. */
  readonly admin?: Partial<AdminParts>;
  readonly clock?: Clock;
}

const words = loadWords();

/** Opens an app with Mia and Jun in it; the bot is not started. */
export async function openTestApp({
  cloud = usualCloud(),
  changes = {},
  script = () => undefined,
  pages: hasPages = true,
  clock,
  settings,
  operators,
  admin,
  ...more
}: TestAppOptions = {}): Promise<TestApp> {
  const emulator = await startDiscord(clock ? { clock } : {});
  const asked: TestApp["asked"] = [];
  const kept = new Map<string, string>();
  const fatal: string[] = [];
  const left: string[] = [];
  const logged: string[] = [];
  const pages: FormScreen[] = [];
  const now = more.now ?? Date.now;
  const issuePage = async (_visit: Visit, form: FormScreen) => {
    pages.push(form);
    return { url: addressOf(pages.length), expiresAt: now() + 600_000 };
  };
  const removals = new Keyv<KeptJob>({ throwOnErrors: true });
  let jobs: JobQueue | undefined;
  const mia = emulator.person({ name: "Mia" });
  const jun = emulator.person({ name: "Jun" });
  let at: Desk = desk(cloud, {
    now,
    ...(admin && { admin }),
    changes: {
      roleIn: (place, person) => app.discord.roleIn(place, person),
      ...(operators && { admins: operators(mia) }),
      ...(hasPages && { issuePage }),
      ...changes,
    },
  });
  const build = () => {
    const queue = testJobs(removals, { now, wait: waitBy(now), onError: (error) => void logged.push(String(error)) });
    jobs = queue;
    const discord = createDiscord({
      settings: { token: settings?.token ?? emulator.token, apiRoot: emulator.apiRoot },
      words,
      log: listening(logged),
      now: Date.now,
      onFatal: (reason) => fatal.push(reason),
      async onLeft(place) {
        left.push(place);
        await placeNews(at.services).gone(place);
      },
      removals: createRemovals(queue, "discord"),
      kept: {
        // As a database would: text in, text out.
        get: async (key) => (kept.has(key) ? JSON.parse(kept.get(key) ?? "") : undefined),
        set: async (key, value) => kept.set(key, JSON.stringify(value)),
        delete: async (key) => kept.delete(key),
      },
      async perform(visit, action, signal) {
        asked.push({ visit, action });
        const given = await script(action, visit, signal);
        if (!given) return at.do(visit, action, signal);
        return "screen" in given ? given : { screen: given, language: words.pick(visit.person.locale) };
      },
      suggest: (visit, typing) => suggest(at.services, visit, typing),
      canPost: (visit, view) => canPost(at.services, visit, view),
      ...more,
    });
    handleRemovals({ jobs: queue, remove: ({ message }) => discord.removeNoted(message), now });
    return discord;
  };
  const server = emulator.guild({ name: "Film club", owner: mia, members: [jun], channels: [] });
  let toldBefore = 0;
  const componentsOn = (message: Message) => placed(message.components).map(({ component }) => component);
  const app: TestApp = {
    emulator,
    pages,
    async known() {
      const told = () => logged.filter((line) => line.includes("discord knows the commands")).length;
      await until(() => told() > toldBefore);
      toldBefore = told();
    },
    knowsServers: () => until(() => kept.has("servers")),
    sendPage: (values, form = pages[pageOnScreen(pages) - 1]?.form ?? { id: "sign-in", kind: "pikpak" }) => {
      const code = addressOf(pageOnScreen(pages)).split("/").at(-1) ?? "";
      return app.discord.submitPage({ code, form }, values, { signal: new AbortController().signal });
    },
    async signIn(person, where) {
      await person.uses("/login", where);
      await person.waitsFor("do not belong in Discord", where);
      await app.sendPage({ username: "mia", password: "correct-horse" });
      await person.waitsFor("14 entries", where);
    },
    labelsOn: (message) => componentsOn(message).flatMap(({ label }) => (typeof label === "string" ? [label] : [])),
    idsOn: (message) => componentsOn(message).flatMap(({ custom_id: id }) => (typeof id === "string" ? [id] : [])),
    optionsOn: (message) =>
      componentsOn(message).flatMap(({ options }) => (options ?? []) as { label: string; value: string }[]),
    textOf: (view) => drawMessages([view]),
    textOn: (message) => drawMessages(mia.views({ in: message.channel }).filter(({ id }) => id === message.id)),
    soon: () => new Promise((resolve) => setTimeout(resolve, 50)),
    asked,
    get desk() {
      return at;
    },
    kept,
    fatal,
    left,
    logged,
    discord: build(),
    mia,
    jun,
    server,
    hall: emulator.channel(server, "hall"),
    async restart() {
      await jobs?.stop();
      await app.discord.stop();
      app.rebuild();
      await app.discord.start();
    },
    rebuild() {
      void jobs?.stop();
      at = at.restarted();
      app.discord = build();
    },
    async close() {
      await jobs?.stop();
      await app.discord.stop();
      await emulator.close();
    },
  };
  return app;
}

function listening(lines: string[]): Logger {
  return pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
}

function addressOf(page: number): string {
  return `https://drive.example.com/s/code${String(page).padStart(18, "0")}`;
}

/** The newest page that was asked for from a chat; later ones are its own challenges. */
function pageOnScreen(pages: readonly FormScreen[]): number {
  return pages.findLastIndex(({ form, reason, problem }) => form.id === "sign-in" && !reason && !problem) + 1;
}

/** Until it is so; fails after five seconds. */
async function until(so: () => boolean): Promise<void> {
  for (const end = Date.now() + 5000; !so(); await new Promise((resolve) => setTimeout(resolve, 5))) {
    if (Date.now() > end) throw new Error("it did not happen");
  }
}

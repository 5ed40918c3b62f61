import { createServer, type Server } from "node:http";
import type { Stage } from "../stage.ts";
import { newBot, type Bot, type BotDraft } from "./bots.ts";
import type { Service, WebFile } from "./call.ts";
import { realClock, type Clock } from "../clock.ts";
import { Faults, type Fault } from "./faults.ts";
import { Files } from "./files.ts";
import { Flood } from "./flood.ts";
import { addGroup, addPerson, type GroupDraft, type PersonDraft } from "./cast.ts";
import type { Group } from "./groups.ts";
import { createCallLog, createUntil } from "./call-log.ts";
import { isLoopback } from "./methods/receive.ts";
import type { Actor } from "./people.ts";
import type { Rules } from "./rules.ts";
import type { Dependencies, Timeouts } from "./dependencies.ts";
import { answer, performReply, type CallRecord } from "./server.ts";
import { createStage } from "./stage.ts";
import { shownOf, type Shown } from "./shown.ts";
import { World, type Press } from "./world.ts";

/** A Telegram on loopback: the Bot API, strict like the real one, and people who type and tap. */
export interface TelegramEmulator {
  /** What a client takes for `https://api.telegram.org`. */
  readonly apiRoot: string;
  /** Of the first bot. */
  readonly token: string;
  /** The first bot. */
  readonly bot: Bot;
  /** Makes another bot. */
  addBot(draft: BotDraft): Bot;
  /** Somebody new; their private chats are empty and not started. */
  person(draft: PersonDraft): Actor;
  /** A new group. The first member owns it; the first bot is in it unless told otherwise. */
  group(draft: GroupDraft): Group;
  /** Knobs; change them at any time. */
  readonly rules: Rules;
  readonly files: Files;
  /** All that bots wrote and nobody deleted, in every chat, oldest first. */
  readonly shown: readonly Shown[];
  /** Presses that wait for an answer. */
  readonly openPresses: readonly Press[];
  /** What bots called, oldest first, `getUpdates` included. Holds no secret. */
  readonly calls: readonly CallRecord[];
  onCall(listener: (call: CallRecord) => void): () => void;
  /** The first call that fits, now or as soon as it is made. */
  called(wanted: (call: CallRecord) => boolean, options?: { readonly timeout?: number }): Promise<CallRecord>;
  /** Waits until something is so, told of every change; rejects after `timeout` ms. */
  until<T>(find: () => T | undefined, options?: Partial<Timeouts>): Promise<T>;
  /** The next calls that fit go wrong. */
  fail(fault: Fault): void;
  /** Nothing goes wrong any more that has not yet. */
  heal(): void;
  /** Cuts every open connection. */
  cutConnections(): void;
  /** Puts an update in as it is, for what people here cannot do. */
  push(kind: string, body: object, bot?: Bot): void;
  /** Things a bot did that a good one does not: presses unanswered or answered twice, parameters nobody knows. */
  readonly complaints: readonly string[];
  /** Chats for the demo page. */
  stage(): Stage;
  close(): Promise<void>;
}

interface Options {
  /** 0 or absent = any free port. */
  readonly port?: number;
  /** Default: the clock on the wall. */
  readonly clock?: Clock;
  /** Default: one bot with usual settings. */
  readonly bots?: readonly [BotDraft, ...BotDraft[]];
  readonly rules?: Partial<Rules>;
  /** Fetches files by address in the service's place; absent = nothing can be reached. */
  web?(url: URL): Promise<WebFile | undefined>;
  /** Where a webhook's address really is, on loopback; absent = only addresses that are on loopback themselves are called. */
  route?(url: URL): URL | undefined;
}

/** Starts the service. */
export async function startTelegram({
  port = 0,
  clock = realClock(),
  bots = [{}],
  rules: given = {},
  web = async () => undefined,
  route = (url) => (isLoopback(url) ? url : undefined),
}: Options = {}): Promise<TelegramEmulator> {
  const world = new World(clock);
  const rules = { ...usualRules(), ...given };
  const complaints: string[] = [];
  const complain = (what: string) => void complaints.push(what);
  const service = createService({ world, rules, complain, web, route });
  const callLog = createCallLog();
  const faults = new Faults();
  const server = createServer((request, response) => {
    void answer({ service, faults, record: callLog.record }, request, response).catch((error: unknown) => {
      complain(`the emulator failed: ${String(error)}`);
      response.destroy();
    });
  });
  // Polls last as long as the client wants.
  server.requestTimeout = 0;
  await listening(server, port);
  const address = server.address();
  const until = createUntil(world, callLog.onCall);
  const dependencies: Dependencies = { ...service, until };
  const bot = addBot(world, bots[0]);
  for (const other of bots.slice(1)) addBot(world, other);
  return {
    apiRoot: `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`,
    token: bot.token,
    bot,
    addBot: (draft) => addBot(world, draft),
    person: (draft) => addPerson(dependencies, draft, bot),
    group: (draft) => addGroup(world, draft, bot),
    rules,
    files: service.files,
    get shown() {
      return shownBy(world);
    },
    get openPresses() {
      return [...world.presses.values()].filter(({ toast }) => !toast);
    },
    calls: callLog.calls,
    onCall: callLog.onCall,
    called: (wanted, options = {}) =>
      until(() => callLog.calls.find(wanted), {
        what: () => `waited in vain for a call; there were: ${callLog.summary()}`,
        ...options,
      }),
    until: (find, options = {}) => until(find, { what: "waited in vain", ...options }),
    fail: (fault) => faults.add(fault),
    heal: () => faults.clear(),
    cutConnections: () => server.closeAllConnections(),
    push: (kind, body, to = bot) => to.inbox.put(kind, body),
    complaints,
    stage: () => createStage(dependencies, callLog.onCall),
    close: () => close(world, server),
  };
}

function shownBy({ privates, groups }: World): Shown[] {
  return [...privates.values(), ...groups.values()]
    .flatMap(({ messages }) => messages)
    .filter(({ deleted, from, asChat }) => !deleted && from.is_bot && !asChat)
    .sort((a, b) => a.order - b.order)
    .map(shownOf);
}

type Given = Pick<Service, "world" | "rules" | "complain" | "web" | "route">;

function createService({ world, rules, complain, web, route }: Given): Service {
  const service: Service = {
    world,
    rules,
    clock: world.clock,
    files: new Files(),
    flood: new Flood(world.clock, rules),
    complain,
    web,
    route: (url) => loopbackOnly(route(url)),
    perform: (bot, method, parameters) =>
      performReply(service, bot, method, parameters).catch((error: unknown) =>
        complain(`in a webhook's answer: ${String(error)}`),
      ),
  };
  return service;
}

function addBot(world: World, draft: BotDraft): Bot {
  const bot = newBot(draft, { n: world.bots.length, clock: world.clock });
  world.bots.push(bot);
  bot.inbox.onChange(() => world.changed());
  return bot;
}

function usualRules(): Rules {
  const megabyte = 1024 * 1024;
  return {
    uploadLimit: 50 * megabyte,
    downloadLimit: 20 * megabyte,
    keepLimit: megabyte,
    perGroupPerMinute: 0,
    perChatPerSecond: 0,
    answerWindow: 15_000,
    deleteWindow: 48 * 3_600_000,
    keyboardLimit: 10 * 1024,
  };
}

/** Nothing leaves this machine, whatever a test says. */
function loopbackOnly(url: URL | undefined): URL | undefined {
  return url && isLoopback(url) ? url : undefined;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

function close(world: World, server: Server): Promise<void> {
  for (const { webhook } of world.bots) webhook?.stop();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

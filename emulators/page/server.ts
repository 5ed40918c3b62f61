import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { CallView, ChatView, BotInteraction, KeptFile, PageState, PersonView, Stage } from "../stage.ts";

interface PageOptions {
  /** 0 = any free port. */
  readonly port: number;
  readonly people: readonly PersonView[];
  readonly stages: readonly Stage[];
  /** What a visitor can try. */
  readonly tips: readonly Tip[];
}

/** A little story that plays at one click, in somebody's chat. */
export interface Tip {
  readonly label: string;
  /** Whose chat, by the number the page knows people by. */
  readonly person: string;
  readonly platform: ChatView["platform"];
  /** Default: their private chat. */
  readonly kind?: ChatView["kind"];
  /** Texts to say and buttons to press (by how their labels begin), each when the bot has answered the one before. */
  readonly steps: readonly (string | { readonly press: string } | { readonly attach: readonly string[] })[];
  /** Label of the tip this one stands on; it is played first where it was not yet. */
  readonly after?: string;
}

/** The page of the emulated world: chats to type and press in, and the calls behind them. */
export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

const script = "text/javascript; charset=utf-8";
const sheet = "text/css; charset=utf-8";
const files = new Map([
  ["index.html", "text/html; charset=utf-8"],
  ...["page", "chat", "panel"].map((name) => [`${name}.css`, sheet] as const),
  ...["chats", "composer", "desk", "element", "menu", "message", "messages", "modal", "page", "panel", "people"].map(
    (name) => [`${name}.js`, script] as const,
  ),
  ...["tips", "toast"].map((name) => [`${name}.js`, script] as const),
]);

/** Calls and interactions kept for somebody who opens the page later. */
const remembered = 300;
/** News is sent at most this often, in ms. */
const beat = 40;
/** While somebody is shown as typing, the chats are looked at this often, in ms: that they stopped is told by nobody. */
const typingBeat = 1000;
/** Bytes an interaction may have: far more than a message of 4,096 characters. */
const maxInteraction = 100_000;
/** The same of files, in base64, as large as chats give them to bots. */
const maxFiles = 64 * 1024 * 1024;

/** Serves the page on loopback. */
export async function startPage({ port, people, stages, tips }: PageOptions): Promise<Page> {
  const watchers = new Set<ServerResponse>();
  const past: { readonly event: "call" | "interaction"; readonly content: unknown }[] = [];
  const spoken = new Map(people.map(({ id, language }) => [id, language]));
  let told = new Map<string, string>();
  let due: NodeJS.Timeout | undefined;
  let lookedAt = 0;
  const state = (): PageState => ({
    people: people.map((person) => ({ ...person, language: spoken.get(person.id) ?? person.language })),
    chats: stages.flatMap((stage) => stage.chats()),
  });
  const send = (event: string, content: unknown) => {
    for (const watcher of watchers) watcher.write(eventText(event, content));
  };
  const note = (event: "call" | "interaction", content: unknown) => {
    past.push({ event, content });
    if (past.length > remembered) past.shift();
    send(event, content);
  };
  const look = (wait: number) => {
    clearTimeout(due);
    due = setTimeout(() => {
      due = undefined;
      lookedAt = Date.now();
      if (watchers.size === 0) return;
      const now = state();
      const change = changeSince(told, now.chats);
      told = change.told;
      send("change", { people: now.people, chats: change.chats, gone: change.gone });
      if (now.chats.some(({ typing }) => typing)) look(typingBeat);
    }, wait);
  };
  // The first of several changes shows at once.
  for (const stage of stages) {
    stage.onChange(() => look(Math.max(0, lookedAt + beat - Date.now())));
    stage.onCall((call: CallView) => note("call", call));
  }
  const watch = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    watchers.add(response);
    response.on("close", () => watchers.delete(response));
    response.write(eventText("tips", tips));
    response.write(eventText("state", state()));
    for (const { event, content } of past) response.write(eventText(event, content));
  };
  const act = async (interaction: BotInteraction) => {
    const { chats } = state();
    const place = chats.find((chat) => interaction.do !== "speak" && isPlaceOf(interaction, chat));
    if (!place && interaction.do !== "speak") throw new Error("there is no such chat");
    const what = wordsOf(interaction, place);
    if (what !== undefined)
      note("interaction", { who: people.find(({ id }) => id === interaction.person)?.name, what });
    if (interaction.do === "speak") spoken.set(interaction.person, interaction.language);
    const concerned = stages.filter(
      (stage) => interaction.do === "speak" || stage.chats().some((chat) => isPlaceOf(interaction, chat)),
    );
    await Promise.all(concerned.map((stage) => stage.act(interaction)));
    // What was said is seen before the bot, which answers over the network, can delete it.
    if (interaction.do === "say" || interaction.do === "attach") look(0);
  };
  const kept = (id: string) => stages.map((stage) => stage.kept?.(id)).find((file) => file !== undefined);
  const server = createServer((request, response) => {
    // Whoever hangs up in the middle of an answer is gone: nothing is left to do.
    answer(request, response, { watch, act, kept }).catch(() => response.destroy());
  });
  await listening(server, port);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`,
    close: async () => {
      clearTimeout(due);
      for (const watcher of watchers) watcher.end();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function eventText(event: string, content: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(content)}\n\n`;
}

/** The chats that are not as they were told, and those there are no longer. */
function changeSince(told: ReadonlyMap<string, string>, chats: readonly ChatView[]) {
  const now = new Map(chats.map((chat) => [`${chat.person} ${chat.id}`, JSON.stringify(chat)]));
  return {
    told: now,
    chats: chats.filter((chat) => {
      const key = `${chat.person} ${chat.id}`;
      return told.get(key) !== now.get(key);
    }),
    gone: [...told.keys()].filter((key) => !now.has(key)),
  };
}

/** A heading for what an interaction costs; undefined = nothing comes of it. Holds no text that may be a password. */
function wordsOf(interaction: BotInteraction, place: ChatView | undefined): string | undefined {
  switch (interaction.do) {
    case "say":
      if (/^https?:/.test(interaction.text)) return "a link";
      return /^\/\w+/.exec(interaction.text)?.[0] ?? "a message";
    case "attach":
      return interaction.files.length === 1 ? "a file" : `${interaction.files.length} files`;
    case "press": {
      const button = widgetsOf(interaction.message, place).find(
        (one) => one.kind === "press" && one.value === interaction.value,
      );
      return button?.kind === "press" ? button.label : undefined;
    }
    case "select": {
      const menu = widgetsOf(interaction.message, place).find(
        (one) => one.kind === "select" && one.value === interaction.value,
      );
      return menu?.kind === "select"
        ? menu.options.find(({ value }) => value === interaction.option)?.label
        : undefined;
    }
    case "submit":
      return place?.modal?.title;
    case "dismiss":
    case "speak":
      return undefined;
  }
}

function widgetsOf(message: string, place: ChatView | undefined) {
  return place?.messages.find(({ id }) => id === message)?.rows.flat() ?? [];
}

interface Answers {
  watch(response: ServerResponse): void;
  act(interaction: BotInteraction): Promise<void>;
  kept(id: string): KeptFile | undefined;
}

async function answer(request: IncomingMessage, response: ServerResponse, answers: Answers): Promise<void> {
  const path = /^[^?#]*/.exec(request.url ?? "")?.[0] ?? "";
  if (request.method === "POST" && path === "/do") return take(request, response, answers);
  if (request.method !== "GET") return refuse(response, 404);
  if (path === "/events") return answers.watch(response);
  if (path.startsWith("/kept/")) return sendKept(response, answers.kept(path.slice("/kept/".length)));
  const name = path === "/" ? "index.html" : path.slice(1);
  const type = files.get(name);
  if (type === undefined) return refuse(response, 404);
  response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
  return pipeline(createReadStream(join(import.meta.dirname, name)), response);
}

async function take(request: IncomingMessage, response: ServerResponse, { act }: Answers): Promise<void> {
  const interaction = await interactionIn(request);
  if (!interaction) return refuse(response, 400, "that is no interaction");
  const refused = await act(interaction).catch((error: unknown) =>
    error instanceof Error ? error.message : String(error),
  );
  if (refused !== undefined) return refuse(response, 409, refused);
  response.writeHead(204).end();
  return undefined;
}

function refuse(response: ServerResponse, status: number, why = ""): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(why);
}

/** Whatever it holds is shown apart from the page, and never run. */
function sendKept(response: ServerResponse, file: KeptFile | undefined): void {
  if (!file) return refuse(response, 404);
  response.writeHead(200, {
    "content-type": file.type,
    "content-length": file.bytes.length,
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
  response.end(file.bytes);
}

/** The interaction that was sent; undefined = it is none. */
async function interactionIn(request: IncomingMessage): Promise<BotInteraction | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= maxFiles) chunks.push(chunk);
  }
  if (size > maxFiles) return undefined;
  try {
    const sent: unknown = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    if (!isBotInteraction(sent)) return undefined;
    return sent.do === "attach" || size <= maxInteraction ? sent : undefined;
  } catch {
    return undefined;
  }
}

const fieldsOf: Readonly<Record<string, readonly string[]>> = {
  say: ["chat", "person", "text"],
  attach: ["chat", "person"],
  press: ["chat", "person", "message", "value"],
  select: ["chat", "person", "message", "value", "option"],
  submit: ["chat", "person"],
  dismiss: ["chat", "person"],
  speak: ["person", "language"],
};

function isBotInteraction(sent: unknown): sent is BotInteraction {
  if (typeof sent !== "object" || sent === null) return false;
  const fields = new Map(Object.entries(sent));
  const wanted = new Map(Object.entries(fieldsOf)).get(String(fields.get("do")));
  if (!wanted?.every((field) => typeof fields.get(field) === "string")) return false;
  if (fields.get("do") === "attach") return areFiles(fields.get("files"));
  const values: unknown = fields.get("values");
  return (
    fields.get("do") !== "submit" ||
    (typeof values === "object" && values !== null && Object.values(values).every((value) => typeof value === "string"))
  );
}

function areFiles(files: unknown): boolean {
  const isText = (file: object, field: string) => typeof new Map(Object.entries(file)).get(field) === "string";
  return (
    Array.isArray(files) &&
    files.length > 0 &&
    files.every(
      (file: unknown) =>
        typeof file === "object" && file !== null && ["name", "type", "content"].every((field) => isText(file, field)),
    )
  );
}

function isPlaceOf(interaction: Exclude<BotInteraction, { do: "speak" }>, chat: ChatView): boolean {
  return chat.id === interaction.chat && chat.person === interaction.person;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

import { setTimeout as sleep } from "node:timers/promises";
import { startApp } from "../../src/app.ts";
import { createLog } from "../../src/log.ts";
import { cast } from "../../emulators/seed.ts";
import { startWorld, type World } from "../../emulators/world.ts";
import { randomFrom, type Random } from "./random.ts";

// `npm run fuzz`: updates of Telegram, commands of Discord and requests to the gateway with hostile values, in any order and
// brought twice. `--count=10000 --seed=1`. Exits 1 when something is left unhandled, a press gets no answer, the gateway
// answers 500, or anything of one person is seen by another.

const option = (name: string): string | undefined =>
  process.argv.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
const count = Number(option("count") ?? 10_000);
const random = randomFrom(Number(option("seed") ?? 1));

/** Only Lena's drive has it. */
const secretName = "only-lena-sees-this";
/** Everything that went wrong, and how often. */
const faults = new Map<string, number>();
const fault = (what: string): void => {
  if (!faults.has(what)) process.stderr.write(`${what}\n`);
  faults.set(what, (faults.get(what) ?? 0) + 1);
};
process.on("unhandledRejection", (error) => fault(`unhandled: ${String(error).slice(0, 200)}`));
process.on("uncaughtException", (error) => fault(`uncaught: ${String(error).slice(0, 200)}`));

const commands = [
  "browse",
  "search",
  "link",
  "get",
  "share",
  "settings",
  "mounts",
  "login",
  "download",
  "help",
  "cancel",
];

const hostile: readonly ((at: Random) => unknown)[] = [
  () => "",
  (at) => "x".repeat(Math.floor(at() * 5000)),
  () => "\u202Egnp.exe",
  () => "<b>&amp;</b> *_`[x](tg://user?id=1)",
  () => "../../etc/passwd\u0000",
  () => "\uD83D",
  () => "👩‍👩‍👧‍👦".repeat(40),
  () => "https://mypikpak.com/s/VWTfvdXg8GMO3tdd3F08XKxKo1?pwd=zq47",
  () => "magnet:?xt=urn:btih:0123456789012345678901234567890123456789&dn=%ff%fe",
  () => "http://169.254.169.254/latest/meta-data/",
  () => "提取码：".repeat(200),
  (at) => Math.floor(at() * 2 ** 53),
  () => -1,
  () => null,
  () => [],
  () => ({ toString: "no" }),
];
const text = (): string => {
  const value = random.of(hostile)(random);
  return typeof value === "string" ? value : JSON.stringify(value);
};

const started = performance.now();
const world = await startWorld();
const lines: string[] = [];
const log = createLog({ level: "error", destination: { write: (line: string) => void lines.push(line) } });
const app = await startApp(world.config, { onFatal: (message) => fault(`fatal: ${message}`), log });
const answered = new Set<string>();
world.telegram.onCall(({ method, parameters }) => {
  if (method === "answerCallbackQuery") answered.add(String(parameters["callback_query_id"]));
});
try {
  const payloads = await lenaLooks(world);
  const presses = await everything(world, payloads);
  await sleep(0);
  await settle(world, presses);
} finally {
  await app.stop();
  await world.close();
}
for (const line of lines) fault(`log: ${messageOf(line)}`);
process.stdout.write(
  `${count} updates, commands and requests in ${Math.round((performance.now() - started) / 1000)} s; faults: ${faults.size}\n${[...faults].map(([what, times]) => `  ${times} × ${what}\n`).join("")}`,
);
process.exitCode = faults.size === 0 ? 0 : 1;

/** What buttons on Lena's screens carry: others send them as their own. */
async function lenaLooks({ pikpak, people }: World): Promise<readonly string[]> {
  const owner = pikpak.build.account({ username: "nobody", email: "nobody@example.com", password: "x".repeat(12) });
  const folder = pikpak.build.folder(owner, undefined, secretName);
  pikpak.build.file(owner, folder, { name: `${secretName}.bin`, size: 10 });
  const { id } = pikpak.build.share(owner, { title: secretName, nodes: [folder] });
  people.lena.sends(`https://mypikpak.com/s/${id}`);
  const shown = await people.lena.waitsFor(`${secretName}.bin`.slice(0, 12), { timeout: 20_000 });
  for (const somebody of [people.mia, people.jun]) somebody.sends("/help");
  return shown.buttons.flatMap((button) => ("callback_data" in button ? [button.callback_data] : []));
}

/** Sends all of it; resolves with the ids of presses that must be answered. */
async function everything({ telegram, discord }: World, payloads: readonly string[]) {
  const presses: string[] = [];
  const waiting: Promise<unknown>[] = [];
  for (let n = 0; n < count; n += 1) {
    const kind = n % 10;
    if (kind < 7) {
      const [name, body] = update(n, payloads);
      if (name === "callback_query") presses.push(String(body["id"]));
      telegram.push(name, body);
      if (random() < 0.05) telegram.push(name, body);
    } else if (kind === 7) {
      const line = random.of(commands);
      waiting.push(command(world, line));
      if (random() < 0.1) discord.gateway.inject(malformedFrame());
    } else waiting.push(request(app.gatewayUrl));
    // As many as people send at a time; the rest waits for those.
    if (n % 50 === 49) await Promise.all(waiting.splice(0));
    if (n % 50 === 49) await drained(world);
    if (n % 1000 === 999) process.stderr.write(`${n + 1} sent, ${faults.size} kinds of faults\n`);
  }
  await Promise.all(waiting);
  return presses;
}

/** Telegram has nothing left that the bot has not taken. */
async function drained({ telegram }: World): Promise<void> {
  const until = performance.now() + 60_000;
  while (telegram.bot.inbox.pending.length > 0) {
    if (performance.now() > until) return fault("updates are not taken any more");
    await sleep(10);
  }
}

function update(n: number, payloads: readonly string[]): readonly [string, Record<string, unknown>] {
  const { id, name } = random.of([cast.mia, cast.jun]);
  const from = {
    id,
    is_bot: false,
    first_name: random() < 0.2 ? text() : name,
    language_code: random.of(["en", "zh", "x", ""]),
  };
  const chat = { id, type: "private", first_name: name };
  const said = random() < 0.5 ? `/${random.of(commands)} ${text()}` : text();
  const message = { message_id: 10_000 + n, date: 1, chat, from, text: said, entities: entitiesOf(said) };
  switch (
    random.of(["message", "message", "edited_message", "callback_query", "callback_query", "inline_query", "odd"])
  ) {
    case "message":
      return ["message", random() < 0.1 ? hurt(message) : message];
    case "edited_message":
      return ["edited_message", { ...message, edit_date: 2 }];
    case "callback_query": {
      const data = random() < 0.6 ? random.of(payloads) : mangled(random.of(payloads));
      const shown = { message_id: Math.floor(random() * 50) + 1, date: 1, chat, text: "…" };
      return ["callback_query", { id: `fuzz${n}`, from, chat_instance: "1", message: shown, data }];
    }
    case "inline_query":
      return ["inline_query", { id: `inline${n}`, from, query: said.slice(0, 256), offset: random.of(["", "7", "x"]) }];
    default:
      return ["message", hurt({ ...message, document: { file_id: text(), file_unique_id: "u", file_name: text() } })];
  }
}

function entitiesOf(said: string): readonly object[] {
  const length = /^\/\w+/.exec(said)?.[0].length ?? 0;
  return length > 0 ? [{ type: "bot_command", offset: 0, length }] : [];
}

/** A text of it holds something else: shapes are the service's, and stay. */
function hurt(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const field = random.of(Object.keys(body).filter((key) => typeof body[key] === "string"));
  return { ...body, [field]: text() };
}

function mangled(payload: string): string {
  const at = Math.floor(random() * payload.length);
  return `${payload.slice(0, at)}${random.of(["0", "-", "z", "\u0000", "99999999"])}${payload.slice(at + 1)}`.slice(
    0,
    64,
  );
}

async function command({ members, hall }: World, name: string): Promise<void> {
  const options: Readonly<Record<string, string>> = {
    browse: "path",
    search: "words",
    link: "file",
    get: "file",
    share: "link",
    download: "links",
  };
  const taken = options[name];
  const given = taken === undefined ? {} : { options: { [taken]: text().slice(0, 900) || "x" } };
  // What a client would not let somebody send throws in theirs.
  await random
    .of([members.mia, members.jun])
    .uses(`/${name}`, { in: hall, ...given })
    .catch(() => undefined);
}

function malformedFrame(): string {
  const data = random.of([null, {}, { id: "1" }, { type: 2, data: null }, { type: 3, id: text(), token: text() }]);
  return JSON.stringify({ op: 0, s: null, t: "INTERACTION_CREATE", d: data });
}

async function request(base: string): Promise<void> {
  const start = random.of(["/d/", "/p/", "/s/", "/w/", "/api/fs/link", "/oauth/pikpak", "/telegram", "/", "/healthz"]);
  const path = `${start}${encodeURIComponent(text().slice(0, 500).toWellFormed())}${random.of(["", "?sign=x", "?why=refused", "/..%2f..%2f"])}`;
  const method = random.of(["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE"]);
  const headers = { range: random.of(["bytes=0-", "bytes=-1", "bytes=9-1,2-", "x"]), "x-forwarded-for": "10.0.0.1, x" };
  const body = method === "POST" || method === "PUT" ? { body: text().toWellFormed() } : {};
  const answer = await fetch(`${base}${path}`, { method, headers, redirect: "manual", ...body }).catch(() => undefined);
  if (!answer) return fault(`no answer to ${method} ${start}`);
  if (answer.status === 500) fault(`500 for ${method} ${start}`);
  await answer.arrayBuffer();
}

/** Every press was answered, the bot still serves, and Lena's names went to Lena. */
async function settle({ telegram, people }: World, presses: readonly string[]): Promise<void> {
  const until = performance.now() + 30_000;
  while (presses.some((id) => !answered.has(id)) && performance.now() < until) await sleep(50);
  const open = presses.filter((id) => !answered.has(id)).length;
  if (open > 0) fault(`${open} of ${presses.length} presses got no answer`);
  const newest = people.lena.messages.at(-1)?.id ?? 0;
  people.lena.sends("/help");
  await people.lena
    .waitsFor(({ id, byBot }) => byBot && id > newest, { timeout: 20_000 })
    .catch(() => fault("/help has no answer at the end"));
  for (const { method, parameters } of telegram.calls) {
    const isLenas = String(parameters["chat_id"]) === String(cast.lena.id);
    if (!isLenas && JSON.stringify(parameters).includes(secretName)) fault(`${method} shows others what is Lena's`);
  }
}

function messageOf(line: string): string {
  const { msg, err } = JSON.parse(line) as { msg?: string; err?: { type?: string; message?: string } };
  return `${msg ?? ""}${err ? ` (${err.type}: ${String(err.message).slice(0, 160)})` : ""}`;
}

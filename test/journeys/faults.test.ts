import { expect, test, vi, type TestContext } from "vitest";
import { uploadFailures } from "../../src/actions/model/upload.ts";
import { storageErrorCodes } from "../../src/storage/error.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { startApp } from "../../src/app.ts";
import { createLog } from "../../src/log.ts";
import type { Fault as DiscordFault } from "../../emulators/discord/faults.ts";
import type { Person } from "../../emulators/discord/person.ts";
import type { Channel } from "../../emulators/discord/state.ts";
import type { Fault } from "../../emulators/pikpak/faults.ts";
import type { Fault as TelegramFault } from "../../emulators/telegram/faults.ts";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { Actor } from "../../emulators/telegram/people.ts";
import { startWorld, type World } from "../../emulators/world.ts";
import { signInOnTelegram } from "./sign-in.ts";

// Whatever a service does wrong, at whatever step: a sentence with a way on, few calls, and no loop.

vi.setConfig({ testTimeout: 55_000, maxConcurrency: 12 });

const words = loadWords();
const say = words.in("en");

/** One step of the main journey, which certainly asks PikPak for something. */
interface Step {
  /** It wants a drive of Mia's own. */
  readonly signedIn?: boolean;
  /** What is begun before anything goes wrong, and what it leaves. */
  prepare?(at: At): Promise<void>;
  act(at: At): Promise<unknown>;
  /** The same once more, where that is no button and takes more than the act. */
  again?(at: At): Promise<unknown>;
  /** It worked. */
  readonly done: (message: Shown) => boolean;
  /** It waits by itself until PikPak is well, says so, and can be called off. */
  readonly goesOn?: (message: Shown) => boolean;
  /** Requests to PikPak it may take while everything goes wrong. */
  readonly budget: number;
}

interface At {
  readonly world: World;
  readonly mia: Actor;
  /** The address of a share nobody has opened yet. */
  readonly share: string;
}

const opened = async ({ mia, share }: At) => {
  mia.sends(share);
  await mia.waitsFor("9 entries");
};
const onOwnDrive = async ({ mia }: At) => void (await mia.waitsFor("6 entries"));
const askFolderName = async ({ mia }: At) => {
  await mia.presses("⋯");
  await mia.waitsFor(say("tidy-what"));
  await mia.presses("📁➕");
  await mia.waitsFor(say("field-folder-name-name"));
};
const hasLabel = (sign: string) => (message: Shown) => message.labels.some((label) => label.includes(sign));

const steps: Readonly<Record<string, Step>> = {
  "opening a share": {
    act: async ({ mia, share }) => mia.sends(share),
    done: ({ text }) => text.includes("9 entries"),
    budget: 8,
  },
  "opening a folder": {
    prepare: opened,
    act: async ({ mia }) => mia.presses("Folder 7"),
    done: ({ text }) => text.includes("› Folder 7"),
    budget: 8,
  },
  "a search": {
    prepare: opened,
    act: async ({ mia }) => mia.sends("/search IMG_77"),
    done: ({ text, labels }) => labels.some((label) => label.includes("IMG_77")) || text.includes("IMG_77.jpg"),
    budget: 20,
  },
  "a link": {
    prepare: opened,
    act: async ({ mia }) => mia.sends("/link Packing list.txt"),
    done: ({ text }) => text.includes("Download link"),
    budget: 8,
  },
  "getting a file": {
    prepare: opened,
    act: async ({ mia }) => mia.sends("/get Packing list.txt"),
    done: ({ text }) => text.includes("Sent in"),
    budget: 16,
  },
  "an offline download": {
    signedIn: true,
    prepare: onOwnDrive,
    act: async ({ mia }) => mia.sends("/download https://files.example/a.iso"),
    done: ({ text }) => /✅.*a\.iso/s.test(text),
    goesOn: (message) => message.text.includes("a.iso · waits for its turn") && hasLabel("✖️")(message),
    budget: 16,
  },
  "making a folder": {
    signedIn: true,
    prepare: async (at) => {
      await onOwnDrive(at);
      await askFolderName(at);
    },
    act: async ({ mia }) => mia.sends("Kept"),
    again: async (at) => {
      at.mia.sends("/browse");
      await onOwnDrive(at);
      await askFolderName(at);
      at.mia.sends("Kept");
    },
    done: ({ text }) => text.includes(say("did-made")),
    budget: 12,
  },
};

/** What PikPak does to every request until it is well again; a call that hangs takes fifteen seconds, so it is one. */
const faults: Readonly<Record<string, Fault>> = {
  "an inner error": { status: 500, error: "internal", code: 13 },
  "too many requests": { status: 429, error: "too_many_requests", code: 10, headers: { "retry-after": "1" } },
  "cut connections": { reset: true },
  "a page instead of an answer": { status: 502, body: "<html><h1>502 Bad Gateway</h1></html>" },
  "the demand for a captcha": { status: 400, error: "captcha_invalid", code: 9 },
  "tokens that have ended": { status: 401, error: "unauthenticated", code: 16 },
  "a call without an answer": { delay: 600_000, times: 1 },
};

const cells = cellsOf(faults, steps);

test.concurrent.for(cells)(
  "%s at %s of PikPak is told with a way on, within few calls, and trying again works afterwards",
  async ([fault, step], { onTestFinished }) => {
    const { prepare, act, again = act, done, budget, signedIn, goesOn } = steps[step] ?? never();
    const at = await startedWorld(signedIn === true, onTestFinished);
    const { world, mia } = at;
    await prepare?.(at);
    const known = textsOf(mia);
    const isNew = (message: Shown) => known.get(message.id) !== look(message);
    const before = world.pikpak.calls.length;
    world.pikpak.fail({ times: 10_000, ...faults[fault] });
    void act(at).catch(() => undefined);
    const isAnswer = (message: Shown) => isTold(message) || goesOn?.(message) || done(message);
    const told = await mia.waitsFor((message) => isNew(message) && isAnswer(message), { timeout: 40_000 });
    expect(world.pikpak.calls.length - before).toBeLessThanOrEqual(budget);
    expect(hasWayOn(told)).toBe(true);
    world.pikpak.heal();
    if (needsSignIn(told)) return;
    const works = () => mia.messages.some((message) => isNew(message) && done(message));
    const tryAgain = async () => {
      if (works()) return;
      if (hasLabel("🔄")(told)) await mia.presses("🔄", { on: told }).catch(() => undefined);
      else await again(at).catch(() => undefined);
      throw new Error(`not yet: ${mia.sees().slice(-800)}`);
    };
    await vi.waitFor(tryAgain, { interval: 4000, timeout: 25_000 });
  },
);

/** Short troubles of Telegram, met by whatever is said next. */
const telegramFaults: Readonly<Record<string, TelegramFault>> = {
  "an inner error": { status: 500, description: "Internal Server Error", times: 2 },
  "too many requests": {
    status: 429,
    description: "Too Many Requests: retry after 1",
    parameters: { retry_after: 1 },
  },
  "cut connections": { reset: true, times: 2 },
  "a page instead of an answer": { status: 502, html: "<html>Bad Gateway</html>" },
};

/** Messages and edits of one step, those that went wrong included: four do, and a file shows how far it is. */
const maxSaid = 12;

const telegramCells = cellsOf(telegramFaults, steps);

test.concurrent.for(telegramCells)(
  "%s of Telegram at %s costs a moment and few calls, and the answer comes all the same",
  async ([fault, step], { onTestFinished }) => {
    const { prepare, act, done, signedIn } = steps[step] ?? never();
    const at = await startedWorld(signedIn === true, onTestFinished);
    const { mia, world } = at;
    await prepare?.(at);
    const known = textsOf(mia);
    const before = world.telegram.calls.length;
    for (const method of ["sendMessage", "editMessageText"]) world.telegram.fail({ method, ...telegramFaults[fault] });
    void act(at).catch(() => undefined);
    await mia.waitsFor((message) => known.get(message.id) !== look(message) && done(message), { timeout: 30_000 });
    const said = world.telegram.calls.slice(before).filter(({ method }) => /^send(?!Chat)|^editMessage/.test(method));
    expect(said.length).toBeLessThanOrEqual(maxSaid);
  },
);

interface DiscordStep {
  act(at: OnDiscord): Promise<unknown>;
  readonly done: string | RegExp;
}

interface OnDiscord {
  readonly member: Person;
  readonly here: { readonly in: Channel };
  readonly share: string;
}

const discordSteps: Readonly<Record<string, DiscordStep>> = {
  "opening a share": {
    act: async ({ member, here, share }) => member.uses("/share", { ...here, options: { link: share } }),
    done: "9 entries",
  },
  "opening a folder": { act: async ({ member, here }) => member.selects(/Folder 7/, here), done: "› Folder 7" },
  "a search": {
    act: async ({ member, here }) => member.uses("/search", { ...here, options: { words: "IMG_77" } }),
    done: "IMG_77.jpg",
  },
  "a link": {
    act: async ({ member, here }) => member.uses("/link", { ...here, options: { file: "Packing list.txt" } }),
    done: "Download link",
  },
  "getting a file": {
    act: async ({ member, here }) => member.uses("/get", { ...here, options: { file: "Packing list.txt" } }),
    done: /Sent in/,
  },
};

/** Short troubles of Discord, met by the answer to an interaction that was acknowledged. */
const discordFaults: Readonly<Record<string, DiscordFault>> = {
  "an inner error": { status: 500, times: 2 },
  "too many requests": { status: 429, headers: { "retry-after": "1" } },
  "cut connections": { reset: true, times: 2 },
};

const discordCells = cellsOf(discordFaults, discordSteps);

test.concurrent.for(discordCells)(
  "%s of Discord at %s costs a moment and few calls, and the answer comes all the same",
  async ([fault, step], { onTestFinished }) => {
    const { act, done } = discordSteps[step] ?? never();
    const world = await startedApp("discord", onTestFinished);
    const { discord, members, hall } = world;
    await discord.ready(20_000);
    const isOffered = () => members.mia.offered({ in: hall }).some(({ name }) => name === "share");
    await vi.waitUntil(isOffered, { timeout: 20_000 });
    const at: OnDiscord = { member: members.mia, here: { in: hall }, share: shareIn(world) };
    if (step !== "opening a share") {
      await discordSteps["opening a share"]?.act(at);
      await at.member.waitsFor("9 entries", at.here);
    }
    const before = discord.calls.length;
    discord.fail({ path: "/webhooks/", ...discordFaults[fault] });
    await act(at);
    await at.member.waitsFor(done, { ...at.here, within: 30_000 });
    const failed = discord.calls.slice(before).filter(({ status }) => status === 0 || status >= 400);
    expect(failed.length).toBeLessThanOrEqual(4);
  },
);

function cellsOf(some: object, others: object): readonly (readonly [string, string])[] {
  return Object.keys(some).flatMap((one) => Object.keys(others).map((other) => [one, other] as const));
}

/** A button, or a sentence that says what to do. */
function hasWayOn({ labels, text }: Shown): boolean {
  return labels.length > 0 || /again|Wait|\/\w+/.test(text);
}

/** It is the account that has to be mended. */
const needsSignIn = (message: Shown) => hasLabel("🔑")(message);

function never(): never {
  throw new Error("there is no such step");
}

const look = ({ text, labels }: Shown) => [text, ...labels].join("\n");

function textsOf(person: Actor): ReadonlyMap<number, string> {
  return new Map(person.messages.map((message) => [message.id, look(message)]));
}

/** It says one of the sentences there are for failures. */
function isTold({ text }: Pick<Shown, "text">): boolean {
  return sentences.some((sentence) => text.includes(sentence));
}

const sentences = [
  ...["", "-pikpak", "-pikpak-share"].flatMap((kind) =>
    storageErrorCodes.filter((code) => words.has(`error-${code}${kind}`)).map((code) => say(`error-${code}${kind}`)),
  ),
  ...uploadFailures.map((reason) => say(`transfer-failed-${reason}`)),
];

async function startedWorld(signedIn: boolean, onTestFinished: TestContext["onTestFinished"]): Promise<At> {
  const world = await startedApp("telegram", onTestFinished);
  if (signedIn) await signInOnTelegram({ world }, "mia");
  return { world, mia: world.people.mia, share: shareIn(world) };
}

async function startedApp(chat: "telegram" | "discord", onTestFinished: TestContext["onTestFinished"]): Promise<World> {
  const world = await startWorld();
  const { telegram, discord, ...config } = world.config;
  const only = chat === "telegram" ? { telegram } : { discord };
  const app = await startApp(
    { ...config, ...only },
    { onFatal: (message) => expect.fail(message), log: createLog({ level: "silent" }) },
  );
  onTestFinished(async () => {
    await app.stop();
    await world.close();
  });
  return world;
}

function shareIn({ pikpak }: World): string {
  const { build } = pikpak;
  const owner = build.account({ username: "s@example.com", email: "s@example.com", password: "p-a-s-s" });
  const top: Node[] = [build.file(owner, undefined, { name: "Packing list.txt", bytes: Buffer.from("towel\n") })];
  for (let n = 0; n < 8; n += 1) top.push(build.folder(owner, undefined, `Folder ${n}`));
  build.file(owner, top[7], { name: "IMG_77.jpg", size: 1000 });
  return `https://mypikpak.com/s/${build.share(owner, { title: "Fresh", nodes: top }).id}`;
}

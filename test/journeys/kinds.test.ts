import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Keyv } from "keyv";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { accountCommand, type Shell } from "../../src/cli/account-commands.ts";
import { createAsker } from "../../src/cli/asker.ts";
import { memoryKind, type MemoryEntry } from "../../src/drivers/memory.ts";
import { createPages } from "../../src/gateway/pages.ts";
import { figuresIn } from "../../src/i18n/figures.ts";
import { loadWords, type Words } from "../../src/i18n/words.ts";
import type { DriverKind } from "../../src/storage/driver.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { Mount } from "../../src/storage/mount.ts";
import { createStorage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";
import type { Person } from "../../src/users/person.ts";
import type { Place } from "../../src/users/place.ts";
import { Cloud, usualCloud } from "../actions/test-app.ts";
import { openTestApp as openDiscordApp } from "../discord/test-app.ts";
import { lend } from "../drivers/context.ts";
import { pathKind } from "../drivers/path-kind.ts";
import { openDiscord } from "./discord-front.ts";
import type { Front } from "./front.ts";
import { openTelegram } from "./telegram-front.ts";

// Two kinds of drive nothing outside the register knows: one to sign in to and one that is opened by a link.

const tree: MemoryEntry = {
  name: "",
  children: [
    { name: "Letters", children: [{ name: "to Jun.txt", size: 5, url: "https://bytes.example/jun" }] },
    { name: "list.txt", size: 9, url: "https://bytes.example/list" },
  ],
};
const drop = "https://drop.example/d/box1";

/** A box that is opened by its link and a pin. */
function dropKind(): DriverKind {
  const linksIn = (text: string) => [...text.matchAll(/https:\/\/drop\.example\/d\/\w+/g)].map(([link]) => link);
  return {
    name: "drop",
    added: "link",
    where: "anywhere",
    fields: [
      { name: "box", kind: "text", role: "address", required: true, maxLength: 100 },
      { name: "pin", kind: "secret", role: "code", required: false, maxLength: 10 },
    ],
    recognise: (text) => linksIn(text).map((box) => ({ values: { box } })),
    check: (values) =>
      linksIn(values["box"] ?? "").length === 1
        ? { ok: true, values }
        : { ok: false, problem: { field: "box", code: "not-a-share" } },
    title: ({ box = "" }) => `Box ${box.split("/").at(-1) ?? ""}`,
    identity: ({ box = "" }) => box,
    open(_options, { vault }) {
      const driver = memoryKind({ tree }).open({ tree: "tree" }, lend({}));
      return {
        ...driver,
        async list(...asked) {
          const { pin } = await vault.read();
          if (pin === undefined) throw new StorageError("pass-code-needed");
          if (pin !== "4711") throw new StorageError("pass-code-wrong");
          return driver.list(...asked);
        },
      };
    },
  };
}

const ownWords: Readonly<Record<string, string>> = {
  "driver-paths": "Path drive",
  "form-title-paths": "Sign in to the path drive",
  "field-paths-name": "Name on the path drive",
  "field-paths-password": "Password of the path drive",
  "error-wrong-credentials-paths": "The path drive knows no such password.",
  "driver-drop": "Drop box",
  "form-title-drop": "Open a drop box",
  "field-drop-box": "Link of the box",
  "field-drop-pin": "Pin of the box",
};

/** The words there are, with those the two kinds would bring in their folders. */
function wordsWithOwn(): Words {
  const words = loadWords();
  return {
    ...words,
    has: (key) => key in ownWords || words.has(key),
    in: (language) => {
      const say = words.in(language);
      return (key, args) => ownWords[key] ?? say(key, args);
    },
  };
}

class LargerCloud extends Cloud {
  override kinds(): readonly DriverKind[] {
    return [...super.kinds(), pathKind(tree), dropKind()];
  }
}

function largerCloud(): Cloud {
  const { accounts, shares } = usualCloud();
  return new LargerCloud({ accounts, shares });
}

describe.each([
  ["Telegram", openTelegram],
  ["Discord", openDiscord],
])("on %s, with two kinds more in the register", (_name, openFront) => {
  let front: Front;
  afterEach(() => front.close());

  test("Mia is asked which kind of account it is, and signs in to the new one", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("login");
    await front.fill("account-kind", { driver: "paths" });
    await front.sees("Sign in to the path drive");
    await front.fill("paths", { name: "mia", password: "correct-horse" });
    await front.sees("🏠 mia", "2 entries", "📁 Letters");
    await front.command("mounts");
    await front.sees("🟢 mia · Path drive");
    expect(front.did).toEqual(["sign-in", "submit", "submit", "show-mounts"]);
  });

  test("a wrong password is told in the new kind's words, and asked for again", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("login");
    await front.fill("account-kind", { driver: "paths" });
    await front.fill("paths", { name: "mia", password: "wrong" });
    if (front.name === "Telegram") await front.sees("The path drive knows no such password.");
    await front.fill("paths", { password: "correct-horse" });
    await front.sees("🏠 mia", "2 entries");
    expect(front.did).toEqual(["sign-in", "submit", "submit", "submit"]);
  });

  test("PikPak is still signed in to and its shares are still opened", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("login");
    await front.fill("account-kind", { driver: "pikpak" });
    await front.fill("pikpak", { username: "mia", password: "correct-horse" });
    await front.sees("🏠 mia", "14 entries");
    await front.command("share", { link: "https://share.example/s/open1" });
    await front.sees("🏠 open1", "14 entries");
    expect(front.did).toEqual(["sign-in", "submit", "submit", "open-share"]);
  });

  test("a link of the new kind is known for what it is, and its pin is asked for", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("share", { link: drop });
    await front.sees("needs a pass code");
    await front.fill("drop", { pin: "1" });
    await front.sees("This pass code is not right");
    await front.fill("drop", { pin: "4711" });
    await front.sees("🏠 Box box1", "2 entries");
    expect(front.did).toEqual(["open-share", "submit", "submit"]);
  });

  test("/share without a link asks for the link alone, whichever kind it will be of", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("share");
    await front.fill("any-link", { link: "https://nobody.example/x" });
    await front.sees("not the link of a share I can open");
    await front.fill("any-link", { link: "https://share.example/s/open1" });
    await front.sees("🏠 open1", "14 entries");
    expect(front.did).toEqual(["open-share", "submit", "submit"]);
  });

  test("a link of no kind is refused in words that name none", async () => {
    front = await openFront(largerCloud(), { words: wordsWithOwn() });
    await front.command("share", { link: "https://nobody.example/x" });
    await front.sees("no share of a drive I know");
    expect(front.did).toEqual(["open-share"]);
  });
});

test("the one-time page asks the new kind's questions, in its words, and what is sent off signs in", async () => {
  const words = wordsWithOwn();
  const app = await openDiscordApp({ cloud: largerCloud(), words });
  onTestFinished(() => app.close());
  await app.discord.start();
  await app.known();
  const here = { in: app.hall };
  await app.mia.uses("/login", here);
  await app.mia.waitsFor("Sign in", here);
  await app.mia.presses(/Fill in/, here);
  await app.mia.fills({ driver: "paths" });
  await app.mia.waitsFor("do not belong in Discord", here);
  const [form] = app.pages.slice(-1);
  if (!form) throw new Error("no page was handed out");

  const kept = new Map<string, unknown>();
  const pages = createPages({
    store: {
      get: async (key) => kept.get(key),
      set: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
    },
    words,
    key: new Uint8Array(32),
    now: Date.now,
    random: (bytes) => new Uint8Array(bytes).fill(7),
    address: () => "https://drive.example.com",
    submit: async (_page, values) => {
      const sent = await app.sendPage(values, form.form);
      return sent.done ? { came: "done" } : { came: "again", form: sent.form };
    },
  });
  const { code } = await pages.open({ person: { id: "discord:1", name: "Mia" }, language: "en" }, form);
  const ask = async (method: string, answers: Readonly<Record<string, string>> = {}) => {
    const reply = await pages.answer(code, {
      method,
      path: `/s/${code}`,
      query: new URLSearchParams(),
      headers: { accept: "text/html", "content-type": "application/x-www-form-urlencoded" },
      body: async () => Buffer.from(new URLSearchParams(answers).toString()),
      from: "127.0.0.1",
      isLocal: true,
      signal: new AbortController().signal,
    });
    return reply.kind === "whole" ? reply.body : "";
  };
  const shown = await ask("GET");
  for (const text of ["<title>Sign in to the path drive</title>", "Name on the path drive", "to open your drive"]) {
    expect(shown).toContain(text);
  }
  expect(shown).toMatch(/name="name"\s+autocomplete="username"/);
  expect(shown).toMatch(/name="password"\s+autocomplete="current-password"/);
  expect(shown).not.toContain("PikPak");
  const token = /name="token" value="([^"]+)"/.exec(shown)?.[1] ?? "";
  expect(await ask("POST", { token, name: "mia", password: "wrong" })).toContain(
    "The path drive knows no such password.",
  );
  expect(await ask("POST", { token, name: "mia", password: "correct-horse" })).toContain("Signed in");
  await app.mia.waitsFor("2 entries", here);
});

describe("the shell", () => {
  /** The command over a store in memory, with what is typed; what it prints. */
  async function account(words: readonly string[], typed: readonly string[]) {
    const { exclusive } = createLocks();
    const mounts = new Keyv<Mount>();
    const people = new Keyv<Person>();
    const all = wordsWithOwn();
    const output = new PassThrough();
    const input = new PassThrough();
    input.end(typed.map((line) => `${line}\n`).join(""));
    let ids = 0;
    const printed: string[] = [];
    const storage = createStorage({
      kinds: largerCloud().kinds(),
      mounts,
      secrets: new Keyv(),
      notes: new Keyv(),
      names: new Keyv(),
      exclusive,
      now: Date.now,
      wait: async () => undefined,
      randomHex: () => "00",
      newId: () => `mount${ids++}`,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    });
    const shell: Shell = {
      storage,
      mounts,
      people,
      places: new Keyv<Place>(),
      exclusive,
      say: all.in("en"),
      figures: figuresIn("en"),
      has: (key) => all.has(key),
      asker: createAsker({ input, output, terminal: false, onInterrupt: () => undefined }),
      print: (line) => void printed.push(line),
      complain: (line) => void printed.push(line),
    };
    const code = await accountCommand(words)(shell);
    return { code, printed, asked: String(output.read() ?? ""), person: await people.get("telegram:1") };
  }

  test("the shell asks which kind of account it is, and then that kind's questions", async () => {
    const { code, asked, person } = await account(["add", "telegram:1"], ["paths", "mia", "correct-horse"]);
    expect(code).toBe(0);
    expect(asked).toBe("Which kind of account (pikpak, paths): Name on the path drive: Password of the path drive: ");
    expect(person).toMatchObject({ mounts: ["mount0"] });
  });

  test("the shell takes the kind by name, and says what was wrong in the kind's words", async () => {
    const { code, printed } = await account(["add", "telegram:1", "paths"], ["mia", "wrong"]);
    expect([code, printed]).toEqual([1, ["The path drive knows no such password."]]);
  });

  test("the shell names the kinds there are when an unknown one is asked for", async () => {
    await expect(account(["add", "telegram:1", "drop"], [])).rejects.toThrow(
      'There is no kind of account "drop". There are: pikpak, paths',
    );
  });
});

test("no code outside the drivers and the configuration names a kind of drive, and no common word does", () => {
  const root = join(import.meta.dirname, "..", "..");
  const common = ["actions", "cli", "discord", "gateway", "i18n", "storage", "telegram", "users"].flatMap((folder) =>
    readdirSync(join(root, "src", folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(root, "src", folder, file)),
  );
  const words = ["en", "zh"].map((language) => join(root, "locales", `${language}.ftl`));
  const naming = [...common, ...words].filter((file) =>
    /["'`]pikpak|-pikpak\b|\b(captchaToken|rootFolder|refreshToken)\b/.test(readFileSync(file, "utf8")),
  );
  expect(common.length).toBeGreaterThan(100);
  expect(naming).toEqual([]);
});

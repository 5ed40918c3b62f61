import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Person } from "../src/users/person.ts";
import { startPikPak, type PikPakEmulator } from "../emulators/pikpak/pikpak.ts";
import { allScopes } from "../emulators/pikpak/tokens.ts";
import identities from "../src/drivers/pikpak/identities.json" with { type: "json" };
import type { Mount } from "../src/storage/mount.ts";
import { openStore, type Store } from "../src/store/store.ts";
import type { Lending, Place } from "../src/users/place.ts";

const program = join(import.meta.dirname, "..", "src", "cli", "account.ts");
const key = Buffer.alloc(32, 7);
const password = "correct-horse-battery";
let pikpak: PikPakEmulator;
let folder: string;

beforeEach(async () => {
  pikpak = await startPikPak();
  folder = mkdtempSync(join(tmpdir(), "chatdrive-account-"));
});
afterEach(async () => {
  await pikpak.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** The real program, with its answers on a pipe, one a line; `solve` makes one more of what it has printed. */
async function account(
  words: readonly string[],
  answers: readonly string[] = [],
  solve?: (printed: string) => string | undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...words], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      DISCORD_BOT_TOKEN: "a.b.c",
      DATA_DIR: join(folder, "data"),
      SECRET_KEY: key.toString("base64"),
      PIKPAK_DRIVE_URL: pikpak.driveUrl,
      PIKPAK_USER_URL: pikpak.userUrl,
      PIKPAK_MCP_URL: pikpak.mcpUrl,
    },
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
    const solved = solve?.(out);
    if (solved !== undefined) child.stdin.end(`${solved}\n`);
  });
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.write(answers.map((answer) => `${answer}\n`).join(""));
  if (!solve) child.stdin.end();
  const [code] = (await once(child, "close")) as [number];
  return { code, out, err };
}

function openKept(): Promise<Store> {
  const url = `sqlite://${join(folder, "data", "chatdrive.sqlite")}`;
  return openStore({ url, keys: [key], onError: () => undefined });
}

async function kept(): Promise<{ mounts: Mount[]; person(id: string): Promise<Person | undefined> }> {
  const store = await openKept();
  const mounts: Mount[] = [];
  const all = store.open<Mount>("mounts");
  if (!all.iterator) throw new Error("the store cannot be listed");
  for await (const [, mount] of all.iterator(undefined) as AsyncIterable<[string, Mount]>) mounts.push(mount);
  const people = store.open<Person>("people");
  const found = new Map<string, Person | undefined>();
  for (const id of ["discord:2002", "telegram:1001"]) found.set(id, await people.get(id));
  await store.close();
  return { mounts, person: async (id) => found.get(id) };
}

function mia(more: { readonly challenged?: boolean } = {}): void {
  pikpak.build.account({ username: "mia", email: "mia@example.com", password, ...more });
}

/** The same claims with the two hours that a session's token has. */
function sessionToken(token: string): string {
  const [head = "", claims = "", signature = ""] = token.split(".");
  const read = JSON.parse(Buffer.from(claims, "base64url").toString()) as { iat: number };
  const short = Buffer.from(JSON.stringify({ ...read, exp: read.iat + 7200 })).toString("base64url");
  return [head, short, signature].join(".");
}

const everything = () =>
  readdirSync(join(folder, "data")).map((file) => readFileSync(join(folder, "data", file), "latin1"));

test("an account is added for somebody, who then has it as their drive", async () => {
  mia();
  const { code, out } = await account(["add", "discord:2002"], ["mia@example.com", password]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^\w{10} {2}PikPak {2}discord:2002\n$/)]);
  const { mounts, person } = await kept();
  expect(mounts).toMatchObject([{ owner: "discord:2002", driver: "pikpak", health: { state: "working" } }]);
  expect(await person("discord:2002")).toMatchObject({ mounts: [mounts[0]?.id], current: mounts[0]?.id });
});

test("a password is neither echoed nor stored in clear", async () => {
  mia();
  const { out, err } = await account(["add", "discord:2002"], ["mia@example.com", password]);
  expect(`${out}${err}`).not.toContain(password);
  expect(everything().filter((bytes) => bytes.includes(password))).toEqual([]);
});

test("an account is added by approving in PikPak, with nothing secret on the screen", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  pikpak.rules.deviceInterval = 0.2;
  let code: string | undefined;
  pikpak.onCall(({ path }) => path === "/v1/auth/token" && code !== undefined && approve(code));
  const approve = (userCode: string) => pikpak.connect.grants.decideDevice(userCode, mia);
  const ended = await account(["approve", "discord:2002"], [], (printed) => {
    code ??= /[A-Z]{4}-[A-Z]{4}\b/.exec(printed)?.[0];
    return undefined;
  });
  expect([ended.code, ended.err]).toEqual([0, ""]);
  expect(ended.out).toContain(`${pikpak.deviceUrl}?user_code=${code}`);
  const { mounts, person } = await kept();
  // The drive's id is there by chance.
  expect(`${ended.out}${ended.err}`.replaceAll(mounts[0]?.id ?? "", "")).not.toMatch(/eyJ|os\./);
  expect(mounts).toMatchObject([{ owner: "discord:2002", options: { way: "approval", account: mia.userId } }]);
  expect(await person("discord:2002")).toMatchObject({ mounts: [mounts[0]?.id] });
});

test("an approval that is denied, or not offered, is told in words", async () => {
  pikpak.rules.deviceInterval = 0.2;
  const denied = await account(["approve", "discord:2002"], [], (printed) => {
    const code = /[A-Z]{4}-[A-Z]{4}\b/.exec(printed)?.[0];
    if (code !== undefined) pikpak.connect.grants.decideDevice(code, undefined);
    return undefined;
  });
  expect([denied.code, denied.err]).toEqual([1, expect.stringContaining("denied at PikPak")]);
  pikpak.fail({ path: "/v1/auth/device/code", error: "invalid_client", code: 3 });
  const refused = await account(["approve", "discord:2002"]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining("Take another way")]);
});

test("an approval is waited for while PikPak is out of reach", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  pikpak.rules.deviceInterval = 0.1;
  pikpak.fail({ path: "/v1/auth/token", reset: true, times: 2 });
  const ended = await account(["approve", "discord:2002"], [], (printed) => {
    const code = /[A-Z]{4}-[A-Z]{4}\b/.exec(printed)?.[0];
    if (code !== undefined) pikpak.connect.grants.decideDevice(code, mia);
    return undefined;
  });
  expect([ended.code, ended.err]).toEqual([0, ""]);
  expect(pikpak.calls.filter(({ path }) => path === "/v1/auth/token").length).toBe(3);
});

test("a code that has run out is told, with the way on", async () => {
  Object.assign(pikpak.rules, { deviceInterval: 0.1, deviceLife: 0.3 });
  const { code, err } = await account(["approve", "discord:2002"]);
  expect([code, err]).toEqual([2, expect.stringMatching(/^The code has run out.*npm run account -- approve\n$/)]);
  expect((await kept()).mounts).toEqual([]);
});

test("an account is added by an access token where the name is left empty, and what it is good for is told", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const token = pikpak.build.pat(mia, { scopes: ["read", "cloud_download"] });
  const { code, out, err } = await account(["add", "discord:2002"], ["", token]);
  expect([code, out.split("\n")]).toEqual([
    0,
    [
      expect.stringContaining("PikPak  discord:2002"),
      expect.stringMatching(/^The sign-in is good until .*\d{4}/),
      "It may: Read files · Cloud Download",
      "",
    ],
  ]);
  expect(err).toContain("Access token (or nothing): ");
  expect(`${out}${err}`).not.toContain(token);
  expect(everything().filter((bytes) => bytes.includes(token))).toEqual([]);
});

test("an account is added by a refresh token where there is neither a name nor an access token", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const { refresh_token: token } = pikpak.tokens.grant(mia, {
    clientId: identities.web.clientId,
    kind: "session",
    scopes: new Set(allScopes),
  });
  const { code, out, err } = await account(["add", "discord:2002"], ["", "", token]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^\w{10} {2}PikPak {2}discord:2002\n$/)]);
  expect(err).toContain("Refresh token (or nothing): ");
  expect(`${out}${err}`).not.toContain(token);
});

test.each([
  ["a session's", (token: string) => sessionToken(token), "That is the token of a web session"],
  ["cut short", (token: string) => token.slice(0, 40), "That is not the whole token"],
  ["with a quote inside", (token: string) => token.replace(".", '".'), "That is not the whole token"],
])("an access token that is %s is turned down by its own name, and asked of nobody", async (_what, spoil, said) => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const token = spoil(pikpak.build.pat(mia, { scopes: ["read"] }));
  const { code, err } = await account(["add", "discord:2002"], ["", token]);
  expect([code, err]).toEqual([2, expect.stringContaining(`Access token: ${said}`)]);
  expect(err).not.toContain(token);
  expect([pikpak.calls.length, (await kept()).mounts]).toEqual([0, []]);
});

test("a withdrawn access token is explained, and nothing is left behind", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const token = pikpak.build.pat(mia, { scopes: ["read"] });
  pikpak.tokens.revoke(token);
  const { code, err } = await account(["add", "discord:2002"], ["", token]);
  expect([code, err]).toEqual([1, expect.stringContaining("has ended or was withdrawn")]);
  expect((await kept()).mounts).toEqual([]);
});

test("an account that is a drive of theirs already is signed in to again, and said to be", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const token = (days: number) => pikpak.build.pat(mia, { scopes: ["read"], days });
  const first = await account(["add", "discord:2002"], ["", token(30)]);
  const second = await account(["add", "discord:2002"], ["", token(90)]);
  const id = first.out.slice(0, 10);
  expect([second.code, second.out]).toEqual([
    0,
    expect.stringMatching(/^\w{10} {2}PikPak {2}discord:2002 {2}was there already\n/),
  ]);
  const { mounts, person } = await kept();
  expect(mounts.map((mount) => mount.id)).toEqual([id]);
  expect(await person("discord:2002")).toMatchObject({ mounts: [id] });
  expect(Number(mounts[0]?.options["validUntil"]) - Date.now()).toBeGreaterThan(80 * 86_400_000);
  // Somebody else has one of their own.
  await account(["add", "telegram:1001"], ["", token(30)]);
  expect((await kept()).mounts.length).toBe(2);
});

test("a secret given where a person or a drive is named is not printed", async () => {
  const mia = pikpak.build.account({ username: "mia", email: "mia@example.com", password });
  const token = pikpak.build.pat(mia, { scopes: ["read"] });
  for (const words of [
    ["add", token],
    ["remove", token],
    ["add", "discord:2002", token],
  ]) {
    const { code, err } = await account(words);
    expect([code, err.includes(token.slice(0, 40))]).toEqual([2, false]);
  }
});

test("the person an account is for is asked for when it is not said", async () => {
  mia();
  const { code, err } = await account(["add"], ["discord:2002", "mia@example.com", password]);
  expect([code, err]).toEqual([0, expect.stringContaining("For whom")]);
});

test("drives are listed, given to somebody else, and removed with their secrets", async () => {
  mia();
  await account(["add", "discord:2002"], ["mia@example.com", password]);
  const listed = await account(["list"]);
  expect(listed.out).toMatch(/^\w{10} {2}pikpak {2}discord:2002 {2}working {2}PikPak\n$/);
  const id = listed.out.slice(0, 10);
  expect((await account(["assign", id, "telegram:1001"])).code).toBe(0);
  const given = await kept();
  expect(given.mounts).toMatchObject([{ id, owner: "telegram:1001" }]);
  expect((await given.person("discord:2002"))?.mounts).toEqual([]);
  expect((await given.person("telegram:1001"))?.mounts).toEqual([id]);
  expect((await account(["remove", id])).code).toBe(0);
  const left = await kept();
  expect([left.mounts, (await left.person("telegram:1001"))?.mounts]).toEqual([[], []]);
  expect((await account(["list"])).out).toBe("");
});

test("a drive that is removed is shared with no group any more", async () => {
  mia();
  const { out } = await account(["add", "discord:2002"], ["mia@example.com", password]);
  const id = out.slice(0, 10);
  const store = await openKept();
  const mounts = store.open<Mount>("mounts");
  const places = store.open<Place>("places");
  const place = "discord:guild:7";
  const mount = await mounts.get(id);
  if (mount) await mounts.set(id, { ...mount, audience: [place] });
  const policy = { browse: "members", link: "members", send: "members", open: false } as const;
  const lending: Lending = { mount: id, owner: "discord:2002", trail: [], policy, since: 1 };
  await places.set(place, { id: place, lent: [lending], settings: {} });
  await store.close();
  expect((await account(["remove", id])).code).toBe(0);
  const after = await openKept();
  expect(await after.open<Place>("places").get(place)).toMatchObject({ lent: [] });
  await after.close();
});

test("a wrong password is explained, and nothing is left behind", async () => {
  mia();
  const { code, err } = await account(["add", "discord:2002"], ["mia@example.com", "wrong"]);
  expect([code, err]).toEqual([1, expect.stringContaining("does not accept this user name and password")]);
  expect((await kept()).mounts).toEqual([]);
});

test("the page is named where PikPak wants a human, and what it ended with is asked for", async () => {
  mia({ challenged: true });
  const { code, out } = await account(["add", "discord:2002"], ["mia@example.com", password], (printed) => {
    const token = /captcha_token=([^&\s]+)/.exec(printed)?.[1];
    return token === undefined ? undefined : pikpak.tokens.solve(decodeURIComponent(token));
  });
  expect([code, out]).toEqual([0, expect.stringContaining("discord:2002")]);
});

test.each([
  ["before the password", ["mia@example.com"]],
  ["before what the verification ended with", ["mia@example.com", password]],
])("an input that ends too early, %s, is said to", async (_when, answers) => {
  mia({ challenged: true });
  const { code, err } = await account(["add", "discord:2002"], answers);
  expect([code, err]).toEqual([2, expect.stringContaining("The input ended before everything was answered")]);
});

test.each([
  [[], "npm run account -- add"],
  [["steal"], "npm run account -- add"],
  [["add", "mia"], '"mia" is nobody'],
  [["assign", "nothing", "discord:2002"], 'There is no drive "nothing"'],
  [["remove"], 'There is no drive ""'],
])("a command of %j is answered with what would be right, and exit code 2", async (words, said) => {
  const { code, err } = await account(words);
  expect([code, err]).toEqual([2, expect.stringContaining(said)]);
});

test("a wrong environment is named as at start", async () => {
  const child = spawn(process.execPath, [program, "list"], { cwd: folder, env: { PATH: process.env["PATH"] } });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number];
  expect([code, err]).toEqual([2, expect.stringContaining("TELEGRAM_BOT_TOKEN")]);
});

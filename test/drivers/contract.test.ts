import { randomBytes } from "node:crypto";
import { Keyv } from "keyv";
import { afterAll, beforeAll, expect, test } from "vitest";
import { driverKinds, type MemoryEntry } from "../../src/drivers/index.ts";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { capabilities, type Driver, type DriverKind } from "../../src/storage/driver.ts";
import type { Values } from "../../src/storage/field.ts";
import { createStorage } from "../../src/storage/storage.ts";
import { createLocks } from "../../src/store/lock.ts";
import { driverContract, kindContract, shelf } from "../contracts/driver.ts";
import { lend } from "./context.ts";
import { pathKind } from "./path-kind.ts";

let pikpak: PikPakEmulator;
let shared: string;
/** A share of another account. */
let foreign: string;

beforeAll(async () => {
  pikpak = await startPikPak();
  const mia = pikpak.build.account({
    username: "mia@example.com",
    email: "mia@example.com",
    password: "correct-horse",
  });
  const top = fill(mia);
  // Work that takes its time is tried with a clock of its own, in the driver's own tests.
  pikpak.rules.offlineTakes = 0;
  const ben = pikpak.build.account({ username: "ben@example.com", password: "correct-horse" });
  const gift = pikpak.build.file(ben, undefined, { name: "a gift.mkv", size: 4321 });
  foreign = pikpak.build.share(ben, { title: "for you", nodes: [gift], passCode: "cd34" }).id;
  shared = pikpak.build.share(mia, { title: "the shelf", nodes: top, passCode: "ab12" }).id;
});
afterAll(() => pikpak.close());

driverContract("pikpak", async () => open("pikpak", { username: "mia@example.com" }, { password: "correct-horse" }), {
  can: capabilities,
  shared: () => ({ kind: "pikpak-share", values: { link: `https://mypikpak.com/s/${foreign}`, passCode: "cd34" } }),
});
driverContract("pikpak-share", async () =>
  open("pikpak-share", { link: `https://mypikpak.com/s/${shared}` }, { passCode: "ab12" }),
);
driverContract("memory", async () => open("memory", { tree: "shelf" }, {}));
driverContract(
  "a kind of ids that are paths",
  async () => pathKind(tree()).open({ name: "mia" }, lend({ password: "correct-horse" })),
  { names: "unique", ids: "paths" },
);

const share = "https://mypikpak.com/s/VP2DqnzRhvxgiz05VFNLur_2o2";
const samples: Readonly<Record<string, Parameters<typeof kindContract>[1]>> = {
  pikpak: { answers: { username: "mia@example.com", password: "correct-horse" } },
  "pikpak-share": { answers: { link: share, passCode: "ab12" }, text: `look: ${share}` },
  memory: { answers: { tree: "shelf" } },
};
for (const kind of kinds({ driveUrl: "http://127.0.0.1:1", userUrl: "http://127.0.0.1:1" }))
  kindContract(kind, samples[kind.name] ?? { answers: {} });

test("an account of another kind is mounted with its secret, and not with a wrong one", async () => {
  const storage = storageOf([pathKind(tree())]);
  const draft = { driver: "paths", owner: "telegram:1", values: { name: "mia", password: "correct-horse" } };
  const { id, options } = await storage.mount(draft);
  expect(options).toEqual({ name: "mia" });
  const found = (await storage.folder(id, undefined)).entries.find(({ name }) => name === shelf.folder);
  expect((await storage.folder(id, found?.id)).entries.map(({ name }) => name)).toEqual(shelf.inFolder);
  await expect(storage.mount({ ...draft, values: { name: "mia", password: "wrong" } })).rejects.toMatchObject({
    code: "wrong-credentials",
  });
  await expect(storage.renew(id, { password: "wrong" })).rejects.toMatchObject({ code: "wrong-credentials" });
  expect(await storage.check(id)).toMatchObject({ health: { state: "working" } });
});

function storageOf(offered: readonly DriverKind[]) {
  return createStorage({
    kinds: offered,
    mounts: new Keyv(),
    secrets: new Keyv(),
    notes: new Keyv(),
    names: new Keyv(),
    ...createLocks(),
    now: Date.now,
    wait: async () => undefined,
    randomHex: (bytes) => "0".repeat(bytes * 2),
    newId: () => randomBytes(5).toString("hex"),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
  });
}

function kinds({ driveUrl, userUrl }: Pick<PikPakEmulator, "driveUrl" | "userUrl">): readonly DriverKind[] {
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl: "http://127.0.0.1:1" };
  return driverKinds({ pikpak: settings, memory: { shelf: tree() } });
}

function open(kind: string, options: Values, secrets: Values): Driver {
  const found = kinds(pikpak).find((candidate) => candidate.name === kind);
  if (!found) throw new Error(`no driver ${kind}`);
  return found.open(options, lend(secrets));
}

function fill(mia: Account): Node[] {
  const { build } = pikpak;
  const folder = build.folder(mia, undefined, shelf.folder);
  for (const name of shelf.inFolder)
    build.file(mia, folder, { name, bytes: Buffer.from(name), mimeType: "text/plain" });
  const many = build.folder(mia, undefined, shelf.manyFolder);
  build.many(mia, many, shelf.many, (n) => ({ name: `file ${n}.bin`, size: n + 1 }));
  const files = [shelf.twins, shelf.twins, ...shelf.odd].map((name) => build.file(mia, undefined, { name, size: 10 }));
  return [
    folder,
    many,
    ...files,
    build.file(mia, undefined, { name: shelf.empty, size: 0 }),
    build.folder(mia, undefined, shelf.emptyFolder),
  ];
}

function tree(): MemoryEntry {
  const file = (name: string, size = 10): MemoryEntry => ({ name, size, url: "http://127.0.0.1:1/file" });
  return {
    name: "",
    children: [
      { name: shelf.folder, children: shelf.inFolder.map((name) => file(name)) },
      { name: shelf.manyFolder, children: Array.from({ length: shelf.many }, (_, n) => file(`file ${n}.bin`)) },
      ...[shelf.twins, shelf.twins, ...shelf.odd].map((name) => file(name)),
      file(shelf.empty, 0),
      { name: shelf.emptyFolder, children: [] },
    ],
  };
}

import { afterEach, beforeEach, expect, test } from "vitest";
import { capabilities } from "../../../../src/storage/driver.ts";
import { namesIn, startConnect, type ConnectService } from "./connect-service.ts";

// What the drive of an app's token can change: by the drive API, or by the MCP server's tools.

let at: ConnectService;
beforeEach(async () => {
  at = await startConnect();
});
afterEach(() => at.close());

const withheld = ["emptyTrash", "remove"];
const hasIt = (driver: object) => capabilities.filter((name) => name in driver);

test("an access token's drive can do all that PikPak grants to tokens, and nothing for ever", () => {
  const driver = at.open({ personalToken: at.pat() });
  expect(hasIt(driver)).toEqual(capabilities.filter((name) => !withheld.includes(name)));
});

test("an access token's drive is tidied, fetches and shares by the drive API, each change sent once", async () => {
  const driver = at.open({ personalToken: at.pat() });
  const { items } = await driver.list(undefined);
  const notes = items.find(({ name }) => name === "notes.txt")?.id ?? "";
  const made = await driver.makeFolder?.(undefined, "New");
  await driver.rename?.(notes, "words.txt");
  await driver.move?.([notes], made?.id);
  expect(namesIn(await driver.list(made?.id))).toEqual(["words.txt"]);
  await driver.trash?.([notes]);
  expect(await driver.listTrash?.()).toMatchObject({ items: [{ name: "words.txt" }] });
  await driver.restore?.([notes]);
  expect(namesIn(await driver.list(made?.id))).toEqual(["words.txt"]);
  const task = await driver.download?.("magnet:?xt=urn:btih:0123456789012345678901234567890123456789", undefined);
  expect((await driver.tasks?.())?.items.map(({ id }) => id)).toContain(task?.id);
  expect(await driver.shareOut?.([notes])).toMatchObject({ url: expect.stringContaining("/s/") });
  expect(at.newCalls()).not.toContain("/mcp");
});

test("an access token uploads by the drive API, and what did not end goes to the trash: it deletes nothing for ever", async () => {
  const driver = at.open({ personalToken: at.pat() });
  const bytes = Buffer.alloc(400_000, 5);
  const source = (name: string, cutAt?: number) => {
    let times = 0;
    return {
      name,
      size: bytes.length,
      async *open() {
        yield bytes;
        if (++times === cutAt) throw new Error("cut off");
      },
    };
  };
  const done = await driver.upload?.(source("song.flac"), undefined, { ifTaken: "tell" });
  expect(done).toMatchObject({ is: "done", entry: { name: "song.flac", size: 400_000 } });
  // Another content: the service would have this one at once.
  bytes.fill(6);
  let pending = {};
  const onPending = async (one: object) => void (pending = one);
  const ending = driver.upload?.(source("half.flac", 2), undefined, { ifTaken: "tell", onPending });
  await expect(ending).rejects.toThrow("cut off");
  await driver.dropUpload?.(pending);
  const left = at.pikpak.state.nodes.children(at.otto.userId, "").filter(({ name }) => name === "half.flac");
  expect(left).toMatchObject([{ trashed: true }]);
});

test.each([
  ["write", "token-cannot-write", (driver: ReturnType<typeof at.open>) => driver.makeFolder?.(undefined, "New")],
  ["manage", "token-cannot-manage", (driver: ReturnType<typeof at.open>, id: string) => driver.trash?.([id])],
  [
    "cloud_download",
    "token-cannot-download",
    (driver: ReturnType<typeof at.open>) => driver.download?.("https://example.com/a.bin", undefined),
  ],
  ["share", "token-cannot-share", (driver: ReturnType<typeof at.open>, id: string) => driver.shareOut?.([id])],
] as const)(
  "a change for which the token lacks the permission %s names it, and nothing is changed",
  async (lacking, code, change) => {
    const all = ["read", "write", "manage", "cloud_download", "share"] as const;
    const driver = at.open({ personalToken: at.pat(all.filter((scope) => scope !== lacking)) }, { untold: true });
    const { items } = await driver.list(undefined);
    await expect(change(driver, items[0]?.id ?? "")).rejects.toMatchObject({ code });
    expect(namesIn(await driver.list(undefined))).toEqual(namesIn({ items }));
  },
);

test("what a token says that it may not do is not offered, and all else is", () => {
  const driver = at.open({ personalToken: at.pat(["read", "manage"]) });
  expect(hasIt(driver)).toEqual(["quota", "move", "copy", "trash", "restore", "listTrash"]);
});

test("where the MCP server alone is used, what it has tools for can be changed, and nothing else is offered", async () => {
  const driver = at.open({ personalToken: at.pat() }, { route: "mcp" });
  expect(hasIt(driver)).toEqual(["quota", "makeFolder", "rename", "move", "trash"]);
  const made = await driver.makeFolder?.(undefined, "New");
  const { items } = await driver.list(undefined);
  const notes = items.find(({ name }) => name === "notes.txt")?.id ?? "";
  expect(await driver.rename?.(notes, "words.txt")).toMatchObject({ id: notes, name: "words.txt" });
  const done: string[] = [];
  await driver.move?.([notes], made?.id, { onDone: (ids) => done.push(...ids) });
  expect(namesIn(await driver.list(made?.id))).toEqual(["words.txt"]);
  await driver.trash?.([notes], { onDone: (ids) => done.push(...ids) });
  expect([done, (await driver.list(made?.id)).items]).toEqual([[notes, notes], []]);
  expect(at.newCalls().filter((path) => path.startsWith("/drive/"))).toEqual([]);
});

test("a token that the MCP server alone takes changes by its tools, and is told what those cannot do", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await driver.list(undefined);
  await expect(driver.makeFolder?.(undefined, "New")).resolves.toMatchObject({ name: "New" });
  await expect(driver.download?.("https://example.com/a.bin", undefined)).rejects.toMatchObject({
    code: "unsupported",
  });
});

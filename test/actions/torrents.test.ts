import { createHash } from "node:crypto";
import { Keyv } from "keyv";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import { createDownloads } from "../../src/actions/download/downloads.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Messenger } from "../../src/messaging/messenger.ts";
import { StorageError } from "../../src/storage/error.ts";
import { maxTorrent } from "../../src/storage/torrent.ts";
import { testJobs } from "../test-jobs.ts";
import { app, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

// Torrent files that people send: each becomes the magnet it stands for, and is fetched like one.

const name = "mia@example.com";
const info = (called: string) =>
  `d6:lengthi7e4:name${called.length}:${called}12:piece lengthi16384e6:pieces20:${"p".repeat(20)}e`;
const torrent = (called: string) => Buffer.from(`d4:info${info(called)}e`);
const hashOf = (called: string) => createHash("sha1").update(info(called)).digest("hex");

let pikpak: PikPakEmulator;
let at: TestApp;
let jobs: JobQueue;
/** What the platform gives for a file's id. */
let given: Record<string, Uint8Array | StorageError>;
/** Bytes that were read. */
let read: number;

beforeEach(async () => {
  given = {};
  read = 0;
  pikpak = await startPikPak();
  pikpak.build.account({ username: name, email: name, password: "correct-horse" });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl };
  at = app(usualCloud(), { kinds: driverKinds({ pikpak: settings }), now: Date.now });
  jobs = testJobs(new Keyv<KeptJob>());
  const messenger: Pick<Messenger, "receive" | "edit"> = {
    edit: async () => ({ is: "edited" }),
    async receive({ id }) {
      const bytes = given[id] ?? new StorageError("source-gone");
      if (bytes instanceof StorageError) throw bytes;
      return { size: bytes.length, stream: inPieces(bytes) };
    },
  };
  // Only these are used here.
  const messengers = { of: () => messenger as Messenger };
  const { storage, sessions, exclusive } = at.services;
  const log = { info: () => undefined, warn: () => undefined };
  const downloads = createDownloads({
    jobs,
    storage,
    sessions,
    exclusive,
    messengers,
    now: Date.now,
    wait: async () => undefined,
    log,
  });
  Object.assign(at.services, { downloads, messengers });
  await at.see(mia, signInAs(name, "correct-horse"), "listing");
});
afterEach(async () => {
  await jobs.stop();
  await at.services.storage.close();
  await pikpak.close();
});

async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 65_536) {
    const piece = bytes.subarray(from, from + 65_536);
    read += piece.length;
    yield piece;
  }
}

const sentFile = (called: string, size?: number) => ({ id: called, name: called, size });

test("a torrent file is fetched as the magnet it stands for, said alone or after a command", async () => {
  given["a.TORRENT"] = torrent("Night train.mkv");
  const files = [sentFile("a.TORRENT")];
  for (const asked of [{ do: "say", text: "", sent: { files } } as const, { do: "download", files } as const])
    expect(await at.see(mia, asked, "download")).toMatchObject({ items: [{ name: "Night train.mkv" }] });
});

test("several torrent files of one message are one batch, and one that cannot be read keeps none of the others", async () => {
  given["a.torrent"] = torrent("a");
  given["b.torrent"] = Buffer.from("<html>");
  given["c.torrent"] = torrent("c");
  const files = ["a.torrent", "b.torrent", "c.torrent", "gone.torrent"].map((called) => sentFile(called));
  const { placed, screen } = await at.do(mia, { do: "say", text: "", sent: { files } });
  expect(screen).toMatchObject({ show: "download", items: [{ name: "a" }, { name: "c" }] });
  await placed?.at({ place: mia.person.id, kind: "private", language: "en", message: "1" });
  await expect
    .poll(() => [...pikpak.state.tasks.values()].map(({ url }) => url), { timeout: 5000 })
    .toEqual(expect.arrayContaining([expect.stringContaining(hashOf("a")), expect.stringContaining(hashOf("c"))]));
});

test.each<[what: string, bytes: Uint8Array | StorageError, notice: string]>([
  ["that is something else", Buffer.from("no torrent"), "torrent-unreadable"],
  ["of the second version alone", Buffer.from("d4:infod9:file treede4:name1:aee"), "torrent-v2-only"],
  ["that is longer than it was said to be", Buffer.alloc(3 * maxTorrent), "torrent-unreadable"],
  ["that the platform has no more", new StorageError("source-gone"), "source-gone"],
  ["that cannot be had just now", new StorageError("source-out-of-reach", { retryAfter: 1000 }), "source-out-of-reach"],
])("a torrent file %s is refused in words, and nothing is fetched", async (_what, bytes, notice) => {
  given["a.torrent"] = bytes;
  const files = [sentFile("a.torrent", 10)];
  expect(await at.see(mia, { do: "say", text: "", sent: { files } }, "notice")).toMatchObject({ notice });
  expect(read).toBeLessThanOrEqual(maxTorrent + 65_536);
});

test("a torrent file that is said to be larger than is read is not asked for", async () => {
  given["a.torrent"] = torrent("a");
  const files = [sentFile("a.torrent", maxTorrent + 1)];
  expect(await at.see(mia, { do: "say", text: "", sent: { files } }, "notice")).toMatchObject({
    notice: "torrent-unreadable",
    subject: "a.torrent",
  });
  expect(read).toBe(0);
});

test("an address that is said beside a torrent file is what is meant, and a command without either asks for one", async () => {
  given["a.torrent"] = torrent("a");
  const files = [sentFile("a.torrent")];
  const url = "https://files.example/b.iso";
  expect(await at.see(mia, { do: "download", text: url, files }, "download")).toMatchObject({
    items: [{ name: "b.iso" }],
  });
  expect(await at.see(mia, { do: "download", files: [sentFile("notes.txt")] }, "notice")).toMatchObject({
    notice: "download-what",
  });
});

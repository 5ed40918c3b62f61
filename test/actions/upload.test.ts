import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { Keyv } from "keyv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { uploadKind } from "../../src/actions/upload/upload-kind.ts";
import { createUploads } from "../../src/actions/upload/uploads.ts";
import type { UploadScreen } from "../../src/actions/model/screen.ts";
import { sentName, type SentFile } from "../../src/actions/model/sent-file.ts";
import type { MessageRef } from "../../src/actions/model/target.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { KeptJob } from "../../src/jobs/embedded.ts";
import type { JobQueue } from "../../src/jobs/queue.ts";
import type { Edited, Messenger, Received, ReceivingOptions } from "../../src/messaging/messenger.ts";
import { StorageError } from "../../src/storage/error.ts";
import { createLocks } from "../../src/store/lock.ts";
import { testJobs } from "../test-jobs.ts";
import { app, jun, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

const name = "mia@example.com";
const shown: MessageRef = { place: mia.person.id, kind: "private", language: "en", message: "7" };

let skipped = 0;
const now = () => Date.now() + skipped;
const wait = async (ms: number, signal?: AbortSignal) => {
  signal?.throwIfAborted();
  skipped += ms;
  await sleep(2, undefined, { signal });
};

let pikpak: PikPakEmulator;
let account: Account;
let at: TestApp;
let jobs: JobQueue;
let records: Keyv<KeptJob>;
let kept: Keyv;
let edits: UploadScreen[];
let answerEdit: () => Edited;
/** What the chat has, by id. */
let chat: Map<string, Buffer>;
/** What becomes of reading a file of the chat; absent = it comes. */
let reading: ((file: SentFile, options: ReceivingOptions) => Promise<Received> | undefined) | undefined;
let spent: number;
let allowed: number;
let maxSize: number | undefined;

beforeEach(async () => {
  skipped = 0;
  edits = [];
  chat = new Map();
  reading = undefined;
  [spent, allowed, maxSize] = [0, 1e9, undefined];
  answerEdit = () => ({ is: "edited" });
  records = new Keyv<KeptJob>();
  kept = new Keyv();
  pikpak = await startPikPak({ now });
  account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl };
  at = app(usualCloud(), { kinds: driverKinds({ pikpak: settings }), now, wait });
  begin();
});
afterEach(async () => {
  await jobs.stop();
  await at.services.storage.close();
  await pikpak.close();
});

/** A process: its queue, and who uploads. */
function begin(): void {
  jobs = testJobs(records, { now, wait: async (ms, signal) => sleep(Math.min(ms, 20), undefined, { signal }) });
  const messenger: Pick<Messenger, "edit" | "send" | "receive"> = {
    async edit(_ref, screen) {
      const edited = answerEdit();
      if (edited.is === "edited") edits.push(screen as UploadScreen);
      return edited;
    },
    send: async (target) => ({ is: "sent", ref: { ...target, message: "8" } }),
    async receive(file, options) {
      return (await reading?.(file, options)) ?? comes(file, options.from);
    },
  };
  const { storage, sessions } = at.services;
  const uploads = createUploads({
    jobs,
    storage,
    sessions,
    // Only these are used here.
    messengers: { of: () => messenger as Messenger },
    kept,
    ...createLocks(),
    allowance: {
      admit: async () => (spent < allowed ? { ok: true } : { ok: false, retryAfter: 3_600_000 }),
      spend: (_person, bytes) => void (spent += bytes),
    },
    maxSize,
    now,
    wait,
    log: { info: () => undefined, warn: () => undefined },
  });
  Object.assign(at.services, { uploads });
}

function comes({ id }: SentFile, from: number): Received {
  const bytes = chat.get(id);
  if (!bytes) throw new StorageError("source-gone");
  return {
    size: bytes.length,
    stream: (async function* stream() {
      yield bytes.subarray(from);
    })(),
  };
}

/** A file in the chat. */
function file(called: string, bytes: Buffer | number = 100): SentFile {
  const whole = typeof bytes === "number" ? Buffer.alloc(bytes, called) : bytes;
  const id = `${called} ${chat.size}`;
  chat.set(id, whole);
  return { id, name: called, size: whole.length };
}

const signedIn = () => at.see(mia, signInAs(name, "correct-horse"), "listing");

async function send(files: readonly SentFile[], group?: string): Promise<UploadScreen> {
  const { screen, placed } = await at.do(mia, { do: "say", text: "", sent: { files, group } });
  if (screen.show !== "upload") throw new Error(`expected an upload, got ${JSON.stringify(screen)}`);
  await placed?.at(shown);
  return screen;
}

/** The next screen of a batch that is over. */
async function over(): Promise<UploadScreen> {
  await expect.poll(() => edits.at(-1)?.is, { timeout: 15_000, interval: 10 }).toBe("over");
  const last = edits.at(-1);
  edits = [];
  if (!last) throw new Error("nothing was shown");
  return last;
}
const states = ({ items }: UploadScreen) => items.map(({ name: called, state }) => `${called}: ${state.is}`);
const own = (parent = "") =>
  pikpak.state.nodes
    .children(account.userId, parent)
    .filter(({ trashed }) => !trashed)
    .map(({ name: called, size }) => `${called} ${size}`)
    .toSorted();

describe("files sent in one's own chat", () => {
  test("go into the folder one is in, and are opened from there", async () => {
    const folder = pikpak.build.folder(account, undefined, "Trips");
    await signedIn();
    await at.see(mia, { do: "browse", path: "Trips" }, "listing");
    const first = await send([file("a.jpg"), file("b.jpg", 200)]);
    expect(first).toMatchObject({ trail: ["Trips"], is: "running", left: 0 });
    const end = await over();
    expect(states(end)).toEqual(["a.jpg: done", "b.jpg: done"]);
    expect(own(folder.id)).toEqual(["a.jpg 100", "b.jpg 200"]);
    expect(spent).toBe(300);
    const card = await at.see(mia, { do: "open-upload", view: end.view, index: 1 }, "file");
    expect(card).toMatchObject({ entry: { name: "b.jpg" } });
    const listed = await at.see(mia, { do: "back", view: end.view }, "listing");
    expect(listed.rows.map((row) => row.name)).toEqual(["a.jpg", "b.jpg"]);
  });

  test("go into the drive that takes files, where the current one is a share", async () => {
    await signedIn();
    const ben = pikpak.build.account({ username: "ben@example.com", password: "battery" });
    const gift = pikpak.build.file(ben, undefined, { name: "gift.mkv", size: 10 });
    const share = pikpak.build.share(ben, { title: "gift", nodes: [gift] });
    await at.do(mia, { do: "open-share", text: `https://mypikpak.com/s/${share.id}` });
    await send([file("a.jpg")]);
    await over();
    expect(own()).toEqual(["a.jpg 100"]);
  });

  test("are answered with the way on where there is no drive that takes them", async () => {
    const { screen } = await at.do(jun, { do: "say", text: "", sent: { files: [file("a.jpg")] } });
    expect(screen).toMatchObject({ show: "notice", notice: "no-drive", offer: ["add-account"] });
  });

  test("are a picture of what their words name, where these name something", async () => {
    await signedIn();
    const { screen } = await at.do(mia, {
      do: "say",
      text: "https://mypikpak.com/s/VNoneNoneNoneNoneNoneNoneo1",
      sent: { files: [file("a.jpg")] },
    });
    expect(screen.show).not.toBe("upload");
    expect(own()).toEqual([]);
  });

  test("of one album are one batch, whichever message of it comes first, and another album is another one", async () => {
    await signedIn();
    await send([file("a.jpg")], "album");
    const joined = await at.do(mia, { do: "say", text: "", sent: { files: [file("b.jpg")], group: "album" } });
    expect(joined.screen).toMatchObject({ show: "notice", notice: "upload-joined", again: true });
    expect(states(await over())).toEqual(["a.jpg: done", "b.jpg: done"]);
    skipped += 60_000;
    await send([file("c.jpg")], "another");
    expect(states(await over())).toEqual(["c.jpg: done"]);
  });

  test("beyond fifty are left out, and counted", async () => {
    await signedIn();
    const screen = await send(Array.from({ length: 52 }, (_, n) => file(`${n}.txt`, 1)));
    expect(screen).toMatchObject({ left: 2 });
    expect(screen.items).toHaveLength(50);
  });
});

test("a person with enough batches waiting is told to wait, and nothing is forgotten", async () => {
  await signedIn();
  reading = (_file, { signal }) =>
    new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  for (let n = 0; n < 20; n++) {
    await send([file(`${n}.txt`)]);
    skipped += 60_000;
  }
  const { screen } = await at.do(mia, { do: "say", text: "", sent: { files: [file("late.txt")] } });
  expect(screen).toMatchObject({ show: "notice", notice: "upload-queue-full" });
});

describe("a name that is taken", () => {
  const before = (bytes: number | Buffer = 50) =>
    pikpak.build.file(account, undefined, {
      name: "a.txt",
      bytes: typeof bytes === "number" ? Buffer.alloc(bytes, "old") : bytes,
    });

  test("by the very same file is no question", async () => {
    before(Buffer.alloc(100, "a.txt"));
    await signedIn();
    await send([file("a.txt")]);
    expect(states(await over())).toEqual(["a.txt: present"]);
    expect(own()).toEqual(["a.txt 100"]);
  });

  test("is a question, and both are kept", async () => {
    before();
    await signedIn();
    await send([file("a.txt"), file("b.txt")]);
    const asked = await over();
    expect(states(asked)).toEqual(["a.txt: taken", "b.txt: done"]);
    const { placed } = await at.do(mia, { do: "settle-upload", view: asked.view, how: "both" });
    await placed?.at(shown);
    expect(states(await over())).toEqual(["b.txt: done", "a(1).txt: done"]);
    expect(own()).toEqual(["a(1).txt 100", "a.txt 50", "b.txt 100"]);
  });

  test("is a question, and the old one goes to the trash when the new one is there", async () => {
    const old = before();
    await signedIn();
    await send([file("a.txt")]);
    const { placed } = await at.do(mia, { do: "settle-upload", view: (await over()).view, how: "replace" });
    await placed?.at(shown);
    expect(states(await over())).toEqual(["a.txt: done"]);
    expect(own()).toEqual(["a.txt 100"]);
    expect(pikpak.state.nodes.get(old.id)?.trashed).toBe(true);
  });

  test("is a question; where the old one cannot be trashed, both are there and that is said", async () => {
    before();
    await signedIn();
    await send([file("a.txt")]);
    const asked = await over();
    pikpak.fail({ path: "/drive/v1/files:batchTrash", status: 403, error: "permission_denied", code: 7 });
    const { placed } = await at.do(mia, { do: "settle-upload", view: asked.view, how: "replace" });
    await placed?.at(shown);
    expect((await over()).items).toMatchObject([{ state: { is: "done", kept: "permission-denied" } }]);
    expect(own()).toEqual(["a(1).txt 100", "a.txt 50"]);
  });

  test("is a question, and the new one is skipped", async () => {
    before();
    await signedIn();
    await send([file("a.txt"), file("b.txt")]);
    const asked = await over();
    const left = await at.see(mia, { do: "settle-upload", view: asked.view, how: "skip" }, "upload");
    expect(states(left)).toEqual(["a.txt: skipped", "b.txt: done"]);
    const late = await at.do(mia, { do: "settle-upload", view: left.view, how: "both" });
    expect(late.screen).toMatchObject({ notice: "upload-over" });
    expect(own()).toEqual(["a.txt 50", "b.txt 100"]);
  });
});

describe("what goes wrong", () => {
  test("a drive that gets full in the middle of an album ends it there, and what has come stays", async () => {
    await signedIn();
    let tickets = 0;
    pikpak.onCall(({ path, method }) => {
      if (method !== "POST" || path !== "/drive/v1/files") return;
      tickets += 1;
      if (tickets === 1)
        pikpak.fail({ path: "/drive/v1/files", method: "POST", status: 400, error: "file_space_not_enough", code: 8 });
    });
    await send([file("a.jpg"), file("b.jpg"), file("c.jpg")]);
    const end = await over();
    expect(states(end)).toEqual(["a.jpg: done", "b.jpg: failed", "c.jpg: failed"]);
    expect(end.items[2]).toMatchObject({ state: { code: "no-space" } });
    expect(tickets).toBe(2);
    expect(own()).toEqual(["a.jpg 100"]);
    const { placed } = await at.do(mia, { do: "retry-upload", view: end.view });
    await placed?.at(shown);
    expect(states(await over())).toEqual(["a.jpg: done", "b.jpg: done", "c.jpg: done"]);
  });

  test("a folder that is trashed meanwhile is told, and nothing is left of it elsewhere", async () => {
    const folder = pikpak.build.folder(account, undefined, "Trips");
    await signedIn();
    await at.see(mia, { do: "browse", path: "Trips" }, "listing");
    pikpak.state.nodes.remove(folder);
    await send([file("a.jpg")]);
    expect((await over()).items).toMatchObject([{ state: { is: "failed", code: "not-found" } }]);
  });

  test("a file that the chat has no more, or does not give, is told for itself", async () => {
    await signedIn();
    reading = ({ name: called }) => {
      if (called === "large.bin") throw new StorageError("source-too-large");
      return undefined;
    };
    await send([{ id: "gone", name: "gone.txt", size: 5 }, file("large.bin"), file("b.txt")]);
    const end = await over();
    expect(end.items).toMatchObject([
      { state: { is: "failed", code: "source-gone" } },
      { state: { is: "failed", code: "source-too-large" } },
      { state: { is: "done" } },
    ]);
  });

  test("a reading that breaks off is taken up where it was", async () => {
    await signedIn();
    const opened: number[] = [];
    reading = (one, { from }) => {
      opened.push(from);
      if (opened.length > 1) return undefined;
      const bytes = chat.get(one.id) ?? Buffer.alloc(0);
      const stream = (async function* broken() {
        yield bytes.subarray(0, 40);
        throw new StorageError("source-out-of-reach");
      })();
      return Promise.resolve({ stream });
    };
    await send([file("a.txt")]);
    expect(states(await over())).toEqual(["a.txt: done"]);
    expect(opened).toEqual([0, 40, 0]);
  });

  test("a file whose size the chat did not say is asked for it", async () => {
    await signedIn();
    const { size: _unsaid, ...unsized } = file("a.txt");
    await send([unsized]);
    expect(states(await over())).toEqual(["a.txt: done"]);
  });

  test("a file larger than the operator takes is not read", async () => {
    maxSize = 99;
    await jobs.stop();
    begin();
    await signedIn();
    reading = () => Promise.reject(new Error("read all the same"));
    await send([file("a.txt")]);
    expect((await over()).items).toMatchObject([{ state: { is: "failed", code: "too-large-here" } }]);
  });

  test("what may go through the bot in a day ends a batch, and says when it may go on", async () => {
    allowed = 100;
    await signedIn();
    await send([file("a.txt"), file("b.txt"), file("c.txt")]);
    const end = await over();
    expect(states(end)).toEqual(["a.txt: done", "b.txt: failed", "c.txt: failed"]);
    expect(end.items[1]).toMatchObject({ state: { code: "allowance-used", retryAfter: 3_600_000 } });
  });

  test("a message that was put away stops nothing", async () => {
    await signedIn();
    answerEdit = () => ({ is: "gone" });
    await send([file("a.txt")]);
    await expect.poll(() => own(), { timeout: 10_000 }).toEqual(["a.txt 100"]);
  });
});

test("a batch is cancelled in the middle: what is there stays, what is not is taken away", async () => {
  await signedIn();
  pikpak.rules.uploadTakes = 1e9;
  const first = await send([file("a.txt"), file("b.txt")]);
  await expect.poll(() => own(), { timeout: 10_000 }).toEqual(["a.txt 100"]);
  const { screen } = await at.do(mia, { do: "cancel-upload", view: first.view });
  expect(screen).toMatchObject({ notice: "upload-stopped" });
  expect(states(await over())).toEqual(["a.txt: cancelled", "b.txt: cancelled"]);
  await expect.poll(() => own(), { timeout: 10_000 }).toEqual([]);
  expect(await at.do(mia, { do: "cancel-upload", view: first.view })).toMatchObject({
    screen: { notice: "upload-over" },
  });
});

test.each(["forget", "log-out"] as const)(
  "%s in the middle of a file takes what is there of it out of the drive",
  async (command) => {
    await signedIn();
    pikpak.rules.uploadTakes = 1e9;
    await send([file("a.txt"), file("b.txt")]);
    await expect.poll(() => own(), { timeout: 10_000 }).toEqual(["a.txt 100"]);
    const { view } = await at.see(mia, { do: command }, "question");
    await at.do(mia, { do: "confirm", view });
    expect(own()).toEqual([]);
    expect(await jobs.list(uploadKind)).toEqual([]);
  },
);

test("a process that ends in the middle leaves the batch to the next, which uploads each file once", async () => {
  await signedIn();
  let underway = Promise.withResolvers<void>();
  reading = (one, { signal }) => {
    if (one.name !== "b.txt") return undefined;
    underway.resolve();
    return new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  };
  await send([file("a.txt"), file("b.txt")]);
  await underway.promise;
  await jobs.stop();
  reading = undefined;
  underway = Promise.withResolvers();
  begin();
  await jobs.start();
  expect(states(await over())).toEqual(["a.txt: done", "b.txt: done"]);
  expect(own()).toEqual(["a.txt 100", "b.txt 100"]);
});

describe("a batch that is cancelled while nobody is at it", () => {
  /** Its first file is there, the second one is a placeholder; its process is gone, and has left this of the job. */
  const left = async (changes: Partial<KeptJob>) => {
    await signedIn();
    reading = ({ name: called }) => {
      if (called === "b.txt") pikpak.rules.uploadTakes = 1e9;
      return undefined;
    };
    const { view } = await send([file("a.txt"), file("b.txt", 200)]);
    const [{ id } = { id: "" }] = await jobs.list(uploadKind);
    const kept = () => records.get(`upload/${id}`);
    await expect
      .poll(async () => (await kept())?.checkpoint, { timeout: 10_000 })
      .toMatchObject({ current: { n: 1, pending: expect.anything() } });
    expect(own()).toEqual(["a.txt 100", "b.txt 200"]);
    await jobs.stop();
    const last = await kept();
    if (!last) throw new Error("nothing is kept of it");
    await records.set(`upload/${id}`, { ...last, ...changes });
    begin();
    return view;
  };

  test("between two attempts leaves what has come, and nothing of what has not", async () => {
    const view = await left({ isAgain: true, failures: 1, dueAt: now() + 3_600_000, dueIn: 3_600_000 });
    await jobs.start();
    const { screen } = await at.do(mia, { do: "cancel-upload", view });
    expect(screen).toMatchObject({ notice: "upload-stopped" });
    const end = await over();
    expect(states(end)).toEqual(["a.txt: done", "b.txt: cancelled"]);
    expect(own()).toEqual(["a.txt 100"]);
    expect(await at.see(mia, { do: "open-upload", view: end.view, index: 0 }, "file")).toMatchObject({
      entry: { name: "a.txt" },
    });
  });

  test("by a process that is killed then is taken away by the next one", async () => {
    await left({ isRunning: true, isCancelled: true });
    await jobs.start();
    expect(states(await over())).toEqual(["a.txt: done", "b.txt: cancelled"]);
    expect(own()).toEqual(["a.txt 100"]);
  });
});

test("a name somebody chose holds no path, no marks that turn it, and no more bytes than a drive takes", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary", maxLength: 600 }), fc.constantFrom("..", "../../x", "a\u202Egpj.exe", "")),
      (given) => {
        const called = sentName(given, "file");
        expect(called).not.toMatch(/[/\\\p{Cc}\u202A-\u202E\u2066-\u2069]/u);
        expect(called).not.toBe("");
        expect(["..", "."]).not.toContain(called);
        expect(Buffer.byteLength(called)).toBeLessThanOrEqual(255);
        expect(called.isWellFormed()).toBe(true);
      },
    ),
  );
  expect(sentName(`${"长".repeat(200)}.tar.mkv`, "file")).toMatch(/^长+\.tar\.mkv$|^长+\.mkv$/);
  expect(sentName("a film.mkv", "file")).toBe("a film.mkv");
});

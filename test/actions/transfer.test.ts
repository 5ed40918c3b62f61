import { describe, expect, test } from "vitest";
import { UploadError } from "../../src/actions/model/upload.ts";
import { StorageError } from "../../src/storage/error.ts";
import {
  createTransferApp,
  gate,
  limit,
  recordsOf,
  sending,
  signedIn,
  textOf,
  type TransferApp,
} from "./transfer-app.ts";
import { keptInputs } from "../test-jobs.ts";
import { inGroup, jun, mia, usualCloud } from "./test-app.ts";

const here = sending(mia);
const get = (words: string) => ({ do: "get", words }) as const;

async function ready(options: Parameters<typeof createTransferApp>[0] = {}): Promise<TransferApp> {
  const at = createTransferApp(options);
  await signedIn(at, mia);
  return at;
}

/** A drive that gives one piece, then nothing until the gate opens. */
function held(at: TransferApp): { readonly opened: Promise<void>; open(): void } {
  const barrier = gate();
  at.pieces = async function* (name) {
    yield `bytes of `;
    await barrier.opened;
    yield name;
  };
  return barrier;
}

describe("the file in the chat", () => {
  test("a file comes into the chat by words of its name, whole, and its record goes when it is there", async () => {
    const at = await ready();
    const way = await at.send(here, get("file 7"));
    expect(way.first).toMatchObject({ entry: { name: "file 7.txt" }, total: 94, state: { is: "running", done: 0 } });
    expect(await way.last).toMatchObject({ state: { is: "done" } });
    expect(at.arrived.get("file 7.txt")).toBe("bytes of file 7.txt");
    expect(at.closed).toEqual(["file 7.txt"]);
    await expect.poll(() => recordsOf(at)).toEqual([]);
  });

  test("a file comes into the chat by its path, and by the button on its card", async () => {
    const at = await ready();
    await (
      await at.send(here, get("Films/Raw/one.raw"))
    ).last;
    const card = await at.at.see(here, { do: "browse", path: "Films/beach.mp4" }, "file");
    expect(card.can).toContain("send");
    await (
      await at.send(here, { do: "send", view: card.view })
    ).last;
    expect([...at.arrived.keys()]).toEqual(["one.raw", "beach.mp4"]);
  });

  test("a file comes into the chat as the rendition where a link to one was shown", async () => {
    const at = await ready();
    const card = await at.at.see(here, { do: "browse", path: "Films/beach.mp4" }, "file");
    const link = await at.at.see(here, { do: "link", view: card.view, variant: 1 }, "link");
    const way = await at.send(here, { do: "send", view: link.view });
    expect(way.first.variant?.name).toBe("480P");
    await way.last;
    expect(at.opened).toEqual(["beach.mp4 480P"]);
  });

  test("a file is not sent when several have such names: the list of them comes", async () => {
    const at = await ready();
    expect((await at.at.see(here, get("file 1"), "listing")).filter).toBe("file 1");
    expect(at.opened).toEqual([]);
  });

  test("a file is not offered where no files can be put, and asking says so", async () => {
    const at = await ready();
    expect((await at.at.see(mia, { do: "browse", path: "file 7.txt" }, "file")).can).not.toContain("send");
    expect(await at.at.see(mia, get("file 7"), "notice")).toMatchObject({ notice: "no-sending-here" });
  });

  test("a file that is too large is known before anything is fetched, and a link is a press away", async () => {
    const cloud = usualCloud();
    cloud.accounts["mia"] = {
      password: "correct-horse",
      tree: { name: "", children: [{ name: "big.mkv", size: limit + 1, url: "https://bytes.example/big" }] },
    };
    const at = await ready({ cloud });
    const card = await at.at.see(here, get("big"), "transfer");
    expect(card.state).toEqual({ is: "failed", code: "too-large", limit });
    expect(at.opened).toEqual([]);
    expect((await at.at.see(here, { do: "link", view: card.view }, "link")).entry.name).toBe("big.mkv");
    expect((await at.at.see(here, { do: "back", view: card.view }, "file")).entry.name).toBe("big.mkv");
  });

  test("a file that is empty is said to be", async () => {
    const cloud = usualCloud();
    cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children: [{ name: "nil.txt", size: 0 }] } };
    const at = await ready({ cloud });
    expect((await at.at.see(here, get("nil"), "transfer")).state).toEqual({ is: "failed", code: "empty" });
  });

  test("a file can be had in a group by who has leave to use the drive there", async () => {
    const at = createTransferApp();
    await at.at.see(here, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const way = await at.send(inGroup(here), get("file 7"));
    expect((await way.last).state.is).toBe("done");
    const other = createTransferApp();
    await signedIn(other, here);
    expect(await other.at.see(inGroup(here), get("file 7"), "notice")).toMatchObject({ notice: "private-only" });
  });
});

describe("out of a group", () => {
  const pressed = async (at: TransferApp) => {
    await at.at.see(here, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const card = await at.at.see(inGroup(here), { do: "browse", path: "file 7.txt" }, "file");
    expect(card.can).toContain("send-privately");
    return at.at.see(inGroup(here), { do: "send-privately", view: card.view }, "notice");
  };

  test("a file comes to the presser's private chat with a message of its own, and the group sees nothing", async () => {
    const at = createTransferApp();
    const barrier = held(at);
    expect(await pressed(at)).toMatchObject({ notice: "sent-privately", for: "asker" });
    expect(at.sent.map(({ place, message }) => [place, message.show])).toEqual([[mia.person.id, "transfer"]]);
    const [kept] = await keptInputs(at.at.shelves.jobs, "transfer");
    expect(kept).toMatchObject({ to: { place: mia.person.id, kind: "private" } });
    barrier.open();
    await expect.poll(() => [...at.arrived.keys()]).toEqual(["file 7.txt"]);
  });

  test("a file is not sent where the private chat was never opened, and that is said", async () => {
    const at = createTransferApp();
    at.isClosed = true;
    expect(await pressed(at)).toMatchObject({ notice: "private-chat-closed", for: "asker" });
    expect(at.opened).toEqual([]);
  });
});

describe("on the way", () => {
  test("a file on its way tells how much is there, how fast it goes and how long it takes", async () => {
    const at = await ready();
    const [first, second] = [gate(), gate()];
    let asked = 0;
    at.pieces = async function* () {
      yield "x".repeat(10);
      asked = 10;
      await first.opened;
      yield "x".repeat(10);
      await second.opened;
    };
    const way = await at.send(here, get("file 7"));
    await expect.poll(() => asked).toBe(10);
    at.time += 10_000;
    first.open();
    await expect
      .poll(() => way.seen.findLast(({ state }) => state.is === "running")?.state)
      .toEqual({ is: "running", done: 20, speed: 2, left: 37_000 });
    second.open();
    await way.last;
  });

  test("a second file of one person waits, and more than a few of everybody; places are told and move up", async () => {
    const at = await ready({ overall: 2 });
    await signedIn(at, jun, "jun");
    const barrier = held(at);
    const one = await at.send(here, get("file 1.txt"));
    const two = await at.send(here, get("file 2.txt"));
    const three = await at.send(here, get("file 3.txt"));
    expect([one, two, three].map(({ first }) => first.state)).toEqual([
      { is: "running", done: 0 },
      { is: "queued", place: 1 },
      { is: "queued", place: 2 },
    ]);
    // Another person does not wait for the first one's second file.
    const other = await at.send(sending(jun), get("file 4.txt"));
    await other.state("running");
    await at.transfers.cancel(await transferOf(at, two.first.view.id));
    expect((await two.last).state).toEqual({ is: "cancelled" });
    await expect.poll(() => three.seen.at(-1)?.state).toEqual({ is: "queued", place: 1 });
    barrier.open();
    expect((await three.last).state.is).toBe("done");
    expect((await one.last).state.is).toBe("done");
    expect((await other.last).state.is).toBe("done");
    expect(at.opened.toSorted()).toEqual(["file 1.txt", "file 3.txt", "file 4.txt"]);
  });

  test("the same file is not sent twice at once, and nobody has endless files waiting", async () => {
    const at = await ready({ waitingPerPerson: 1 });
    const barrier = held(at);
    const one = await at.send(here, get("file 1.txt"));
    expect(await at.at.see(here, get("file 1.txt"), "notice")).toMatchObject({ notice: "transfer-busy" });
    const two = await at.send(here, get("file 2.txt"));
    expect(await at.at.see(here, get("file 3.txt"), "notice")).toMatchObject({ notice: "transfer-queue-full" });
    barrier.open();
    await Promise.all([one.last, two.last]);
  });

  test("a file has a record before its first byte is asked for", async () => {
    const at = await ready();
    const recorded: unknown[] = [];
    at.take = async (file) => {
      recorded.push(await recordsOf(at));
      await textOf(file);
    };
    await (
      await at.send(here, get("file 7"))
    ).last;
    expect(recorded).toEqual([["file 7.txt"]]);
  });
});

describe("Cancel", () => {
  test("Cancel closes the drive's stream and tells the platform's client to let go", async () => {
    const at = await ready();
    held(at);
    const aborted: boolean[] = [];
    at.take = async (file) => {
      await textOf(file).catch(() => undefined);
      aborted.push(file.signal.aborted);
      throw new Error("the client noticed");
    };
    const way = await at.send(here, get("file 7"));
    await expect.poll(() => at.opened).toEqual(["file 7.txt"]);
    const word = await at.at.see(here, { do: "cancel-transfer", view: way.first.view }, "notice");
    expect(word).toMatchObject({ notice: "transfer-cancelled", for: "asker" });
    expect((await way.last).state).toEqual({ is: "cancelled" });
    await expect.poll(() => at.closed).toEqual(["file 7.txt"]);
    expect(aborted).toEqual([true]);
    await expect.poll(() => recordsOf(at)).toEqual([]);
  });

  test("Cancel does not wait for what else the person asked for", async () => {
    const at = await ready();
    held(at);
    const way = await at.send(here, get("file 7"));
    const barrier = gate();
    const busy = at.at.services.exclusive("person:telegram:1", () => barrier.opened);
    await at.at.see(here, { do: "cancel-transfer", view: way.first.view }, "notice");
    expect((await way.last).state).toEqual({ is: "cancelled" });
    barrier.open();
    await busy;
  });

  test("Cancel is for who asked, and after the end only says so", async () => {
    const at = await ready();
    const barrier = held(at);
    const way = await at.send(here, get("file 7"));
    const press = { do: "cancel-transfer", view: way.first.view } as const;
    expect(await at.at.see(sending(jun), press, "notice")).toMatchObject({ notice: "not-yours" });
    barrier.open();
    expect((await way.last).state.is).toBe("done");
    expect(await at.at.see(here, press, "notice")).toMatchObject({ notice: "transfer-over" });
  });

  test("an update that is brought again after a kill begins its file once, whether it is on its way or there", async () => {
    const at = await ready();
    const barrier = held(at);
    const brought = { ...here, update: "update-7" };
    const way = await at.send(brought, get("file 7"));
    expect(await at.at.see(brought, get("file 7"), "notice")).toMatchObject({ notice: "transfer-busy" });
    barrier.open();
    expect((await way.last).state.is).toBe("done");
    expect(await at.at.see(brought, get("file 7"), "notice")).toMatchObject({ notice: "transfer-busy" });
    const anew = await at.send({ ...here, update: "update-8" }, get("file 7"));
    expect((await anew.last).state.is).toBe("done");
  });

  test("Cancel under a file whose process was killed before it was asked for shows its card", async () => {
    const at = await ready();
    // Nobody begins it: its message is all there is.
    const { view } = await at.at.see(here, get("file 7"), "transfer");
    expect(await at.at.see(here, { do: "cancel-transfer", view }, "file")).toMatchObject({
      entry: { name: "file 7.txt" },
    });
  });

  test("a file on its way does not arrive after its drive was removed", async () => {
    const at = await ready();
    held(at);
    const way = await at.send(here, get("file 7"));
    const mounts = await at.at.see(here, { do: "show-mounts" }, "mounts");
    const card = await at.at.see(here, { do: "mount", view: mounts.view, index: 0 }, "mount");
    const { view } = await at.at.see(here, { do: "remove-mount", view: card.view }, "question");
    await at.at.see(here, { do: "confirm", view }, "notice");
    expect((await way.last).state).toEqual({ is: "cancelled" });
    await expect.poll(() => recordsOf(at)).toEqual([]);
  });

  test("a file on its way to a member does not arrive after its drive was taken back", async () => {
    const at = await ready({ changes: { roleIn: async () => "admin" } });
    held(at);
    const there = sending(inGroup(mia));
    const draft = await at.at.see(there, { do: "bind" }, "lending");
    await at.at.see(there, { do: "confirm-lend", view: draft.view }, "lending");
    const way = await at.send(sending(inGroup(jun)), get("file 7"));
    const own = await at.send(there, get("file 8"));
    await at.at.see(there, { do: "unbind" }, "notice");
    expect((await way.last).state).toEqual({ is: "cancelled" });
    expect(own.seen.at(-1)?.state.is).not.toBe("cancelled");
  });

  test("a person who is forgotten has their files on the way cancelled", async () => {
    const at = await ready();
    held(at);
    const way = await at.send(here, get("file 7"));
    const { view } = await at.at.see(here, { do: "forget" }, "question");
    await at.at.see(here, { do: "confirm", view }, "notice");
    expect((await way.last).state).toEqual({ is: "cancelled" });
    expect(await recordsOf(at)).toEqual([]);
  });
});

describe("what goes wrong", () => {
  test("a failure on the platform's side is tried once more from the first byte, after the time it asks for", async () => {
    const at = await ready();
    const tries: string[] = [];
    at.take = async (file) => {
      tries.push(await textOf(file));
      if (tries.length === 1) throw new UploadError("refused", { again: true, retryAfter: 4000 });
    };
    const way = await at.send(here, get("file 7"));
    await expect.poll(() => at.waits.some(({ ms }) => ms === 4000)).toBe(true);
    at.waits.find(({ ms }) => ms === 4000)?.pass();
    expect((await way.last).state.is).toBe("done");
    expect(tries).toEqual(["bytes of file 7.txt", "bytes of file 7.txt"]);
  });

  test("a failure that comes twice, or for good, ends with a sentence, and Retry begins anew", async () => {
    const at = await ready();
    at.take = async () => {
      throw new UploadError("refused", { again: true });
    };
    const way = await at.send(here, get("file 7"));
    await expect.poll(() => at.waits.some(({ ms }) => ms === 0)).toBe(true);
    at.waits.find(({ ms }) => ms === 0)?.pass();
    expect((await way.last).state).toEqual({ is: "failed", code: "refused" });
    let calls = 0;
    at.take = async () => {
      calls += 1;
      throw new UploadError("forbidden");
    };
    const again = await at.send(here, { do: "retry", view: way.first.view });
    expect((await again.last).state).toEqual({ is: "failed", code: "forbidden" });
    expect(calls).toBe(1);
    expect(again.first.view.id).toBe(way.first.view.id);
  });

  test("a failure on the drive's side has the drive's words, and is not tried again: the drive's client has", async () => {
    const at = await ready();
    at.pieces = async function* () {
      yield "half";
      throw new StorageError("unreachable", { retryAfter: 3000 });
    };
    at.take = async (file) => {
      // A platform's client knows only that its stream broke.
      await textOf(file).catch(() => {
        throw new UploadError("refused", { again: true });
      });
    };
    const way = await at.send(here, get("file 7"));
    expect((await way.last).state).toEqual({ is: "failed", code: "unreachable", retryAfter: 3000 });
    expect(at.opened).toHaveLength(1);
  });

  test.each([
    ["fewer", "x".repeat(10)],
    ["no", ""],
    ["more", "x".repeat(95)],
  ])("a drive that gives %s bytes than it told of has broken off", async (_which, text) => {
    const at = await ready();
    at.isCutShort = true;
    at.pieces = async function* () {
      yield text;
    };
    const way = await at.send(here, get("file 7"));
    expect((await way.last).state).toEqual({ is: "failed", code: "unreachable" });
    expect(at.arrived.size).toBe(0);
    at.isCutShort = false;
    at.pieces = async function* () {
      yield "whole";
    };
    const again = await at.send(here, { do: "retry", view: way.first.view });
    expect((await again.last).state.is).toBe("done");
  });

  test("a file whose size nobody knew stops where it gives more than the place takes", async () => {
    const cloud = usualCloud();
    cloud.accounts["mia"] = {
      password: "correct-horse",
      tree: { name: "", children: [{ name: "endless.bin", url: "https://bytes.example/endless" }] },
    };
    const at = await ready({ cloud });
    let taken = 0;
    at.pieces = async function* () {
      for (let n = 0; n < 20; n += 1) yield "x".repeat(100);
    };
    at.take = async (file) => {
      for await (const bytes of file.open()) taken += bytes.length;
    };
    const way = await at.send(here, get("endless"));
    expect((await way.last).state).toEqual({ is: "failed", code: "too-large", limit });
    expect(taken).toBe(limit);
    expect(at.closed).toEqual(["endless.bin"]);
  });

  test("a file that does not move for minutes is given up", async () => {
    const at = await ready();
    held(at);
    const way = await at.send(here, get("file 7"));
    const pass = async (nth: number) => {
      await expect.poll(() => at.waits.length).toBeGreaterThan(nth);
      expect(at.waits[nth]?.ms).toBe(300_000);
      at.waits[nth]?.pass();
    };
    await expect.poll(() => at.opened).toEqual(["file 7.txt"]);
    await pass(0);
    await pass(1);
    expect((await way.last).state).toEqual({ is: "failed", code: "stalled" });
    await expect.poll(() => at.closed).toEqual(["file 7.txt"]);
  });

  test("a file the platform has whole is given an hour while the platform thinks about it", async () => {
    const at = await ready();
    at.take = async (file) => {
      await textOf(file);
      await gate().opened;
    };
    const way = await at.send(here, get("file 7"));
    await expect.poll(() => at.closed).toEqual(["file 7.txt"]);
    let quiet = 0;
    for (; quiet < 14 && !way.seen.some(({ state }) => state.is === "failed"); quiet += 1) {
      await expect.poll(() => at.waits.length > quiet || way.seen.at(-1)?.state.is === "failed").toBe(true);
      at.waits[quiet]?.pass();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await way.last).state).toEqual({ is: "failed", code: "stalled" });
    expect(at.waits.length * 5).toBeGreaterThanOrEqual(60);
  });

  test("a failure that nobody foresaw is logged with the reference the person sees", async () => {
    const at = await ready();
    at.take = async () => {
      throw new TypeError("oh");
    };
    const way = await at.send(here, get("file 7"));
    expect((await way.last).state).toEqual({ is: "failed", code: "refused", reference: "ref0" });
    expect(at.logged).toMatchObject([{ reference: "ref0" }]);
  });

  test("a failure before anything began is a notice with a way on", async () => {
    const at = await ready();
    await at.at.see(here, { do: "browse", path: "file 7.txt" }, "file");
    at.at.cloud.failing = new StorageError("unreachable");
    const sorry = await at.at.see(here, get("file 7"), "notice");
    expect(sorry).toMatchObject({ notice: "unreachable", offer: ["retry", "back", "mounts"] });
    at.at.cloud.failing = undefined;
    const way = await at.send(here, { do: "retry", view: sorry.view ?? { id: "", revision: 0 } });
    expect((await way.last).state.is).toBe("done");
  });

  test("a failure with a picture costs the picture only", async () => {
    const asked: string[] = [];
    const cloud = usualCloud();
    const film = { name: "film.mp4", size: 94, url: "https://bytes.example/f", thumbnail: "https://img.example/f" };
    cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children: [film] } };
    const at = await ready({
      cloud,
      readPicture: async (url, options) => {
        asked.push(`${url} ${options.limit} ${options.person}`);
        throw new Error("no picture");
      },
    });
    const pictures: unknown[] = [];
    at.take = async (file) => {
      pictures.push(await file.picture(100));
      await textOf(file);
    };
    expect((await (await at.send(here, get("film"))).last).state.is).toBe("done");
    expect(asked).toEqual(["https://img.example/f 100 telegram:1"]);
    expect(pictures).toEqual([undefined]);
  });
});

describe("a process that ends", () => {
  test("a process that ends in order leaves a file half on its way, and one that waits, to the next, which brings both without being asked", async () => {
    const before = await ready();
    held(before);
    const way = await before.send(here, get("file 7"));
    const queued = await before.send(here, get("file 8"));
    await expect.poll(() => before.opened).toEqual(["file 7.txt"]);
    const after = await before.restarts();
    await expect.poll(() => before.closed).toEqual(["file 7.txt"]);
    expect(before.arrived.size).toBe(0);
    const [one, two] = [after.sees(way), after.sees(queued)];
    expect((await one.last).state.is).toBe("done");
    expect((await two.last).state.is).toBe("done");
    expect([...after.arrived]).toEqual([
      ["file 7.txt", "bytes of file 7.txt"],
      ["file 8.txt", "bytes of file 8.txt"],
    ]);
    await expect.poll(() => recordsOf(after)).toEqual([]);
    expect(await after.at.see(here, { do: "cancel-transfer", view: way.first.view }, "notice")).toMatchObject({
      notice: "transfer-over",
    });
  });

  test("a file of which the platform had every byte when the process ended is told as interrupted, and Retry sends it", async () => {
    const before = await ready();
    const given = gate();
    before.take = async (file) => {
      await textOf(file);
      given.open();
      await gate().opened;
    };
    const way = await before.send(here, get("file 7"));
    await given.opened;
    const after = await before.restarts();
    expect((await after.sees(way).last).state).toEqual({ is: "interrupted" });
    expect(after.opened).toEqual([]);
    const again = await after.send(here, { do: "retry", view: way.first.view });
    expect((await again.last).state.is).toBe("done");
    expect(after.arrived.get("file 7.txt")).toBe("bytes of file 7.txt");
  });
});

describe("what became of a file", () => {
  test("what became of a file reaches the person in private where its message cannot be reached", async () => {
    const at = await ready();
    at.redrawn = () => "closed";
    await at.send(here, get("file 7"));
    await expect.poll(() => at.sent).toMatchObject([{ place: "telegram:1", message: { state: { is: "done" } } }]);
  });

  test("a person who put the message away is told only that nothing will come", async () => {
    const at = await ready();
    at.redrawn = () => "gone";
    await at.send(here, get("file 7"));
    await expect.poll(() => at.arrived.size).toBe(1);
    await expect.poll(() => recordsOf(at)).toEqual([]);
    at.take = async () => {
      throw new UploadError("forbidden");
    };
    await at.send(here, get("file 8"));
    await expect.poll(() => at.sent).toMatchObject([{ message: { state: { is: "failed", code: "forbidden" } } }]);
    expect(at.sent).toHaveLength(1);
  });

  test("a file whose turn has not come when the platform takes it no more is let go of", async () => {
    const at = await ready();
    held(at);
    await at.send(here, get("file 7"));
    const { screen, upload, language } = await at.at.do(here, get("file 8"));
    if (screen.show !== "transfer") throw new Error("no transfer");
    const to = { place: "telegram:1", kind: "private", language } as const;
    await upload?.start({ to, shown: { ...to, message: "late" }, until: at.time });
    await expect.poll(() => recordsOf(at)).toEqual(["file 7.txt"]);
  });
});

async function transferOf(at: TransferApp, session: string): Promise<string> {
  const state = (await at.at.shelves.sessions.get(session))?.state;
  return state?.at === "transfer" ? state.transfer : "";
}

import { afterEach, describe, expect, test } from "vitest";
import type { Person, Where } from "../../emulators/discord/person.ts";
import type { Message } from "../../emulators/discord/state.ts";
import type { MessageView } from "../../emulators/stage.ts";
import { StorageError } from "../../src/storage/error.ts";
import { contentOf, file, sha, share, shelf } from "../telegram/ship.ts";
import { embark, halted, type Ferry } from "./ferry.ts";

// The real discord.js on an emulated Discord: how files come into chats, and what people read meanwhile.

const ferries: Ferry[] = [];
afterEach(async () => {
  for (const ferry of ferries.splice(0)) await ferry.close();
});

const minute = 60_000;
const usual = shelf(file("film.bin"), file("notes.pdf"), file("b.txt"));

/** Mia has opened the share, in her own chat with the bot. */
async function aboard(options: Partial<Parameters<typeof embark>[0]> = {}): Promise<Ferry> {
  const ferry = await embark({ tree: usual, ...options });
  ferries.push(ferry);
  await ferry.mia.uses("/share", { options: { link: share } });
  await ferry.mia.waitsFor("films");
  return ferry;
}

const get = (who: Person, name: string, where?: Where) => who.uses("/get", { options: { file: name }, ...where });

/** How a message reads to Mia now, its buttons included. */
const read = ({ mia }: Ferry, message: Message) =>
  JSON.stringify(mia.views({ in: message.channel }).find(({ id }) => id === message.id));
const offersCancel = (view: MessageView) => JSON.stringify(view).includes("✖️");
/** The message that shows a file on its way; the file is open at the drive by then. */
async function underWay(ferry: Ferry, where?: Where): Promise<Message> {
  ferry.pieces = halted;
  await get(ferry.mia, "film", where);
  const shown = await ferry.mia.waitsFor(offersCancel, where);
  await expect.poll(() => ferry.opened).toEqual(["film.bin"]);
  return shown;
}
const whole: Ferry["pieces"] = async function* (name) {
  yield contentOf(name);
};

/** Files that people have, oldest first. */
const arrived = ({ emulator }: Ferry) =>
  [...emulator.state.channels.values()]
    .flatMap(({ messages }) => messages)
    .flatMap(({ attachments }) => attachments)
    .map(({ name, sha256 }) => ({ name, sha256 }));
const wholly = (name: string) => ({ name, sha256: sha(contentOf(name)) });
const calls = ({ emulator }: Ferry, route: string) => emulator.calls.filter((call) => call.route === route);
const editing = "PATCH /webhooks/id/token/messages/message";
/** Lets time pass until the file is opened again. */
async function passUntilOpened({ clock, opened }: Ferry, times: number): Promise<void> {
  await expect
    .poll(() => {
      clock.pass(500);
      return opened.length;
    })
    .toBe(times);
}

describe("while a file is on its way", () => {
  test("its message is edited in place, every five seconds at most, and the file comes byte for byte", async () => {
    const ferry = await aboard();
    const steps: (() => void)[] = [];
    ferry.pieces = async function* (name) {
      const quarter = contentOf(name).length / 4;
      for (const at of [0, 1, 2, 3]) {
        yield contentOf(name).subarray(at * quarter, (at + 1) * quarter);
        await new Promise<void>((resolve) => steps.push(resolve));
      }
    };
    const step = async (n: number, ms: number) => {
      await expect.poll(() => steps.length).toBe(n);
      ferry.clock.pass(ms);
      steps[n - 1]?.();
    };
    await get(ferry.mia, "film");
    const shown = await ferry.mia.waitsFor(offersCancel);
    const edited = () =>
      ferry.emulator.requests.filter(({ method, uploads }) => method === "PATCH" && uploads.length === 0).length;
    const before = edited();
    const edits = () => edited() - before;
    await step(1, 4000);
    await step(2, 1500);
    await ferry.mia.waitsFor(/75\s?%/);
    expect(edits()).toBe(1);
    expect(read(ferry, shown)).toMatch(/[▓░]{10}.*kB\/s · 2 seconds left/);
    await step(3, 500);
    await step(4, 0);
    await ferry.mia.waitsFor(/Sent in 6 seconds/);
    expect(read(ferry, shown)).toMatch(/Sent in.*🔗.*⬆/);
    expect(read(ferry, shown)).not.toContain("✖️");
    expect(edits()).toBe(2);
    expect(arrived(ferry)).toEqual([wholly("film.bin")]);
  });

  test("Cancel lets go of the drive at once and says so", async () => {
    const ferry = await aboard();
    const shown = await underWay(ferry);
    const since = performance.now();
    await ferry.mia.presses(/✖️/, { message: shown });
    await expect.poll(() => ferry.closed).toBe(1);
    expect(performance.now() - since).toBeLessThan(1000);
    await ferry.mia.waitsFor(/Cancelled\. The file was not sent/);
    expect(read(ferry, shown)).toMatch(/Cancelled\. The file was not sent.*🔄.*🔗.*⬆/);
    expect(arrived(ferry)).toEqual([]);
  });

  test("nobody but who asked for it can cancel it", async () => {
    const ferry = await aboard();
    const { mia, jun } = ferry;
    const shown = await underWay(ferry);
    const cancel = /"custom_id":"([^"]+)"/.exec(JSON.stringify(shown.components))?.[1] ?? "";
    await jun.uses("/help");
    await jun.forges(cancel, { message: await jun.waitsFor("What I can do") });
    await jun.waitsFor(/not yours|somebody else/i);
    expect(ferry.closed).toBe(0);
    expect(read(ferry, shown)).toContain("✖️");
    await mia.presses(/✖️/, { message: shown });
    await expect.poll(() => ferry.closed).toBe(1);
  });

  test("the next one is told its place, and comes when it is its turn", async () => {
    const ferry = await aboard();
    const first = await underWay(ferry);
    ferry.pieces = whole;
    await get(ferry.mia, "notes");
    const queued = await ferry.mia.waitsFor(/number 1 in the queue/);
    ferry.mia.speaks("zh-CN");
    await get(ferry.mia, "b.txt");
    await ferry.mia.waitsFor(/排在第 2 位/);
    await ferry.mia.presses(/✖️/, { message: first });
    await expect.poll(() => read(ferry, queued)).toContain("Sent in");
    // Discord takes only so many edits at a time.
    await expect.poll(() => (ferry.clock.pass(1000), ferry.mia.find("已发送"))).toBeDefined();
    expect(arrived(ferry)).toEqual([wholly("notes.pdf"), wholly("b.txt")]);
  });

  test("progress that Discord does not take is left out, and the end is shown all the same", async () => {
    const ferry = await aboard();
    const { promise: rest, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: middle, resolve: getOn } = Promise.withResolvers<void>();
    ferry.pieces = async function* (name) {
      yield contentOf(name).subarray(0, 100);
      await middle;
      yield contentOf(name).subarray(100, 200);
      await rest;
      yield contentOf(name).subarray(200);
    };
    await get(ferry.mia, "film");
    const shown = await ferry.mia.waitsFor(offersCancel);
    await expect.poll(() => ferry.opened).toHaveLength(1);
    ferry.emulator.fail({ method: "PATCH", path: "/channels/", status: 400, code: 50_035 });
    ferry.clock.pass(6000);
    getOn();
    await expect.poll(() => ferry.emulator.calls.filter(({ status }) => status === 400)).toHaveLength(1);
    goOn();
    await expect.poll(() => read(ferry, shown)).toContain("Sent in");
  });
});

describe("what Discord does not take", () => {
  const tooMany = {
    method: "PATCH",
    path: "/channels/",
    withFile: true,
    status: 429,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ message: "You are being rate limited.", retry_after: 2, global: false }),
  };

  const cut = { method: "PATCH", path: "/channels/", withFile: true, reset: true };

  test("for a while is sent once more, from the first byte, and not before the time Discord asked for", async () => {
    const ferry = await aboard();
    ferry.emulator.fail(tooMany);
    await get(ferry.mia, "notes");
    await expect.poll(() => ferry.closed).toBe(1);
    const asked = ferry.clock.now();
    await passUntilOpened(ferry, 2);
    expect(ferry.clock.now() - asked).toBeGreaterThanOrEqual(2000);
    await ferry.mia.waitsFor(/Sent in/);
    expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
  });

  test.each([
    ["en-US", /did not take the file/],
    ["zh-CN", /没有接受这个文件/],
  ])("twice is a sentence with a way on, in %s", async (locale, sentence) => {
    const ferry = await aboard();
    ferry.mia.speaks(locale);
    ferry.emulator.fail({ ...cut, times: 2 });
    await get(ferry.mia, "notes");
    await passUntilOpened(ferry, 2);
    const sorry = await ferry.mia.waitsFor(sentence);
    expect(arrived(ferry)).toEqual([]);
    await ferry.mia.presses(/🔄/, { message: sorry });
    await expect.poll(() => read(ferry, sorry)).toMatch(/Sent in|已发送/);
    expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
  });

  test("for longer than the interaction lasts is not waited for: it is said at once", async () => {
    const ferry = await aboard();
    const { mia, hall, clock, emulator } = ferry;
    const { promise: first, resolve: goOn } = Promise.withResolvers<void>();
    ferry.pieces = async function* (name) {
      yield Buffer.alloc(0);
      if (name === "film.bin") await first;
      yield contentOf(name);
    };
    await get(mia, "film", { in: hall });
    await expect.poll(() => ferry.opened).toHaveLength(1);
    await get(mia, "notes", { in: hall });
    const second = await mia.waitsFor(/number 1 in the queue/, { in: hall });
    clock.pass(14.4 * minute);
    emulator.fail({ ...tooMany, path: "/webhooks/", body: JSON.stringify({ retry_after: 30 }) });
    goOn();
    await expect.poll(() => read(ferry, second)).toMatch(/did not take the file.*🔄/);
    expect(ferry.opened).toEqual(["film.bin", "notes.pdf"]);
  });

  test("by cutting the connection once is sent once more", async () => {
    const ferry = await aboard();
    ferry.emulator.fail(cut);
    await get(ferry.mia, "notes");
    await passUntilOpened(ferry, 2);
    await ferry.mia.waitsFor(/Sent in/);
    expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
  });
});

describe("a file whose answer is lost", () => {
  const lost = { method: "PATCH", path: "/channels/", withFile: true, after: true, reset: true };

  test("is looked for, stands there once, and was opened once", async () => {
    const ferry = await aboard();
    ferry.emulator.fail(lost);
    await get(ferry.mia, "notes");
    await ferry.mia.waitsFor(/Sent in/);
    expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
    expect(ferry.opened).toEqual(["notes.pdf"]);
  });

  test("stands there once for its asker alone, in a server, though Discord could not be asked at first", async () => {
    const ferry = await aboard();
    ferry.emulator.fail({ ...lost, path: "/webhooks/" });
    ferry.emulator.fail({ method: "GET", path: "/webhooks/", status: 502 });
    await get(ferry.mia, "notes", { in: ferry.hall });
    await ferry.mia.waitsFor(/Sent in/, { in: ferry.hall });
    expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
    expect(ferry.jun.messages({ in: ferry.hall })).toEqual([]);
  });

  test("leaves no message without a file where it did not come", async () => {
    const ferry = await aboard();
    ferry.emulator.fail({ method: "PATCH", path: "/channels/", withFile: true, status: 413, code: 40_005 });
    await get(ferry.mia, "notes");
    await ferry.mia.waitsFor(/too large|larger than/i);
    expect(ferry.mia.messages().filter(({ content }) => content.includes("notes"))).toEqual([]);
    expect(arrived(ferry)).toEqual([]);
  });
});

test("a file's name loses the marks that turn it around, in its message and on the file", async () => {
  const ferry = await aboard({ tree: shelf(file("photo\u202Egpj.exe")) });
  await get(ferry.mia, "photo");
  await ferry.mia.waitsFor(/Sent in/);
  expect(JSON.stringify(ferry.emulator.requests.map(({ text }) => text))).not.toMatch(/\u202E|\\u202e/i);
  expect(arrived(ferry)).toEqual([{ name: "photo_gpj.exe", sha256: expect.any(String) }]);
});

describe("after a restart", () => {
  test("the file is brought without anybody asking again, once, and its message says so", async () => {
    const ferry = await aboard();
    const shown = await underWay(ferry);
    await ferry.ends();
    ferry.pieces = whole;
    await ferry.begins();
    await expect.poll(() => read(ferry, shown)).toContain("Sent in");
    expect(arrived(ferry)).toEqual([wholly("film.bin")]);
    await expect.poll(() => ferry.onRecord()).toBe(0);
  });

  test.each([
    ["en-US", "I was restarted"],
    ["zh-CN", "我就重启了"],
  ])(
    "that took a quarter of an hour it is told in a direct message, in %s, and one press sends it",
    async (locale, sentence) => {
      const ferry = await aboard();
      const { mia, hall, clock } = ferry;
      mia.speaks(locale);
      await underWay(ferry, { in: hall });
      await ferry.ends();
      ferry.pieces = whole;
      clock.pass(16 * minute);
      await ferry.begins();
      const told = await mia.waitsFor(sentence, { in: mia.dm });
      await mia.presses(/🔄/, { message: told });
      await expect.poll(() => read(ferry, told)).toMatch(/Sent in|已发送/);
      expect(arrived(ferry)).toEqual([wholly("film.bin")]);
      await expect.poll(() => ferry.onRecord()).toBe(0);
    },
  );

  test("an outage while it is told does not lose the word: the next process tells it", async () => {
    const ferry = await aboard();
    const { mia, hall, clock, emulator } = ferry;
    await underWay(ferry, { in: hall });
    await ferry.ends();
    clock.pass(16 * minute);
    emulator.fail({ method: "POST", path: "/users/@me/channels", status: 500, times: 4 });
    await ferry.begins();
    const asked = () => calls(ferry, "POST /users/@me/channels").filter(({ status }) => status === 500).length;
    await expect.poll(asked, { timeout: 10_000 }).toBe(4);
    expect(await ferry.onRecord()).toBe(1);
    await ferry.ends();
    await ferry.begins();
    clock.pass(minute);
    await mia.waitsFor("I was restarted", { in: mia.dm });
    await expect.poll(() => ferry.onRecord()).toBe(0);
  });

  test("who takes no direct messages harms nobody", async () => {
    const ferry = await aboard();
    const { mia, jun, hall, clock } = ferry;
    await underWay(ferry, { in: hall });
    await ferry.ends();
    clock.pass(16 * minute);
    mia.user.opensDms = false;
    await ferry.begins();
    await expect.poll(() => ferry.onRecord()).toBe(0);
    expect(ferry.emulator.calls.filter(({ status }) => status === 403)).toHaveLength(1);
    await jun.uses("/help");
    await jun.waitsFor("What I can do");
  });
});

describe("a message that was put away", () => {
  /** A file whose bytes come when they are let go, and whose message Mia has dismissed. */
  async function putAway(ferry: Ferry): Promise<PromiseWithResolvers<void>> {
    const way = Promise.withResolvers<void>();
    ferry.pieces = async function* (name) {
      yield contentOf(name).subarray(0, 100);
      await way.promise;
      yield contentOf(name).subarray(100);
    };
    await get(ferry.mia, "film", { in: ferry.hall });
    const shown = await ferry.mia.waitsFor(offersCancel, { in: ferry.hall });
    await expect.poll(() => ferry.opened).toHaveLength(1);
    ferry.mia.dismisses(shown);
    return way;
  }

  test("is not missed when the file comes", async () => {
    const ferry = await aboard();
    const way = await putAway(ferry);
    way.resolve();
    await expect.poll(() => calls(ferry, editing).filter(({ status }) => status === 404)).toHaveLength(1);
    expect(arrived(ferry)).toEqual([wholly("film.bin")]);
    await ferry.ends();
    expect(calls(ferry, "POST /users/@me/channels")).toEqual([]);
  });

  test("leaves nobody waiting for a file that does not come", async () => {
    const ferry = await aboard();
    const { mia } = ferry;
    const way = await putAway(ferry);
    way.reject(new StorageError("unreachable"));
    const told = await mia.waitsFor(/cannot be reached just now/, { in: mia.dm });
    expect(arrived(ferry)).toEqual([]);
    ferry.pieces = whole;
    await mia.presses(/🔄/, { message: told });
    await expect.poll(() => read(ferry, told)).toContain("Sent in");
  });
});

describe("when the quarter of an hour of an interaction is over", () => {
  test.each([
    ["en-US", /Its turn did not come in time.*🔄/],
    ["zh-CN", /排队时间过长.*🔄/],
  ])(
    "a file still in the queue has said so in its message before, in %s, and can be asked for again",
    async (locale, sentence) => {
      const ferry = await aboard();
      const { mia, hall, clock } = ferry;
      const first = await underWay(ferry, { in: hall });
      mia.speaks(locale);
      await get(mia, "notes", { in: hall });
      const queued = await mia.waitsFor(/number 1 in the queue|排在第 1 位/, { in: hall });
      clock.pass(14.4 * minute);
      expect(read(ferry, queued)).toContain("✖️");
      clock.pass(0.2 * minute);
      await expect.poll(() => (clock.pass(0), read(ferry, queued))).toMatch(sentence);
      ferry.pieces = whole;
      await mia.presses(/🔄/, { message: queued });
      await expect.poll(() => read(ferry, queued)).toContain("✖️");
      await mia.presses(/✖️/, { message: first });
      await expect.poll(() => read(ferry, queued)).toMatch(/Sent in|已发送/);
      expect(arrived(ferry)).toEqual([wholly("notes.pdf")]);
    },
  );

  test("a file on its way is let go of while its message can still say so", async () => {
    const ferry = await aboard();
    const { mia, hall, clock } = ferry;
    const first = await underWay(ferry, { in: hall });
    await get(mia, "notes", { in: hall });
    const second = await mia.waitsFor(/number 1 in the queue/, { in: hall });
    clock.pass(14.5 * minute - 300);
    await mia.presses(/✖️/, { message: first });
    await expect.poll(() => read(ferry, second), { timeout: 5000 }).toMatch(/waits for a file only so long.*🔄/);
    expect([ferry.opened, ferry.closed]).toEqual([["film.bin", "notes.pdf"], 2]);
  });

  test("what became of a file is told in a direct message", async () => {
    const ferry = await aboard();
    const { mia, hall, clock } = ferry;
    const shown = await underWay(ferry, { in: hall });
    clock.pass(16 * minute);
    await mia.presses(/✖️/, { message: shown });
    const told = await mia.waitsFor(/Cancelled\. The file was not sent/, { in: mia.dm });
    ferry.pieces = whole;
    await mia.presses(/🔄/, { message: told });
    await expect.poll(() => read(ferry, told)).toContain("Sent in");
  });

  test("though our clock says otherwise, it is told in a direct message as well", async () => {
    const ferry = await aboard();
    const { mia, hall, emulator } = ferry;
    const shown = await underWay(ferry, { in: hall });
    emulator.fail({ method: "PATCH", path: "/webhooks/", status: 401, code: 50_027 });
    await mia.presses(/✖️/, { message: shown });
    const told = await mia.waitsFor(/Cancelled\. The file was not sent/, { in: mia.dm });
    expect(read(ferry, told)).toContain("🔄");
    expect(calls(ferry, "POST /users/@me/channels")).toHaveLength(1);
  });
});

test.each([
  ["en-US", /The list holds 2 links/, "1 file was left out"],
  ["zh-CN", /2 个链接|2 条链接/, "1 个文件"],
])("a folder's links come as a file, in the format that was chosen, in %s", async (locale, ready, leftOut) => {
  const tree = shelf(file("b.mp4"), file("a.txt"), { name: "Deep", children: [file("c.mkv")] });
  const ferry = await aboard({ tree, changes: { hasTickets: true } });
  const { mia } = ferry;
  mia.speaks(locale);
  await mia.presses(/🧾/);
  await mia.waitsFor((view) => JSON.stringify(view).includes("m3u8"));
  await mia.presses(/m3u8/);
  const shown = await mia.waitsFor(ready);
  expect(read(ferry, shown)).toContain(leftOut);
  const [list] = shown.attachments;
  expect(list?.name).toBe("links.m3u8");
  const text = list?.bytes?.toString() ?? "";
  expect(text.split("\n")[0]).toBe("#EXTM3U");
  expect(text).toMatch(/#EXTINF:-1,b\.mp4\nhttps:\/\/dl\.example\//);
  expect(text).toMatch(/#EXTINF:-1,Deep \/ c\.mkv\nhttps:/);
});

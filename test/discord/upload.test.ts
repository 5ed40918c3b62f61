import { afterEach, describe, expect, test } from "vitest";
import type { Person, Where } from "../../emulators/discord/person.ts";
import type { Message } from "../../emulators/discord/state.ts";
import type { MessageView } from "../../emulators/stage.ts";
import { StorageError } from "../../src/storage/error.ts";
import { contentOf, file, sha, share, shelf } from "../telegram/upload-app.ts";
import { startUploadApp, halted, type UploadApp } from "./upload-app.ts";

// The real discord.js on an emulated Discord: how files come into chats, and what people read meanwhile.

const apps: UploadApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const minute = 60_000;
const usual = shelf(file("film.bin"), file("notes.pdf"), file("b.txt"));

/** Mia has opened the share, in her own chat with the bot. */
async function openFilms(options: Partial<Parameters<typeof startUploadApp>[0]> = {}): Promise<UploadApp> {
  const app = await startUploadApp({ tree: usual, ...options });
  apps.push(app);
  await app.mia.uses("/share", { options: { link: share } });
  await app.mia.waitsFor("films");
  return app;
}

const get = (who: Person, name: string, where?: Where) => who.uses("/get", { options: { file: name }, ...where });

/** How a message reads to Mia now, its buttons included. */
const read = ({ mia }: UploadApp, message: Message) =>
  JSON.stringify(mia.views({ in: message.channel }).find(({ id }) => id === message.id));
const offersCancel = (view: MessageView) => JSON.stringify(view).includes("✖️");
/** The message that shows a file on its way; the file is open at the drive by then. */
async function underWay(app: UploadApp, where?: Where): Promise<Message> {
  app.pieces = halted;
  await get(app.mia, "film", where);
  const shown = await app.mia.waitsFor(offersCancel, where);
  await expect.poll(() => app.opened).toEqual(["film.bin"]);
  return shown;
}
const whole: UploadApp["pieces"] = async function* (name) {
  yield contentOf(name);
};

/** Files that people have, oldest first. */
const arrived = ({ emulator }: UploadApp) =>
  [...emulator.state.channels.values()]
    .flatMap(({ messages }) => messages)
    .flatMap(({ attachments }) => attachments)
    .map(({ name, sha256 }) => ({ name, sha256 }));
const wholly = (name: string) => ({ name, sha256: sha(contentOf(name)) });
const calls = ({ emulator }: UploadApp, route: string) => emulator.calls.filter((call) => call.route === route);
const editing = "PATCH /webhooks/id/token/messages/message";
/** Lets time pass until the file is opened again. */
async function passUntilOpened({ clock, opened }: UploadApp, times: number): Promise<void> {
  await expect
    .poll(() => {
      clock.pass(500);
      return opened.length;
    })
    .toBe(times);
}

describe("while a file is on its way", () => {
  test("a file on its way edits its message in place, every five seconds at most, and comes byte for byte", async () => {
    const app = await openFilms();
    const steps: (() => void)[] = [];
    app.pieces = async function* (name) {
      const quarter = contentOf(name).length / 4;
      for (const at of [0, 1, 2, 3]) {
        yield contentOf(name).subarray(at * quarter, (at + 1) * quarter);
        await new Promise<void>((resolve) => steps.push(resolve));
      }
    };
    const step = async (n: number, ms: number) => {
      await expect.poll(() => steps.length).toBe(n);
      app.clock.pass(ms);
      steps[n - 1]?.();
    };
    await get(app.mia, "film");
    const shown = await app.mia.waitsFor(offersCancel);
    const edited = () =>
      app.emulator.requests.filter(({ method, uploads }) => method === "PATCH" && uploads.length === 0).length;
    const before = edited();
    const edits = () => edited() - before;
    await step(1, 4000);
    await step(2, 1500);
    await app.mia.waitsFor(/75\s?%/);
    expect(edits()).toBe(1);
    expect(read(app, shown)).toMatch(/[▓░]{10}.*kB\/s · 2 seconds left/);
    await step(3, 500);
    await step(4, 0);
    await app.mia.waitsFor(/Sent in 6 seconds/);
    expect(read(app, shown)).toMatch(/Sent in.*🔗.*⬆/);
    expect(read(app, shown)).not.toContain("✖️");
    expect(edits()).toBe(2);
    expect(arrived(app)).toEqual([wholly("film.bin")]);
  });

  test("Cancel lets go of the drive at once and says so", async () => {
    const app = await openFilms();
    const shown = await underWay(app);
    const since = performance.now();
    await app.mia.presses(/✖️/, { message: shown });
    await expect.poll(() => app.closed).toBe(1);
    expect(performance.now() - since).toBeLessThan(1000);
    await app.mia.waitsFor(/Cancelled\. The file was not sent/);
    expect(read(app, shown)).toMatch(/Cancelled\. The file was not sent.*🔄.*🔗.*⬆/);
    expect(arrived(app)).toEqual([]);
  });

  test("a file on its way can be cancelled by nobody but who asked for it", async () => {
    const app = await openFilms();
    const { mia, jun } = app;
    const shown = await underWay(app);
    const cancel = /"custom_id":"([^"]+)"/.exec(JSON.stringify(shown.components))?.[1] ?? "";
    await jun.uses("/help");
    await jun.forges(cancel, { message: await jun.waitsFor("What I can do") });
    await jun.waitsFor(/not yours|somebody else/i);
    expect(app.closed).toBe(0);
    expect(read(app, shown)).toContain("✖️");
    await mia.presses(/✖️/, { message: shown });
    await expect.poll(() => app.closed).toBe(1);
  });

  test("a file asked for while another is on its way is told its place, and comes when it is its turn", async () => {
    const app = await openFilms();
    const first = await underWay(app);
    app.pieces = whole;
    await get(app.mia, "notes");
    const queued = await app.mia.waitsFor(/number 1 in the queue/);
    app.mia.speaks("zh-CN");
    await get(app.mia, "b.txt");
    await app.mia.waitsFor(/排在第 2 位/);
    await app.mia.presses(/✖️/, { message: first });
    await expect.poll(() => read(app, queued)).toContain("Sent in");
    // Discord takes only so many edits at a time.
    await expect
      .poll(() => (app.clock.pass(1000), app.mia.find("已发送")), { timeout: 10_000, interval: 200 })
      .toBeDefined();
    expect(arrived(app)).toEqual([wholly("notes.pdf"), wholly("b.txt")]);
  });

  test("progress that Discord does not take is left out, and the end is shown all the same", async () => {
    const app = await openFilms();
    const { promise: rest, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: middle, resolve: getOn } = Promise.withResolvers<void>();
    app.pieces = async function* (name) {
      yield contentOf(name).subarray(0, 100);
      await middle;
      yield contentOf(name).subarray(100, 200);
      await rest;
      yield contentOf(name).subarray(200);
    };
    await get(app.mia, "film");
    const shown = await app.mia.waitsFor(offersCancel);
    await expect.poll(() => app.opened).toHaveLength(1);
    app.emulator.fail({ method: "PATCH", path: "/channels/", status: 400, code: 50_035 });
    app.clock.pass(6000);
    getOn();
    await expect.poll(() => app.emulator.calls.filter(({ status }) => status === 400)).toHaveLength(1);
    goOn();
    await expect.poll(() => read(app, shown)).toContain("Sent in");
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

  test("a file Discord does not take for a while is sent once more, from the first byte, and not before the time it asked for", async () => {
    const app = await openFilms();
    app.emulator.fail(tooMany);
    await get(app.mia, "notes");
    await expect.poll(() => app.closed).toBe(1);
    const asked = app.clock.now();
    await passUntilOpened(app, 2);
    expect(app.clock.now() - asked).toBeGreaterThanOrEqual(2000);
    await app.mia.waitsFor(/Sent in/);
    expect(arrived(app)).toEqual([wholly("notes.pdf")]);
  });

  test.each([
    ["en-US", /did not take the file/],
    ["zh-CN", /没有接受这个文件/],
  ])("a file Discord does not take twice is a sentence with a way on, in %s", async (locale, sentence) => {
    const app = await openFilms();
    app.mia.speaks(locale);
    app.emulator.fail({ ...cut, times: 2 });
    await get(app.mia, "notes");
    await passUntilOpened(app, 2);
    const sorry = await app.mia.waitsFor(sentence);
    expect(arrived(app)).toEqual([]);
    await app.mia.presses(/🔄/, { message: sorry });
    await expect.poll(() => read(app, sorry)).toMatch(/Sent in|已发送/);
    expect(arrived(app)).toEqual([wholly("notes.pdf")]);
  });

  test("a time Discord asks for that is longer than the interaction lasts is not waited for: it is said at once", async () => {
    const app = await openFilms();
    const { mia, hall, clock, emulator } = app;
    const { promise: first, resolve: goOn } = Promise.withResolvers<void>();
    app.pieces = async function* (name) {
      yield Buffer.alloc(0);
      if (name === "film.bin") await first;
      yield contentOf(name);
    };
    await get(mia, "film", { in: hall });
    await expect.poll(() => app.opened).toHaveLength(1);
    await get(mia, "notes", { in: hall });
    const second = await mia.waitsFor(/number 1 in the queue/, { in: hall });
    clock.pass(14.4 * minute);
    emulator.fail({ ...tooMany, path: "/webhooks/", body: JSON.stringify({ retry_after: 30 }) });
    goOn();
    await expect.poll(() => read(app, second)).toMatch(/takes no more files for a while.*🔄/);
    expect(app.opened).toEqual(["film.bin", "notes.pdf"]);
  });

  test("a file whose connection Discord cuts once is sent once more", async () => {
    const app = await openFilms();
    app.emulator.fail(cut);
    await get(app.mia, "notes");
    await passUntilOpened(app, 2);
    await app.mia.waitsFor(/Sent in/);
    expect(arrived(app)).toEqual([wholly("notes.pdf")]);
  });
});

describe("a file whose answer is lost", () => {
  const lost = { method: "PATCH", path: "/channels/", withFile: true, after: true, reset: true };

  test("a file whose answer is lost is looked for, stands there once, and was opened once", async () => {
    const app = await openFilms();
    app.emulator.fail(lost);
    await get(app.mia, "notes");
    await app.mia.waitsFor(/Sent in/);
    expect(arrived(app)).toEqual([wholly("notes.pdf")]);
    expect(app.opened).toEqual(["notes.pdf"]);
  });

  test("a file in a server stands there once, for its asker alone, though Discord could not be asked at first", async () => {
    const app = await openFilms();
    app.emulator.fail({ ...lost, path: "/webhooks/" });
    app.emulator.fail({ method: "GET", path: "/webhooks/", status: 502 });
    await get(app.mia, "notes", { in: app.hall });
    await app.mia.waitsFor(/Sent in/, { in: app.hall });
    expect(arrived(app)).toEqual([wholly("notes.pdf")]);
    expect(app.jun.messages({ in: app.hall })).toEqual([]);
  });

  test("a file that did not come leaves no message without a file", async () => {
    const app = await openFilms();
    app.emulator.fail({ method: "PATCH", path: "/channels/", withFile: true, status: 413, code: 40_005 });
    await get(app.mia, "notes");
    await app.mia.waitsFor(/too large|larger than/i);
    expect(app.mia.messages().filter(({ content }) => content.includes("notes"))).toEqual([]);
    expect(arrived(app)).toEqual([]);
  });
});

test("a file's name loses the marks that turn it around, in its message and on the file", async () => {
  const app = await openFilms({ tree: shelf(file("photo\u202Egpj.exe")) });
  await get(app.mia, "photo");
  await app.mia.waitsFor(/Sent in/);
  expect(JSON.stringify(app.emulator.requests.map(({ text }) => text))).not.toMatch(/\u202E|\\u202e/i);
  expect(arrived(app)).toEqual([{ name: "photo_gpj.exe", sha256: expect.any(String) }]);
});

describe("after a restart", () => {
  test("a file is brought after a restart without anybody asking again, once, and its message says so", async () => {
    const app = await openFilms();
    const shown = await underWay(app);
    await app.ends();
    app.pieces = whole;
    await app.begins();
    await expect.poll(() => read(app, shown)).toContain("Sent in");
    expect(arrived(app)).toEqual([wholly("film.bin")]);
    await expect.poll(() => app.onRecord()).toBe(0);
  });

  test.each([
    ["en-US", "I was restarted"],
    ["zh-CN", "我就重启了"],
  ])(
    "a restart that took a quarter of an hour is told in a direct message, in %s, and one press sends the file",
    async (locale, sentence) => {
      const app = await openFilms();
      const { mia, hall, clock } = app;
      mia.speaks(locale);
      await underWay(app, { in: hall });
      await app.ends();
      app.pieces = whole;
      clock.pass(16 * minute);
      await app.begins();
      const told = await mia.waitsFor(sentence, { in: mia.dm });
      await mia.presses(/🔄/, { message: told });
      await expect.poll(() => read(app, told)).toMatch(/Sent in|已发送/);
      expect(arrived(app)).toEqual([wholly("film.bin")]);
      await expect.poll(() => app.onRecord()).toBe(0);
    },
  );

  test("an outage while a file's outcome is told does not lose the outcome: the next process tells it", async () => {
    const app = await openFilms();
    const { mia, hall, clock, emulator } = app;
    await underWay(app, { in: hall });
    await app.ends();
    clock.pass(16 * minute);
    emulator.fail({ method: "POST", path: "/users/@me/channels", status: 500, times: 4 });
    await app.begins();
    const asked = () => calls(app, "POST /users/@me/channels").filter(({ status }) => status === 500).length;
    await expect.poll(asked, { timeout: 10_000 }).toBe(4);
    expect(await app.onRecord()).toBe(1);
    await app.ends();
    await app.begins();
    clock.pass(minute);
    await mia.waitsFor("I was restarted", { in: mia.dm });
    await expect.poll(() => app.onRecord()).toBe(0);
  });

  test("a person who takes no direct messages harms nobody after a restart", async () => {
    const app = await openFilms();
    const { mia, jun, hall, clock } = app;
    await underWay(app, { in: hall });
    await app.ends();
    clock.pass(16 * minute);
    mia.user.opensDms = false;
    await app.begins();
    await expect.poll(() => app.onRecord()).toBe(0);
    expect(app.emulator.calls.filter(({ status }) => status === 403)).toHaveLength(1);
    await jun.uses("/help");
    await jun.waitsFor("What I can do");
  });
});

describe("a message that was put away", () => {
  /** A file whose bytes come when they are let go, and whose message Mia has dismissed. */
  async function putAway(app: UploadApp): Promise<PromiseWithResolvers<void>> {
    const way = Promise.withResolvers<void>();
    app.pieces = async function* (name) {
      yield contentOf(name).subarray(0, 100);
      await way.promise;
      yield contentOf(name).subarray(100);
    };
    await get(app.mia, "film", { in: app.hall });
    const shown = await app.mia.waitsFor(offersCancel, { in: app.hall });
    await expect.poll(() => app.opened).toHaveLength(1);
    app.mia.dismisses(shown);
    return way;
  }

  test("a message that was dismissed is not missed when its file comes", async () => {
    const app = await openFilms();
    const way = await putAway(app);
    way.resolve();
    await expect.poll(() => calls(app, editing).filter(({ status }) => status === 404)).toHaveLength(1);
    expect(arrived(app)).toEqual([wholly("film.bin")]);
    await app.ends();
    expect(calls(app, "POST /users/@me/channels")).toEqual([]);
  });

  test("a message that was dismissed leaves nobody waiting for a file that does not come", async () => {
    const app = await openFilms();
    const { mia } = app;
    const way = await putAway(app);
    way.reject(new StorageError("unreachable"));
    const told = await mia.waitsFor(/cannot be reached just now/, { in: mia.dm });
    expect(arrived(app)).toEqual([]);
    app.pieces = whole;
    await mia.presses(/🔄/, { message: told });
    await expect.poll(() => read(app, told)).toContain("Sent in");
  });
});

describe("when the quarter of an hour of an interaction is over", () => {
  test.each([
    ["en-US", /Its turn did not come in time.*🔄/],
    ["zh-CN", /排队时间过长.*🔄/],
  ])(
    "a file still in the queue when its interaction ends has said so in its message before, in %s, and can be asked for again",
    async (locale, sentence) => {
      const app = await openFilms();
      const { mia, hall, clock } = app;
      const first = await underWay(app, { in: hall });
      mia.speaks(locale);
      await get(mia, "notes", { in: hall });
      const queued = await mia.waitsFor(/number 1 in the queue|排在第 1 位/, { in: hall });
      clock.pass(14.4 * minute);
      expect(read(app, queued)).toContain("✖️");
      clock.pass(0.2 * minute);
      await expect.poll(() => (clock.pass(0), read(app, queued))).toMatch(sentence);
      app.pieces = whole;
      await mia.presses(/🔄/, { message: queued });
      await expect.poll(() => read(app, queued)).toContain("✖️");
      await mia.presses(/✖️/, { message: first });
      await expect.poll(() => read(app, queued)).toMatch(/Sent in|已发送/);
      expect(arrived(app)).toEqual([wholly("notes.pdf")]);
    },
  );

  test("a file on its way is let go of while its message can still say so", async () => {
    const app = await openFilms();
    const { mia, hall, clock } = app;
    const first = await underWay(app, { in: hall });
    await get(mia, "notes", { in: hall });
    const second = await mia.waitsFor(/number 1 in the queue/, { in: hall });
    clock.pass(14.5 * minute - 300);
    await mia.presses(/✖️/, { message: first });
    await expect.poll(() => read(app, second), { timeout: 5000 }).toMatch(/waits for a file only so long.*🔄/);
    expect([app.opened, app.closed]).toEqual([["film.bin", "notes.pdf"], 2]);
  });

  test("the end of a file is told in a direct message when its interaction is over", async () => {
    const app = await openFilms();
    const { mia, hall, clock } = app;
    const shown = await underWay(app, { in: hall });
    clock.pass(16 * minute);
    await mia.presses(/✖️/, { message: shown });
    const told = await mia.waitsFor(/Cancelled\. The file was not sent/, { in: mia.dm });
    app.pieces = whole;
    await mia.presses(/🔄/, { message: told });
    await expect.poll(() => read(app, told)).toContain("Sent in");
  });

  test("the end of a file is told in a direct message as well though our clock says the interaction lives", async () => {
    const app = await openFilms();
    const { mia, hall, emulator } = app;
    const shown = await underWay(app, { in: hall });
    emulator.fail({ method: "PATCH", path: "/webhooks/", status: 401, code: 50_027 });
    await mia.presses(/✖️/, { message: shown });
    const told = await mia.waitsFor(/Cancelled\. The file was not sent/, { in: mia.dm });
    expect(read(app, told)).toContain("🔄");
    expect(calls(app, "POST /users/@me/channels")).toHaveLength(1);
  });
});

test.each([
  ["en-US", /The list holds 2 links/, "1 file was left out"],
  ["zh-CN", /2 个链接|2 条链接/, "1 个文件"],
])("a folder's links come as a file, in the format that was chosen, in %s", async (locale, ready, leftOut) => {
  const tree = shelf(file("b.mp4"), file("a.txt"), { name: "Deep", children: [file("c.mkv")] });
  const app = await openFilms({ tree, changes: { hasTickets: true } });
  const { mia } = app;
  mia.speaks(locale);
  await mia.presses(/🧾/);
  await mia.waitsFor((view) => JSON.stringify(view).includes("m3u8"));
  await mia.presses(/m3u8/);
  const shown = await mia.waitsFor(ready);
  expect(read(app, shown)).toContain(leftOut);
  const [list] = shown.attachments;
  expect(list?.name).toBe("links.m3u8");
  const text = list?.bytes?.toString() ?? "";
  expect(text.split("\n")[0]).toBe("#EXTM3U");
  expect(text).toMatch(/#EXTINF:-1,b\.mp4\nhttps:\/\/dl\.example\//);
  expect(text).toMatch(/#EXTINF:-1,Deep \/ c\.mkv\nhttps:/);
});

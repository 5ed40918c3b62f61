import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { Actor } from "../../emulators/telegram/people.ts";
import { uploadLimitOf, uploadName } from "../../src/telegram/upload.ts";
import {
  arrivedBy,
  contentOf,
  file,
  startUploadApp,
  sha,
  share,
  shelf,
  type UploadApp,
  type UploadAppOptions,
} from "./upload-app.ts";

const apps: UploadApp[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** Mia has opened the share. */
async function openFilms(options: UploadAppOptions): Promise<{ readonly app: UploadApp; readonly mia: Actor }> {
  const app = await startUploadApp(options);
  apps.push(app);
  const mia = app.telegram.person({ name: "Mia" });
  mia.sends(share);
  await mia.waitsFor("films");
  return { app, mia };
}

/** One piece, and then nothing until the file is let go. */
async function* halted(_name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(5000, "x");
  await sleep(60_000, undefined, { signal });
}

describe("a file arrives byte for byte", () => {
  test("a film goes by its card as a film, with its time, its picture and its whole name", async () => {
    const name = '海边 50% «a;b» "c".mp4';
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 1)]);
    const film = { ...file(name, { mimeType: "video/mp4", thumbnail: "https://img.example/1.jpg" }), duration: 61.4 };
    const { app, mia } = await openFilms({ tree: shelf(film), readPicture: async () => jpeg });
    await mia.waitsFor((message) => message.labels.some((label) => label.includes("📥")));
    await mia.presses("📥");
    await mia.waitsFor(/Sent in/);
    const [arrived] = arrivedBy(app, "sendVideo");
    expect(arrived).toEqual({ name, size: contentOf(name).length, sha256: sha(contentOf(name)) });
    const { parameters } = await app.telegram.called(({ method }) => method === "sendVideo");
    expect(parameters).toMatchObject({ caption: name, duration: "61", supports_streaming: "true" });
    expect(Object.values(parameters)).toContainEqual(expect.objectContaining({ sha256: sha(jpeg) }));
    expect(app.telegram.complaints).toEqual([]);
  });

  test("a file's name loses the marks that turn it around, above it and on it", async () => {
    const { app, mia } = await openFilms({ tree: shelf({ ...file("photo\u202Egpj.mp4"), mimeType: "video/mp4" }) });
    await mia.waitsFor((message) => message.labels.some((label) => label.includes("📥")));
    await mia.presses("📥");
    await mia.waitsFor(/Sent in/);
    const { parameters } = await app.telegram.called(({ method }) => method === "sendVideo");
    expect(parameters).toMatchObject({ caption: "photogpj.mp4" });
    expect(arrivedBy(app, "sendVideo")).toMatchObject([{ name: "photogpj.mp4" }]);
  });

  test.each([
    ["song.mp3", "sendAudio"],
    ["small.jpg", "sendPhoto"],
    ["moving.gif", "sendDocument"],
    ["notes.pdf", "sendDocument"],
    ["no extension", "sendDocument"],
    ["….tar.gz", "sendDocument"],
  ])("the file %s goes by %s", async (name, method) => {
    const { app, mia } = await openFilms({ tree: shelf(file(name), file("another.txt")) });
    mia.sends(`/get ${name}`);
    await mia.waitsFor(/Sent in/);
    expect(arrivedBy(app, method)).toEqual([{ name, size: contentOf(name).length, sha256: sha(contentOf(name)) }]);
  });

  test("a picture that is no small one goes as a file, and a film without a good picture without one", async () => {
    const size = 10 * 1024 * 1024 + 1;
    const film = file("film.mp4", { thumbnail: "https://img.example/1" });
    const { app, mia } = await openFilms({
      tree: shelf(file("large.png", { size }), film),
      readPicture: async () => Buffer.from("<html>"),
      async *pieces(name) {
        yield name === "large.png" ? Buffer.alloc(size) : contentOf(name);
      },
    });
    mia.sends("/get large");
    await mia.waitsFor(/Sent in/);
    expect(arrivedBy(app, "sendDocument")).toHaveLength(1);
    mia.sends("/get film");
    const { parameters } = await app.telegram.called(({ method }) => method === "sendVideo");
    expect(parameters["thumbnail"]).toBeUndefined();
  });

  test("a file in a topic of a group stays in its topic, and so does the message that shows it", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    const jun = app.telegram.person({ name: "Jun" });
    const group = app.telegram.group({ title: "Team", members: [jun, mia], forum: true });
    const topic = group.opensTopic("Films");
    mia.in(group, topic).sends("/get notes");
    await mia.in(group, topic).waitsFor(/Sent in/);
    const inTopic = mia.in(group, topic).messages.filter(({ byBot }) => byBot);
    expect(inTopic.some((message) => message.file?.name === "notes.pdf")).toBe(true);
  });

  test("a file asked for on a link that only one person sees comes for everybody, beside the link", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    const jun = app.telegram.person({ name: "Jun" });
    const group = app.telegram.group({ title: "Team", members: [jun, mia] });
    // Only then is a command in a group one that its sender alone sees.
    await app.telegram.called(
      ({ method, parameters }) => method === "setMyCommands" && JSON.stringify(parameters).includes("all_group_chats"),
    );
    mia.in(group).sends("/link notes");
    const link = await mia.in(group).waitsFor("Download link");
    expect(link.receiver).toBe(mia.person.user.id);
    await mia.in(group).presses("📥", { on: link });
    await jun.in(group).waitsFor(/Sent in/);
    expect(jun.in(group).messages.some((message) => message.file?.name === "notes.pdf")).toBe(true);
    expect(mia.in(group).messages.find((message) => message.stored === link.stored)?.text).toContain("Download link");
    expect(jun.in(group).messages.some((message) => message.text.includes("Download link"))).toBe(false);
    expect(app.telegram.complaints).toEqual([]);
  });

  test.each([
    ["with an answer", { status: 400, description: "Bad Request: wrong type of the web page content", unread: true }],
    // The answer is lost where bytes are still on their way when the connection ends.
    ["without an answer that arrives", { reset: true, times: 4 }],
  ])("a film that Telegram refuses before it has read it, %s, comes as a document", async (_how, fault) => {
    const pieces = async function* () {
      for (let n = 0; n < 200; n++) yield Buffer.alloc(64 * 1024, "x");
    };
    const film = { ...file("big.mp4"), size: 200 * 64 * 1024 };
    const { app, mia } = await openFilms({ tree: shelf(film, file("b.txt")), pieces });
    app.telegram.fail({ method: "sendVideo", ...fault });
    await mia.presses("big.mp4");
    await mia.presses("📥");
    await mia.waitsFor(/Sent in/);
    expect(arrivedBy(app, "sendDocument")).toHaveLength(1);
  });

  test.each(["a;b.mkv", "50%25.mkv", '"q".txt', "a\nb.txt", "../up.txt", "\ud800.txt", "   "])(
    "the name %j is sent so that nothing of it is lost or taken for something else",
    (name) => {
      const sent = uploadName(name);
      expect(sent).toMatch(/^[A-Za-z0-9\-_.!~*'()%]+$/);
      expect(decodeURIComponent(sent)).not.toMatch(/[\r\n]/);
    },
  );
});

describe("while it is on its way", () => {
  /** A film in quarters, each when it is let go. */
  const quarters = async () => {
    const steps: (() => void)[] = [];
    const quarter = contentOf("film.bin").length / 4;
    const { app, mia } = await openFilms({
      tree: shelf(file("film.bin"), file("b.txt")),
      async *pieces(name) {
        for (const at of [0, 1, 2, 3]) {
          yield contentOf(name).subarray(at * quarter, (at + 1) * quarter);
          await new Promise<void>((resolve) => steps.push(resolve));
        }
      },
    });
    mia.sends("/get film");
    const shown = await mia.waitsFor("film.bin");
    const edits = () => app.telegram.calls.filter(({ method }) => method === "editMessageText").length;
    /** Lets the time pass, then the next quarter come. */
    const step = async (n: number, ms: number) => {
      await expect.poll(() => steps.length).toBe(n);
      app.time += ms;
      steps[n - 1]?.();
    };
    return { app, mia, shown, edits, step };
  };

  test("a file on its way has its message changed every five seconds at most, with a bar, the speed and the time left", async () => {
    const { mia, shown, edits, step } = await quarters();
    await step(1, 4000);
    await step(2, 1500);
    await mia.waitsFor(/75\s?%/);
    expect(shown.text).toMatch(/[▓░]{10}/);
    expect(shown.text).toMatch(/kB\/s · 2 seconds left/);
    expect(shown.labels).toEqual([expect.stringContaining("✖️")]);
    expect(edits()).toBeLessThanOrEqual(1);
    await step(3, 500);
    await step(4, 0);
    await mia.waitsFor(/Sent in 6 seconds/);
    expect(shown.text).toMatch(/Sent in/);
    expect(shown.labels).toEqual([expect.stringContaining("🔗"), expect.stringContaining("⬆")]);
    await expect.poll(edits).toBe(2);
  });

  test("progress Telegram has no time to show is left out, and the end is shown when it has", async () => {
    const { app, mia, step } = await quarters();
    const tooMany = { status: 429, description: "Too Many Requests: retry after 11", parameters: { retry_after: 11 } };
    app.telegram.fail({ method: "editMessageText", ...tooMany });
    await step(1, 6000);
    await step(2, 6000);
    await step(3, 6000);
    const refused = () => app.telegram.calls.filter(({ method, ok }) => method === "editMessageText" && !ok).length;
    await expect.poll(refused).toBe(1);
    app.telegram.fail({ method: "editMessageText", ...tooMany, parameters: { retry_after: 1 }, times: 3 });
    await step(4, 0);
    await mia.waitsFor(/Sent in/, { timeout: 15_000 });
    expect(refused()).toBe(4);
  });

  test.each([
    ["a connection that breaks", { reset: true }],
    ["a page in front of Telegram", { status: 502, html: "<html>Bad Gateway</html>" }],
    ["a refusal of one screen", { status: 400, description: "Bad Request: something" }],
  ])("the trouble %s costs one edit and no more", async (_what, fault) => {
    const { app, mia, shown, step } = await quarters();
    app.telegram.fail({ method: "editMessageText", ...fault });
    await step(1, 6000);
    const failed = () => app.telegram.calls.filter(({ method, ok }) => method === "editMessageText" && !ok).length;
    await expect.poll(failed).toBe(1);
    await step(2, 8000);
    await mia.waitsFor(/75\s?%/);
    await step(3, 0);
    await step(4, 0);
    await mia.waitsFor(/Sent in/);
    expect(shown.text).toMatch(/Sent in/);
    expect(failed()).toBe(1);
  });

  test.each([{ reset: true }, { status: 502, html: "<html>Bad Gateway</html>" }])(
    "the last screen of a file is shown again until Telegram takes it: %o",
    async (fault) => {
      const { app, mia, shown, step } = await quarters();
      for (const n of [1, 2, 3]) await step(n, 0);
      app.telegram.fail({ method: "editMessageText", ...fault, times: 2 });
      await step(4, 0);
      await mia.waitsFor(/Sent in/, { timeout: 15_000 });
      expect(shown.labels).toEqual([expect.stringContaining("🔗"), expect.stringContaining("⬆")]);
    },
  );

  test("Cancel lets go of the drive within a second, and the chat gets nothing", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("film.mkv"), file("b.txt")), pieces: halted });
    mia.sends("/get film");
    await mia.waitsFor((message) => message.labels.some((label) => label.includes("✖️")));
    await expect.poll(() => app.opened).toEqual(["film.mkv"]);
    const since = performance.now();
    expect(await mia.presses("✖️")).toMatchObject({ text: expect.stringContaining("Cancelled") });
    await expect.poll(() => app.closed).toBe(1);
    expect(performance.now() - since).toBeLessThan(1000);
    const shown = await mia.waitsFor(/Cancelled\. The file was not sent/);
    expect(shown.labels).toEqual([
      expect.stringContaining("🔄"),
      expect.stringContaining("🔗"),
      expect.stringContaining("⬆"),
    ]);
    expect(arrivedBy(app, "sendVideo")).toEqual([]);
    expect(app.telegram.calls.filter(({ method }) => method === "answerCallbackQuery")).toHaveLength(1);
    expect(app.telegram.complaints).toEqual([]);
  });

  test("a person can do other things while a file is on its way", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("film.mkv"), file("b.txt")), pieces: halted });
    mia.sends("/get film");
    await expect.poll(() => app.opened).toHaveLength(1);
    mia.sends("/help");
    await mia.waitsFor("What I can do");
    mia.sends("/get b.txt");
    await mia.waitsFor(/number 1 in the queue/);
  });
});

describe("what Telegram refuses", () => {
  test("a file Telegram refuses for a while is sent once more, from the first byte", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    app.telegram.fail({
      method: "sendDocument",
      status: 429,
      description: "Too Many Requests: retry after 1",
      parameters: { retry_after: 1 },
    });
    mia.sends("/get notes");
    await mia.waitsFor(/Sent in/);
    expect(app.opened).toHaveLength(2);
    expect(arrivedBy(app, "sendDocument")[0]?.sha256).toBe(sha(contentOf("notes.pdf")));
  });

  test("a file whose connection Telegram cuts is sent once more, and twice is a sentence with a way on", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    app.telegram.fail({ method: "sendDocument", reset: true });
    mia.sends("/get notes");
    await mia.waitsFor(/Sent in/);
    app.telegram.fail({ method: "sendDocument", reset: true, times: 2 });
    mia.sends("/get notes");
    const sorry = await mia.waitsFor(/did not take the file/);
    expect(sorry.labels[0]).toContain("🔄");
    await mia.presses("🔄");
    await mia.waitsFor((message) => message.stored === sorry.stored && /Sent in/.test(message.text));
    expect(arrivedBy(app, "sendDocument")).toHaveLength(2);
  });

  test("a file Telegram refuses as a film or a photo is sent as a file", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("odd.png"), file("b.txt")) });
    app.telegram.fail({ method: "sendPhoto", status: 400, description: "Bad Request: PHOTO_INVALID_DIMENSIONS" });
    mia.sends("/get odd");
    await mia.waitsFor(/Sent in/);
    expect(arrivedBy(app, "sendDocument")[0]?.sha256).toBe(sha(contentOf("odd.png")));
  });

  test("a file Telegram refuses as larger than it was said to be offers the link", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    app.telegram.rules.uploadLimit = 1000;
    mia.sends("/get notes");
    const sorry = await mia.waitsFor(/too large to be sent here/);
    expect(sorry.labels).toEqual([expect.stringContaining("🔗"), expect.stringContaining("⬆")]);
    expect(app.opened).toHaveLength(1);
  });

  test("a file the bot may not send is said to be so", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("notes.pdf"), file("b.txt")) });
    app.telegram.fail({
      method: "sendDocument",
      status: 400,
      description: "Bad Request: not enough rights to send documents to the chat",
    });
    mia.sends("/get notes");
    await mia.waitsFor(/may not send files here/);
    expect(app.opened).toHaveLength(1);
  });

  test("a file too large for the place is never begun", async () => {
    const { app, mia } = await openFilms({ tree: shelf(file("iso.img", { size: 3 * 1024 ** 3 }), file("b.txt")) });
    mia.sends("/get iso");
    const sorry = await mia.waitsFor(/too large to be sent here/);
    expect(sorry.text).toContain("1.95 GB");
    expect(app.opened).toEqual([]);
    expect(uploadLimitOf("https://api.telegram.org")).toBeLessThan(50 * 1024 * 1024);
    expect(uploadLimitOf("https://api.telegram.org")).toBeGreaterThan(49 * 1024 * 1024);
  });
});

test("after a restart the file is brought without anybody asking again, once, and its message says so", async () => {
  const pieces = { now: halted as NonNullable<UploadAppOptions["pieces"]> };
  const { app, mia } = await openFilms({
    tree: shelf(file("film.bin"), file("b.txt")),
    pieces: (name, signal) => pieces.now(name, signal),
  });
  mia.sends("/get film");
  const shown = await mia.waitsFor((message) => message.labels.some((label) => label.includes("✖️")));
  await expect.poll(() => app.opened).toHaveLength(1);
  pieces.now = async function* (name) {
    yield contentOf(name);
  };
  const later = await app.restarts();
  apps.splice(0, 1, later);
  await mia.waitsFor(/Sent in/);
  expect(shown.text).toMatch(/Sent in/);
  expect(arrivedBy(later, "sendDocument").map(({ sha256 }) => sha256)).toEqual([sha(contentOf("film.bin"))]);
});

test.each([
  ["en", /I was restarted/],
  ["zh-hans", /我就重启了/],
])(
  "after a restart while Telegram had every byte, the message says so, in %s, and one press sends it",
  async (language, said) => {
    const { app, mia } = await openFilms({ tree: shelf(file("film.bin"), file("b.txt")) });
    mia.speaks(language);
    app.telegram.fail({ method: "sendDocument", delay: 60_000 });
    mia.sends("/get film");
    const shown = await mia.waitsFor((message) => message.labels.some((label) => label.includes("✖️")));
    await expect.poll(() => app.closed).toBe(1);
    const later = await app.restarts();
    apps.splice(0, 1, later);
    await mia.waitsFor(said);
    await mia.presses("🔄");
    await mia.waitsFor(/Sent in|已发送/);
    expect(shown.text).toMatch(/Sent in|已发送/);
  },
);

test("a folder's links come as a file, in the format that was chosen", async () => {
  const { app, mia } = await openFilms({
    tree: shelf(file("b.mp4"), file("a.txt"), { name: "Deep", children: [file("c.mkv")] }),
    changes: { hasTickets: true },
  });
  await mia.presses("🧾");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("m3u8")));
  await mia.presses("m3u8");
  const ready = await mia.waitsFor(/The list holds 2 links/);
  expect(ready.text).toContain("1 file was left out");
  const [list] = arrivedBy(app, "sendDocument");
  expect(list?.name).toBe("films.m3u8");
  const sent = mia.messages.findLast((message) => message.file?.name === "films.m3u8");
  const { file_id: id } = (sent?.stored.content["document"] ?? {}) as { readonly file_id?: string };
  const text = app.telegram.files.get(id ?? "").bytes?.toString() ?? "";
  expect(text.split("\n")[0]).toBe("#EXTM3U");
  expect(text).toMatch(/#EXTINF:-1,b\.mp4\nhttps:\/\/dl\.example\//);
  expect(text).toMatch(/#EXTINF:-1,Deep \/ c\.mkv\nhttps:/);
  await mia.presses("⬆");
  await mia.waitsFor(/3 entries/);
  expect(app.telegram.complaints).toEqual([]);
});

test.each([
  ["is not taken", { status: 400, description: "Bad Request: something" }],
  ["is lost on its way", { reset: true }],
])("a list that %s is said to be", async (_what, fault) => {
  const { app, mia } = await openFilms({ tree: shelf(file("b.mp4"), file("a.txt")), changes: { hasTickets: true } });
  app.telegram.fail({ method: "sendDocument", ...fault });
  await mia.presses("🧾");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("m3u8")));
  await mia.presses("m3u8");
  const sorry = await mia.waitsFor(/The list could not be sent/);
  expect(sorry.labels).toEqual([expect.stringContaining("⬆")]);
});

test("a list is sent once, though the message beside it had to be tried twice", async () => {
  const { app, mia } = await openFilms({ tree: shelf(file("b.mp4"), file("a.txt")), changes: { hasTickets: true } });
  await mia.presses("🧾");
  await mia.waitsFor((message) => message.labels.some((label) => label.includes("m3u8")));
  app.telegram.fail({ method: "sendDocument", delay: 300 });
  await mia.presses("m3u8");
  app.telegram.fail({ method: "editMessageText", reset: true });
  await mia.waitsFor(/The list holds 1 link/);
  expect(arrivedBy(app, "sendDocument")).toHaveLength(1);
  expect(app.telegram.calls.filter(({ method, ok }) => method === "editMessageText" && !ok)).toHaveLength(1);
});

test("a person is told something they did not ask for, and who cannot be reached harms nobody", async () => {
  const { app, mia } = await openFilms({ tree: shelf(file("a.txt"), file("b.txt")) });
  const word = { show: "notice", notice: "fallback", level: "info", subject: "My drive" } as const;
  expect(await app.bot.messenger.notify("telegram:1001", word, { language: "zh" })).toMatchObject({ is: "sent" });
  await mia.waitsFor("这个网盘的部分文");
  expect(await app.bot.messenger.notify("telegram:999999", word, { language: "en" })).toEqual({ is: "closed" });
  expect(await app.bot.messenger.notify("discord:5", word, { language: "en" })).toEqual({ is: "closed" });
  expect(app.telegram.complaints).toEqual([]);
});

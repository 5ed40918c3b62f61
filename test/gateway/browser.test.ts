import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { deriveKey } from "../../src/gateway/keys.ts";
import { createPages, type Pages } from "../../src/gateway/pages.ts";
import { type PageForm } from "../../src/gateway/page-form.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { answer, serve, startFileHost, type AskedOfHost, type Script } from "./file-host.ts";
import { fileOf, openHost, openTestApp, secretKey, type TestApp, type DriveFile } from "./test-app.ts";

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!program) process.stderr.write("tests in a browser are left out: no Chromium here\n");

const length = 60;
const srt = "1\n00:00:40,000 --> 00:00:50,000\nGood evening\n";

describe.runIf(program)("in Chromium", () => {
  let browser: Browser;
  let film: Buffer;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
    film = await makeFilm(browser);
  }, 60_000);
  afterAll(() => browser.close());

  /** A film with subtitles beside it and another version, on a host that is watched, behind a gateway. */
  async function watching(script: Script = serve(film), method: DriveFile["method"] = "redirect") {
    const host = await openHost(script);
    const words = await openHost(serve(Buffer.from(srt)));
    const told: string[] = [];
    const entry = fileOf("The film.webm", film.length);
    const subtitles = fileOf("The film.en.srt", srt.length);
    const app: TestApp = await openTestApp({
      look: async () => ({
        entry: { ...entry, variants: [{ id: "v720", name: "720P" }] },
        beside: [entry, subtitles] satisfies Entry[],
      }),
      onFallback: () => told.push("owner"),
    });
    app.place({ entry: subtitles, link: () => ({ kind: "url", url: `${words.url}/s` }) });
    const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/film` }), method }, "w", {
      folder: "",
    });
    return { app, host, words, told, url: app.url + path };
  }

  /** A page of its own, whose complaints and requests are noted. */
  async function visit(url: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const complaints: string[] = [];
    const requested: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requested.push(request.url()));
    await page.goto(url);
    return { page, complaints, requested, context };
  }

  test("a film plays, and after a jump shows that very second, from bytes asked for there", async () => {
    const { url, host } = await watching(serve(film), "proxy");
    const { page, complaints } = await visit(url);
    expect(await play(page)).toBeGreaterThan(0);
    const before = host.asked.length;
    expect(await jumpTo(page, 47.3)).toEqual(colourOf(47));
    expect(await jumpTo(page, 12.3)).toEqual(colourOf(12));
    const parts = host.asked.slice(before).map(({ range }) => range?.start ?? 0);
    expect(Math.max(...parts)).toBeGreaterThan(film.length / 2);
    expect(complaints).toEqual([]);
  });

  test("a film that is redirected comes from its host alone, with seeking", async () => {
    const { url, host, told } = await watching();
    const { page } = await visit(url);
    expect(await play(page)).toBeGreaterThan(0);
    await page.evaluate("player.currentTime = 50; new Promise((done) => (player.onseeked = done))");
    expect(host.asked.some(({ range }) => (range?.start ?? 0) > film.length / 2)).toBe(true);
    expect(host.asked.every(({ headers }) => !headers.has("referer") && !headers.has("cookie"))).toBe(true);
    expect(told).toEqual([]);
  });

  test("a film goes on through the gateway where the host turns the browser away", async () => {
    const onlyUs: Script = (asked, socket) =>
      isBrowser(asked) ? answer(socket, { status: 403 }) : serve(film)(asked, socket);
    const { url, host, told } = await watching(onlyUs);
    const { page } = await visit(url);
    await until(page, "player.readyState >= 1");
    expect(await play(page)).toBeGreaterThan(0);
    expect(host.asked.filter(isBrowser).length).toBeGreaterThan(0);
    // The next visitor of that link is led through the gateway at once.
    const before = host.asked.filter(isBrowser).length;
    await until((await visit(url)).page, "player.readyState >= 1");
    expect(host.asked.filter(isBrowser)).toHaveLength(before);
    expect(told).toEqual([]);
  });

  test("a film in a format this browser does not know is nobody's refusal", async () => {
    const { url, told, host } = await watching(serve(Buffer.from("no film at all".repeat(1000))));
    const { page } = await visit(url);
    // Tried at its host and through the gateway, and then no more.
    await until(page, "player.error?.code === 4 && player.src.includes('/p/')");
    expect(host.asked.length).toBeGreaterThan(1);
    expect(told).toEqual([]);
  });

  test("subtitles beside the film are offered and shown in their time", async () => {
    const { url } = await watching(serve(film), "proxy");
    const { page, complaints } = await visit(url);
    await jumpTo(page, 45);
    await until(page, "player.textTracks[0].activeCues?.length === 1");
    const shown = await page.evaluate("[player.textTracks[0].language, player.textTracks[0].activeCues[0].text]");
    expect(shown).toEqual(["en", "Good evening"]);
    expect(complaints).toEqual([]);
  });

  test("the watch page asks nothing of anybody but the gateway and the film's host", async () => {
    const { url, app, host } = await watching();
    const { page, requested } = await visit(url);
    await play(page);
    const origins = new Set(requested.map((address) => new URL(address).origin));
    expect([...origins].toSorted()).toEqual([app.url, host.url].toSorted());
  });

  test.each([360, 1280])(
    "the watch page sticks out nowhere at %i pixels, in the light and in the dark, in both languages",
    async (width) => {
      const { url } = await watching();
      const seen = new Set<unknown>();
      for (const colorScheme of ["light", "dark"] as const) {
        for (const locale of ["en-GB", "zh-CN"]) {
          const { page, complaints } = await visit(url, { viewport: { width, height: 800 }, colorScheme, locale });
          expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
          expect(await page.evaluate("document.documentElement.lang")).toBe(locale.slice(0, 2));
          expect(await page.evaluate(contrast)).toBeGreaterThan(4.5);
          seen.add(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"));
          expect(complaints).toEqual([]);
        }
      }
      expect(seen.size).toBe(2);
    },
  );

  test("the end of a link is told in the zone of who reads it, and in UTC where there are no scripts", async () => {
    const { url } = await watching();
    const told = async (options: BrowserContextOptions) => {
      const { page, complaints } = await visit(url, { locale: "en-GB", ...options });
      expect(complaints).toEqual([]);
      const time = page.locator("time");
      return { shown: (await time.textContent()) ?? "", at: (await time.getAttribute("datetime")) ?? "" };
    };
    const plain = await told({ javaScriptEnabled: false });
    expect(plain.shown).toMatch(/ UTC$/);
    const { shown, at } = await told({ timezoneId: "Asia/Shanghai" });
    const inShanghai = { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" } as const;
    expect(at).toBe(plain.at);
    expect(shown).toBe(new Intl.DateTimeFormat("en", inShanghai).format(new Date(at)));
  });

  test("a command is copied with one press", async () => {
    const { url, app } = await watching();
    const { page, context } = await visit(url);
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page
      .getByRole("button", { name: app.words.in("en")("watch-copy") })
      .first()
      .click();
    await page.getByRole("button", { name: app.words.in("en")("watch-copied") }).waitFor();
    expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/^curl -L -C - -o 'The film\.webm' 'http/);
  });

  test("another version of a film begins at the place of the one before", async () => {
    const { url } = await watching(serve(film), "proxy");
    const { page } = await visit(url);
    await jumpTo(page, 33);
    await page.getByRole("link", { name: "720P" }).click();
    await page.waitForURL(/#t=33$/);
    await until(page, "player.readyState >= 1");
    expect(await page.evaluate("player.currentTime")).toBeGreaterThanOrEqual(33);
  });

  test("the one-time page works without scripts, looks as it should, and is used up", async () => {
    const { app, pages, given } = await signInApp();
    const { url } = await pages.open({ person: { id: "discord:1", name: "Jun" }, language: "en" }, signIn);
    const { page, complaints } = await visit(url, { javaScriptEnabled: false, viewport: { width: 360, height: 700 } });
    const say = app.words.in("en");
    await page.getByLabel(say("field-pikpak-username")).fill("jun@example.com");
    await page.getByRole("button", { name: say("page-send") }).click();
    await page.getByLabel(say("field-pikpak-password")).fill("hunter2");
    await page.getByRole("button", { name: say("page-send") }).click();
    await page.getByRole("heading", { name: say("page-done-title") }).waitFor();
    expect(given).toEqual([{ username: "jun@example.com", password: "hunter2" }]);
    expect((await page.goto(url))?.status()).toBe(410);
    expect(complaints.filter((text) => !/status of 4(10|22)/.test(text))).toEqual([]);
  });
});

function isBrowser({ headers }: AskedOfHost): boolean {
  return headers.has("sec-fetch-dest") || headers.get("accept-encoding")?.includes("identity;q=1") === true;
}

async function makeFilm(browser: Browser): Promise<Buffer> {
  const page = await browser.newPage();
  const studio = await startFileHost((_asked, socket) =>
    answer(socket, { headers: { "content-type": "text/html" }, body: "<title>Studio</title>" }),
  );
  try {
    // WebCodecs are there for pages of a secure origin alone; this machine is one.
    await page.goto(studio.url);
    await page.addScriptTag({ content: readFileSync(join(import.meta.dirname, "webm.js"), "utf8") });
    return Buffer.from(String(await page.evaluate(`makeWebm(${length})`)), "base64");
  } finally {
    await page.close();
    await studio.close();
  }
}

/** Waits until an expression is true there. Playwright's own way evaluates in the page, which its policy rightly forbids. */
async function until(page: Page, expression: string): Promise<void> {
  await expect.poll(() => page.evaluate(expression), { timeout: 10_000, interval: 30 }).toBe(true);
}

/** Plays for a moment; gives the place it came to. */
async function play(page: Page): Promise<number> {
  await page.evaluate("(player.muted = true, player.play())");
  await until(page, "player.currentTime > 0.3");
  return Number(await page.evaluate("(player.pause(), player.currentTime)"));
}

/** Jumps; gives the colour that is shown then. */
async function jumpTo(page: Page, second: number): Promise<number[]> {
  await until(page, "player.readyState >= 1");
  await page.evaluate(`new Promise((done) => { player.onseeked = done; player.currentTime = ${second}; })`);
  await until(page, "player.readyState >= 2");
  const seen = await page.evaluate(`(() => {
    const canvas = new OffscreenCanvas(320, 180);
    const paint = canvas.getContext("2d");
    paint.drawImage(player, 0, 0);
    return [...paint.getImageData(160, 30, 1, 1).data.slice(0, 3)];
  })()`);
  // Colours come through the codec a little changed.
  return (seen as number[]).map((value) => Math.round(value / 60) * 60);
}

function colourOf(second: number): number[] {
  return [(second % 5) * 60, (Math.floor(second / 5) % 5) * 60, (Math.floor(second / 25) % 5) * 60];
}

/** The least contrast of any text of the page against what is behind it (WCAG wants 4.5). */
const contrast = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("main *")].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
  return Math.min(...texts.map((element) => {
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }));
})()`;

const signIn: PageForm = {
  form: { id: "sign-in", kind: "pikpak" },
  fields: [
    { name: "username", kind: "text", required: true, maxLength: 100 },
    { name: "password", kind: "secret", required: true, instead: "refreshToken", maxLength: 100 },
    { name: "refreshToken", kind: "secret", required: false, aside: true, maxLength: 100 },
  ],
  values: {},
};

async function signInApp() {
  const kept = new Map<string, unknown>();
  const given: unknown[] = [];
  const app = await openTestApp({
    pages: { answer: (...asked) => pages.answer(...asked) },
  });
  const pages: Pages = createPages({
    store: {
      get: async (name) => kept.get(name),
      set: async (name, value) => kept.set(name, value),
      delete: async (name) => kept.delete(name),
    },
    words: app.words,
    key: deriveKey(secretKey, "pages"),
    now: Date.now,
    random: (bytes) => new Uint8Array(bytes).fill(5),
    address: () => app.url,
    submit: async (_page, values) => {
      given.push(values);
      return { came: "done" };
    },
  });
  return { app, pages, given };
}

import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { asciiName, fileName, shortFileName } from "../../src/gateway/file-name.ts";
import { proxyUrl } from "../../src/gateway/proxy-url.ts";
import { startDownloadProxy } from "./download-proxy.ts";
import { answer, type Script } from "./file-host.ts";
import { fileOf, mia, openHost, openTestApp } from "./test-app.ts";

const run = promisify(execFile);
const browserProgram = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

/** Names as drives have them, and what each is a case of. */
const names = {
  "plain ASCII": "film.2024.mkv",
  "blanks and quotes": `it's "a" film, part 1.mkv`,
  Chinese: "第01集 大结局.mp4",
  accents: "Café déjà vu.mp3",
  "an emoji": "holiday 🏖️ day.jpg",
  "a great length": `${"很长的名字".repeat(40)}.mkv`,
  "a turn of direction": "invoice\u202Efdp.exe",
} as const;

/** A program that saves what is behind an address; gives the name it saved it by. */
interface Downloader {
  readonly isThere: boolean;
  save(url: string): Promise<string>;
}

let browser: Browser | undefined;

const downloaders: Readonly<Record<string, Downloader>> = {
  Chromium: { isThere: browserProgram !== undefined, save: saveInBrowser },
  aria2c: program("aria2c", (url) => ["-q", url]),
  wget: program("wget", (url) => ["-q", "--content-disposition", url]),
  curl: program("curl", (url) => ["-sSL", "-OJ", url]),
};

for (const [name, { isThere }] of Object.entries(downloaders)) {
  if (!isThere) process.stderr.write(`names that ${name} saves are left out: no ${name} here\n`);
}

beforeAll(async () => {
  if (browserProgram) browser = await chromium.launch({ executablePath: browserProgram, args: ["--no-sandbox"] });
}, 60_000);
afterAll(() => browser?.close());

describe.each(Object.entries(downloaders))("%s", (tool, { isThere, save }) => {
  describe.runIf(isThere).each(Object.entries(names))("given a name of %s", (_kind, name) => {
    test("a downloader saves the file by its name from the address that says names", async () => {
      const { through } = await offered(name);
      expect(await save(through)).toEqual(expected(tool, name));
    });

    test("a downloader saves the file by its name from the usual address where names are always wanted", async () => {
      const { usual } = await offered(name, "always");
      expect(await save(usual)).toEqual(expected(tool, name));
    });
  });

  test.runIf(isThere)(
    "a downloader saves its own idea of a name from a download proxy, which says no name either",
    async () => {
      const { proxied } = await offered(names.Chinese);
      const saved: unknown = {
        Chromium: names.Chinese,
        aria2c: names.Chinese,
        wget: expect.stringMatching(new RegExp(`^${names.Chinese}\\?sign=`)),
        curl: encodeURIComponent(names.Chinese),
      }[tool];
      expect(await save(proxied)).toEqual(saved);
    },
  );

  // What the other address is there for.
  test.runIf(isThere)(
    "a downloader saves its own idea of a name behind a redirect to a host that does not say it",
    async () => {
      const { usual } = await offered(names.Chinese);
      const saved = {
        Chromium: "download",
        aria2c: "index.html",
        wget: "index.html?fid=abc&sign=def",
        curl: encodeURIComponent(names.Chinese),
      }[tool];
      expect(await save(usual)).toBe(saved);
    },
  );
});

const beginning: unknown = expect.stringMatching(/^(很长的名字)+/);

/** What a program makes of a name that is said in both forms. */
function expected(tool: string, name: string): unknown {
  switch (tool) {
    case "curl":
      // It knows `filename=` alone.
      return asciiName(name);
    case "wget":
      // Of a name that has more than 236 bytes while it is encoded it keeps the beginning.
      return encodeURIComponent(fileName(name)).length > 236 ? beginning : fileName(name);
    case "Chromium":
      return fileName(name).replaceAll('"', "_");
    default:
      return shortFileName(name);
  }
}

const typed: Script = (_asked, socket) =>
  answer(socket, { headers: { "content-type": "application/octet-stream" }, body: "bytes of a file" });

/** A file on a host like PikPak's, which says no name, and its addresses. */
async function offered(name: string, namedDownloads: "offer" | "always" = "offer") {
  const host = await openHost(typed);
  const url = `${host.url}/download/?fid=abc&sign=def`;
  const token = "shared-with-the-proxy";
  const downloadProxy = { url: "http://unused", token };
  const app = await openTestApp({ namedDownloads, downloadProxy, linkByPath: async () => ({ kind: "url", url }) });
  const proxy = await startDownloadProxy({ address: app.url, token });
  const entry = fileOf(name, 15);
  const usual = app.url + app.place({ entry, link: () => ({ kind: "url", url }) }, "d");
  const target = { mount: "m1", entry: entry.id, person: mia, takenBack: 0 };
  return {
    usual,
    through: usual.replace("/d/", "/p/"),
    proxied: proxyUrl(target, { url: proxy.url, token, name, expiresAt: Date.now() + 60_000 }),
  };
}

async function saveInBrowser(url: string): Promise<string> {
  const page = await browser?.newPage();
  if (!page) throw new Error("no browser");
  try {
    const downloading = page.waitForEvent("download");
    // A navigation that turns into a download is none.
    await page.goto(url).catch(() => undefined);
    const download = await downloading;
    await download.delete();
    return download.suggestedFilename();
  } finally {
    await page.close();
  }
}

function program(name: string, argumentsFor: (url: string) => string[]): Downloader {
  const path = (process.env["PATH"] ?? "").split(":").map((folder) => join(folder, name));
  return {
    isThere: path.some(existsSync),
    async save(url) {
      const home = mkdtempSync(join(tmpdir(), "chatdrive-names-"));
      onTestFinished(() => rmSync(home, { recursive: true, force: true }));
      await run(name, argumentsFor(url), { cwd: home, env: { ...process.env, LC_ALL: "C.UTF-8", HOME: home } });
      return readdirSync(home).join(", ");
    },
  };
}

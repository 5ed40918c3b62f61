import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Entry } from "../../src/storage/entry.ts";
import type { Look } from "../../src/gateway/watch.ts";
import { answer, serve } from "./file-host.ts";
import { ask, browser, fileOf, openHost, openTestApp } from "./test-app.ts";

const words = "1\n00:00:01,000 --> 00:00:02,000\nHello\n";

/** The watch page of a file of that name. */
async function watching(name: string, look: Partial<Look> & { readonly details?: Partial<Look["entry"]> } = {}) {
  const entry = fileOf(name, 26);
  const app = await openTestApp({
    look: async () => ({ entry: { ...entry, ...look.details }, beside: look.beside ?? [] }),
  });
  const host = await openHost(serve(Buffer.from(words)));
  for (const beside of look.beside ?? [])
    app.place({ entry: beside, link: () => ({ kind: "url", url: `${host.url}/s` }) });
  const path = app.place({ entry, link: () => ({ kind: "url", url: `${host.url}/f` }) }, "w", { folder: "" });
  const page = await app.ask(path, { headers: browser });
  return { app, host, path, page, entry };
}

function unescape(text: string): string {
  return text
    .replaceAll("&#39;", "'")
    .replaceAll("&quot;", '"')
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

test("the watch page lets nothing in but its own script and style, the film and its subtitles", async () => {
  const { page } = await watching("film.mkv");
  const policy = String(page.headers["content-security-policy"]).split("; ");
  const nonce = /nonce-[^']+/.exec(policy.join(" "))?.[0];
  expect(policy).toEqual([
    "default-src 'none'",
    `style-src '${nonce}'`,
    `script-src '${nonce}'`,
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "media-src 'self' https: http:",
    "connect-src 'self'",
  ]);
  expect(page.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  expect(page.text.match(/<(?:script|style)\b[^>]*>/g)).toEqual([
    `<style nonce="${nonce?.slice(6)}">`,
    `<script nonce="${nonce?.slice(6)}">`,
  ]);
});

test("the watch page opens the film in the players people have", async () => {
  const { page, app } = await watching("film.mkv");
  const hrefs = [...page.text.matchAll(/<a class="button quiet" href="([^"]+)"/g)].map(([, href = ""]) =>
    unescape(href),
  );
  const schemes = ["vlc://", "mpv://", "potplayer://", "iina://weblink?url=", "infuse://x-callback-url/play?url="];
  expect(hrefs).toHaveLength(schemes.length);
  for (const [index, scheme] of schemes.entries()) {
    const href = hrefs[index] ?? "";
    expect(href.startsWith(scheme)).toBe(true);
    const address = href.slice(scheme.length);
    const url = address.startsWith("http:") ? address : decodeURIComponent(address);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/d\/[\w-]+\/film\.mkv$/);
    expect((await ask(url)).status).toBe(302);
  }
  expect(app.words.in("en")("watch-open-in")).not.toBe("");
});

test.each(["film.mkv", 'it\'s $(touch x) `y` "z".mkv', "-rf", "..", "a/b\\c", "电影 1.mkv"])(
  "the commands of a file called %j are one command each, and write to this folder",
  async (name) => {
    const { page } = await watching(name);
    const lines = [...page.text.matchAll(/<code>([^<]*)<\/code\s*>/g)].map(([, line = ""]) => unescape(line));
    expect(lines.map((line) => line.split(" ")[0])).toEqual(["curl", "wget", "aria2c"]);
    for (const line of lines) {
      const split = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" }).split("\0");
      const file = split[split.findIndex((word) => /^-o$/i.test(word)) + 1] ?? "";
      expect(file).not.toMatch(/^-|^\.{0,2}$|\//);
      expect(split.at(-2)).toMatch(/^http:\/\/127/);
    }
  },
);

test("no name is markup on the watch page", async () => {
  const { page } = await watching(`"><img src=x onerror=alert(1)><script>.mkv`, {
    details: { variants: [{ id: "v", name: "<b>720</b>" }] },
  });
  expect(page.text).not.toMatch(/<img|<b>|<script>/);
});

test("the watch page tells films, music, and what is neither", async () => {
  expect((await watching("a.mp4")).page.text).toContain("<video");
  expect((await watching("a.flac")).page.text).toContain("<audio");
  const { page, app } = await watching("a.zip");
  expect(page.text).not.toMatch(/<video|<audio/);
  expect(page.text).toContain(app.words.in("en")("watch-no-media"));
});

test("the watch page of each version is one of its own, and the present one is marked", async () => {
  const { page, app, path, entry } = await watching("a.mkv", {
    details: { variants: [{ id: "v720", name: "720P" }] },
  });
  const [original, smaller] = [...page.text.matchAll(/rendition" href="([^"]+)"( +aria-current="true")?/g)];
  expect([Boolean(original?.[2]), Boolean(smaller?.[2])]).toEqual([true, false]);
  const url = new URL(smaller?.[1] ?? "", app.url + path);
  const reading = app.tickets.read(url.pathname.split("/")[2] ?? "");
  expect(reading).toMatchObject({ ok: true, ticket: { entry: entry.id, variant: "v720", folder: "" } });
  expect((await ask(url.href)).status).toBe(200);
});

describe("subtitles", () => {
  const beside: Entry[] = [fileOf("film.en.srt", words.length), fileOf("other.srt", words.length)];

  test("subtitles found beside the film are tracks of it, and come as WebVTT", async () => {
    const { page, app, path } = await watching("film.mkv", { beside });
    const tracks = [...page.text.matchAll(/<track[^>]*src="([^"]+)"[^>]*srclang="en"/gs)];
    expect(tracks).toHaveLength(1);
    const url = new URL(tracks[0]?.[1] ?? "", app.url + path).href;
    const track = await ask(url);
    expect(track.headers["content-type"]).toBe("text/vtt; charset=utf-8");
    expect(track.text).toContain("00:00:01.000 --> 00:00:02.000\nHello");
  });

  test("subtitles are read from subtitle files alone, and from none that is too large", async () => {
    const { app, path } = await watching("film.mkv", { beside });
    expect((await app.ask(path.replace(/\/[^/]*$/, "/subtitles.vtt"))).status).toBe(404);
    const large = await openHost((_asked, socket) => answer(socket, { body: Buffer.alloc(9 * 1024 * 1024) }));
    const entry = fileOf("large.srt", 9 * 1024 * 1024);
    const ticket = app.place({ entry, link: () => ({ kind: "url", url: `${large.url}/s` }) }, "w").split("/")[2] ?? "";
    expect((await app.ask(`/w/${ticket}/subtitles.vtt`)).status).toBe(502);
  });
});

test("a folder has no watch page, and an app without a look at the drive has none at all", async () => {
  const { page } = await watching("folder", { details: { kind: "folder" } });
  expect(page.status).toBe(404);
  const app = await openTestApp();
  expect((await app.ask(app.place({ entry: fileOf("a.mkv", 1), link: () => ({ kind: "empty" }) }, "w"))).status).toBe(
    404,
  );
});

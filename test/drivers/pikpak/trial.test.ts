import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openProbe } from "../../../src/app/probe.ts";
import type { Driver } from "../../../src/storage/driver.ts";
import { lend } from "../context.ts";
import { kindNamed, kindsOf, startService, type Service } from "./service.ts";

const info = "/drive/v1/share/file_info";
const size = 1000;

let at: Service;
let host: FileHost;
const opened: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  at = await startService();
  host = await fileHost();
});
afterEach(async () => {
  for (const close of opened.splice(0)) await close();
  await host.close();
  await at.close();
});

interface FileHost {
  readonly url: string;
  /** What was asked for: the range, and where the asker said to come from. */
  readonly asked: { readonly range: string; readonly referer: string }[];
  /** Bytes it gives of a file. */
  gives: number;
  wantsReferer: boolean;
  /** Takes the request and never answers. */
  hangs: boolean;
  /** Answers with this and nothing else. */
  status: number | undefined;
  close(): Promise<void>;
}

/** A host of signed addresses as the protocol notes have it (§9.7): it may stop in the middle, and look at the Referer. */
async function fileHost(): Promise<FileHost> {
  const server = createServer((request, response) => answer(it, request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const it: FileHost = {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/download/`,
    asked: [],
    gives: size,
    wantsReferer: false,
    hangs: false,
    status: undefined,
    close: () => closed(server),
  };
  return it;
}

function answer(it: FileHost, { headers }: IncomingMessage, response: ServerResponse): void {
  const { range = "", referer = "" } = headers;
  it.asked.push({ range, referer });
  if (it.hangs) return;
  if (it.status !== undefined) return void response.writeHead(it.status).end();
  if (it.wantsReferer && !/^https:\/\/([a-z-]+\.)*mypikpak\.com\//.test(referer))
    return void response.writeHead(403).end();
  const from = Number(/^bytes=(\d+)-/.exec(range)?.[1] ?? 0);
  if (from >= it.gives) return void response.writeHead(416, { "content-range": `bytes */${size}` }).end();
  response.writeHead(206, { "content-range": `bytes ${from}-${from}/${size}`, "content-length": 1 }).end("x");
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}

/** A share's driver whose files are on the host; `reach` is what the way there lets through. */
function share(reach: "anywhere" | "public" = "anywhere"): Driver {
  const folder = at.pikpak.build.folder(at.mia, undefined, "Films");
  const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [folder] });
  const { probe, close } = openProbe(reach);
  const context = { ...lend(), now: at.context.now, probe };
  const driver = kindNamed(kindsOf(at.pikpak), "pikpak-share").open({ link: `https://mypikpak.com/s/${id}` }, context);
  opened.push(close, async () => driver.close?.());
  return driver;
}

function nextFile({ bytes = size, expire = 0 }: { bytes?: number; expire?: number } = {}): void {
  const url = `${host.url}?fid=A${expire > 0 ? `&expire=${expire}` : ""}`;
  const medias = [{ media_id: "", media_name: "Original", is_origin: true, is_visible: true, link: { url } }];
  const file = { kind: "drive#file", id: "VO1", name: "f.mkv", size: String(bytes), medias };
  at.pikpak.fail({ path: info, status: 200, body: JSON.stringify({ share_status: "OK", file_info: file }) });
}

test("a share's file that can be had to its last byte is told to be whole, and wants no headers", async () => {
  nextFile();
  const link = await share().link("VO1");
  expect(link).toMatchObject({ kind: "url", extent: "whole" });
  expect("headers" in link).toBe(false);
  expect(host.asked).toEqual([{ range: "bytes=999-999", referer: "" }]);
});

test("a share's file of which only the first part can be had is told to be so with its link", async () => {
  host.gives = 550;
  nextFile();
  expect(await share().link("VO1")).toMatchObject({ kind: "url", extent: "first-part", size });
});

test("a share's link that wants to be come to from PikPak's own pages carries the header for that", async () => {
  host.wantsReferer = true;
  host.gives = 550;
  nextFile();
  expect(await share().link("VO1")).toMatchObject({
    extent: "first-part",
    headers: { referer: expect.stringMatching(/^https:\/\/mypikpak\.com\//) },
  });
  expect(host.asked.map(({ referer }) => referer !== "")).toEqual([false, true]);
});

test("a rendition's link carries the header it wants, and says nothing of its extent, for its length is not known", async () => {
  host.wantsReferer = true;
  const medias = [{ media_id: "M7", media_name: "720P", is_origin: false, link: { url: `${host.url}?fid=T` } }];
  const file = { kind: "drive#file", id: "VO1", name: "f.mkv", size: String(size), medias };
  at.pikpak.fail({ path: info, status: 200, body: JSON.stringify({ share_status: "OK", file_info: file }) });
  const link = await share().link("VO1", { prefer: "M7" });
  expect(link).toMatchObject({ headers: { referer: "https://mypikpak.com/" } });
  expect("extent" in link).toBe(false);
  expect(host.asked.map(({ range }) => range)).toEqual(["bytes=0-0", "bytes=0-0"]);
});

test("an address is tried out once a file, whichever link it is", async () => {
  const driver = share();
  nextFile();
  await driver.link("VO1");
  nextFile();
  expect(await driver.link("VO1")).toMatchObject({ extent: "whole" });
  expect(host.asked).toHaveLength(1);
});

test.each([403, 429, 500, 503])(
  "a file host that answers %i to everything leaves it open, and is asked again with the next link",
  async (status) => {
    const driver = share();
    host.status = status;
    nextFile();
    const link = await driver.link("VO1");
    expect(link).toMatchObject({ kind: "url" });
    expect("extent" in link || "headers" in link).toBe(false);
    host.status = undefined;
    nextFile();
    expect(await driver.link("VO1")).toMatchObject({ extent: "whole" });
  },
);

test("a file host that never answers costs five seconds and no link", async () => {
  host.hangs = true;
  nextFile();
  const driver = share();
  const began = performance.now();
  expect(await driver.link("VO1")).toMatchObject({ kind: "url" });
  expect(performance.now() - began).toBeLessThan(7000);
}, 10_000);

test("whoever gives up while an address is tried out is let go at once", async () => {
  host.hangs = true;
  nextFile();
  const leaving = new AbortController();
  const asking = share().link("VO1", { signal: leaving.signal });
  await expect.poll(() => host.asked.length).toBe(1);
  leaving.abort(new Error("enough"));
  await expect(asking).rejects.toThrow("enough");
});

test("an address inside a network that must not be reached is not asked", async () => {
  nextFile();
  const link = await share("public").link("VO1");
  expect(link.kind).toBe("url");
  expect(host.asked).toEqual([]);
});

test("a share's link counts as living one hour at the most, whatever its address says", async () => {
  const inSixteenHours = Math.floor(at.context.now() / 1000) + 16 * 3600;
  nextFile({ expire: inSixteenHours });
  const link = await share().link("VO1");
  if (link.kind !== "url") throw new Error("no address");
  expect(link.expiresAt).toBeLessThanOrEqual(at.context.now() + 3_600_000);
  expect(link.expiresAt).toBeGreaterThan(at.context.now() + 3_500_000);
});

test("a share's link without a stated end counts as living one hour", async () => {
  nextFile();
  expect(await share().link("VO1")).toMatchObject({ expiresAt: expect.toSatisfy((end) => end > at.context.now()) });
});

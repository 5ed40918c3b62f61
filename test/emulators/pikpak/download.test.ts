import { request } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/node.ts";
import { rawClient, type RawClient } from "./client.ts";

let at: RawClient;
let file: Node;
let url: string;
beforeEach(async () => {
  at = await rawClient();
  file = at.pikpak.build.file(at.mia, undefined, { name: "数字.txt", bytes: Buffer.from("0123456789") });
  url = await linkTo(file);
});
afterEach(() => at.pikpak.close());

async function linkTo(node: Node): Promise<string> {
  const { body } = await at.drive("GET", `/drive/v1/files/${node.id}`);
  return String(body["web_content_link"]);
}

const get = (headers: Record<string, string> = {}, to = url) => at.send("GET", to, { headers });

describe("a signed address", () => {
  test("a signed address says what it is for", () => {
    const { pathname, searchParams } = new URL(url);
    expect(pathname).toBe("/download/");
    expect(Object.fromEntries(searchParams)).toMatchObject({
      fileid: file.id,
      g: file.gcid,
      f: "10",
      userid: at.mia.userId,
      expire: String(Math.floor((at.now() + 16 * 3_600_000) / 1000)),
      sign: expect.stringMatching(/^[0-9A-F]{32}$/),
      category: "original",
    });
  });

  test("the file host serves without credentials, with ranges, and names no file unless the rule says so", async () => {
    const whole = await get();
    expect(whole).toMatchObject({
      status: 200,
      text: "0123456789",
      headers: { "accept-ranges": "bytes", "content-type": "application/octet-stream", "content-length": "10" },
    });
    expect(whole.headers["content-disposition"]).toBeUndefined();
    expect((await get({ accept: "*/*" })).status).toBe(200);
    at.pikpak.rules.disposition = true;
    expect((await get()).headers["content-disposition"]).toContain(encodeURIComponent("数字.txt"));
  });

  test.each([
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-2", 206, "89", "bytes 8-9/10"],
    ["bytes=5-99", 206, "56789", "bytes 5-9/10"],
    ["bytes=10-", 416, "", "bytes */10"],
    ["bytes=0-1,3-4", 200, "0123456789", undefined],
    ["lines=1-2", 200, "0123456789", undefined],
  ])("the file host answers the range %s with %i", async (range, status, text, contentRange) => {
    const answer = await get({ range });
    expect(answer).toMatchObject({ status, text });
    expect(answer.headers["content-range"]).toBe(contentRange);
  });

  test("a signed address is refused with an empty body when it is over, altered or bound to somebody else", async () => {
    const refused = { status: 403, text: "" };
    expect(await get({}, url.replace(`fileid=${file.id}`, "fileid=VOother"))).toMatchObject(refused);
    expect(await get({}, url.replace("f=10", "f=11"))).toMatchObject(refused);
    at.pikpak.rules.refuse = true;
    expect(await get()).toMatchObject(refused);
    at.pikpak.rules.refuse = false;
    at.advance(16 * 3_600_000 + 1000);
    expect(await get()).toMatchObject(refused);
  });

  test("the file host refuses to send JSON, and notes credentials", async () => {
    expect((await get({ accept: "application/json" })).status).toBe(406);
    expect(at.pikpak.complaints).toEqual([]);
    await get({ authorization: "Bearer x" });
    await get({ cookie: "a=b" });
    expect(at.pikpak.complaints).toHaveLength(2);
    expect((await at.send("POST", url)).status).toBe(405);
  });

  test("a signed address takes eight connections; the ninth is answered 503, until one of them ends", async () => {
    const big = at.pikpak.build.file(at.mia, undefined, { name: "big", size: 64 * 1_048_576 });
    const to = await linkTo(big);
    const open = await Promise.all(Array.from({ length: 8 }, () => request(to)));
    expect((await get({}, to)).status).toBe(503);
    // Each rendition and file has its own eight.
    expect((await get()).status).toBe(200);
    open[0]?.body.destroy();
    await expect.poll(async () => (await get({ range: "bytes=0-0" }, to)).status).toBe(206);
    for (const { body } of open) body.destroy();
  });

  test("a file that nobody stored has the same bytes at any offset", async () => {
    const huge = at.pikpak.build.file(at.mia, undefined, { name: "huge", size: 3 * 1024 ** 4 });
    const to = await linkTo(huge);
    const bytesAt = async (range: string) =>
      Buffer.from(await (await request(to, { headers: { range: `bytes=${range}` } })).body.arrayBuffer());
    const start = 2 * 1024 ** 4 + 1_048_570;
    const piece = await bytesAt(`${start}-${start + 99}`);
    expect(piece).toHaveLength(100);
    expect(await bytesAt(`${start + 40}-${start + 99}`)).toEqual(piece.subarray(40));
    expect((await request(to, { method: "HEAD" })).headers["content-length"]).toBe(String(3 * 1024 ** 4));
  });

  test("the file host goes no faster than its bandwidth, and breaks off at a cut", async () => {
    const slow = at.pikpak.build.file(at.mia, undefined, { name: "slow", size: 300_000 });
    const to = await linkTo(slow);
    at.pikpak.rules.bandwidth = 1_000_000;
    const started = performance.now();
    await get({}, to);
    expect(performance.now() - started).toBeGreaterThan(250);
    at.pikpak.rules.bandwidth = 0;
    at.pikpak.rules.cuts.push(1000);
    await expect(get({}, to)).rejects.toThrow(/socket|closed|terminated|mismatch/i);
    expect((await get({}, to)).status).toBe(200);
  });
});

describe("a share's address", () => {
  const referer = { referer: "https://mypikpak.com/" };
  let film: Node;
  beforeEach(() => {
    film = at.pikpak.build.file(at.mia, undefined, {
      name: "f.mp4",
      size: 1000,
      mimeType: "video/mp4",
      film: { duration: 10, width: 1920, height: 1080, transcodes: ["720P"] },
    });
  });

  const shared = async (node: Node): Promise<readonly string[]> => {
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [node] });
    const { body } = await at.drive("GET", `/drive/v1/share/file_info?share_id=${id}&file_id=${node.id}`);
    const { medias } = body["file_info"] as { medias: { link: { url: string } }[] };
    return medias.map(({ link }) => link.url);
  };

  test("a share's address answers only the first part of a video's original, and 416 behind it", async () => {
    const [original = "", transcode = ""] = await shared(film);
    const inside = await get({ ...referer, range: "bytes=0-9" }, original);
    expect([inside.status, inside.headers["content-range"]]).toEqual([206, "bytes 0-9/1000"]);
    expect((await get({ ...referer, range: "bytes=549-549" }, original)).status).toBe(206);
    expect((await get({ ...referer, range: "bytes=550-" }, original)).status).toBe(416);
    expect((await get({ ...referer, range: "bytes=-1" }, original)).status).toBe(416);
    await expect(get(referer, original)).rejects.toThrow(/socket|closed|terminated|mismatch/i);
    expect((await get({ ...referer, range: "bytes=-1" }, transcode)).status).toBe(206);
    const [plain = ""] = await shared(file);
    expect((await get(referer, plain)).text).toBe("0123456789");
    at.pikpak.rules.shareAnswers = 1;
    expect((await get({ ...referer, range: "bytes=-1" }, original)).status).toBe(206);
  });

  test("a share's address wants a Referer of the web app, where the rule says so", async () => {
    const [plain = ""] = await shared(file);
    expect(await get({}, plain)).toMatchObject({ status: 403, text: "" });
    expect((await get({ referer: "https://example.com/?mypikpak.com" }, plain)).status).toBe(403);
    expect((await get({ referer: "https://drive.mypikpak.com/s/x" }, plain)).status).toBe(200);
    at.pikpak.rules.shareReferer = false;
    expect((await get({}, plain)).status).toBe(200);
  });

  test("a share's address is refused after an hour, whatever expiry it states; an address of one's own is not", async () => {
    const [plain = ""] = await shared(file);
    expect(Number(new URL(plain).searchParams.get("expire")) * 1000).toBeGreaterThan(at.now() + 15 * 3_600_000);
    at.advance(3_600_001);
    expect((await get(referer, plain)).status).toBe(403);
    expect((await get()).status).toBe(200);
    at.pikpak.rules.shareLinkLife = 0;
    expect((await get(referer, plain)).status).toBe(200);
  });
});

test("every address is refused early where the rule says so, and its mark cannot be forged", async () => {
  at.pikpak.rules.refusedAfter = 60_000;
  expect((await get()).status).toBe(200);
  at.advance(60_001);
  expect((await get()).status).toBe(403);
  const later = new URL(url);
  later.searchParams.set("pr", `X${at.now().toString(36).toUpperCase()}`);
  expect((await get({}, later.href)).status).toBe(403);
  expect((await get({}, await linkTo(file))).status).toBe(200);
});

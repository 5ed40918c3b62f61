import { request } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/state.ts";
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

  test("a signed address serves without credentials, with ranges, and names no file", async () => {
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
  ])("a signed address answers %s with %i", async (range, status, text, contentRange) => {
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

  test("a signed address wants no JSON, and complains of credentials", async () => {
    expect((await get({ accept: "application/json" })).status).toBe(406);
    expect(at.pikpak.complaints).toEqual([]);
    await get({ authorization: "Bearer x" });
    await get({ cookie: "a=b" });
    expect(at.pikpak.complaints).toHaveLength(2);
    expect((await at.send("POST", url)).status).toBe(405);
  });

  test("a signed address takes eight connections; the ninth is told 503, until one of them ends", async () => {
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

  test("a signed address of a file nobody stored gives the same bytes at any offset", async () => {
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

  test("a signed address goes no faster than it is told to, and breaks off where it is told to", async () => {
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

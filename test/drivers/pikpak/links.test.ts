import { request } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Film } from "../../../emulators/pikpak/node.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

const film: Film = { duration: 1440, width: 1920, height: 1080, transcodes: ["1080P", "720P"] };
const files = "/drive/v1/files";

/** A detail as the service might give it, whatever the emulator has. */
function detail(changes: object): string {
  return JSON.stringify({
    kind: "drive#file",
    id: "VOtest",
    name: "f.mkv",
    size: "1000",
    phase: "PHASE_TYPE_COMPLETE",
    web_content_link: "",
    links: {},
    medias: [],
    ...changes,
  });
}

const address = (fid: string, more = "") =>
  `https://dl-a10b-1.mypikpak.com/download/?fid=${fid}&expire=1790596879${more}`;
const octets = (url: string) => ({ links: { "application/octet-stream": { url, expire: "" } } });
const media = (url: string, changes: object = {}) => ({
  media_id: "",
  media_name: "Original",
  is_origin: true,
  is_visible: true,
  category: "category_origin",
  link: { url },
  ...changes,
});

async function linkTo(changes: object) {
  at.pikpak.fail({ path: files, status: 200, body: detail(changes) });
  return at.account().link("VOtest");
}

describe("the link to a file", () => {
  test("a link is to the file's own bytes, whatever renditions there are, and lives as long as the address says", async () => {
    const bytes = Buffer.from("the original bytes");
    const file = at.pikpak.build.file(at.mia, undefined, {
      name: "f.mkv",
      bytes,
      film: { ...film, originHidden: true },
    });
    const link = await at.account().link(file.id);
    if (link.kind === "empty") throw new Error("empty");
    expect(link).toMatchObject({ size: bytes.length });
    expect(link.headers).toBeUndefined();
    expect(link.expiresAt).toBe(Number(new URL(link.url).searchParams.get("expire")) * 1000);
    expect(await (await request(link.url)).body.text()).toBe(bytes.toString());
  });

  test("the address of a link is taken in the documented order", async () => {
    const all = { ...octets(address("A")), web_content_link: address("B"), medias: [media(address("A", "&m=1"))] };
    expect(await linkTo(all)).toMatchObject({ url: address("A") });
    expect(await linkTo({ ...all, links: {} })).toMatchObject({ url: address("B") });
    expect(
      await linkTo({
        medias: [media(address("C"), { is_origin: false, category: "category_transcode" }), media(address("A"))],
      }),
    ).toMatchObject({ url: address("A") });
  });

  test("a link is never to a rendition that only says it is the original", async () => {
    await expect(linkTo({ medias: [media(address("T", "&f=400"))] })).rejects.toMatchObject({ code: "no-link" });
    expect(await linkTo({ medias: [media(address("T", "&f=400")), media(address("A", "&f=1000"))] })).toMatchObject({
      url: address("A", "&f=1000"),
    });
  });

  test.each([
    ["RFC 3339", "2026-09-28T08:01:19.860+08:00", Date.parse("2026-09-28T08:01:19.860+08:00")],
    ["epoch seconds", 1_790_596_879, 1_790_596_879_000],
    ["epoch seconds as text", "1790596879", 1_790_596_879_000],
    ["epoch milliseconds", 1_790_596_879_860, 1_790_596_879_860],
    ["nothing", "", undefined],
    ["words", "soon", undefined],
  ])("a link without expire in its address ends at link.expire: %s", async (_form, expire, expiresAt) => {
    const link = await linkTo({ links: { "application/octet-stream": { url: "https://dl.example.com/x", expire } } });
    expect(link).toEqual({
      kind: "url",
      url: "https://dl.example.com/x",
      size: 1000,
      entry: expect.objectContaining({ kind: "file", size: 1000 }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
  });

  test.each([
    ["a folder", { kind: "drive#folder", size: "0" }, "not-a-file"],
    ["a file blocked by audit", { audit: { status: "STATUS_SENSITIVE_RESOURCE" } }, "blocked"],
    ["a file still coming in", { phase: "PHASE_TYPE_RUNNING" }, "still-processing"],
    ["a file in the trash", { trashed: true }, "trashed"],
    ["a file of unknown size without an address", { size: "" }, "no-link"],
    ["an address that is none", { web_content_link: "not an address" }, "upstream"],
    ["an address of another kind", { web_content_link: "javascript:alert(1)" }, "upstream"],
  ])("%s has no link, and the reason is told", async (_what, changes, code) => {
    await expect(linkTo(changes)).rejects.toMatchObject({ code });
  });

  test("a file without bytes needs no link", async () => {
    expect(await linkTo({ size: "0" })).toEqual({ kind: "empty", entry: expect.objectContaining({ size: 0 }) });
  });

  test("a file just made is asked for once more before it is called unfinished", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "new.bin", size: 9, linksAfter: 2000 });
    const driver = at.account();
    await expect(driver.link(file.id)).resolves.toMatchObject({ kind: "url" });
    expect(at.asked(`${files}/${file.id}`)).toBe(2);
    const slow = at.pikpak.build.file(at.mia, undefined, { name: "slow.bin", size: 9, linksAfter: 60_000 });
    await expect(driver.link(slow.id)).rejects.toMatchObject({ code: "still-processing", retryAfter: 3000 });
    expect(at.asked(`${files}/${slow.id}`)).toBe(2);
  });

  test("a link is asked for as a download asks", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a.bin", size: 9 });
    await at.account().link(file.id);
    expect(at.pikpak.complaints).toEqual([]);
  });
});

describe("renditions", () => {
  test("renditions are named in the details and given only by name", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "f.mkv", size: 1000, film });
    const driver = at.account();
    expect(await driver.stat(file.id)).toMatchObject({
      duration: 1440,
      variants: [
        { id: "M1080P", name: "1080P" },
        { id: "M720P", name: "720P" },
      ],
    });
    const link = await driver.link(file.id, { prefer: "M720P" });
    if (link.kind === "empty") throw new Error("empty");
    expect(link.size).toBeUndefined();
    const answer = await request(link.url, { method: "HEAD" });
    expect(answer.headers["content-length"]).toBe("400");
    await expect(driver.link(file.id, { prefer: "M480P" })).rejects.toMatchObject({ code: "variant-gone" });
  });

  test.each(["medias-null", "link-null"] as const)("a film with %s is one without renditions", async (odd) => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "f.mkv", size: 1000, film: { ...film, odd } });
    const driver = at.account();
    expect((await driver.stat(file.id)).variants).toBeUndefined();
    await expect(driver.link(file.id)).resolves.toMatchObject({ kind: "url" });
  });
});

describe("a file without its original", () => {
  const transcode = media(address("T"), {
    media_id: "M7",
    media_name: "720P",
    is_origin: false,
    category: "category_transcode",
  });

  test("a file without its original says so in its details, and the refusal of its link names it", async () => {
    at.pikpak.fail({ path: files, status: 200, body: detail({ medias: [transcode] }) });
    expect(await at.account().stat("VOtest")).toMatchObject({ original: false, variants: [{ id: "M7" }] });
    await expect(linkTo({ medias: [transcode] })).rejects.toMatchObject({ code: "no-link", subject: "f.mkv" });
  });

  test("a file without its original is told from one that has it, from one just made, and from one without bytes", async () => {
    const has = { medias: [media(address("A"))] };
    const young = { created_time: new Date(at.context.now() - 5000).toISOString() };
    for (const changes of [has, young, { size: "0" }]) {
      at.pikpak.fail({ path: files, status: 200, body: detail(changes) });
      expect(await at.account().stat("VOtest")).not.toHaveProperty("original");
    }
  });

  test("a file whose original the service withholds says so in its details", async () => {
    const audit = { status: "STATUS_SENSITIVE_RESOURCE" };
    at.pikpak.fail({ path: files, status: 200, body: detail({ audit }) });
    expect(await at.account().stat("VOtest")).toMatchObject({ original: false });
  });
});

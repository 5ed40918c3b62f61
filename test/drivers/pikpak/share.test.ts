import { request } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { solvedTokenIn } from "../../../src/drivers/pikpak/captcha.ts";
import { driverKinds } from "../../../src/drivers/index.ts";
import type { Film, Node } from "../../../emulators/pikpak/node.ts";
import type { ShareStatus } from "../../../emulators/pikpak/state.ts";
import { StorageError } from "../../../src/storage/error.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

const top = "/drive/v1/share";
const inside = "/drive/v1/share/detail";
const info = "/drive/v1/share/file_info";
const init = "/v1/shield/captcha/init";
const film: Film = { duration: 60, width: 1280, height: 720, transcodes: ["720P", "480P"] };

function shareOf(nodes: readonly Node[], more: { passCode?: string; status?: ShareStatus } = {}): string {
  return `https://mypikpak.com/s/${at.pikpak.build.share(at.mia, { title: "t", nodes, ...more }).id}`;
}

function shelf(): { folder: Node; file: Node } {
  const folder = at.pikpak.build.folder(at.mia, undefined, "Films");
  const file = at.pikpak.build.file(at.mia, folder, { name: "a.bin", bytes: Buffer.from("bytes of a") });
  return { folder, file };
}

describe("a share", () => {
  test("a share is read without an account, with one captcha token and one pass code token", async () => {
    const { folder, file } = shelf();
    const driver = at.share({ link: shareOf([folder], { passCode: "24rn" }) }, { passCode: "24rn" });
    expect((await driver.list(undefined)).items).toMatchObject([{ kind: "folder", name: "Films" }]);
    expect((await driver.list(folder.id)).items).toMatchObject([{ kind: "file", name: "a.bin", size: 10 }]);
    const link = await driver.link(file.id);
    if (link.kind === "empty") throw new Error("empty");
    const headers = { referer: "https://mypikpak.com/" };
    expect(await (await request(link.url, { headers })).body.text()).toBe("bytes of a");
    expect([at.asked(top), at.asked(inside), at.asked(info), at.asked(init)]).toEqual([1, 1, 1, 1]);
    expect(at.asked("/v1/auth/signin")).toBe(0);
  });

  test.each(["web", "android", "pc"])("a share is read as %s", async (platform) => {
    await at.close();
    at = await startService({ settings: { platform } });
    const { folder } = shelf();
    expect((await at.share({ link: shareOf([folder]) }).list(undefined)).items).toHaveLength(1);
  });

  test("a public share has a pass code token, too, and it is asked for once by many", async () => {
    const { folder } = shelf();
    const driver = at.share({ link: shareOf([folder]) });
    await Promise.all(Array.from({ length: 10 }, () => driver.list(folder.id)));
    expect(at.asked(top)).toBe(1);
  });

  test("a share with a code wants it, refuses a wrong one, and asks once for each", async () => {
    const { folder } = shelf();
    const link = shareOf([folder], { passCode: "24rn" });
    await expect(at.share({ link }).list(undefined)).rejects.toMatchObject({ code: "pass-code-needed" });
    expect(at.asked(top)).toBe(1);
    await expect(at.share({ link }, { passCode: "zzzz" }).list(undefined)).rejects.toMatchObject({
      code: "pass-code-wrong",
    });
    expect(at.asked(top)).toBe(2);
  });

  test("a pass code token that is not taken any more is renewed once; a code that changed is asked for", async () => {
    const { folder } = shelf();
    const id = at.pikpak.build.share(at.mia, { title: "t", nodes: [folder], passCode: "24rn" }).id;
    const driver = at.share({ link: `https://mypikpak.com/s/${id}` }, { passCode: "24rn" });
    await driver.list(folder.id);
    const share = at.pikpak.state.shares.get(id);
    if (!share) throw new Error("no share");
    share.tokenRound += 1;
    const anew = () => driver.list(folder.id, { refresh: true });
    expect((await anew()).items).toHaveLength(1);
    expect([at.asked(top), at.asked(inside)]).toEqual([2, 3]);
    at.pikpak.state.shares.set(id, { ...share, passCode: "new1" });
    await expect(anew()).rejects.toMatchObject({ code: "pass-code-wrong" });
    expect([at.asked(top), at.asked(inside)]).toEqual([3, 4]);
  });

  test.each([
    ["NOT_FOUND", "share-not-found"],
    ["DELETED", "share-deleted"],
    ["EXPIRED", "share-expired"],
    ["CANCELLED", "share-cancelled"],
    ["AUDITING", "share-reviewing"],
    ["SENSITIVE_RESOURCE", "share-blocked"],
    ["SENSITIVE_WORD", "share-blocked"],
    ["PROHIBITED", "share-region"],
    ["SOMETHING_NEW", "upstream"],
  ])("a share that is %s says so by a code of its own: %s", async (status, code) => {
    const { folder } = shelf();
    const driver = at.share({ link: shareOf([folder], { status: status as ShareStatus }) });
    await expect(driver.list(undefined)).rejects.toMatchObject({ code });
    expect(at.asked(top)).toBe(1);
    await expect(driver.link(folder.id)).rejects.toMatchObject({ code });
  });

  test("a share whose owner's limit on saving is used up can still be read", async () => {
    const { folder } = shelf();
    const driver = at.share({ link: shareOf([folder], { status: "MAX_RESTORE_COUNT" }) });
    expect((await driver.list(undefined)).items).toHaveLength(1);
  });

  test("a share is paged to its end", async () => {
    const nodes = Array.from({ length: 230 }, (_, n) =>
      at.pikpak.build.file(at.mia, undefined, { name: `${n}`, size: 1 }),
    );
    const driver = at.share({ link: shareOf(nodes) });
    const first = await driver.list(undefined);
    const second = await driver.list(undefined, { cursor: first.next ?? "" });
    const third = await driver.list(undefined, { cursor: second.next ?? "" });
    expect([first, second, third].map((page) => page.items.length)).toEqual([100, 100, 30]);
    expect(third.next).toBeUndefined();
  });

  test("a later page is kept as long as the first one it follows, and asked for each time after that", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "many");
    at.pikpak.build.many(at.mia, folder, 150, (n) => ({ name: `${n}`, size: 1 }));
    const driver = at.share({ link: shareOf([folder]) });
    const { next: cursor = "" } = await driver.list(folder.id);
    at.context.advance(50_000);
    for (let n = 0; n < 2; n += 1) expect((await driver.list(folder.id, { cursor })).items).toHaveLength(50);
    expect(at.asked(inside)).toBe(2);
    at.context.advance(11_000);
    for (let n = 0; n < 2; n += 1) expect((await driver.list(folder.id, { cursor })).items).toHaveLength(50);
    expect(at.asked(inside)).toBe(4);
  });

  test("a link into a share leads to that folder, or that file", async () => {
    const { folder, file } = shelf();
    const link = shareOf([folder]);
    expect((await at.share({ link: `${link}/${folder.id}` }).list(undefined)).items).toMatchObject([{ id: file.id }]);
    expect((await at.share({ link: `${link}/${file.id}` }).list(undefined)).items).toMatchObject([{ id: file.id }]);
  });

  test("a file that is not in the share is not found, while the share is", async () => {
    const { folder } = shelf();
    const other = at.pikpak.build.file(at.mia, undefined, { name: "private.bin", size: 1 });
    const driver = at.share({ link: shareOf([folder]) });
    await expect(driver.stat(other.id)).rejects.toMatchObject({ code: "not-found" });
  });

  test("a share hands out the original, or a rendition where the mount says so", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "f.mp4", size: 1000, film });
    const link = shareOf([file]);
    const lengthOf = async (options: Record<string, string>) => {
      const got = await at.share(options).link(file.id);
      if (got.kind === "empty") throw new Error("empty");
      const headers = { referer: "https://mypikpak.com/" };
      return (await request(got.url, { method: "HEAD", headers })).headers["content-length"];
    };
    expect(await lengthOf({ link })).toBe("1000");
    expect(await lengthOf({ link, transcode: "yes" })).toBe("400");
    const plain = at.pikpak.build.file(at.mia, undefined, { name: "a.zip", size: 77 });
    const got = await at.share({ link: shareOf([plain]), transcode: "yes" }).link(plain.id);
    expect(got).toMatchObject({ kind: "url", size: 77 });
  });

  test("a media that says it is the original but is other content than the plain address is not taken for it", async () => {
    const { folder } = shelf();
    const driver = at.share({ link: shareOf([folder]) });
    const address = (fid: string) => `https://dl-a10b-1.mypikpak.com/download/?fid=${fid}&expire=1790596879`;
    const linkOf = async (fid: string, plain: string) => {
      const medias = [{ media_id: "", is_origin: true, is_visible: true, link: { url: address(fid) } }];
      const file = { kind: "drive#file", id: "VO1", name: "f", size: "9", web_content_link: plain, medias };
      const body = JSON.stringify({ share_status: "OK", file_info: file });
      at.pikpak.fail({ path: info, status: 200, body });
      return driver.link("VO1");
    };
    expect(await linkOf("A", "")).toMatchObject({ url: address("A") });
    expect(await linkOf("T", address("A"))).toMatchObject({ url: address("A") });
  });

  test("a share is read with the token beside a challenge; only where that is refused a human is asked for", async () => {
    const { folder } = shelf();
    const link = shareOf([folder]);
    at.pikpak.rules.challengeAll = true;
    expect((await at.share({ link }).list(undefined)).items).toHaveLength(1);
    at.pikpak.rules.challengedReads = false;
    const before = at.asked(init);
    await expect(at.share({ link: shareOf([folder]) }).list(undefined)).rejects.toMatchObject({
      code: "verification-needed",
      verify: expect.stringContaining("/captcha/v2/"),
    });
    expect(at.asked(init)).toBe(before + 2);
  });

  test("a share goes on with the token a human brought, on the device it was made for, and uses it once", async () => {
    const { folder } = shelf();
    const link = shareOf([folder], { passCode: "24rn" });
    at.pikpak.rules.challengeAll = true;
    at.pikpak.rules.challengedReads = false;
    const stopped = await at
      .share({ link }, { passCode: "24rn" })
      .list(undefined)
      .catch((error: unknown) => error);
    if (!(stopped instanceof StorageError)) throw new Error("no challenge");
    const asked = new URL(stopped.verify ?? "").searchParams.get("captcha_token") ?? "";
    const token = solvedTokenIn(at.pikpak.tokens.solve(asked) ?? "") ?? "";
    const { deviceId = "" } = await at.context.vault.read();
    const before = at.asked(init);
    const driver = at.share({ link }, { passCode: "24rn", deviceId, captchaToken: token });
    expect((await driver.list(undefined)).items).toMatchObject([{ name: "Films" }]);
    expect(at.asked(init)).toBe(before);
    expect(await at.context.vault.read()).toEqual({ passCode: "24rn", deviceId });
  });

  test("the address a verification ended on is taken for the token in it, and nothing else", async () => {
    const kind = driverKinds({
      pikpak: { domain: "mypikpak.net", platform: "web", mcpUrl: "http://127.0.0.1:1" },
    }).find(({ name }) => name === "pikpak-share");
    const link = "https://mypikpak.com/s/VNaaaaaaaaaaaaaaaaaaaaaaaa";
    const check = (captchaToken: string) => kind?.check({ link, captchaToken });
    expect(check("https://mypikpak.com/loading?state=x&captcha_token=ck0.abcdef")).toEqual({
      ok: true,
      values: { link, captchaToken: "ck0.abcdef" },
    });
    expect(check("done!")).toEqual({ ok: false, problem: { field: "captchaToken", code: "not-a-verification" } });
  });
});

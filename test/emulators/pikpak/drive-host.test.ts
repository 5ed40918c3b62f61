import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { blockSize, cidOf, gcid } from "../../../emulators/pikpak/content.ts";
import { device, deviceId, rawClient, type Answer, type RawClient } from "./client.ts";
import vectors from "./vectors.json" with { type: "json" };

let at: RawClient;
beforeEach(async () => {
  at = await rawClient();
});
afterEach(() => at.pikpak.close());

const list = async (query: string): Promise<Answer> => at.drive("GET", `/drive/v1/files?${query}`);
const names = ({ body }: Answer) => (body["files"] as { name: string }[]).map((file) => file.name);
const filters = (filter: object) => `filters=${encodeURIComponent(JSON.stringify(filter))}`;
const usual = filters({ phase: { eq: "PHASE_TYPE_COMPLETE" }, trashed: { eq: false } });

describe("who asks is checked in order:", () => {
  const url = () => `${at.pikpak.driveUrl}/drive/v1/files`;

  test("a call is asked for its device, then for a good captcha token where it has one, then for its session", async () => {
    expect(await at.send("GET", url())).toMatchObject({ status: 400, body: { detail: "device_id is empty" } });
    const made = { ...device, "x-captcha-token": "ck0.made.up" };
    expect(await at.send("GET", url(), { headers: made })).toMatchObject({
      status: 400,
      body: { error: "captcha_invalid", error_code: 9 },
    });
    const token = String((await at.captcha()).body["captcha_token"]);
    for (const headers of [device, { ...device, "x-captcha-token": token }])
      expect(await at.send("GET", url(), { headers })).toMatchObject({
        status: 401,
        body: { error: "unauthenticated", error_code: 16 },
      });
    expect((await at.drive("GET", "/drive/v1/files")).status).toBe(200);
  });

  test("a signed-in call passes without a captcha token or with an empty one, and not with a made-up one", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    for (const path of [
      "/drive/v1/files",
      "/drive/v1/about",
      "/drive/v1/tasks",
      "/drive/v1/events",
      `/drive/v1/files/${file.id}`,
    ])
      expect((await at.drive("GET", path, { headers: { "x-captcha-token": "" } })).status).toBe(200);
    const wrong = await at.drive("GET", "/drive/v1/about", { headers: { "x-captcha-token": "ck0.x.y" } });
    expect(wrong.body).toMatchObject({ error: "captcha_invalid", error_code: 9 });
  });

  test("a detail, a creation and a deletion demand a captcha token where the rule says so, and nothing else does", async () => {
    at.pikpak.rules.accountCaptcha = true;
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    const headers = { "x-captcha-token": "" };
    const demanded = [
      ["GET", `/drive/v1/files/${file.id}`],
      ["POST", "/drive/v1/files"],
      ["DELETE", `/drive/v1/files/${file.id}`],
    ] as const;
    for (const [method, path] of demanded)
      expect((await at.drive(method, path, { headers, ...(method === "POST" && { body: {} }) })).body).toMatchObject({
        error: "captcha_invalid",
        error_code: 9,
      });
    const trash = await at.drive("POST", "/drive/v1/files:batchTrash", { headers, body: { ids: [file.id] } });
    expect([trash.status, (await at.drive("GET", "/drive/v1/files", { headers })).status]).toEqual([200, 200]);
  });

  test("a device and a captcha token may stand in the query", async () => {
    const token = String((await at.captcha()).body["captcha_token"]);
    const asked = await at.send("GET", `${url()}?device_id=${deviceId}&captcha_token=${token}`);
    expect(asked.body["error"]).toBe("unauthenticated");
  });

  test("tokens end when their time is over, and a captcha token is its device's", async () => {
    await at.drive("GET", "/drive/v1/about");
    const foreign = await at.drive("GET", "/drive/v1/about", { headers: { "x-device-id": "f".repeat(32) } });
    expect(foreign.body).toMatchObject({ error_code: 9, error_details: [{ detail: "device_id not match" }] });
    at.advance(301_000);
    expect((await at.drive("GET", "/drive/v1/about")).body).toMatchObject({ error: "captcha_invalid" });
    const token = String((await at.captcha()).body["captcha_token"]);
    at.advance(7_200_000);
    const late = await at.drive("GET", "/drive/v1/about", { headers: { "x-captcha-token": token } });
    expect(late.body["error"]).toBe("captcha_invalid");
    const session = await at.drive("GET", "/drive/v1/about", { headers: { "x-captcha-token": "" } });
    expect(session.text).toContain("oidc: token is expired (Token Expiry: ");
  });
});

describe("listing", () => {
  test("a listing goes by pages to the end; its tokens are opaque, stable and only its own", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "Many");
    at.pikpak.build.many(at.mia, folder, 1203, (n) => ({ name: `${n}`, size: n, trashed: n % 100 === 1 }));
    const all: string[] = [];
    let token = "";
    do {
      const page = await list(`parent_id=${folder.id}&limit=9999&page_token=${encodeURIComponent(token)}&${usual}`);
      expect(names(page).length).toBeLessThanOrEqual(500);
      all.push(...names(page));
      token = String(page.body["next_page_token"]);
    } while (token !== "");
    expect(all).toHaveLength(1190);
    expect(new Set(all).size).toBe(1190);
    const [first, again] = [
      await list(`parent_id=${folder.id}&limit=10`),
      await list(`parent_id=${folder.id}&limit=10`),
    ];
    expect(first.body["next_page_token"]).toBe(again.body["next_page_token"]);
    expect((await list(`parent_id=${folder.id}&page_token=first`)).body["error"]).toBe("invalid_argument");
  });

  test("a listing goes on where it was, also when the entry its token names has gone", async () => {
    const { build, state } = at.pikpak;
    const files = Array.from({ length: 6 }, (_, n) => build.file(at.mia, undefined, { name: `${n}`, size: 1 }));
    const { body } = await list("limit=3");
    const last = files[2];
    if (last) state.nodes.remove(last);
    const rest = await list(`limit=3&page_token=${encodeURIComponent(String(body["next_page_token"]))}`);
    expect(names(rest)).toEqual(["3", "4", "5"]);
  });

  test("the whole drive, the trash and what is starred can be listed", async () => {
    const { build } = at.pikpak;
    const folder = build.folder(at.mia, undefined, "F");
    build.file(at.mia, folder, { name: "deep trash", size: 1, trashed: true });
    const starred = build.file(at.mia, folder, { name: "star", size: 1 });
    await at.drive("POST", "/drive/v1/files:star", { body: { ids: [starred.id] } });
    expect(names(await list(`parent_id=*&${filters({ trashed: { eq: true } })}`))).toEqual(["deep trash"]);
    expect(names(await list(`parent_id=&${filters({ trashed: { eq: true } })}`))).toEqual([]);
    const stars = await list(`parent_id=*&${filters({ system_tag: { in: "STAR" } })}`);
    expect(stars.body["files"]).toMatchObject([{ name: "star", starred: false, tags: [{ name: "STAR" }] }]);
  });

  test.each([
    [{ kind: { eq: "drive#folder" } }, ["F"]],
    [{ kind: { eq: "drive#file" } }, ["done", "coming"]],
    [{ phase: { in: "PHASE_TYPE_RUNNING,PHASE_TYPE_PENDING" } }, ["coming"]],
    [{ modified_time: { gt: "2026-11-20T10:00:00Z" } }, []],
    [{ modified_time: { lt: "2026-11-21T10:00:00Z" }, kind: { eq: "drive#file" } }, ["done", "coming"]],
  ])("a listing keeps to the filter %j", async (filter, expected) => {
    const { build } = at.pikpak;
    build.folder(at.mia, undefined, "F");
    build.file(at.mia, undefined, { name: "done", size: 1 });
    build.file(at.mia, undefined, { name: "coming", size: 1, phase: "PHASE_TYPE_PENDING" });
    expect(names(await list(filters(filter)))).toEqual(expected);
  });

  test("a listing knows no search: q is ignored, and a filter by name is no endpoint", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    expect(names(await list("q=zzz&search_text=zzz"))).toEqual(["a"]);
    expect((await list(filters({ name: { eq: "a" } }))).status).toBe(404);
    expect((await list("filters=nonsense")).status).toBe(400);
  });

  test("the listing of a folder that is not there is empty, and of an id that is none an error", async () => {
    expect(names(await list("parent_id=VOAMocKArcA09bRr-3bEDUbZo1"))).toEqual([]);
    expect(await list("parent_id=root")).toMatchObject({ status: 404, body: { error: "file_not_found" } });
  });

  test("a listing carries no links, and audits only where they are asked for", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    const [plain, audited] = [await list(""), await list("with_audit=true")];
    expect(plain.body["files"]).toMatchObject([{ web_content_link: "", links: {}, medias: [] }]);
    expect(plain.text).not.toContain("STATUS_OK");
    expect(audited.body["files"]).toMatchObject([{ audit: { status: "STATUS_OK" } }]);
  });
});

describe("a detail", () => {
  test.each([
    ["in the trash", { trashed: true }, 400, "file_in_recycle_bin"],
    ["without bytes", { size: 0 }, 200, undefined],
    ["just made", { linksAfter: 5000 }, 200, undefined],
    ["blocked by audit", { audit: "STATUS_SENSITIVE_RESOURCE" }, 200, undefined],
  ])("the detail of a file %s has no links", async (_what, changes, status, error) => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1, ...changes });
    const detail = await at.drive("GET", `/drive/v1/files/${file.id}`);
    expect(detail.status).toBe(status);
    expect(detail.body["error"]).toBe(error);
    expect(detail.body["links"] ?? {}).toEqual({});
  });

  test("the detail of a new file gets its links after a while", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1, linksAfter: 5000 });
    at.advance(5000);
    expect((await at.drive("GET", `/drive/v1/files/${file.id}?usage=FETCH&_magic=2021`)).text).toContain(
      "/download/?fid=",
    );
  });

  test("the detail of another account's file is not found", async () => {
    const jo = at.pikpak.build.account({ username: "jo", password: "x" });
    const file = at.pikpak.build.file(jo, undefined, { name: "a", size: 1 });
    expect((await at.drive("GET", `/drive/v1/files/${file.id}`)).status).toBe(404);
  });
});

describe("hashes", () => {
  const bytesOf = ({
    content,
    size = 0,
    modulo = 1,
    then,
  }: {
    content: string;
    size?: number;
    modulo?: number;
    then?: number;
  }) => {
    if (content === "hello") return Buffer.from("hello");
    const counting = Buffer.from(Array.from({ length: size }, (_, n) => n % modulo));
    return then === undefined ? counting : Buffer.concat([counting, Buffer.from([then])]);
  };

  test.each(vectors.gcid)("the gcid of $content $size $then is the known one", (vector) => {
    expect(gcid(bytesOf(vector))).toBe(vector.gcid);
  });
  test.each(vectors.blockSize)("a file of $size bytes is hashed in blocks of $block", ({ size, block }) => {
    expect(blockSize(size)).toBe(block);
  });
  test.each(vectors.cid)("the cid of $content $size is the known one", (vector) => {
    const bytes = bytesOf(vector);
    expect(cidOf({ bytes }, bytes.length)).toBe(vector.cid);
  });

  test("a content hash is looked up by the cheap one, and a miss says so in its error", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "hello.txt", bytes: Buffer.from("hello") });
    const ask = (query: string) => at.drive("GET", `/drive/v1/resource/cid?${query}`);
    const [known] = vectors.cid;
    expect((await ask(`cid=${known?.cid ?? ""}&file_size=5`)).body).toEqual({
      gcid: "6B4F89A54E2D27ECD7E8DA05B4AB8FD9D1D8B119",
    });
    // One client looks for the text in `error`, and retries for 14 s where it is not there.
    const miss = { error: expect.stringContaining("idx.shub.mypikpak.com"), error_code: 500 };
    expect(await ask("cid=AB&file_size=5")).toMatchObject({ status: 500, body: miss });
    expect((await ask("cid=AB&file_size=0")).status).toBe(400);
  });
});

test("a folder of 100,000 costs nothing until it is looked into, and is the same every time", async () => {
  const folder = at.pikpak.build.folder(at.mia, undefined, "Huge");
  const started = performance.now();
  let made = 0;
  at.pikpak.build.many(at.mia, folder, 100_000, (n) => ({ name: `${made++ && n}`, size: 1 }));
  expect(performance.now() - started).toBeLessThan(20);
  expect(made).toBe(0);
  const page = await list(`parent_id=${folder.id}&limit=500`);
  expect(names(page)).toHaveLength(500);
  expect(made).toBe(100_000);
  const other = await rawClient();
  const same = other.pikpak.build.folder(other.mia, undefined, "Huge");
  other.pikpak.build.many(other.mia, same, 3, (n) => ({ name: `${n}`, size: 1 }));
  const [first] = page.body["files"] as { id: string }[];
  // An id remembered from an earlier run is found without listing.
  expect((await other.drive("GET", `/drive/v1/files/${first?.id ?? ""}`)).status).toBe(200);
  await other.pikpak.close();
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Film } from "../../../emulators/pikpak/node.ts";
import { clientId, device, rawClient, shapeOf, signedMeta, type RawClient } from "./client.ts";
import shapes from "./shapes.json" with { type: "json" };

let at: RawClient;
beforeEach(async () => {
  at = await rawClient();
});
afterEach(() => at.pikpak.close());

const film: Film = { duration: 1440, width: 1920, height: 1080, transcodes: ["720P", "480P"] };
const listing = "/drive/v1/files?parent_id=&limit=500&with_audit=true";

// `shapes.json` holds what recorded answers of the service are made of: every field and its type, no values.
describe("field for field, the answer is the service's:", () => {
  test("captcha answers have the recorded fields, with and without an expiry, and with a challenge", async () => {
    expect(shapeOf((await at.captcha()).body)).toEqual(shapes.captcha);
    at.pikpak.rules.captchaWithoutExpiry = true;
    expect(shapeOf((await at.captcha()).body)).toEqual(shapes.captchaWithoutExpiry);
    at.pikpak.rules.captchaWithoutExpiry = false;
    at.pikpak.rules.challengeAll = true;
    const challenge = await at.captcha();
    expect(shapeOf(challenge.body)).toEqual(shapes.challenge);
    expect(Object.fromEntries(new URL(String(challenge.body["url"])).searchParams)).toMatchObject({
      action: "POST:/v1/auth/signin",
      appid: "XBASE",
      client_id: clientId,
      credittype: "1",
      redirect_uri: "https://mypikpak.com/loading?state=1",
    });
  });

  test("a session and the refusals of the account host have the recorded fields", async () => {
    const session = await at.signIn();
    expect(shapeOf(session.body)).toEqual(shapes.session);
    expect(shapeOf((await at.signIn({ password: "wrong" })).body)).toEqual(shapes.wrongPassword);
    const drive = await at.captcha(signedMeta(at.now()), { action: "GET:/drive/v1/files" });
    const wrongMeta = await at.signIn({ captcha_token: drive.body["captcha_token"] });
    expect(shapeOf(wrongMeta.body)).toEqual(shapes.wrongMeta);
    expect(wrongMeta.body["error_description"]).toBe(
      "meta.username expect ****, but got map[captcha_sign:**** client_version:**** package_name:**** result:accept timestamp:**** user_id:], please check captcha init params",
    );
    const refresh = () =>
      at.send("POST", `${at.pikpak.userUrl}/v1/auth/token`, {
        headers: device,
        body: { client_id: clientId, grant_type: "refresh_token", refresh_token: session.body["refresh_token"] },
      });
    expect(shapeOf((await refresh()).body)).toEqual(shapes.session);
    const used = await refresh();
    expect(shapeOf(used.body)).toEqual(shapes.usedToken);
    expect(used.body["error_description"]).toMatch(/has been refresh at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    const authorization = `Bearer ${String(session.body["access_token"])}`;
    at.mia.password = null;
    expect(
      shapeOf((await at.send("GET", `${at.pikpak.userUrl}/v1/user/me`, { headers: { authorization } })).body),
    ).toEqual(shapes.me);
  });

  test("the refusals of the drive host have the recorded fields", async () => {
    const url = `${at.pikpak.driveUrl}/drive/v1/files`;
    const share = `${at.pikpak.driveUrl}/drive/v1/share?share_id=x`;
    expect((await at.send("GET", share, { headers: device })).body).toEqual({ detail: "captcha_token is empty" });
    const invalid = await at.send("GET", url, { headers: { ...device, "x-captcha-token": "ck0.x.y" } });
    expect(shapeOf(invalid.body)).toEqual(shapes.captchaInvalid);
    expect(shapeOf((await at.drive("GET", "/drive/v1/files/VOnobody")).body)).toEqual(shapes.notFound);
  });

  test("listings and details have the recorded fields", async () => {
    const { build } = at.pikpak;
    build.folder(at.mia, undefined, "Films");
    const video = build.file(at.mia, undefined, { name: "f.mkv", size: 1000, mimeType: "video/x-matroska", film });
    const plain = build.file(at.mia, undefined, {
      name: "hello.txt",
      bytes: Buffer.from("hello"),
      mimeType: "text/plain",
    });
    const hidden = build.file(at.mia, undefined, {
      name: "remux.mkv",
      size: 9000,
      film: { ...film, originHidden: true },
    });
    const list = await at.drive("GET", listing);
    const { files, ...around } = list.body as { files: unknown[] };
    expect(shapeOf(around)).toEqual(shapes.list);
    expect(shapeOf(files[0])).toEqual(shapes.folder);
    expect(shapeOf(files[1])).toEqual(shapes.listedFile);
    expect(shapeOf((await at.drive("GET", `/drive/v1/files/${video.id}`)).body)).toEqual(shapes.video);
    const detail = await at.drive("GET", `/drive/v1/files/${plain.id}`);
    expect(shapeOf(detail.body)).toEqual(shapes.plain);
    expect(detail.body).toMatchObject({
      size: "5",
      hash: "6B4F89A54E2D27ECD7E8DA05B4AB8FD9D1D8B119",
      file_extension: ".txt",
    });
    const unplayable = await at.drive("GET", `/drive/v1/files/${hidden.id}`);
    expect(shapeOf(unplayable.body)).toEqual(shapes.unplayable);
    expect(unplayable.body["medias"]).toMatchObject([
      { is_default: true, is_origin: false },
      {},
      { is_origin: true, is_visible: false, link: { url: "" } },
    ]);
  });

  test("the account's data have the recorded fields", async () => {
    expect(shapeOf((await at.drive("GET", "/drive/v1/about")).body)).toEqual(shapes.about);
    expect(shapeOf((await at.drive("GET", "/drive/v1/privilege/vip")).body)).toEqual(shapes.vip);
    expect((await at.drive("GET", "/drive/v1/privilege/area_country_code")).body).toMatchObject({
      result: "ACCEPTED",
      data: { countryCode: "SG" },
    });
  });

  test("tasks have the recorded fields", async () => {
    const body = {
      kind: "drive#file",
      upload_type: "UPLOAD_TYPE_URL",
      url: { url: "magnet:?xt=urn:btih:00&dn=a.mkv" },
    };
    const offline = await at.drive("POST", "/drive/v1/files", { body });
    expect(shapeOf(offline.body)).toEqual(shapes.offline);
    const tasks = await at.drive("GET", "/drive/v1/tasks?type=offline&with=reference_resource");
    expect(shapeOf(tasks.body)).toEqual(shapes.tasks);
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    const batch = await at.drive("POST", "/drive/v1/files:batchTrash", { body: { ids: [file.id] } });
    expect(shapeOf(batch.body)).toEqual(shapes.batch);
    expect(shapeOf((await at.drive("GET", `/drive/v1/tasks/${String(batch.body["task_id"])}`)).body)).toEqual(
      shapes.task,
    );
  });

  test("shares have the recorded fields", async () => {
    const jo = at.pikpak.build.account({ username: "jo", password: "x" });
    const folder = at.pikpak.build.folder(jo, undefined, "Films");
    const video = at.pikpak.build.file(jo, folder, { name: "f.mp4", size: 1000, mimeType: "video/mp4", film });
    const { id } = at.pikpak.build.share(jo, { title: "t", nodes: [video] });
    const read = async (path: string) => (await at.drive("GET", `/drive/v1/share${path}share_id=${id}`)).body;
    const top = await read("?");
    expect(shapeOf(top)).toEqual(shapes.share);
    expect(shapeOf(await read(`/file_info?file_id=${video.id}&`))).toEqual(shapes.shareFile);
    const inside = await read("/detail?parent_id=&");
    expect({ ...(shapeOf(inside) as object), files: "list" }).toEqual(shapes.shareFolder);
    const body = { share_id: id, pass_code_token: top["pass_code_token"], file_ids: [video.id] };
    expect(shapeOf((await at.drive("POST", "/drive/v1/share/restore", { body })).body)).toEqual(shapes.restore);
  });
});

import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cidOf, gcid } from "../../../emulators/pikpak/content.ts";
import type { Node } from "../../../emulators/pikpak/node.ts";
import { sendToBucket, signedByOss, signedByS3, xmlField, type BucketRequest, type Ticket } from "./bucket-client.ts";
import {
  clientId,
  deviceId,
  password,
  rawClient,
  signedMeta,
  username,
  type Answer,
  type RawClient,
} from "./client.ts";

// Requests as they were recorded from the running clients on 2026-11-27, sent by plain HTTP.
let at: RawClient;
let folder: Node;
let file: Node;
beforeEach(async () => {
  at = await rawClient();
  folder = at.pikpak.build.folder(at.mia, undefined, "Films");
  file = at.pikpak.build.file(at.mia, undefined, { name: "a.txt", bytes: Buffer.from("hello") });
});
afterEach(() => at.pikpak.close());

type Headers = Record<string, string>;
interface Session {
  get(path: string, headers?: Headers): Promise<Answer>;
  send(method: string, path: string, body?: unknown, headers?: Headers): Promise<Answer>;
  readonly bearer: string;
  readonly captcha: string;
}

interface SignIn {
  readonly client: string;
  readonly action: string;
  readonly meta: object;
  /** On every drive call. */
  readonly headers: Headers;
  /** At the sign-in. */
  readonly signInHeaders: Headers;
  /** In the body, or in the header alone. */
  readonly captchaIn: "body" | "header";
  readonly bodyType?: string;
}

async function signIn(by: SignIn): Promise<Session> {
  const { userUrl, driveUrl } = at.pikpak;
  const init = await at.send("POST", `${userUrl}/v1/shield/captcha/init`, {
    headers: { "x-device-id": deviceId },
    body: { action: by.action, captcha_token: "", client_id: by.client, device_id: deviceId, meta: by.meta },
  });
  const captcha = String(init.body["captcha_token"]);
  const inBody = by.captchaIn === "body" ? { captcha_token: captcha } : {};
  const inHeader: Headers = by.captchaIn === "header" ? { "x-captcha-token": captcha } : {};
  const body = { client_id: by.client, username, password, ...inBody };
  const signed = await at.send("POST", `${userUrl}/v1/auth/signin`, {
    headers: { ...by.signInHeaders, ...inHeader, ...(by.bodyType !== undefined && { "content-type": by.bodyType }) },
    body: by.bodyType === undefined ? body : JSON.stringify(body),
  });
  expect(signed.status).toBe(200);
  const bearer = `Bearer ${String(signed.body["access_token"])}`;
  const send: Session["send"] = (method, path, sent, headers = {}) =>
    at.send(method, `${driveUrl}${path}`, {
      headers: { authorization: bearer, ...by.headers, ...headers },
      ...(sent !== undefined && { body: sent }),
    });
  return { get: (path, headers) => send("GET", path, undefined, headers), send, bearer, captcha };
}

const device = { "x-device-id": deviceId };
const filters = (filter: object) => encodeURIComponent(JSON.stringify(filter));
const namesIn = (answer: Answer) => (answer.body["files"] as { name: string }[]).map(({ name }) => name);
const idOf = (answer: Answer, field = "task_id") => String(answer.body[field]);
const ticketIn = (answer: Answer) => (answer.body["resumable"] as { params: Ticket }).params;
const fileIn = (answer: Answer) => answer.body["file"] as Record<string, unknown> & { id: string };
const pattern = (size: number) => Buffer.from(Array.from({ length: size }, (_, n) => n % 251));

/** A Node as the service shows it, whole. */
const detail = async (session: Session, id: string) => (await session.get(`/drive/v1/files/${id}`)).body;

describe("rclone 1.76", () => {
  const rclone = () =>
    signIn({
      client: clientId,
      action: "POST:/v1/auth/signin",
      meta: { username },
      headers: { ...device, "x-client-id": clientId, referer: "https://mypikpak.com/" },
      signInHeaders: device,
      captchaIn: "header",
    });

  test("rclone signs in without a secret and uses the token of the sign-in for its first drive call", async () => {
    const session = await rclone();
    const usual = filters({ phase: { eq: "PHASE_TYPE_COMPLETE" }, trashed: { eq: false } });
    const list = await session.get(`/drive/v1/files?limit=500&with_audit=true&parent_id=&filters=${usual}`, {
      "x-captcha-token": session.captcha,
    });
    expect(namesIn(list)).toEqual(["Films", "a.txt"]);
    expect((await session.get("/drive/v1/about")).body).toMatchObject({ quota: { is_unlimited: false, usage: "5" } });
  });

  test("rclone makes a folder in the root without a parent, and renames by sending a whole object", async () => {
    const session = await rclone();
    const made = await session.send("POST", "/drive/v1/files", { kind: "drive#folder", name: "New", folder_type: "" });
    const { id } = fileIn(made);
    const zero = "0001-01-01T00:00:00Z";
    const whole = { created_time: zero, delete_time: zero, modified_time: zero, name: "Newer", reference_events: null };
    const renamed = await session.send("PATCH", `/drive/v1/files/${id}`, { ...whole, tags: null, links: null });
    expect(renamed.body).toMatchObject({ id, name: "Newer", parent_id: "" });
  });

  test("rclone moves to the root, copies in two steps and waits for each task by its id", async () => {
    const session = await rclone();
    const inside = at.pikpak.build.file(at.mia, folder, { name: "deep.txt", size: 3 });
    const moved = await session.send("POST", "/drive/v1/files:batchMove", { ids: [inside.id], to: { parent_id: "" } });
    expect((await session.get(`/drive/v1/tasks/${idOf(moved)}`)).body).toMatchObject({ phase: "PHASE_TYPE_COMPLETE" });
    const to = { parent_id: folder.id };
    const copied = await session.send("POST", "/drive/v1/files:batchCopy", { ids: [inside.id], to });
    expect((await session.get(`/drive/v1/tasks/${idOf(copied)}`)).body).toMatchObject({ phase: "PHASE_TYPE_COMPLETE" });
    const [copy] = (await session.get(`/drive/v1/files?parent_id=${folder.id}`)).body["files"] as { id: string }[];
    const renamed = await session.send("PATCH", `/drive/v1/files/${copy?.id ?? ""}`, { name: "copy.txt" });
    expect(renamed.body).toMatchObject({ name: "copy.txt" });
  });

  test("rclone downloads with its Authorization forwarded, which the file host bears and the emulator notes", async () => {
    const session = await rclone();
    const { links } = await detail(session, file.id);
    const { url } = (links as Record<string, { url: string }>)["application/octet-stream"] ?? { url: "" };
    const got = await at.send("GET", url, { headers: { authorization: session.bearer, range: "bytes=1-2" } });
    expect([got.status, got.text]).toEqual([206, "el"]);
    expect(at.pikpak.complaints).toHaveLength(1);
  });

  const ask = (session: Session, bytes: Buffer, more: object = {}) =>
    session.send("POST", "/drive/v1/files", {
      kind: "drive#file",
      name: "up.bin",
      parent_id: folder.id,
      folder_type: "NORMAL",
      hash: gcid(bytes),
      resumable: { provider: "PROVIDER_ALIYUN" },
      size: bytes.length,
      upload_type: "UPLOAD_TYPE_RESUMABLE",
      ...more,
    });
  const s3 = (ticket: Ticket, asked: Omit<BucketRequest, "host" | "path">, key = ticket.key) =>
    sendToBucket(
      at.pikpak.url,
      signedByS3(ticket, { ...asked, host: `${ticket.bucket}.mypikpak.com`, path: `/${key}` }),
    );

  test("rclone's upload looks the file up by its cheap hash, and sends it whole without a length", async () => {
    const session = await rclone();
    const bytes = pattern(300_000);
    const miss = await session.get(`/drive/v1/resource/cid?cid=${cidOf({ bytes }, bytes.length)}&file_size=300000`);
    expect(miss).toMatchObject({ status: 500, body: { error_code: 500 } });
    expect(miss.body["error"]).toContain("idx.shub.mypikpak.com");
    const asked = await ask(session, bytes);
    expect(fileIn(asked)).toMatchObject({ name: "up.bin", phase: "PHASE_TYPE_PENDING", links: {}, size: "300000" });
    const put = await s3(ticketIn(asked), { method: "PUT", query: [["x-id", "PutObject"]], body: bytes });
    expect([put.status, put.headers["etag"]]).toEqual([
      200,
      `"${createHash("md5").update(bytes).digest("hex").toUpperCase()}"`,
    ]);
    const done = await detail(session, fileIn(asked).id);
    expect(done).toMatchObject({ phase: "PHASE_TYPE_COMPLETE", hash: gcid(bytes) });
    const got = await at.send("GET", String(done["web_content_link"]), { headers: { range: "bytes=-3" } });
    expect(Buffer.from(got.text)).toEqual(bytes.subarray(-3));
  });

  test("rclone's large upload goes in parts to the key of the initiate answer, and reads JSON at the end", async () => {
    const session = await rclone();
    const bytes = pattern(250_000);
    const asked = await ask(session, bytes);
    const ticket = ticketIn(asked);
    const begun = await s3(ticket, { method: "POST", query: [["uploads", ""]] });
    const uploadId = xmlField(begun.text, "UploadId");
    const key = xmlField(begun.text, "Key");
    const part = (number: number, body: Buffer) => {
      const query = [
        ["partNumber", String(number)],
        ["uploadId", uploadId],
        ["x-id", "UploadPart"],
      ] as const;
      const headers = { "content-length": String(body.length) };
      return s3(ticket, { method: "PUT", query, body, headers }, key);
    };
    const tags = [await part(1, bytes.subarray(0, 200_000)), await part(2, bytes.subarray(200_000))].map(
      ({ headers }) => String(headers["etag"]),
    );
    const parts = tags.map(
      (tag, n) => `<Part><ETag>${tag.replaceAll('"', "&#34;")}</ETag><PartNumber>${n + 1}</PartNumber></Part>`,
    );
    const xml = `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join("")}</CompleteMultipartUpload>`;
    const done = await s3(ticket, { method: "POST", query: [["uploadId", uploadId]], body: Buffer.from(xml) }, key);
    expect([done.status, done.headers["content-type"]]).toEqual([200, "application/json"]);
    expect(await detail(session, fileIn(asked).id)).toMatchObject({ phase: "PHASE_TYPE_COMPLETE", hash: gcid(bytes) });
  });

  test("rclone's empty file, and a file the service has already, need no bytes at all", async () => {
    const session = await rclone();
    const empty = await ask(session, Buffer.alloc(0), { size: undefined, name: "empty" });
    expect(empty.body).toMatchObject({
      file: { phase: "PHASE_TYPE_COMPLETE", size: "0" },
      resumable: null,
      task: null,
    });
    const known = await ask(session, Buffer.from("hello"), { name: "again.txt" });
    expect(known.body).toMatchObject({ file: { phase: "PHASE_TYPE_COMPLETE", name: "again.txt" }, resumable: null });
    expect(at.mia.transferred.upload).toBe(1);
  });

  test("rclone cancels an upload by aborting it and deleting its file", async () => {
    const session = await rclone();
    const asked = await ask(session, pattern(1000));
    const begun = await s3(ticketIn(asked), { method: "POST", query: [["uploads", ""]] });
    const uploadId = xmlField(begun.text, "UploadId");
    expect((await s3(ticketIn(asked), { method: "DELETE", query: [["uploadId", uploadId]] })).status).toBe(204);
    await session.send("POST", "/drive/v1/files:batchDelete", { ids: [fileIn(asked).id] });
    expect((await session.get(`/drive/v1/files/${fileIn(asked).id}`)).status).toBe(404);
  });

  test("rclone shares for any number of days, and unpacks without naming files", async () => {
    const session = await rclone();
    const share = { file_ids: [file.id], share_to: "publiclink", pass_code_option: "NOT_REQUIRED" };
    const made = await session.send("POST", "/drive/v1/share", { ...share, expiration_days: 3 });
    expect((await session.get(`/drive/v1/share?share_id=${idOf(made, "share_id")}`)).body).toMatchObject({
      share_status: "OK",
      expiration_left: "3",
    });
    for (const days of [0, -2, 1.5])
      expect((await session.send("POST", "/drive/v1/share", { ...share, expiration_days: days })).status).toBe(400);
    const archive = at.pikpak.build.file(at.mia, folder, {
      name: "pack.zip",
      size: 10,
      archive: {
        files: [
          { name: "in/one.txt", size: 4 },
          { name: "two.txt", size: 6 },
        ],
      },
    });
    const unpacked = await session.send("POST", "/decompress/v1/decompress", {
      gcid: archive.gcid,
      file_id: archive.id,
      default_parent: true,
    });
    expect(unpacked.body).toMatchObject({ status: "OK", files_num: 2 });
    const task = await session.get(`/drive/v1/tasks/${idOf(unpacked)}`);
    const inside = await session.get(`/drive/v1/files?parent_id=${String(task.body["file_id"])}`);
    expect(namesIn(inside)).toEqual(["in", "two.txt"]);
  });
});

describe("PikPakAPI 0.1.11", () => {
  const android = "YNxT9w7GMdWvEOKa";
  const python = () =>
    signIn({
      client: android,
      action: "POST:https://user.mypikpak.com/v1/auth/signin",
      meta: { email: username },
      headers: device,
      signInHeaders: {},
      captchaIn: "body",
      bodyType: "application/x-www-form-urlencoded",
    });

  test("PikPakAPI signs in without a device header, with JSON labelled as a form", async () => {
    expect((await python()).bearer).toMatch(/^Bearer [\w-]+\.[\w-]+\.\w+$/);
  });

  test("PikPakAPI lists, counts and reads its history without a captcha token", async () => {
    const session = await python();
    expect(namesIn(await session.get("/drive/v1/files?parent_id=&thumbnail_size=SIZE_MEDIUM&limit=100"))).toHaveLength(
      2,
    );
    expect((await session.get("/vip/v1/quantity/list?type=transfer")).body).toMatchObject({
      base: { offline: { total_assets: expect.any(Number) }, user_id: at.mia.userId },
      has_more: false,
    });
    await session.send("POST", "/drive/v1/files:batchTrash", { ids: [file.id] });
    const events = await session.get("/drive/v1/events?thumbnail_size=SIZE_MEDIUM&limit=100&next_page_token=");
    expect(events.body).toMatchObject({ events: [{ type: "TYPE_DELETE", file_name: "a.txt", kind: "drive#event" }] });
    expect((await session.get("/vip/v1/activity/inviteCode")).body["code"]).toMatch(/^\d{8}$/);
    expect((await session.get("/vip/v1/vip/info")).body).toMatchObject({ data: { type: "platinum", vipItem: [{}] } });
  });

  test("PikPakAPI sends a captcha token for a link alone", async () => {
    const session = await python();
    at.pikpak.rules.accountCaptcha = true;
    expect((await session.get(`/drive/v1/files/${file.id}`)).body).toMatchObject({ error_code: 9 });
    const meta = { ...signedMeta(at.now(), at.mia.userId) };
    const init = await at.captcha(meta, { action: `GET:/drive/v1/files/${file.id}` });
    const link = await session.get(`/drive/v1/files/${file.id}`, {
      "x-captcha-token": String(init.body["captcha_token"]),
    });
    expect(link.body["web_content_link"]).toContain("/download/?fid=");
  });

  test("PikPakAPI downloads offline without a name and without a parent, and repeats the key to delete", async () => {
    const session = await python();
    const begin = (url: string) =>
      session.send("POST", "/drive/v1/files", {
        kind: "drive#file",
        name: null,
        upload_type: "UPLOAD_TYPE_URL",
        url: { url },
        parent_id: null,
        folder_type: "DOWNLOAD",
      });
    const one = await begin("https://example.com/100%-real.zip");
    expect(one.body).toMatchObject({ upload_type: "UPLOAD_TYPE_URL", task: { name: "100%-real.zip" } });
    const two = await begin("magnet:?xt=urn:btih:0123&dn=b%");
    const ids = [one, two].map(({ body }) => (body["task"] as { id: string }).id);
    const list = await session.get(
      `/drive/v1/tasks?type=offline&thumbnail_size=SIZE_SMALL&limit=10000&with=reference_resource&filters=${filters({ phase: { in: "PHASE_TYPE_RUNNING,PHASE_TYPE_ERROR" } })}`,
    );
    expect(list.body["tasks"]).toHaveLength(2);
    const query = ids.map((id) => `task_ids=${id}`).join("&");
    expect((await session.send("DELETE", `/drive/v1/tasks?${query}&delete_files=false`)).status).toBe(200);
    expect((await session.get("/drive/v1/tasks?type=offline")).body["tasks"]).toEqual([]);
  });

  test("PikPakAPI moves to the root by an empty target, which a rule forbids", async () => {
    const session = await python();
    const inside = at.pikpak.build.file(at.mia, folder, { name: "deep.txt", size: 3 });
    const move = () => session.send("POST", "/drive/v1/files:batchMove", { ids: [inside.id], to: {} });
    at.pikpak.rules.emptyTarget = false;
    expect((await move()).body["error"]).toBe("invalid_argument");
    at.pikpak.rules.emptyTarget = true;
    expect((await move()).status).toBe(200);
    expect(inside.parentId).toBe("");
  });

  test("PikPakAPI reads a share signed in without a client id, and saves it without a target", async () => {
    const session = await python();
    const jo = at.pikpak.build.account({ username: "jo", password });
    const theirs = at.pikpak.build.file(jo, undefined, { name: "jo.txt", size: 3 });
    const { id } = at.pikpak.build.share(jo, { title: "t", nodes: [theirs], passCode: "zq47" });
    const read = await session.get(
      `/drive/v1/share?limit=100&thumbnail_size=SIZE_LARGE&order=3&share_id=${id}&pass_code=zq47`,
    );
    expect(read.body).toMatchObject({ share_status: "OK", files: [{ name: "jo.txt" }] });
    const saved = await session.send("POST", "/drive/v1/share/restore", {
      share_id: id,
      pass_code_token: read.body["pass_code_token"],
      file_ids: [theirs.id],
    });
    expect(saved.body).toMatchObject({ restore_status: "RESTORE_START" });
    const pack = at.pikpak.state.nodes.children(at.mia.userId, "").find((node) => node.folderType === "RESTORE");
    expect(namesIn(await session.get(`/drive/v1/files?parent_id=${pack?.id ?? ""}`))).toEqual(["jo.txt"]);
    at.pikpak.rules.shareClientId = "everybody";
    expect((await session.get(`/drive/v1/share?share_id=${id}`)).body).toMatchObject({
      error_details: [{ detail: "client_id not match" }],
    });
  });

  test("PikPakAPI's retry of a failed task is refused, or begins it again where a rule says so", async () => {
    const session = await python();
    at.pikpak.rules.offlineFails = true;
    const begun = await session.send("POST", "/drive/v1/files", {
      upload_type: "UPLOAD_TYPE_URL",
      url: { url: "https://example.com/a" },
    });
    at.advance(5000);
    const { id } = begun.body["task"] as { id: string };
    const retry = () => session.send("POST", "/drive/v1/task", { type: "offline", create_type: "RETRY", id });
    expect((await retry()).status).toBe(400);
    Object.assign(at.pikpak.rules, { retryWorks: true, offlineFails: false });
    expect((await retry()).body).toMatchObject({ task: { id, phase: "PHASE_TYPE_RUNNING" } });
    at.advance(5000);
    expect((await session.get(`/drive/v1/tasks/${id}`)).body).toMatchObject({ phase: "PHASE_TYPE_COMPLETE" });
  });
});

describe("pikpakcli dfbe3fe", () => {
  const cli = () =>
    signIn({
      client: "YNxT9w7GMdWvEOKa",
      action: "POST:https://user.mypikpak.com/v1/auth/signin",
      meta: { username },
      headers: device,
      signInHeaders: device,
      captchaIn: "body",
    });

  test("pikpakcli lists with an empty captcha header and asks for its quota without one", async () => {
    const session = await cli();
    expect(namesIn(await session.get("/drive/v1/files?parent_id=&limit=500", { "x-captcha-token": "" }))).toHaveLength(
      2,
    );
    const { quota } = (await session.get("/drive/v1/about")).body as { quota: { limit: string; usage: string } };
    expect([Number.parseInt(quota.limit, 10), Number.parseInt(quota.usage, 10)]).toEqual([10_995_116_277_760, 5]);
    const month = (await session.get("/vip/v1/quantity/list?type=transfer&limit=200")).body;
    const band = { total_assets: expect.any(Number), assets: 0, size: 0 };
    expect(month).toMatchObject({ base: { upload: band }, transfer: { offline: { info: "", ...band } } });
  });

  test("pikpakcli is told of the offline downloads a free account has left", async () => {
    const free = at.pikpak.build.account({ username: "free@example.com", password, plan: "novip" });
    expect(free.quota.limit).toBe(6_442_450_944);
    const token = at.pikpak.tokens.grant(free, { clientId, kind: "session", scopes: new Set(["read"]) }).access_token;
    const answer = await at.send("GET", `${at.pikpak.driveUrl}/drive/v1/about`, {
      headers: { ...device, authorization: `Bearer ${token}` },
    });
    expect(answer.body).toMatchObject({ quotas: { cloud_download: { limit: "5", usage: "0" } } });
  });

  test("pikpakcli deletes one by one", async () => {
    const session = await cli();
    expect((await session.send("DELETE", `/drive/v1/files/${file.id}`)).text).toBe("");
    expect((await session.get(`/drive/v1/files/${file.id}`)).status).toBe(404);
  });

  const ask = (session: Session, bytes: Buffer) =>
    session.send("POST", "/drive/v1/files", {
      body: { duration: "", width: "", height: "" },
      kind: "drive#file",
      name: "up.bin",
      size: String(bytes.length),
      hash: gcid(bytes).toLowerCase(),
      upload_type: "UPLOAD_TYPE_RESUMABLE",
      objProvider: { provider: "UPLOAD_TYPE_UNKNOWN" },
      parent_id: folder.id,
    });

  test("pikpakcli uploads 256 KiB parts out of order to the endpoint that names the bucket", async () => {
    const session = await cli();
    const bytes = pattern(600_000);
    const asked = await ask(session, bytes);
    const ticket = ticketIn(asked);
    expect(ticket.endpoint).toBe(new URL(at.pikpak.url).host);
    const oss = (one: Omit<BucketRequest, "host" | "path">) =>
      sendToBucket(
        at.pikpak.url,
        signedByOss(ticket, { ...one, host: "vip-lixian-07.mypikpak.net", path: `/${ticket.key}` }),
      );
    const uploadId = xmlField((await oss({ method: "POST", query: [["uploads", ""]] })).text, "UploadId");
    const size = 262_144;
    const sent = await Promise.all(
      [3, 1, 2].map(async (number) => {
        const body = bytes.subarray((number - 1) * size, number * size);
        const query = [
          ["partNumber", String(number)],
          ["uploadId", uploadId],
        ] as const;
        return { number, tag: String((await oss({ method: "PUT", query, body })).headers["etag"]).replaceAll('"', "") };
      }),
    );
    const parts = sent
      .toSorted((a, b) => a.number - b.number)
      .map(({ number, tag }) => `<Part><PartNumber>${number}</PartNumber><ETag>${tag}</ETag></Part>`);
    const xml = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    expect((await oss({ method: "POST", query: [["uploadId", uploadId]], body: Buffer.from(xml) })).status).toBe(200);
    expect(await detail(session, fileIn(asked).id)).toMatchObject({ phase: "PHASE_TYPE_COMPLETE", hash: gcid(bytes) });
  });

  test("pikpakcli creates by hash alone: complete where the service has it, else a placeholder it deletes", async () => {
    const session = await cli();
    expect(fileIn(await ask(session, Buffer.from("hello")))).toMatchObject({ phase: "PHASE_TYPE_COMPLETE" });
    const unknown = fileIn(await ask(session, Buffer.from("nobody has this")));
    expect(unknown).toMatchObject({ phase: "PHASE_TYPE_PENDING" });
    expect((await session.send("DELETE", `/drive/v1/files/${unknown.id}`)).status).toBe(200);
  });
});

describe("pikpaktui 0.0.63 and OpenList 0b1e9d09", () => {
  const tui = () =>
    signIn({
      client: "YNxT9w7GMdWvEOKa",
      action: `POST:${at.pikpak.userUrl}/v1/auth/signin`,
      meta: { username },
      headers: device,
      signInHeaders: device,
      captchaIn: "body",
    });

  test("pikpaktui signs in below a path prefix with an action that names the whole address", async () => {
    expect((await tui()).bearer).not.toBe("");
  });

  test("pikpaktui finds its task by a filter on the id, which a rule refuses", async () => {
    const session = await tui();
    const trashed = await session.send("POST", "/drive/v1/files:batchTrash", { ids: [file.id] });
    const find = () =>
      session.get(`/drive/v1/tasks?type=&filters=${filters({ id: { in: `${idOf(trashed)},x` } })}&limit=500`);
    expect((await find()).body["tasks"]).toMatchObject([{ id: idOf(trashed), phase: "PHASE_TYPE_COMPLETE" }]);
    at.pikpak.rules.tasksById = false;
    expect(await find()).toMatchObject({ status: 400, body: { error: "invalid_argument" } });
    expect((await session.get("/drive/v1/tasks?filters=nonsense")).status).toBe(400);
  });

  test("pikpaktui previews a link before it downloads it", async () => {
    const session = await tui();
    const body = { page_size: 500, thumbnail_type: "FROM_HASH", urls: "magnet:?xt=urn:btih:01&dn=A+Film.mkv" };
    expect((await session.send("POST", "/drive/v1/resource/list", body)).body).toMatchObject({
      list: { resources: [{ name: "A Film.mkv", file_count: 1 }] },
    });
    at.pikpak.rules.magnets = { "01": [{ path: "A/b/c.mkv", size: 7 }], "02": [] };
    expect((await session.send("POST", "/drive/v1/resource/list", body)).body).toMatchObject({
      list: {
        resources: [
          {
            name: "A",
            file_size: "7",
            is_dir: true,
            dir: { resources: [{ name: "b", dir: { resources: [{ name: "c.mkv", file_size: "7", dir: null }] } }] },
          },
        ],
      },
    });
    const unknown = { ...body, urls: "magnet:?xt=urn:btih:02" };
    expect((await session.send("POST", "/drive/v1/resource/list", unknown)).body).toMatchObject({
      list: { resources: [] },
    });
    const status = (url: string) => session.get(`/drive/v1/resource/status?url=${encodeURIComponent(url)}`);
    expect((await status("https://example.com/a")).body).toEqual({ status: "OK" });
    expect((await status("ftp://example.com/a")).body).toEqual({ status: "UNSUPPORTED" });
  });

  test("pikpaktui saves a share to a folder, and reads its list of shares until the token repeats", async () => {
    const session = await tui();
    const jo = at.pikpak.build.account({ username: "jo", password });
    const theirs = at.pikpak.build.file(jo, undefined, { name: "jo.txt", size: 3 });
    const { id } = at.pikpak.build.share(jo, { title: "t", nodes: [theirs] });
    const body = { file_ids: [theirs.id], pass_code_token: "", share_id: id, to: { parent_id: folder.id } };
    expect((await session.send("POST", "/drive/v1/share/restore", body)).body).toMatchObject({ share_status: "OK" });
    expect(namesIn(await session.get(`/drive/v1/files?parent_id=${folder.id}`))).toEqual(["jo.txt"]);
    await session.send("POST", "/drive/v1/share", { file_ids: [file.id], expiration_days: -1 });
    const page = await session.get("/drive/v1/share/list?limit=100");
    const token = String(page.body["next_page_token"]);
    expect(page.body["data"]).toHaveLength(1);
    expect((await session.get(`/drive/v1/share/list?limit=100&page_token=${token}`)).body["data"]).toEqual([]);
  });

  test("OpenList sends one object by Aliyun's signature, with the slashes of its key escaped", async () => {
    const session = await tui();
    const bytes = pattern(5000);
    const asked = await session.send("POST", "/drive/v1/files", {
      kind: "drive#file",
      name: "up.bin",
      size: bytes.length,
      hash: gcid(bytes),
      upload_type: "UPLOAD_TYPE_RESUMABLE",
      objProvider: { provider: "UPLOAD_TYPE_UNKNOWN" },
      parent_id: folder.id,
      folder_type: "NORMAL",
    });
    const ticket = ticketIn(asked);
    const path = `/${ticket.key.replaceAll("/", "%2F")}`;
    const put = signedByOss(ticket, { method: "PUT", host: `${ticket.bucket}.mypikpak.net`, path, body: bytes });
    expect((await sendToBucket(at.pikpak.url, put)).status).toBe(200);
    expect(await detail(session, fileIn(asked).id)).toMatchObject({ phase: "PHASE_TYPE_COMPLETE" });
  });

  test("OpenList's offline download names a parent with an empty folder type, and joins ids to delete", async () => {
    const session = await tui();
    const begun = await session.send("POST", "/drive/v1/files", {
      kind: "drive#file",
      name: "",
      upload_type: "UPLOAD_TYPE_URL",
      url: { url: "https://example.com/b.zip" },
      parent_id: folder.id,
      folder_type: "",
    });
    at.advance(5000);
    const { id } = begun.body["task"] as { id: string };
    expect((await session.get(`/drive/v1/tasks/${id}?type=offline&checkPhase=true`)).body).toMatchObject({
      progress: 100,
    });
    expect(namesIn(await session.get(`/drive/v1/files?parent_id=${folder.id}`))).toEqual(["b.zip"]);
    await session.send("DELETE", `/drive/v1/tasks?task_ids=${id},other&delete_files=true`);
    expect(namesIn(await session.get(`/drive/v1/files?parent_id=${folder.id}`))).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gcid } from "../../../emulators/pikpak/content.ts";
import { sendToBucket, signedByOss, signedByS3, xmlField, type BucketRequest, type Ticket } from "./bucket-client.ts";
import { rawClient, type Answer, type RawClient } from "./client.ts";

let at: RawClient;
beforeEach(async () => {
  at = await rawClient();
});
afterEach(() => at.pikpak.close());

const bytes = Buffer.from("new bytes");
const ask = (more: object = {}) =>
  at.drive("POST", "/drive/v1/files", {
    body: {
      kind: "drive#file",
      name: "up.txt",
      size: bytes.length,
      hash: gcid(bytes),
      upload_type: "UPLOAD_TYPE_RESUMABLE",
      parent_id: "",
      ...more,
    },
  });
const ticketIn = (answer: Answer) => (answer.body["resumable"] as { params: Ticket }).params;
const fileIn = (answer: Answer) => answer.body["file"] as { id: string; name: string; phase: string };
const phase = async (answer: Answer) => (await at.drive("GET", `/drive/v1/files/${fileIn(answer).id}`)).body["phase"];

const request = (ticket: Ticket, more: Partial<BucketRequest> = {}): BucketRequest => ({
  method: "PUT",
  host: `${ticket.bucket}.mypikpak.com`,
  path: `/${ticket.key}`,
  body: bytes,
  ...more,
});
const oss = (ticket: Ticket, more: Partial<BucketRequest> = {}) =>
  sendToBucket(at.pikpak.url, signedByOss(ticket, request(ticket, more)));
const code = (text: string) => xmlField(text, "Code");

describe("an upload's ticket", () => {
  test("a taken name is numbered, and an empty name or a foreign folder is refused", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "up.txt", size: 1 });
    expect(fileIn(await ask())).toMatchObject({ name: "up(1).txt", phase: "PHASE_TYPE_PENDING" });
    expect((await ask({ name: "" })).body["error"]).toBe("file_name_empty");
    expect((await ask({ parent_id: "V_nobody_has_this_folder_o1" })).status).toBe(404);
    expect((await ask({ size: "many" })).body["error"]).toBe("invalid_argument");
    expect((await ask({ upload_type: "UPLOAD_TYPE_NONE" })).body["error"]).toBe("invalid_argument");
  });

  test("a file that would not fit is refused before any bytes are sent", async () => {
    at.mia.quota.limit = 5;
    expect((await ask()).body).toMatchObject({ error: "file_space_not_enough", error_code: 8 });
  });

  test("a file under way takes no room and is hidden by the standard filter", async () => {
    await ask();
    expect(at.mia.quota.usage).toBe(0);
    const filter = encodeURIComponent(JSON.stringify({ phase: { eq: "PHASE_TYPE_COMPLETE" } }));
    expect((await at.drive("GET", `/drive/v1/files?filters=${filter}`)).body["files"]).toEqual([]);
    expect((await at.drive("GET", "/drive/v1/files")).body["files"]).toMatchObject([{ phase: "PHASE_TYPE_PENDING" }]);
  });

  test("a ticket of the web client names another endpoint than Android's", async () => {
    const hosts = async (client: "YUMx5nI8ZU8Ap8pm" | "YNxT9w7GMdWvEOKa") => {
      const scopes = new Set(["write"] as const);
      const token = at.pikpak.tokens.grant(at.mia, { clientId: client, kind: "session", scopes }).access_token;
      const body = JSON.stringify({ name: "x", size: 9, hash: gcid(bytes), upload_type: "UPLOAD_TYPE_RESUMABLE" });
      const headers = { "x-device-id": "d", authorization: `Bearer ${token}` };
      const asked = await sendToBucket(at.pikpak.url, {
        method: "POST",
        host: "api-drive.mypikpak.net",
        path: "/drive/v1/files",
        headers,
        body: Buffer.from(body),
      });
      return (JSON.parse(asked.text) as { resumable: { params: Ticket } }).resumable.params.endpoint;
    };
    expect(await hosts("YUMx5nI8ZU8Ap8pm")).toBe("mypikpak.net");
    expect(await hosts("YNxT9w7GMdWvEOKa")).toBe("vip-lixian-07.mypikpak.net");
  });
});

describe("the bucket", () => {
  test.each([
    ["the bucket's own host", "vip-lixian-07.mypikpak.com", ""],
    ["a host without the bucket, by the key", "mypikpak.net", ""],
    ["the bare port", "127.0.0.1", ""],
    ["the bucket's name before any host", "vip-lixian-07.localhost", ""],
    ["the port's prefix, with the bucket in the path", "127.0.0.1", "/bucket-host/vip-lixian-07"],
  ])("an object is taken at %s", async (_what, host, prefix) => {
    const asked = await ask();
    const put = await oss(ticketIn(asked), { host, path: `${prefix}/${ticketIn(asked).key}` });
    expect(put.status).toBe(200);
    expect(await phase(asked)).toBe("PHASE_TYPE_COMPLETE");
    expect(at.mia.quota.usage).toBe(bytes.length);
  });

  test("a request with a wrong secret, a wrong token or no signature is refused, in either way of signing", async () => {
    const ticket = ticketIn(await ask());
    for (const sign of [signedByOss, signedByS3]) {
      const send = (wrong: Partial<Ticket>) =>
        sendToBucket(at.pikpak.url, sign({ ...ticket, ...wrong }, request(ticket)));
      expect(code((await send({ access_key_secret: "x" })).text)).toBe("SignatureDoesNotMatch");
      expect(code((await send({ security_token: "x" })).text)).toBe("InvalidSecurityToken");
      expect(code((await send({ access_key_id: "x" })).text)).toBe("InvalidAccessKeyId");
    }
    expect(await sendToBucket(at.pikpak.url, request(ticket))).toMatchObject({ status: 403 });
    at.pikpak.rules.checkUploadSign = false;
    expect((await sendToBucket(at.pikpak.url, request(ticket))).status).toBe(200);
  });

  test("a ticket is over after twelve hours, and an unknown key leads nowhere", async () => {
    const ticket = ticketIn(await ask());
    at.advance(12 * 3_600_000 + 1);
    expect(code((await oss(ticket)).text)).toBe("SecurityTokenExpired");
    expect(code((await oss({ ...ticket, key: "upload_tmp/none" })).text)).toBe("NoSuchKey");
  });

  test("parts have to be numbered, large enough, listed in order and named by their own tags", async () => {
    const asked = await ask();
    const ticket = ticketIn(asked);
    const uploadId = xmlField((await oss(ticket, { method: "POST", query: [["uploads", ""]] })).text, "UploadId");
    const part = (number: number) =>
      oss(ticket, {
        query: [
          ["partNumber", String(number)],
          ["uploadId", uploadId],
        ],
        body: bytes.subarray(0, 4),
      });
    expect(code((await part(0)).text)).toBe("InvalidArgument");
    const tag = String((await part(1)).headers["etag"]);
    await part(2);
    const complete = async (...listed: (readonly [number, string])[]) => {
      const parts = listed.map(([number, one]) => `<Part><PartNumber>${number}</PartNumber><ETag>${one}</ETag></Part>`);
      const body = Buffer.from(`<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`);
      return code((await oss(ticket, { method: "POST", query: [["uploadId", uploadId]], body })).text);
    };
    expect(await complete()).toBe("MalformedXML");
    expect(await complete([2, tag], [1, tag])).toBe("InvalidPartOrder");
    expect(await complete([1, "other"])).toBe("InvalidPart");
    expect(await complete([1, tag], [2, tag])).toBe("EntityTooSmall");
    const listed = await oss(ticket, { method: "GET", body: undefined, query: [["uploadId", uploadId]] });
    expect(listed.text.match(/<PartNumber>/g)).toHaveLength(2);
    expect(code((await oss(ticket, { method: "GET", body: undefined, query: [["uploadId", "none"]] })).text)).toBe(
      "NoSuchUpload",
    );
    at.pikpak.rules.completionAnswer = "xml";
    expect(await complete([1, tag])).toBe("");
    // Four bytes where nine were announced.
    expect(await phase(asked)).toBe("PHASE_TYPE_ERROR");
  });

  test("bytes with another hash than announced are taken, or refused where the rule says so", async () => {
    const wrong = "0".repeat(40);
    const taken = await ask({ hash: wrong });
    await oss(ticketIn(taken));
    const { body } = await at.drive("GET", `/drive/v1/files/${fileIn(taken).id}`);
    expect(body).toMatchObject({ phase: "PHASE_TYPE_COMPLETE", hash: gcid(bytes) });
    at.pikpak.rules.uploadHash = "reject";
    const refused = await ask({ hash: wrong });
    await oss(ticketIn(refused));
    expect(await phase(refused)).toBe("PHASE_TYPE_ERROR");
  });

  test("a file is complete some time after its last byte, and its task with it where there is one", async () => {
    Object.assign(at.pikpak.rules, { uploadTakes: 2000, uploadTask: true });
    const asked = await ask();
    const { id } = asked.body["task"] as { id: string };
    const task = async () => (await at.drive("GET", `/drive/v1/tasks/${id}`)).body;
    await oss(ticketIn(asked));
    expect([await phase(asked), (await task())["phase"]]).toEqual(["PHASE_TYPE_PENDING", "PHASE_TYPE_RUNNING"]);
    at.advance(2000);
    expect(await phase(asked)).toBe("PHASE_TYPE_COMPLETE");
    expect(await task()).toMatchObject({ type: "upload", phase: "PHASE_TYPE_COMPLETE" });
  });

  test("an upload that was completed is over: its parts are gone, and other bytes change nothing", async () => {
    const asked = await ask();
    const ticket = ticketIn(asked);
    const uploadId = xmlField((await oss(ticket, { method: "POST", query: [["uploads", ""]] })).text, "UploadId");
    await oss(ticket);
    expect(
      code(
        (
          await oss(ticket, {
            query: [
              ["partNumber", "1"],
              ["uploadId", uploadId],
            ],
          })
        ).text,
      ),
    ).toBe("NoSuchUpload");
    expect((await oss(ticket, { body: Buffer.from("other") })).status).toBe(200);
    const { body } = await at.drive("GET", `/drive/v1/files/${fileIn(asked).id}`);
    expect(body).toMatchObject({ phase: "PHASE_TYPE_COMPLETE", hash: gcid(bytes) });
  });

  test("the parts that are there are listed a page at a time, in their order", async () => {
    const ticket = ticketIn(await ask());
    const uploadId = xmlField((await oss(ticket, { method: "POST", query: [["uploads", ""]] })).text, "UploadId");
    for (const number of [3, 1, 2])
      await oss(ticket, {
        query: [
          ["partNumber", String(number)],
          ["uploadId", uploadId],
        ],
      });
    const list = async (marker: string) => {
      const query = [
        ["max-parts", "2"],
        ["part-number-marker", marker],
        ["uploadId", uploadId],
      ] as const;
      const asked = request(ticket, { method: "GET", body: undefined, query });
      const { text } = await sendToBucket(at.pikpak.url, signedByS3(ticket, asked));
      const numbers = [...text.matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
      return { numbers, isCut: xmlField(text, "IsTruncated"), next: xmlField(text, "NextPartNumberMarker") };
    };
    expect(await list("0")).toEqual({ numbers: [1, 2], isCut: "true", next: "2" });
    expect(await list("2")).toEqual({ numbers: [3], isCut: "false", next: "3" });
  });

  test("a form is posted with the fields of its ticket", async () => {
    const asked = await ask({ upload_type: "UPLOAD_TYPE_FORM" });
    const { url, multi_parts: fields } = asked.body["form"] as { url: string; multi_parts: Record<string, string> };
    const post = (changes: Record<string, string>) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...fields, ...changes })) form.set(name, value);
      form.set("file", new Blob([bytes]), "up.txt");
      return fetch(url, { method: "POST", body: form });
    };
    expect((await post({ Signature: "x" })).status).toBe(403);
    expect((await post({ key: "upload_tmp/other" })).status).toBe(404);
    expect((await post({})).status).toBe(204);
    expect(await phase(asked)).toBe("PHASE_TYPE_COMPLETE");
  });
});

describe("archives", () => {
  const call = (verb: string, body: object) => at.drive("POST", `/decompress/v1/${verb}`, { body });

  test("an archive is listed by folders, opens by its password alone, and may be unpacked in part", async () => {
    const files = [
      { name: "in/one.txt", size: 4 },
      { name: "in/two.txt", size: 6 },
      { name: "top.txt", size: 1 },
    ];
    const archive = { files, password: "1234" };
    const packed = at.pikpak.build.file(at.mia, undefined, { name: "pack.rar", size: 10, archive });
    const named = { gcid: packed.gcid, file_id: packed.id };
    expect((await call("list", named)).body).toMatchObject({ status: "PASSWORD_ERROR", files: [] });
    const open = { ...named, password: "1234" };
    expect((await call("list", open)).body).toMatchObject({ file_count: 2, files: [{ filename: "in" }, {}] });
    expect((await call("list", { ...open, path: "in" })).body).toMatchObject({
      current_path: "in",
      files: [{ filename: "one.txt", filesize: "4" }, { filename: "two.txt" }],
    });
    const part = await call("decompress", { ...open, files: [{ path: "in/two.txt" }] });
    expect(part.body).toMatchObject({ status: "OK", files_num: 1 });
    expect(at.mia.quota.usage).toBe(16);
  });

  test.each([
    ["one of several volumes", { name: "pack.part1.rar" }, "INVALID_FILE_FORMAT"],
    ["no archive", { name: "pack.txt" }, "INVALID_FILE_FORMAT"],
    ["not complete", { name: "pack.zip", phase: "PHASE_TYPE_PENDING" }, "FILE_NOT_COMPLETE"],
  ] as const)("a file that is %s is not unpacked", async (_what, seed, status) => {
    const packed = at.pikpak.build.file(at.mia, undefined, { size: 10, ...seed });
    expect((await call("decompress", { gcid: packed.gcid, file_id: packed.id })).body).toMatchObject({ status });
    expect((await call("decompress", { gcid: "x", file_id: packed.id })).body["status"]).toBe("FILE_NOT_FOUND");
  });
});

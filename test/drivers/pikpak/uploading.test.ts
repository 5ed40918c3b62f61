import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGcid } from "../../../src/drivers/pikpak/gcid.ts";
import type { Driver, UploadingOptions } from "../../../src/storage/driver.ts";
import type { PendingUpload, UploadSource } from "../../../src/storage/upload.ts";
import { startService, type Service } from "./service.ts";

let at: Service;
let driver: Driver;
beforeEach(async () => {
  at = await startService();
  driver = at.account();
});
afterEach(() => at.close());

const files = "/drive/v1/files";
const MiB = 1024 * 1024;

interface Watched extends UploadSource {
  /** Where it was opened, in order. */
  readonly opened: number[];
}

/** A file that tells how it is read. */
function sourceOf(name: string, bytes: Buffer): Watched {
  const opened: number[] = [];
  return {
    name,
    size: bytes.length,
    opened,
    async *open(from) {
      opened.push(from);
      for (let place = from; place < bytes.length; place += 300_000) yield bytes.subarray(place, place + 300_000);
    },
  };
}

const patterned = (length: number, step = 251) => Buffer.from(Uint8Array.from({ length }, (_, n) => n % step));

/** What was told for another attempt, as a store gives it back. */
function noting() {
  const told: PendingUpload[] = [];
  const onPending = async (pending: PendingUpload) => void told.push(JSON.parse(JSON.stringify(pending)));
  return { told, onPending, last: () => told.at(-1) };
}

const upload = (source: UploadSource, more: Partial<UploadingOptions> = {}, on: Driver = driver) =>
  on.upload?.(source, undefined, { ifTaken: "tell", ...more });
const asked = (method: string, path: string) =>
  at.pikpak.calls.filter((call) => call.method === method && call.path.startsWith(path)).length;
const inBucket = (method: string) =>
  at.pikpak.calls.filter((call) => call.host === "bucket" && call.method === method).length;
const own = () => at.pikpak.state.nodes.children(at.mia.userId, "").map(({ name, phase }) => `${name} ${phase}`);

describe("the name of a content", () => {
  const vectors: readonly { readonly content: string; readonly size: number; readonly gcid: string }[] = JSON.parse(
    readFileSync(new URL("../../emulators/pikpak/vectors.json", import.meta.url), "utf8"),
  ).gcid;
  test("is the published one of each vector", () => {
    const hello = createGcid(5);
    hello.update(Buffer.from("hello"));
    expect(hello.digest()).toBe("6B4F89A54E2D27ECD7E8DA05B4AB8FD9D1D8B119");
    expect(createGcid(0).digest()).toBe("DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
    const long = createGcid(600_000);
    long.update(patterned(600_000));
    expect(long.digest()).toBe("3FC0617C331816DA4EE9C19C6F532F2D6D4FD6CC");
    const edge = createGcid(262_145);
    edge.update(Buffer.concat([patterned(262_144, 256), Buffer.from([255])]));
    expect(edge.digest()).toBe("8D8E0641A07D3B8680976CFE8B4D0ACA47D0F844");
    expect(vectors.map(({ gcid }) => gcid)).toContain("8D8E0641A07D3B8680976CFE8B4D0ACA47D0F844");
  });

  test("of 128 MiB of zeros is that of blocks of 256 KiB", () => {
    const gcid = createGcid(128 * MiB);
    const zeros = Buffer.alloc(MiB);
    for (let n = 0; n < 128; n++) gcid.update(zeros);
    expect(gcid.digest()).toBe("239FE6CB403FF3498686FC3172EF958499B161F2");
  });

  test("does not depend on the pieces the bytes come in", () => {
    const bytes = patterned(900_000);
    const whole = createGcid(bytes.length);
    whole.update(bytes);
    const expected = whole.digest();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 20 }), (lengths) => {
        const gcid = createGcid(bytes.length);
        for (let from = 0, n = 0; from < bytes.length; n++) {
          const length = lengths[n % lengths.length] ?? 1;
          gcid.update(bytes.subarray(from, from + length));
          from += length;
        }
        expect(gcid.digest()).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a file is uploaded", () => {
  test("in parts, in order, and is there with its size and hash", async () => {
    const bytes = patterned(20 * MiB);
    const seen: number[] = [];
    const onBytes = (doing: string, done: number) => void (doing === "sending" && seen.push(done / MiB));
    const source = sourceOf("a film.mkv", bytes);
    expect(await upload(source, { onBytes })).toMatchObject({ is: "done", instant: false, entry: { size: 20 * MiB } });
    expect(seen).toEqual([0, 8, 16, 20]);
    expect(source.opened).toEqual([0, 0]);
    expect(inBucket("PUT")).toBe(3);
    expect(own()).toEqual(["a film.mkv PHASE_TYPE_COMPLETE"]);
    const [node] = at.pikpak.state.nodes.children(at.mia.userId, "");
    const whole = createGcid(bytes.length);
    whole.update(bytes);
    expect(node?.gcid).toBe(whole.digest());
  });

  test("at once where the service has the content, without its bytes being sent", async () => {
    const bytes = patterned(700_000);
    at.pikpak.build.file(at.mia, at.pikpak.build.folder(at.mia, undefined, "elsewhere"), { name: "same", bytes });
    expect(await upload(sourceOf("copy.bin", bytes))).toMatchObject({ is: "done", instant: true });
    expect(inBucket("PUT")).toBe(0);
  });

  test("where it has no bytes at all", async () => {
    expect(await upload(sourceOf("empty.txt", Buffer.alloc(0)))).toMatchObject({ is: "done", entry: { size: 0 } });
  });

  test.each(["json", "xml"] as const)("where the bucket says that it is complete in %s", async (answer) => {
    at.pikpak.rules.completionAnswer = answer;
    expect(await upload(sourceOf("a", patterned(10)))).toMatchObject({ is: "done" });
  });

  test("where the service names a task, and takes its time", async () => {
    Object.assign(at.pikpak.rules, { uploadTask: true, uploadTakes: 9000 });
    expect(await upload(sourceOf("a", patterned(10)))).toMatchObject({ is: "done" });
  });

  test.each(["android", "pc"])("with what tickets for the client %s name", async (platform) => {
    const on = at.account({ username: "mia@example.com", platform });
    expect(await upload(sourceOf("a", patterned(10)), {}, on)).toMatchObject({ is: "done" });
  });

  test("under a hostile name as it is", async () => {
    const name = "../..\\a \"<b>&amp;' עברית ‮.mkv";
    expect(await upload(sourceOf(name, patterned(10)))).toMatchObject({ is: "done", entry: { name } });
  });
});

describe("a name that is taken", () => {
  const before = (bytes: Buffer) => at.pikpak.build.file(at.mia, undefined, { name: "a.bin", bytes });

  test("by the very same file is told, and nothing is sent", async () => {
    const { id } = before(patterned(5000));
    expect(await upload(sourceOf("a.bin", patterned(5000)))).toMatchObject({ is: "present", entry: { id } });
    expect(asked("POST", files)).toBe(0);
  });

  test("by another one is told without reading the new one", async () => {
    const { id } = before(patterned(5001));
    const source = sourceOf("a.bin", patterned(5000));
    expect(await upload(source)).toMatchObject({ is: "taken", entry: { id } });
    expect(source.opened).toEqual([]);
  });

  test("by one of the same size and another content is told", async () => {
    before(patterned(5000, 250));
    expect(await upload(sourceOf("a.bin", patterned(5000)))).toMatchObject({ is: "taken" });
  });

  test("by a folder is told", async () => {
    at.pikpak.build.folder(at.mia, undefined, "a.bin");
    expect(await upload(sourceOf("a.bin", patterned(5000)))).toMatchObject({ is: "taken" });
  });

  test("gets another one where both are wanted", async () => {
    before(patterned(5001));
    const done = await upload(sourceOf("a.bin", patterned(5000)), { ifTaken: "number" });
    expect(done).toMatchObject({ is: "done", entry: { name: "a(1).bin" } });
  });
});

describe("an answer that is lost", () => {
  test("of a ticket does not leave a second file behind", async () => {
    const pending = noting();
    const source = sourceOf("a.bin", patterned(5000));
    at.pikpak.fail({ path: files, method: "POST", lost: true });
    await expect(upload(source, pending)).rejects.toMatchObject({ code: "upstream" });
    expect(own()).toEqual([]);
    expect(await upload(source, { pending: pending.last() })).toMatchObject({ is: "done" });
    expect(own()).toEqual(["a.bin PHASE_TYPE_COMPLETE"]);
  });

  test("of a ticket for a content that is known is found as the file", async () => {
    const bytes = patterned(5000);
    at.pikpak.build.file(at.mia, at.pikpak.build.folder(at.mia, undefined, "else"), { name: "same", bytes });
    at.pikpak.fail({ path: files, method: "POST", lost: true });
    expect(await upload(sourceOf("a.bin", bytes))).toMatchObject({ is: "done", entry: { name: "a.bin" } });
    expect(asked("POST", files)).toBe(1);
  });

  test("of a part is no loss: the part is sent in its place", async () => {
    at.pikpak.fail({ path: "/vip-lixian-07/", method: "PUT", lost: true });
    expect(await upload(sourceOf("a.bin", patterned(5000)))).toMatchObject({ is: "done" });
    expect(inBucket("PUT")).toBe(2);
  });

  test("of the completion is found as the file", async () => {
    at.pikpak.rules.uploadTakes = 4000;
    const pending = noting();
    const source = sourceOf("a.bin", patterned(5000));
    const onBytes = (doing: string, done: number) => {
      if (doing === "sending" && done === 5000) at.pikpak.fail({ path: "/vip-lixian-07/", method: "POST", lost: true });
    };
    expect(await upload(source, { ...pending, onBytes })).toMatchObject({ is: "done" });
    expect(own()).toEqual(["a.bin PHASE_TYPE_COMPLETE"]);
  });
});

describe("an attempt that ended", () => {
  const bytes = patterned(20 * MiB);

  test("between two parts is gone on with at the part that is missing", async () => {
    const pending = noting();
    const cut = { ...sourceOf("a.bin", bytes), open: readThenCut(bytes, 17 * MiB) };
    await expect(upload(cut, pending)).rejects.toThrow("cut off");
    expect(inBucket("PUT")).toBe(2);
    const again = sourceOf("a.bin", bytes);
    expect(await upload(again, { pending: pending.last() })).toMatchObject({ is: "done" });
    expect(again.opened).toEqual([16 * MiB]);
    expect(inBucket("PUT")).toBe(3);
    expect(own()).toEqual(["a.bin PHASE_TYPE_COMPLETE"]);
  });

  test("whose ticket ran out meanwhile begins anew and leaves no second file", async () => {
    const pending = noting();
    await expect(upload({ ...sourceOf("a.bin", bytes), open: readThenCut(bytes, 9 * MiB) }, pending)).rejects.toThrow(
      "cut off",
    );
    at.context.advance(13 * 3_600_000);
    expect(await upload(sourceOf("a.bin", bytes), { pending: pending.last() })).toMatchObject({ is: "done" });
    expect(own()).toEqual(["a.bin PHASE_TYPE_COMPLETE"]);
  });

  test("after the completion and before it was noted finds the file", async () => {
    const pending = noting();
    await upload(sourceOf("a.bin", patterned(5000)), pending);
    const sending = pending.told.find((one) => one["uploadId"] !== undefined && one["isSent"] === undefined);
    expect(await upload(sourceOf("a.bin", patterned(5000)), { pending: sending })).toMatchObject({ is: "done" });
    expect(inBucket("PUT")).toBe(1);
  });

  test("leaves nothing when it is dropped", async () => {
    const pending = noting();
    await expect(upload({ ...sourceOf("a.bin", bytes), open: readThenCut(bytes, 9 * MiB) }, pending)).rejects.toThrow(
      "cut off",
    );
    expect(own()).toEqual(["a.bin PHASE_TYPE_PENDING"]);
    await driver.dropUpload?.(pending.last() ?? {});
    expect(own()).toEqual([]);
    expect([...at.pikpak.state.uploads.values()].map(({ parts }) => parts.size)).toEqual([0]);
  });
});

/** Whole the first time, and cut off the second. */
function readThenCut(bytes: Buffer, at: number): UploadSource["open"] {
  let times = 0;
  return async function* open(from) {
    times += 1;
    const isCut = times > 1;
    yield bytes.subarray(from, isCut ? at : undefined);
    if (isCut) throw new Error("cut off");
  };
}

describe("what goes wrong is told", () => {
  test("a folder that is gone", async () => {
    const { id } = at.pikpak.build.folder(at.mia, undefined, "soon gone");
    await driver.trash?.([id]);
    const sent = driver.upload?.(sourceOf("a", patterned(10)), id, { ifTaken: "tell" });
    await expect(sent).rejects.toMatchObject({ code: expect.stringMatching(/not-found|trashed/) });
  });

  test("a file taken away in the app while it is sent", async () => {
    at.pikpak.rules.uploadTakes = 5000;
    const onBytes = (doing: string, done: number) => {
      if (doing !== "sending" || done !== 10) return;
      const [node] = at.pikpak.state.nodes.children(at.mia.userId, "");
      if (node) at.pikpak.state.nodes.remove(node);
    };
    await expect(upload(sourceOf("a", patterned(10)), { onBytes })).rejects.toMatchObject({ code: "upload-gone" });
  });

  test("bytes that are not as many as was said", async () => {
    const source = { ...sourceOf("a", patterned(10)), size: 11 };
    await expect(upload(source)).rejects.toMatchObject({ code: "source-changed" });
    expect(own()).toEqual([]);
  });

  test("bytes that are others when they are read again", async () => {
    at.pikpak.rules.uploadHash = "reject";
    let times = 0;
    const source: UploadSource = {
      name: "a",
      size: 10,
      async *open() {
        yield patterned(10, ++times === 1 ? 7 : 3);
      },
    };
    await expect(upload(source)).rejects.toMatchObject({ code: "upload-damaged" });
  });

  test("a bucket that does not answer, and nothing of it is said of the drive", async () => {
    at.pikpak.fail({ path: "/vip-lixian-07/", reset: true, times: 10 });
    await expect(upload(sourceOf("a", patterned(10)))).rejects.toMatchObject({ code: "upstream" });
  });

  test("no space left", async () => {
    at.pikpak.fail({ path: files, method: "POST", status: 400, error: "file_space_not_enough", code: 8 });
    await expect(upload(sourceOf("a", patterned(10)))).rejects.toMatchObject({ code: "no-space" });
  });

  test("an end that somebody asked for, at once", async () => {
    const ending = new AbortController();
    const onBytes = (doing: string) => void (doing === "sending" && ending.abort(new Error("enough")));
    const sent = upload(sourceOf("a", patterned(10 * MiB)), { onBytes, signal: ending.signal });
    await expect(sent).rejects.toThrow("enough");
  });
});

test("no error of an upload holds what the bytes are put there with", async () => {
  const pending = noting();
  at.pikpak.fail({ path: "/vip-lixian-07/", method: "PUT", status: 400, body: "<Error><Code>Odd</Code></Error>" });
  const error: unknown = await upload(sourceOf("a", patterned(10)), pending)?.catch((thrown: unknown) => thrown);
  const { access_key_secret: secret, security_token: token } = Object(pending.last()?.["ticket"]);
  expect(secret).toMatch(/./);
  const said = JSON.stringify(error, Object.getOwnPropertyNames(error));
  for (const one of [secret, token]) expect(said).not.toContain(one);
});

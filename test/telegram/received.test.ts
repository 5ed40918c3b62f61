import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api, GrammyError } from "grammy";
import type { Message } from "grammy/types";
import { Agent, MockAgent } from "undici";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { filesIn } from "../../src/telegram/files-in.ts";
import { receive } from "../../src/telegram/received.ts";

const token = "123:secret-of-the-bot";
const signal = new AbortController().signal;
const file = { id: "f1", name: "a film.mkv" };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "chatdrive-received-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A server that answers `getFile` so. */
function parts(answer: () => object, apiRoot = "http://127.0.0.1:1") {
  const api = new Api(token, { apiRoot });
  api.config.use(async () => ({ ok: true, result: answer() as never }));
  const dispatcher = new Agent();
  return {
    api,
    settings: { token, apiRoot },
    transport: { fetch: fetch as never, dispatcher, close: async () => undefined },
  };
}

function refusing(error_code: number, description: string) {
  const refused = { ok: false, error_code, description, parameters: {} } as const;
  return () => {
    throw new GrammyError("refused", refused, "getFile", {});
  };
}

async function read(given: ReturnType<typeof parts>, from = 0): Promise<string> {
  const { stream } = await receive(given, file, { from, signal });
  return Buffer.concat(await Array.fromAsync(stream)).toString();
}

describe("a file that came on Telegram", () => {
  test("is read below the bot's own path, and its token is in no error", async () => {
    const asked: string[] = [];
    const server = createServer(({ url = "" }, response) => {
      asked.push(url);
      response.writeHead(url.includes("gone") ? 404 : 200).end("0123456789");
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(
      await read(
        parts(() => ({ file_path: "videos/a b.mkv", file_size: 10 }), root),
        3,
      ),
    ).toBe("3456789");
    expect(asked).toEqual([`/file/bot${token}/videos/a%20b.mkv`]);
    const error: unknown = await read(parts(() => ({ file_path: "gone" }), root)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "source-gone" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret-of-the-bot");
    server.close();
  });

  test("is read from the disk that a server of one's own shares with the bot", async () => {
    const path = join(folder, "film.mkv");
    writeFileSync(path, "0123456789");
    const given = parts(() => ({ file_path: path }));
    expect(await receive(given, file, { from: 0, signal })).toMatchObject({ size: 10 });
    expect(await read(given, 4)).toBe("456789");
    await expect(read(parts(() => ({ file_path: join(folder, "none") })))).rejects.toMatchObject({
      code: "source-out-of-reach",
    });
  });

  test("is never read from the disk for the public server", async () => {
    const path = join(folder, "secret.key");
    writeFileSync(path, "key");
    const given = parts(() => ({ file_path: path }), "https://api.telegram.org");
    const closed = new MockAgent();
    closed.disableNetConnect();
    const asking = receive({ ...given, transport: { ...given.transport, dispatcher: closed } }, file, {
      from: 0,
      signal,
    });
    // The network would have been asked, and was not: this one is closed.
    await expect(asking).rejects.toMatchObject({ code: "source-out-of-reach" });
  });

  test.each([
    [400, "Bad Request: file is too big", "source-too-large"],
    [400, "Bad Request: wrong file_id or the file is temporarily unavailable", "source-gone"],
    [500, "Internal Server Error", "source-out-of-reach"],
    [429, "Too Many Requests", "source-out-of-reach"],
  ])("that is refused with %i %s is %s", async (status, words, code) => {
    await expect(read(parts(refusing(status, words)))).rejects.toMatchObject({ code });
  });
});

describe("the file of a message", () => {
  const base = { date: 1_764_298_800, message_id: 42 } as Message;
  const sent = { file_id: "f", file_unique_id: "u", file_size: 7, duration: 1, width: 1, height: 1 };
  test.each([
    ["a document", { document: { ...sent, file_name: "a.pdf" } }, "a.pdf"],
    ["a video without a name", { video: sent }, "video_2025-11-28_03-00-00_42.mp4"],
    ["music with a title", { audio: { ...sent, performer: "Nova", title: "Dusk / Dawn" } }, "Nova - Dusk _ Dawn.mp3"],
    ["a voice", { voice: sent }, "voice_2025-11-28_03-00-00_42.ogg"],
    ["a round video", { video_note: { ...sent, length: 1 } }, "video_2025-11-28_03-00-00_42.mp4"],
    ["an animation", { animation: { ...sent, file_name: "a.mp4" }, document: sent }, "a.mp4"],
    ["a hostile name", { document: { ...sent, file_name: "../../etc/passwd\u202Egpj" } }, ".._.._etc_passwd gpj"],
  ])("that is %s has a name of its own", (_what, message, name) => {
    expect(filesIn({ ...base, ...message })).toEqual([{ id: "f", name, size: 7 }]);
  });

  test("that is a photo is the largest there is", () => {
    const photo = [
      { ...sent, file_id: "large", width: 9, height: 9 },
      { ...sent, file_id: "small" },
    ];
    expect(filesIn({ ...base, photo })).toMatchObject([{ id: "large" }]);
  });

  test("is none where a sticker or words came", () => {
    expect(filesIn({ ...base, text: "hello" } as Message)).toEqual([]);
    expect(filesIn(undefined)).toEqual([]);
  });
});

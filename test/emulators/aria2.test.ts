import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAria2 } from "../../emulators/aria2/aria2.ts";
import { isAria2Here, startRealAria2 } from "../real-aria2.ts";

// The emulated aria2 answers as the real one does, which is asked the same where there is one.

const secret = "night-boat";
const gid = "0123456789abcdef";
const aria2s = [
  { name: "the emulated aria2", isHere: true, start: () => startAria2({ secret }) },
  { name: "a real aria2", isHere: isAria2Here(), start: () => startRealAria2(secret) },
];

describe.each(aria2s)("$name", ({ isHere, start }) => {
  let aria2: Awaited<ReturnType<typeof start>>;
  beforeEach(async () => {
    if (isHere) aria2 = await start();
  });
  afterEach(() => (isHere ? aria2.close() : undefined));

  async function ask(body: unknown): Promise<{ readonly status: number; readonly answer: unknown }> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(aria2.address, { method: "POST", body: text });
    return { status: answer.status, answer: await answer.json() };
  }
  const call = (method: string, params: readonly unknown[] = [], token = secret) => ({
    jsonrpc: "2.0",
    id: "1",
    method: `aria2.${method}`,
    params: [`token:${token}`, ...params],
  });
  const failed = (message: string, code = 1) => ({ id: "1", jsonrpc: "2.0", error: { code, message } });

  test.skipIf(!isHere)("says its version to who knows the secret, and 400 to others", async () => {
    const version = await ask(call("getVersion"));
    expect(version).toMatchObject({
      status: 200,
      answer: { id: "1", result: { version: expect.stringMatching(/^1\./) } },
    });
    expect(await ask(call("getVersion", [], "wrong"))).toEqual({ status: 400, answer: failed("Unauthorized") });
    expect(await ask([call("getVersion", [], "wrong")])).toEqual({ status: 200, answer: [failed("Unauthorized")] });
  });

  test.skipIf(!isHere)("takes an id once, and tells of it", async () => {
    const add = call("addUri", [["http://127.0.0.1:9/x"], { gid, out: "a/b.txt" }]);
    const { answer } = await ask([add, add]);
    expect(answer).toEqual([{ id: "1", jsonrpc: "2.0", result: gid }, failed("No URI to download.")]);
    const known = await ask(call("tellStatus", [gid, ["status", "totalLength"]]));
    expect(known).toMatchObject({ status: 200, answer: { result: { totalLength: "0", status: expect.any(String) } } });
    const other = "f".repeat(16);
    expect(await ask(call("tellStatus", [other]))).toEqual({
      status: 400,
      answer: failed(`GID ${other} is not found`),
    });
  });

  test.skipIf(!isHere)("refuses what is no address, no method, and no JSON", async () => {
    expect(await ask(call("addUri", [["nonsense"], { gid }]))).toMatchObject({
      status: 400,
      answer: failed("No URI to download."),
    });
    expect(await ask(call("fly"))).toMatchObject({ status: 400, answer: failed("No such method: aria2.fly") });
    expect((await ask("{")).answer).toMatchObject({ error: { code: -32_700 } });
    expect((await ask({ id: "1" })).answer).toMatchObject({ error: { code: -32_600 } });
  });
});

import { createServer as createHttpServer, type ServerResponse } from "node:http";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGate } from "../../../src/drivers/pikpak/gate.ts";
import { createTransport } from "../../../src/drivers/pikpak/transport.ts";
import { kindNamed, kindsOf, password, startService, username, type Service } from "./service.ts";
import { lend } from "../context.ts";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

describe("an account's pace", () => {
  /** When each of `count` requests may go, in ms from now, by a clock that moves only where somebody waits longest. */
  async function turnsOf(count: number): Promise<number[]> {
    const gate = createGate("a", { ...lend(), monotonic: () => 1000, wait: async (ms) => void turns.push(ms) });
    const turns: number[] = [];
    for (let n = 0; n < count; n++) await gate.pass({ asker: "telegram:1" });
    return turns;
  }

  test("an account's pace is five at once, then five within any second", async () => {
    const turns = await turnsOf(50);
    const all = [0, 0, 0, 0, 0, ...turns];
    expect(all).toHaveLength(50);
    for (const from of all)
      expect(all.filter((turn) => turn >= from && turn < from + 1000).length).toBeLessThanOrEqual(5);
    expect(Math.max(...all)).toBe(9000);
  });

  test("an account's pace is shared by the mounts of one account, and by nobody else", async () => {
    const jo = at.pikpak.build.account({ username: "jo@example.com", email: "jo@example.com", password });
    at.pikpak.fail({ path: "/drive/v1/files", error: "operation_limited", code: 10 });
    const [one, other] = [at.account(), at.account()];
    await expect(one.list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
    await expect(other.list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
    const kinds = kindsOf(at.pikpak);
    const jos = kindNamed(kinds, "pikpak").open({ username: jo.username }, lend({ password }, undefined));
    await expect(jos.list(undefined)).resolves.toEqual({ items: [] });
    await jos.close?.();
  });
});

describe("whoever gives up", () => {
  const files = "/drive/v1/files";

  test.each(["/v1/shield/captcha/init", "/v1/auth/signin", files])(
    "an asker who gives up is let go while %s does not answer",
    async (path) => {
      at.pikpak.fail({ path, delay: 1500 });
      const leaving = new AbortController();
      const asking = at.account().list(undefined, { signal: leaving.signal });
      await expect.poll(() => at.asked(path)).toBe(1);
      const started = performance.now();
      leaving.abort(new Error("enough"));
      await expect(asking).rejects.toThrow("enough");
      expect(performance.now() - started).toBeLessThan(500);
    },
  );

  test("an asker who gives up is let go by a share, too, and the captcha token asked for serves the others", async () => {
    const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [file] });
    const driver = at.share({ link: `https://mypikpak.com/s/${id}` });
    const init = "/v1/shield/captcha/init";
    at.pikpak.fail({ path: init, delay: 300 });
    const leaving = new AbortController();
    const asking = driver.list(undefined, { signal: leaving.signal });
    const staying = driver.list(undefined);
    await expect.poll(() => at.asked(init)).toBe(1);
    leaving.abort(new Error("enough"));
    await expect(asking).rejects.toThrow("enough");
    // The captcha token is still on its way.
    expect(at.pikpak.calls.find((call) => call.path === init)?.status).toBe(0);
    expect((await staying).items).toHaveLength(1);
    expect(at.asked(init)).toBe(1);
  });

  test("an asker who gave up before the call sends nothing", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    const driver = at.account();
    const share = at.share({ link: "https://mypikpak.com/s/VP2DqnzRhvxgiz05VFNLur_2o2" });
    for (const work of [
      () => driver.list(undefined, { signal }),
      () => driver.stat("VO1", { signal }),
      () => driver.link("VO1", { signal }),
      () => driver.quota?.({ signal }) ?? Promise.resolve(),
      () => share.list(undefined, { signal }),
      () => share.stat("VO1", { signal }),
      () => share.link("VO1", { signal }),
    ])
      await expect(work()).rejects.toThrow("enough");
    expect(at.pikpak.calls).toEqual([]);
  });

  test("an asker who gives up takes the connection of its own request with it", async () => {
    const driver = at.account();
    await driver.list(undefined);
    at.pikpak.fail({ path: files, delay: 1500 });
    const leaving = new AbortController();
    const asking = driver.list(undefined, { signal: leaving.signal }).catch(() => undefined);
    await expect.poll(() => at.asked(files)).toBe(2);
    leaving.abort();
    await asking;
    await expect.poll(() => at.pikpak.calls.at(-1)?.ms ?? 0, { timeout: 1000 }).toBeGreaterThan(0);
    expect(at.pikpak.calls.at(-1)?.status).toBe(0);
  });
});

/** An answer that never ends, a byte at a time. */
function drip(answer: ServerResponse): void {
  const drop = setInterval(() => answer.write(" "), 50);
  answer.once("close", () => clearInterval(drop));
}

describe("connections", () => {
  test("all connections are released by closing a driver", async () => {
    const open = new Set<object>();
    const silent = createServer((socket) => {
      open.add(socket);
      socket
        .on("close", () => open.delete(socket))
        .on("error", () => undefined)
        .resume();
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
    const driver = kindNamed(kindsOf({ driveUrl: url, userUrl: url }), "pikpak").open({ username }, lend({ password }));
    const leaving = new AbortController();
    const asking = driver.list(undefined, { signal: leaving.signal }).catch(() => undefined);
    await expect.poll(() => open.size).toBe(1);
    leaving.abort();
    await asking;
    await driver.close?.();
    await expect.poll(() => open.size).toBe(0);
    silent.close();
  }, 15_000);

  test.each([
    ["nothing", () => undefined],
    ["pieces for ever", (answer: ServerResponse) => void drip(answer)],
  ])("connections that answer %s are given up", async (_what, serve) => {
    const slow = createHttpServer((_request, response) => serve(response));
    await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
    const address = slow.address();
    const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`;
    const transport = createTransport({ timeout: { begin: 300, whole: 600 } });
    await expect(transport.send({ method: "GET", url, headers: {} }, 0)).rejects.toMatchObject({ code: "unreachable" });
    await transport.close();
    await expect(transport.send({ method: "GET", url, headers: {} }, 0)).rejects.toMatchObject({ code: "unreachable" });
    slow.closeAllConnections();
    slow.close();
  });

  test("connections that are refused are told as unreachable", async () => {
    const nowhere = { driveUrl: "http://127.0.0.1:1", userUrl: "http://127.0.0.1:1" };
    const driver = kindNamed(kindsOf(nowhere), "pikpak").open({ username }, lend({ password }));
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "unreachable" });
    await driver.close?.();
  });

  test.each([
    [
      "whole bases with the path the protocol ends them in",
      (base: string) => ({ driveUrl: `${base}/drive-host/drive/v1/`, userUrl: `${base}/user-host/v1` }),
    ],
    [
      "whole bases with a slash",
      (base: string) => ({ driveUrl: `${base}/drive-host/`, userUrl: `${base}/user-host/` }),
    ],
  ])("requests go to %s", async (_what, urls) => {
    const driver = kindNamed(kindsOf(urls(at.pikpak.url)), "pikpak").open({ username }, at.context);
    at.context.secrets["password"] = password;
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
    await driver.close?.();
  });
});

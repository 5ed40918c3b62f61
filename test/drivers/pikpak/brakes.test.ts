import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGate } from "../../../src/drivers/pikpak/gate.ts";
import { createTransport } from "../../../src/drivers/pikpak/transport.ts";
import type { Driver } from "../../../src/storage/driver.ts";
import { lend, type LentContext } from "../context.ts";
import { kindNamed, kindsOf, password, startService, username, type Service } from "./service.ts";

const files = "/drive/v1/files";
const signin = "/v1/auth/signin";
const top = "/drive/v1/share";

let at: Service;
const opened: Driver[] = [];
beforeEach(async () => {
  at = await startService();
});
afterEach(async () => {
  for (const driver of opened.splice(0)) await driver.close?.();
  await at.close();
});

/** A process with a vault of its own for each person, over the same notes. */
function process() {
  const kinds = kindsOf(at.pikpak);
  return (owner: string, kind: string, options: Record<string, string>, secrets: Record<string, string>) => {
    const context: LentContext = { ...lend(secrets), owner, notes: at.context.notes, now: at.context.now };
    const driver = kindNamed(kinds, kind).open(options, context);
    opened.push(driver);
    return { driver, context };
  };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "ok",
    (error: { code: string }) => error.code,
  );

test("wrong passwords by a stranger stop the stranger, and never the account's owner", async () => {
  const open = process();
  const codes: string[] = [];
  for (let n = 0; n < 12; n++) {
    const { driver } = open("telegram:666", "pikpak", { username }, { password: `guess ${n}` });
    codes.push(await codeOf(driver.list(undefined)));
  }
  expect(codes.filter((code) => code === "wrong-credentials")).toHaveLength(10);
  expect(codes.slice(10)).toEqual(["too-frequent", "too-frequent"]);
  const owner = open("telegram:1", "pikpak", { username }, { password });
  expect(await codeOf(owner.driver.list(undefined))).toBe("ok");
});

test("an account that many strangers try lets its owner sign in, each person less often", async () => {
  const open = process();
  for (let person = 0; person < 4; person++) {
    for (let n = 0; n < 8; n++) {
      const { driver } = open(`telegram:66${person}`, "pikpak", { username }, { password: `guess ${n}` });
      await codeOf(driver.list(undefined));
    }
  }
  const codes: string[] = [];
  for (let n = 0; n < 5; n++) {
    const { driver } = open("telegram:777", "pikpak", { username }, { password: `guess ${n}` });
    codes.push(await codeOf(driver.list(undefined)));
  }
  expect(codes.filter((code) => code === "wrong-credentials")).toHaveLength(3);
  const owner = open("telegram:1", "pikpak", { username }, { password });
  expect(await codeOf(owner.driver.list(undefined))).toBe("ok");
});

test("a person who tries one account after another is stopped after thirty within the hour", async () => {
  const open = process();
  const codes: string[] = [];
  for (let n = 0; n < 32; n++) {
    const { driver } = open("telegram:666", "pikpak", { username: `victim${n}@example.com` }, { password: "x" });
    codes.push(await codeOf(driver.list(undefined)));
  }
  expect(codes.slice(28)).toEqual(["wrong-credentials", "wrong-credentials", "too-frequent", "too-frequent"]);
});

test.each([
  ["too often", { error: "too_many_requests", code: 10 }, "too-frequent"],
  ["that the account is suspended", { error: "aborted", code: 4016 }, "account-suspended"],
])(
  "a stranger whose sign-in is told %s holds up neither the owner's calls nor their sign-in",
  async (_what, fault, code) => {
    const open = process();
    const owner = open("telegram:1", "pikpak", { username }, { password });
    expect(await codeOf(owner.driver.list(undefined))).toBe("ok");
    at.pikpak.fail({ path: signin, ...fault });
    const stranger = open("telegram:666", "pikpak", { username }, { password: "guess" });
    expect(await codeOf(stranger.driver.list(undefined))).toBe(code);
    expect(await codeOf(owner.driver.list(undefined))).toBe("ok");
    const again = open("telegram:1", "pikpak", { username }, { password });
    expect(await codeOf(again.driver.list(undefined))).toBe("ok");
  },
);

test("a share that is asked for too often closes itself alone", async () => {
  const open = process();
  const file = at.pikpak.build.file(at.mia, undefined, { name: "a", size: 1 });
  const links = [1, 2].map(
    () => `https://mypikpak.com/s/${at.pikpak.build.share(at.mia, { title: "t", nodes: [file] }).id}`,
  );
  const [one, other] = links.map((link, n) => open(`telegram:${n}`, "pikpak-share", { link }, {}).driver);
  at.pikpak.fail({ path: top, error: "operation_limited", code: 10 });
  expect(await codeOf(one?.list(undefined) ?? Promise.resolve())).toBe("too-frequent");
  expect(await codeOf(one?.list(undefined) ?? Promise.resolve())).toBe("too-frequent");
  expect(await codeOf(other?.list(undefined) ?? Promise.resolve())).toBe("ok");
});

test("eight searches of shares leave the next person's share as quick as ever", async () => {
  await at.close();
  // Real time: what is measured is how long somebody waits.
  at = await startService({ wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  const kinds = kindsOf(at.pikpak);
  const folders = Array.from({ length: 20 }, (_, n) => at.pikpak.build.folder(at.mia, undefined, `Films ${n}`));
  const share = () => `https://mypikpak.com/s/${at.pikpak.build.share(at.mia, { title: "t", nodes: folders }).id}`;
  const open = (owner: string) => {
    const context = { ...lend(), owner, wait: at.context.wait, monotonic: () => performance.now() };
    const driver = kindNamed(kinds, "pikpak-share").open({ link: share() }, context);
    opened.push(driver);
    return driver;
  };
  const leaving = new AbortController();
  const searches = Array.from({ length: 8 }, (_, n) => {
    const driver = open(`telegram:${n}`);
    const options = { background: true, signal: leaving.signal };
    return Promise.allSettled(folders.map(({ id }) => driver.list(id, options)));
  });
  await expect.poll(() => at.asked("/drive/v1/share/detail"), { timeout: 5000 }).toBeGreaterThan(8);
  const began = performance.now();
  await open("telegram:99").list(undefined);
  const took = performance.now() - began;
  leaving.abort();
  await Promise.all(searches);
  // Two calls, each of which waits a second at the worst: for the turns that were given within the last one.
  expect(took).toBeLessThan(2500);
}, 15_000);

test("answers to what was on its way when a cool-down began make it no longer", async () => {
  const driver = at.account();
  await driver.list(undefined);
  at.pikpak.fail({ path: files, error: "operation_limited", code: 10, times: 4 });
  const waits = await Promise.all(
    Array.from({ length: 4 }, () => driver.list(undefined).catch((error: { retryAfter?: number }) => error.retryAfter)),
  );
  for (const ms of waits) expect(ms).toBeLessThanOrEqual(30_000);
});

const jump = 10 * 3_600_000;

test("a clock that is set back neither lengthens a cool-down nor freezes the account, in this process or after a restart", async () => {
  const driver = at.account();
  await driver.list(undefined);
  at.pikpak.fail({ path: files, error: "operation_limited", code: 10 });
  await expect(driver.list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
  at.context.setBack(jump);
  const restarted = at.restarted();
  await expect(restarted.list(undefined)).rejects.toMatchObject({ retryAfter: expect.toSatisfy((ms) => ms <= 30_000) });
  at.context.advance(31_000);
  await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
  await expect(restarted.list(undefined)).resolves.toEqual({ items: [] });
});

test("a clock that is set back does not count sign-ins of a time yet to come, nor hold the account off for as long as it jumped", async () => {
  at.mia.prohibited = true;
  const secrets = { password: "x" };
  await expect(at.account({ username }, secrets).list(undefined)).rejects.toMatchObject({ code: "sign-in-refused" });
  at.mia.prohibited = false;
  at.context.setBack(jump);
  const again = at.account();
  await expect(again.list(undefined)).rejects.toMatchObject({
    code: "sign-in-refused",
    retryAfter: expect.toSatisfy((ms) => ms <= 15 * 60_000),
  });
  at.context.advance(15 * 60_000 + 1000);
  await expect(again.list(undefined)).resolves.toEqual({ items: [] });
});

test("five requests a second are paced by a clock that only goes forward", async () => {
  const driver = at.account();
  await driver.list(undefined);
  for (let n = 0; n < 3; n++) await driver.list(undefined);
  at.context.setBack(jump);
  at.context.waited.length = 0;
  for (let n = 0; n < 6; n++) await driver.list(undefined);
  expect(Math.max(...at.context.waited)).toBeLessThanOrEqual(1000);
});

test("an access token from before the clock was set back is renewed when it has lived its time", async () => {
  const driver = at.account();
  await driver.list(undefined);
  at.context.setBack(jump);
  at.context.advance(2 * 3_600_000);
  await driver.list(undefined);
  expect(at.asked("/v1/auth/token")).toBe(1);
});

test("a cool-down that could not be read once, as while the store is away, is read again by the next call", async () => {
  let failing = true;
  const context = lend();
  const read = async (key: string) => {
    if (failing) throw new Error("the store is away");
    return context.notes.read(key);
  };
  const gate = createGate("mia", { ...context, notes: { ...context.notes, read } });
  await expect(gate.pass({ asker: "telegram:1" })).rejects.toThrow("the store is away");
  failing = false;
  await expect(gate.pass({ asker: "telegram:1" })).resolves.toBeUndefined();
});

test("a request that is made as none of PikPak's clients says that the bot makes it", async () => {
  const agents: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    agents.push(request.headers["user-agent"]);
    response.end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const transport = createTransport();
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  await transport.send({ method: "GET", url, headers: {} }, 0);
  await transport.send({ method: "GET", url, headers: { "user-agent": "a client of PikPak's" } }, 0);
  await transport.close();
  server.close();
  expect(agents).toEqual(["ChatDrive", "a client of PikPak's"]);
});

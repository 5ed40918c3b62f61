import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ApprovalOutcome, ApprovalWay, PendingApproval } from "../../../../src/storage/driver.ts";
import { maskSecrets } from "../../../../src/log.ts";
import { namesIn, startConnect, type ConnectService } from "./connect-service.ts";

const begin = "/v1/auth/device/code";
const token = "/v1/auth/token";

let at: ConnectService;
let way: ApprovalWay;
beforeEach(async () => {
  at = await startConnect();
  if (!at.kind.approval) throw new Error("PikPak accounts have no approval");
  way = at.kind.approval;
});
afterEach(() => at.close());

const start = () => way.start(at.context);

/** Asks until it is decided, as often as it may be asked; with what comes in between as plain data. */
async function followed(pending: PendingApproval, polls = 50): Promise<ApprovalOutcome> {
  let now = pending;
  for (let n = 0; n < polls; n += 1) {
    at.context.advance(Math.max(0, now.nextPoll - at.context.now()));
    const outcome = await way.poll(JSON.parse(JSON.stringify(now)) as PendingApproval, at.context);
    if (outcome.state !== "waiting") return outcome;
    now = outcome.pending;
  }
  return { state: "waiting", pending: now };
}

/** What comes of a sign-in that Otto approves. */
async function approved() {
  const pending = await start();
  at.pikpak.connect.grants.decideDevice(pending.userCode, at.otto);
  const outcome = await followed(pending);
  if (outcome.state !== "approved") throw new Error(outcome.state);
  return { outcome, pending };
}

describe("an approval in PikPak", () => {
  test("an approval begins with an address, a code and a time, and no captcha", async () => {
    const pending = await start();
    expect(pending).toMatchObject({
      userCode: expect.stringMatching(/^\w{4}-\w{4}$/),
      address: at.pikpak.deviceUrl,
      interval: 5000,
    });
    expect(pending.direct).toContain(pending.userCode);
    expect(pending.until - at.context.now()).toBeGreaterThan(590_000);
    expect(at.newCalls()).toEqual([begin]);
  });

  test("a code PikPak says has run out, before its time here, is over", async () => {
    const pending = await start();
    at.pikpak.fail({ path: token, status: 400, error: "expired_token", code: 4 });
    expect(await followed(pending)).toEqual({ state: "over" });
    expect(at.newCalls()).toEqual([begin, token]);
  });

  test("an approval that was given mounts a drive whose first listing is one call", async () => {
    const { outcome } = await approved();
    at.newCalls();
    const storage = at.storage();
    const mount = await storage.mount({ driver: "pikpak", owner: "telegram:1", ...outcome });
    expect(mount.options).toMatchObject({ way: "approval", account: at.otto.userId });
    expect(JSON.stringify(mount)).not.toMatch(/eyJ|os\./);
    expect(at.newCalls()).toEqual(["/drive/v1/files"]);
    expect(at.pikpak.complaints).toEqual([]);
  });

  test("an approval's tokens are refreshed as a session's are, under one lock, and nobody is asked for a captcha", async () => {
    const { outcome } = await approved();
    const storage = at.storage();
    const { id } = await storage.mount({ driver: "pikpak", owner: "telegram:1", ...outcome });
    at.context.advance(3 * 3_600_000);
    at.newCalls();
    await Promise.all([storage.quota(id), storage.folder(id, undefined, { refresh: true })]);
    expect(at.newCalls().toSorted()).toEqual(["/drive/v1/about", "/drive/v1/files", token]);
  });

  test("an approval is asked about no more often than was told, and no faster when told to slow down", async () => {
    at.pikpak.rules.deviceInterval = 7;
    const pending = await start();
    const times: number[] = [];
    at.pikpak.onCall((call) => call.path === token && times.push(call.at));
    at.pikpak.fail({ path: token, error: "slow_down", code: 8 });
    await followed(pending, 4);
    const gaps = times.map((time, n) => time - (times[n - 1] ?? at.context.now()));
    expect(gaps.slice(1).every((gap, n) => gap >= (n === 0 ? 12_000 : 12_000))).toBe(true);
    expect(await way.poll({ ...pending, nextPoll: at.context.now() + 1000 }, at.context)).toMatchObject({
      state: "waiting",
    });
    expect(times).toHaveLength(4);
  });

  test.each([
    ["denied", (code: string) => void at.pikpak.connect.grants.decideDevice(code, undefined), "denied"],
    ["left alone until it is over", () => undefined, "over"],
  ])("one that is %s is told so", async (_what, decide, state) => {
    const pending = await start();
    decide(pending.userCode);
    expect(await followed(pending, 200)).toEqual({ state });
  });

  test("a code is good for one drive: asked for a second time it is over", async () => {
    const pending = await start();
    at.pikpak.connect.grants.decideDevice(pending.userCode, at.otto);
    expect(await followed(pending)).toMatchObject({ state: "approved" });
    expect(await followed(pending)).toEqual({ state: "over" });
  });

  test.each([
    ["a word nobody knows", { status: 400, error: "please_wait", code: 99 }],
    ["a server's failure", { status: 502, body: "down" }],
    ["too many requests", { status: 429, error: "too_many_requests", code: 10 }],
  ])("%s is no decision", async (_what, fault) => {
    const pending = await start();
    at.pikpak.connect.grants.decideDevice(pending.userCode, at.otto);
    at.pikpak.fail({ path: token, ...fault });
    expect(await followed(pending)).toMatchObject({ state: "approved" });
  });

  test("any other status ends the waiting with a failure", async () => {
    const pending = await start();
    at.pikpak.fail({ path: token, status: 403, error: "forbidden", code: 7 });
    await expect(followed(pending)).rejects.toMatchObject({ code: "approval-refused" });
  });

  test.each([
    ["refused", { path: begin, error: "invalid_client", code: 3 }, "approval-refused"],
    ["no longer there", { path: begin, status: 404, body: "<html>" }, "approval-refused"],
    ["answered without a code", { path: begin, status: 200, body: "{}" }, "approval-refused"],
    ["asked for too often", { path: begin, status: 429, error: "too_many_requests", code: 10 }, "too-frequent"],
    ["not reached", { path: begin, reset: true }, "unreachable"],
  ])("a beginning that is %s is told as that", async (_what, fault, code) => {
    at.pikpak.fail(fault);
    await expect(start()).rejects.toMatchObject({ code });
  });

  test("an address that is no web page is not handed on", async () => {
    const body = {
      device_code: "d",
      user_code: "U",
      verification_uri: "javascript:alert(1)",
      expires_in: 60,
      interval: 5,
    };
    at.pikpak.fail({ path: begin, status: 200, body: JSON.stringify(body) });
    await expect(start()).rejects.toMatchObject({ code: "approval-refused" });
  });

  test("removing the drive takes back what was approved, through all refreshes", async () => {
    const { outcome } = await approved();
    const storage = at.storage();
    const { id } = await storage.mount({ driver: "pikpak", owner: "telegram:1", ...outcome });
    expect(await storage.unmount(id)).toEqual({ credential: "revoked" });
    expect(at.pikpak.tokens.find(outcome.kept["accessToken"] ?? "")?.family.revoked).toBe(true);
  });

  test("a drive signed in to again by approval keeps its settings", async () => {
    const storage = at.storage();
    const first = await storage.mount({
      driver: "pikpak",
      owner: "telegram:1",
      values: { way: "access-token", personalToken: at.pat() },
    });
    await storage.change(first.id, { title: "Mine", method: "proxy" });
    const { outcome } = await approved();
    const { values, kept } = outcome;
    const renewed = await storage.renew(first.id, values, { kept });
    expect(renewed).toMatchObject({ title: "Mine", method: "proxy", options: { way: "approval" } });
    expect(namesIn({ items: (await storage.folder(first.id, undefined)).entries })).toEqual(["Films", "notes.txt"]);
  });

  test("a drive whose approval was withdrawn is signed out, and asks no more after one refresh", async () => {
    const { outcome } = await approved();
    const storage = at.storage();
    const { id } = await storage.mount({ driver: "pikpak", owner: "telegram:1", ...outcome });
    at.pikpak.tokens.revoke(outcome.kept["accessToken"] ?? "");
    at.newCalls();
    expect((await storage.check(id)).health).toMatchObject({ state: "failing", code: "signed-out" });
    const first = at.newCalls();
    expect(first.filter((path) => path === token)).toHaveLength(1);
    await storage.check(id);
    expect(at.newCalls()).toEqual([]);
  });

  test("what an approval gives is masked wherever it is logged", async () => {
    const { outcome, pending } = await approved();
    const secrets = [outcome.kept["accessToken"], outcome.values["refreshToken"], pending.deviceCode, at.pat()];
    const line = JSON.stringify({
      msg: `tokens ${secrets[0]} ${secrets[1]}, (${secrets[3]})`,
      body: JSON.stringify({ device_code: pending.deviceCode }),
      deviceCode: pending.deviceCode,
    });
    const masked = maskSecrets(line);
    for (const secret of secrets) expect(masked).not.toContain(secret);
  });
});

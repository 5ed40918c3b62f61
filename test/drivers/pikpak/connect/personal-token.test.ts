import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readForm } from "../../../../src/storage/form.ts";
import { everything, namesIn, startConnect, type ConnectService, jwt } from "./connect-service.ts";

const files = "/drive/v1/files";
const about = "/drive/v1/about";
const day = 86_400_000;

let at: ConnectService;
beforeEach(async () => {
  at = await startConnect();
});
afterEach(() => at.close());

function problemWith(answers: Record<string, string>): unknown {
  const reading = readForm(at.kind.fields, answers);
  const checked = reading.ok ? at.kind.check(reading.values) : reading;
  return checked.ok ? undefined : checked.problem;
}

describe("a drive signed in to by an access token", () => {
  test("the drive is listed and its room shown with two calls: no sign-in, no captcha, no refresh", async () => {
    const driver = at.open({ personalToken: at.pat() });
    expect(namesIn(await driver.list(undefined))).toEqual(["Films", "notes.txt"]);
    expect(await driver.quota?.()).toMatchObject({ used: expect.any(Number) });
    expect(at.newCalls()).toEqual([files, about]);
    expect(at.pikpak.complaints).toEqual([]);
  });

  test("a link of its own leads to the file", async () => {
    const driver = at.open({ personalToken: at.pat() });
    const notes = (await driver.list(undefined)).items.find(({ name }) => name === "notes.txt");
    const link = await driver.link(notes?.id ?? "");
    const answer = await fetch(link.kind === "url" ? link.url : "");
    expect(await answer.text()).toBe("hello");
  });

  test("an access token tells whose it is and when it ends without anybody being asked", async () => {
    const reading = readForm(at.kind.fields, { personalToken: at.pat(everything, 30) });
    const checked = reading.ok ? at.kind.check(reading.values) : reading;
    const values = checked.ok ? checked.values : {};
    expect(values).toMatchObject({ way: "access-token", account: at.otto.userId });
    expect(at.kind.endsAt?.(values)).toBeGreaterThan(at.context.now() + 29 * day);
    expect(at.kind.identity(values)).toBe(`pikpak:${at.otto.userId}:`);
    expect(at.newCalls()).toEqual([]);
  });

  test("a token that was withdrawn is asked about once on each way, and never again, also after a restart", async () => {
    const token = at.pat();
    const driver = at.open({ personalToken: token });
    await driver.list(undefined);
    at.pikpak.tokens.revoke(token);
    at.newCalls();
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-ended" });
    expect(at.newCalls()).toEqual([files, "/mcp"]);
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-ended" });
    await expect(driver.quota?.()).rejects.toMatchObject({ code: "token-ended" });
    await expect(at.restarted().list(undefined)).rejects.toMatchObject({ code: "token-ended" });
    expect(at.newCalls()).toEqual([]);
  });

  test("a token whose time is over is refused unasked", async () => {
    const driver = at.open({ personalToken: at.pat(everything, 30) });
    at.context.advance(31 * day);
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-ended" });
    expect(at.newCalls()).toEqual([]);
  });

  test("a new token is tried although the one before it has ended", async () => {
    const token = at.pat();
    const storage = at.storage();
    const values = (personalToken: string) => {
      const reading = readForm(at.kind.fields, { personalToken });
      const checked = reading.ok ? at.kind.check(reading.values) : reading;
      return checked.ok ? checked.values : {};
    };
    const { id } = await storage.mount({ driver: "pikpak", owner: "telegram:1", values: values(token) });
    at.pikpak.tokens.revoke(token);
    expect((await storage.check(id)).health).toMatchObject({ state: "failing", code: "token-ended" });
    await storage.renew(id, values(at.pat()));
    expect((await storage.check(id)).health).toMatchObject({ state: "working" });
  });

  test.each([
    ["list files", ["cloud_download"], (driver: ReturnType<typeof at.open>) => driver.list(undefined)],
    ["see the account", ["write"], (driver: ReturnType<typeof at.open>) => driver.quota?.()],
  ] as const)("a token that may not %s is told the permission it lacks", async (_what, scopes, ask) => {
    const driver = at.open({ personalToken: at.pat(scopes) });
    await expect(ask(driver)).rejects.toMatchObject({
      code: expect.stringMatching(/^token-cannot-(read|see-account)$/),
    });
  });

  test("where the service words a missing permission as a missing session, the token is not given up", async () => {
    const driver = at.open({ personalToken: at.pat() }, { route: "drive" });
    const { items } = await driver.list(undefined);
    at.pikpak.fail({ path: `${files}/${items[0]?.id}`, status: 401, error: "unauthenticated", code: 16 });
    await expect(driver.stat(items[0]?.id ?? "")).rejects.toMatchObject({ code: "token-cannot-read" });
    await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
  });

  test.each(["drive", "mcp"] as const)(
    "used-up traffic of connected apps is told as that by way of %s",
    async (route) => {
      const driver = at.open({ personalToken: at.pat() }, { route });
      const description = "free transfers has been used up";
      at.pikpak.fail({ path: files, status: 403, error: "permission_denied", code: 7, description });
      const text = `failed to ls: [REQUEST_FAILED] ls failed with status 403: ${description}`;
      const result = { isError: true, resultType: "complete", content: [{ type: "text", text }] };
      const body = JSON.stringify({ jsonrpc: "2.0", id: 2, result });
      at.pikpak.fail({
        path: "/mcp",
        containing: '"name":"ls"',
        status: 200,
        body,
        headers: { "content-type": "application/json" },
      });
      await expect(driver.list(undefined)).rejects.toMatchObject({ code: "app-traffic-used" });
    },
  );

  test("a token is never sent to another host than the two that are configured", async () => {
    const driver = at.open({ personalToken: at.pat() }, { route: "mcp" });
    at.pikpak.fail({ path: "/mcp", status: 302, body: "moved", headers: { location: `${at.pikpak.url}/elsewhere` } });
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "upstream" });
    expect(at.newCalls()).toEqual(["/mcp"]);
  });
});

describe("an access token as it is pasted", () => {
  const soon = Math.floor(Date.now() / 1000);
  const pikpak = { iss: "https://user.mypikpak.com", sub: "u1", iat: soon };

  test.each([
    ["in quotes", (token: string) => `"${token}"`],
    ["with its label", (token: string) => `Access token: ${token}`],
    ["with the word before it that stands in a header", (token: string) => `Bearer ${token}`],
    ["with a line break behind it", (token: string) => `${token}\n`],
  ])("a token is taken %s", async (_how, written) => {
    const driver = at.open({ personalToken: written(at.pat()) });
    expect(namesIn(await driver.list(undefined))).toEqual(["Films", "notes.txt"]);
  });

  test("a token pasted where the password or the refresh token goes is taken as what it is", async () => {
    for (const name of ["password", "refreshToken"]) {
      const driver = at.open({ username: "otto@example.com", [name]: at.pat() });
      expect(namesIn(await driver.list(undefined))).toEqual(["Films", "notes.txt"]);
    }
  });

  test.each([
    ["a token of a session", jwt({ ...pikpak, exp: soon + 7200 }), "session-token"],
    [
      "a token of another service",
      jwt({ ...pikpak, iss: "https://accounts.example.com", exp: soon + 9e6 }),
      "foreign-token",
    ],
    ["a token with a line break inside", `${jwt({ ...pikpak, exp: soon + 9e6 }).slice(0, 30)}\nabc`, "broken-token"],
    ["a token with quotes inside", jwt({ ...pikpak, exp: soon + 9e6 }).replace(".", '"."'), "broken-token"],
    ["half a token", jwt({ ...pikpak, exp: soon + 9e6 }).slice(0, 60), "broken-token"],
    ["words", "my token please", "broken-token"],
  ])("%s is turned down before anybody is asked", (_what, personalToken, code) => {
    expect(problemWith({ personalToken })).toEqual({ field: "personalToken", code });
    expect(at.newCalls()).toEqual([]);
  });

  test("a token in a form nobody knows is tried, and refused by the service", async () => {
    const driver = at.open({ personalToken: "pat_0123456789abcdef" });
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-ended" });
  });
});

describe("a mount of an access token that is removed", () => {
  test.each([
    ["taken back at PikPak", true, "revoked"],
    ["left there where PikPak does not take it back", false, "left"],
  ])("a mount that is removed is gone, and its token is %s", async (_what, patsRevocable, credential) => {
    at.pikpak.rules.patsRevocable = patsRevocable;
    const storage = at.storage();
    const token = at.pat();
    const { id } = await storage.mount({
      driver: "pikpak",
      owner: "telegram:1",
      values: { way: "access-token", personalToken: token },
    });
    expect(await storage.unmount(id)).toEqual({ credential });
    expect(await storage.find(id)).toBeUndefined();
    expect(at.pikpak.tokens.find(token)?.family.revoked).toBe(patsRevocable);
  });

  test("a service that cannot be reached does not keep the mount", async () => {
    const storage = at.storage();
    const { id } = await storage.mount({
      driver: "pikpak",
      owner: "telegram:1",
      values: { way: "access-token", personalToken: at.pat() },
    });
    at.pikpak.fail({ path: "/v1/auth/revoke", reset: true });
    expect(await storage.unmount(id)).toEqual({ credential: "left" });
    expect(await storage.find(id)).toBeUndefined();
  });
});

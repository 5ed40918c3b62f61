import { afterEach, beforeEach, expect, test } from "vitest";
import { withheldBy } from "../../../../src/drivers/pikpak/connect/route.ts";
import { startConnect, type ConnectService } from "./connect-service.ts";

const files = "/drive/v1/files";
const mcp = "/mcp";
const day = 86_400_000;

let at: ConnectService;
beforeEach(async () => {
  at = await startConnect();
});
afterEach(() => at.close());

test("a token the drive API refuses and the MCP server takes goes that way, and at once the next time", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
  expect(at.newCalls()).toEqual([files, mcp, mcp, mcp]);
  await driver.list(undefined);
  expect(at.newCalls()).toEqual([mcp]);
});

test("the way a token is taken on is still known after a restart", async () => {
  at.pikpak.rules.patOnDrive = false;
  await at.open({ personalToken: at.pat() }).list(undefined);
  at.newCalls();
  await at.restarted().list(undefined);
  expect(at.newCalls()).not.toContain(files);
});

test("a day later the drive API is tried again, and kept where it takes the token", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await driver.list(undefined);
  at.pikpak.rules.patOnDrive = true;
  at.context.advance(day + 1);
  at.newCalls();
  await driver.list(undefined);
  await driver.list(undefined);
  expect(at.newCalls()).toEqual([files, files]);
});

test("a token the MCP server refuses and the drive API takes goes back to the drive API", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await driver.list(undefined);
  at.pikpak.rules.patOnDrive = true;
  at.pikpak.fail({ path: mcp, status: 401, body: "" });
  at.newCalls();
  await driver.list(undefined);
  await driver.list(undefined);
  expect(at.newCalls()).toEqual([mcp, files, files]);
});

test.each([
  ["drive", files],
  ["mcp", mcp],
] as const)("an operator who wants %s alone has it alone", async (route, path) => {
  const driver = at.open({ personalToken: at.pat() }, { route });
  await driver.list(undefined);
  expect(new Set(at.newCalls())).toEqual(new Set([path]));
});

test("a token refused on the one way there is has ended, and nobody is asked any more", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() }, { route: "drive" });
  for (let n = 0; n < 3; n += 1) await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-ended" });
  expect(at.newCalls()).toEqual([files]);
});

test("a listing goes on where it began, whatever way is taken meanwhile", async () => {
  at.pikpak.build.many(at.otto, undefined, 700, (n) => ({ name: `${n}.bin`, size: 1 }));
  const driver = at.open({ personalToken: at.pat() });
  const first = await driver.list(undefined);
  at.pikpak.rules.patOnDrive = false;
  await driver.list(undefined);
  at.pikpak.rules.patOnDrive = true;
  at.newCalls();
  const second = await driver.list(undefined, { cursor: first.next });
  expect(at.newCalls()).toEqual([files]);
  expect(first.items.length + second.items.length).toBe(702);
});

test("a missing permission is no reason to go another way", async () => {
  const driver = at.open({ personalToken: at.pat(["write"]) });
  await expect(driver.quota?.()).rejects.toMatchObject({ code: "token-cannot-see-account" });
  expect(at.newCalls()).toEqual(["/drive/v1/about"]);
});

test("a drive API that lists and refuses the account says that the permission to see the account is missing", async () => {
  const driver = at.open({ personalToken: at.pat() });
  at.pikpak.fail({ path: "/drive/v1/about", status: 401, error: "unauthenticated", code: 16, times: 2 });
  await expect(driver.quota?.()).rejects.toMatchObject({ code: "token-cannot-see-account" });
});

test("an outage of the drive API is no reason to go another way", async () => {
  const driver = at.open({ personalToken: at.pat() });
  at.pikpak.fail({ path: files, status: 500, body: "down", times: 5 });
  await expect(driver.list(undefined)).rejects.toMatchObject({ code: "upstream" });
  expect(at.newCalls()).not.toContain(mcp);
});

test("a token withdrawn before a change has ended on both ways, and the next change asks nobody", async () => {
  const token = at.pat();
  const driver = at.open({ personalToken: token });
  at.pikpak.tokens.revoke(token);
  await expect(driver.makeFolder?.(undefined, "New")).rejects.toMatchObject({ code: "token-ended" });
  expect(at.newCalls()).toContain(mcp);
  await expect(driver.makeFolder?.(undefined, "New")).rejects.toMatchObject({ code: "token-ended" });
  expect(at.newCalls()).toEqual([]);
});

test.each([
  ["drive", files],
  ["mcp", mcp],
] as const)("a token withdrawn where %s alone is used costs the next change no call", async (route, path) => {
  const token = at.pat();
  const driver = at.open({ personalToken: token }, { route });
  at.pikpak.tokens.revoke(token);
  await expect(driver.makeFolder?.(undefined, "New")).rejects.toMatchObject({ code: "token-ended" });
  expect(new Set(at.newCalls())).toEqual(new Set([path]));
  await expect(driver.makeFolder?.(undefined, "New")).rejects.toMatchObject({ code: "token-ended" });
  expect(at.newCalls()).toEqual([]);
});

test("a first call that is a change finds the way its token is taken on, and is made once", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await expect(driver.makeFolder?.(undefined, "New")).resolves.toMatchObject({ name: "New" });
  const there = at.pikpak.state.nodes.children(at.otto.userId, "").filter(({ name }) => name === "New");
  expect(there).toHaveLength(1);
  at.newCalls();
  await driver.makeFolder?.(undefined, "Other");
  expect(at.newCalls()).not.toContain(files);
});

test("a change whose token is refused while the drive API is out of reach ends no token", async () => {
  const driver = at.open({ personalToken: at.pat() }, { route: "drive" });
  at.pikpak.fail({ method: "POST", path: files, status: 401, error: "unauthenticated", code: 16 });
  at.pikpak.fail({ method: "GET", path: files, status: 502, body: "down", times: 5 });
  await expect(driver.makeFolder?.(undefined, "New")).rejects.toMatchObject({ code: "token-ended" });
  await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
});

test.each([
  ["says nothing of what it may do", undefined],
  ["names a permission nobody knows", ["cloud_download", "files.full"]],
])("a token that %s withholds nothing", (_what, permissions) => {
  expect(withheldBy(permissions)).toEqual(new Set());
});

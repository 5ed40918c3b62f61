import { afterEach, beforeEach, expect, test } from "vitest";
import { capabilities, type Driver } from "../../../../src/storage/driver.ts";
import { startConnect, type ConnectService } from "./connect-service.ts";

// What a drive of a connected app offers follows the way its token is taken on, and the tools of the MCP server.

const day = 86_400_000;
const byTools = ["makeFolder", "move", "quota", "rename", "trash"];
const neverByToken = new Set(["emptyTrash", "remove"]);
const byDrive = capabilities.filter((name) => !neverByToken.has(name)).toSorted();

let at: ConnectService;
beforeEach(async () => {
  at = await startConnect();
});
afterEach(() => at.close());

const offered = async (driver: Driver) => [...((await driver.can?.()) ?? [])].toSorted();

/** A drive whose token the MCP server alone took. */
async function onMcp(): Promise<Driver> {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await driver.list(undefined);
  return driver;
}

/** As after a restart, with another list of tools. */
async function restartedWithout(...tools: readonly string[]): Promise<Driver> {
  at.pikpak.rules.mcpMissingTools = [...tools];
  const driver = at.restarted();
  await driver.list(undefined);
  return driver;
}

test("before any way is known, and on the drive API, all is offered that the credential gives, and nobody is asked", async () => {
  const driver = at.open({ personalToken: at.pat() });
  expect(await offered(driver)).toEqual(byDrive);
  expect(at.newCalls()).toEqual([]);
  await driver.list(undefined);
  expect(await offered(driver)).toEqual(byDrive);
});

test("on the MCP server what it has tools for is offered, also by the process after this one, which asks nobody", async () => {
  expect(await offered(await onMcp())).toEqual(byTools);
  at.newCalls();
  expect(await offered(at.restarted())).toEqual(byTools);
  expect(at.newCalls()).toEqual([]);
});

test("a way learnt by a change counts for what is offered next", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat() });
  await driver.makeFolder?.(undefined, "New");
  expect(await offered(driver)).toEqual(byTools);
});

test.each([
  ["the drive API is due again", day + 1],
  ["the MCP server refuses the token", 0],
])("back on the drive API, when %s, all is offered once it has answered", async (_when, later) => {
  const driver = await onMcp();
  at.pikpak.rules.patOnDrive = true;
  if (later === 0) at.pikpak.fail({ path: "/mcp", status: 401, body: "" });
  at.context.advance(later);
  expect(await offered(driver)).toEqual(byTools);
  await driver.list(undefined);
  expect(await offered(driver)).toEqual(byDrive);
  expect(await offered(at.restarted())).toEqual(byDrive);
});

test("a change that the drive API makes when it is due again brings back what it can", async () => {
  const driver = await onMcp();
  at.pikpak.rules.patOnDrive = true;
  at.context.advance(day + 1);
  await driver.makeFolder?.(undefined, "New");
  expect(await offered(driver)).toEqual(byDrive);
});

test("where the drive API refuses again when it is due, nothing more was offered meanwhile", async () => {
  const driver = await onMcp();
  at.context.advance(day + 1);
  expect(await offered(driver)).toEqual(byTools);
  await driver.list(undefined);
  expect(await offered(driver)).toEqual(byTools);
});

test("fewer tools offer less, and more tools more, from the next list of tools on", async () => {
  await onMcp();
  expect(await offered(await restartedWithout("mv", "account_info"))).toEqual(["makeFolder", "rename", "trash"]);
  expect(await offered(await restartedWithout())).toEqual(byTools);
});

test("a tool without an argument that is wanted serves nothing", async () => {
  at.pikpak.rules.mcpRenamed = { "rename.name": "title", "mkdir.parent": "folder_id" };
  expect(await offered(await onMcp())).toEqual(byTools.filter((name) => name !== "rename"));
});

test("what a change is looked at with belongs to it", async () => {
  await onMcp();
  expect(await offered(await restartedWithout("get"))).toEqual(["quota"]);
});

test("a token that withholds something withholds it on the MCP server too", async () => {
  at.pikpak.rules.patOnDrive = false;
  const driver = at.open({ personalToken: at.pat(["read", "write"]) });
  await driver.list(undefined);
  expect(await offered(driver)).toEqual(["makeFolder", "quota", "rename"]);
});

test.each([
  ["drive", byDrive],
  ["mcp", byTools],
] as const)("an operator who wants %s alone has what that offers", async (route, expected) => {
  expect(await offered(at.open({ personalToken: at.pat() }, { route }))).toEqual(expected);
});

test("each token's way is its own", async () => {
  await onMcp();
  at.pikpak.rules.patOnDrive = true;
  expect(await offered(at.open({ personalToken: at.pat(["read", "write", "manage"]) }))).toContain("copy");
});

test("a storage offers what its drive does now", async () => {
  const storage = at.storage();
  const reading = at.kind.check({ personalToken: at.pat() });
  if (!reading.ok) throw new Error("the token was not read");
  const { id } = await storage.mount({ driver: "pikpak", owner: "telegram:1", values: reading.values });
  expect(await storage.can(id)).toContain("upload");
  at.pikpak.rules.patOnDrive = false;
  await storage.check(id);
  expect([...(await storage.can(id))].toSorted()).toEqual(byTools);
});

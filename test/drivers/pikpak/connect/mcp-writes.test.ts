import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createPersonalAuth } from "../../../../src/drivers/pikpak/connect/personal-auth.ts";
import { createMcpClient } from "../../../../src/drivers/pikpak/connect/mcp-client.ts";
import { mcpWrites, type McpWrites } from "../../../../src/drivers/pikpak/connect/mcp-writes.ts";
import { createGate } from "../../../../src/drivers/pikpak/gate.ts";
import { createTransport, type Transport } from "../../../../src/drivers/pikpak/transport.ts";
import type { Scope } from "../../../../emulators/pikpak/tokens.ts";
import { startConnect, type ConnectService } from "./connect-service.ts";

let at: ConnectService;
let transport: Transport;
beforeEach(async () => {
  at = await startConnect();
  transport = createTransport();
});
afterEach(async () => {
  await transport.close();
  await at.close();
});

function writes(scopes?: readonly Scope[]): McpWrites {
  const { context } = at;
  context.secrets["personalToken"] = at.pat(scopes);
  const auth = createPersonalAuth({ vault: context.vault, context });
  const gate = createGate("otto", context);
  const onTools = async () => undefined;
  const client = createMcpClient({ url: at.pikpak.mcpUrl, auth, gate, transport, eras: new Map(), onTools, context });
  return mcpWrites({ client, context });
}

const named = (name: string) => {
  const all = at.pikpak.state.nodes.children(at.otto.userId, "");
  return all.filter((node) => node.name === name && !node.trashed);
};
const idOf = (name: string) => named(name)[0]?.id ?? "";

describe.each([false, true])("changes through the MCP server (answers in prose: %s)", (mcpProse) => {
  beforeEach(() => (at.pikpak.rules.mcpProse = mcpProse));

  test("a folder is made and told as an entry", async () => {
    expect(await writes().makeFolder("", "New")).toMatchObject({ id: idOf("New"), kind: "folder", name: "New" });
  });

  test("a file is renamed, moved and put into the bin", async () => {
    const drive = writes();
    const id = idOf("notes.txt");
    await drive.rename(id, "diary.txt");
    expect(named("diary.txt")).toHaveLength(1);
    await drive.move(id, idOf("Films"));
    expect(at.pikpak.state.nodes.get(id)?.parentId).toBe(idOf("Films"));
    await drive.trash([id]);
    expect(at.pikpak.state.nodes.get(id)?.trashed).toBe(true);
  });
});

describe("a change whose answer is lost", () => {
  test.each([
    [
      "a renaming",
      "rename",
      (drive: McpWrites) => drive.rename(idOf("notes.txt"), "diary.txt"),
      () => named("diary.txt").length,
    ],
    [
      "a move",
      "mv",
      (drive: McpWrites) => drive.move(idOf("notes.txt"), idOf("Films")),
      () => 1 - named("notes.txt").length,
    ],
    ["a removal", "rm", (drive: McpWrites) => drive.trash([idOf("notes.txt")]), () => 1 - named("notes.txt").length],
    ["a new folder", "mkdir", (drive: McpWrites) => drive.makeFolder("", "New"), () => named("New").length],
  ])("%s is read back and not sent again", async (_what, tool, change, done) => {
    at.pikpak.fail({ path: "/mcp", containing: `"name":"${tool}"`, lost: true });
    await change(writes());
    expect(done()).toBe(1);
  });

  test.each([
    ["a renaming", "rename", (drive: McpWrites) => drive.rename(idOf("notes.txt"), "diary.txt")],
    ["a new folder", "mkdir", (drive: McpWrites) => drive.makeFolder("", "New")],
  ])("%s that did not happen is told as a failure, and not sent again", async (_what, tool, change) => {
    at.pikpak.fail({ path: "/mcp", containing: `"name":"${tool}"`, reset: true });
    await expect(change(writes())).rejects.toMatchObject({ code: "unreachable" });
    expect([...named("diary.txt"), ...named("New")]).toEqual([]);
  });

  test("a renaming that cannot be read back either is told as uncertain", async () => {
    const drive = writes();
    const id = idOf("notes.txt");
    at.pikpak.fail({ path: "/mcp", containing: '"name":"rename"', lost: true });
    at.pikpak.fail({ path: "/mcp", containing: '"name":"get"', reset: true, times: 6 });
    await expect(drive.rename(id, "diary.txt")).rejects.toMatchObject({ code: "outcome-unknown" });
  });

  test("a change that met a session that was over is not sent again", async () => {
    at.pikpak.rules.mcpEra = "legacy";
    const drive = writes();
    await drive.rename(idOf("notes.txt"), "diary.txt");
    at.pikpak.connect.mcp.dropSessions();
    await expect(drive.rename(idOf("diary.txt"), "notes.txt")).rejects.toMatchObject({ code: "unreachable" });
    await drive.rename(idOf("diary.txt"), "notes.txt");
    expect(named("notes.txt")).toHaveLength(1);
  });
});

describe("a change that is refused", () => {
  test("a name that is taken changes nothing", async () => {
    at.pikpak.build.file(at.otto, undefined, { name: "diary.txt", size: 1 });
    await expect(writes().rename(idOf("notes.txt"), "diary.txt")).rejects.toMatchObject({ code: "name-taken" });
  });

  test.each([
    ["token-cannot-write", ["read"], (drive: McpWrites) => drive.rename(idOf("notes.txt"), "diary.txt")],
    ["token-cannot-write", ["read"], (drive: McpWrites) => drive.makeFolder("", "New")],
    ["token-cannot-manage", ["read", "write"], (drive: McpWrites) => drive.trash([idOf("notes.txt")])],
    ["token-cannot-manage", ["read", "write"], (drive: McpWrites) => drive.move(idOf("notes.txt"), idOf("Films"))],
  ] as const)("%s names the permission that %j lacks", async (code, scopes, change) => {
    await expect(change(writes(scopes))).rejects.toMatchObject({ code });
  });
});

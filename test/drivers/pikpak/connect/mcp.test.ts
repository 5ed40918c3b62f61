import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namesIn, startConnect, type ConnectService } from "./connect-service.ts";
import { driverContract, shelf } from "../../../contracts/driver.ts";
import { holdsAnswer } from "../../../../src/drivers/pikpak/connect/mcp-message.ts";

const mcp = "/mcp";
const eras = ["legacy", "modern", "both"] as const;
const answers = ["json", "sse", "noisy"] as const;
const combinations = eras.flatMap((era) => answers.map((form) => [era, form] as const));

let at: ConnectService;
beforeEach(async () => {
  at = await startConnect();
});
afterEach(() => at.close());

const open = () => at.open({ personalToken: at.pat() }, { route: "mcp" });

describe.each(combinations)("an MCP server of the era %s that answers as %s", (era, form) => {
  beforeEach(() => Object.assign(at.pikpak.rules, { mcpEra: era, mcpAnswers: form }));

  test("the drive is listed, a file read and linked, and its room told", async () => {
    const driver = open();
    const { items } = await driver.list(undefined);
    expect(namesIn({ items })).toEqual(["Films", "notes.txt"]);
    const notes = items.find(({ name }) => name === "notes.txt")?.id ?? "";
    expect(await driver.stat(notes)).toMatchObject({ name: "notes.txt", size: 5 });
    const link = await driver.link(notes);
    expect(await driver.quota?.()).toEqual({ limit: at.otto.quota.limit, used: at.otto.quota.usage });
    expect(new Set(at.newCalls())).toEqual(new Set([mcp]));
    expect(await (await fetch(link.kind === "url" ? link.url : "")).text()).toBe("hello");
    expect(at.pikpak.complaints).toEqual([]);
  });

  test("a session that is lost is opened anew by whoever reads next", async () => {
    const driver = open();
    await driver.list(undefined);
    const isLegacy = era === "legacy";
    expect(at.pikpak.connect.mcp.handshakes).toBe(isLegacy ? 1 : 0);
    at.pikpak.connect.mcp.dropSessions();
    await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
    // Where there is a handshake it was made again; the newer era has no session to lose.
    expect(at.pikpak.connect.mcp.handshakes).toBe(isLegacy ? 2 : 0);
  });

  test("an answer that is lost, or comes by half, is asked for once more", async () => {
    const driver = open();
    await driver.list(undefined);
    for (const cut of [{ lost: true }, { half: true }]) {
      at.pikpak.fail({ path: mcp, ...cut });
      await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
    }
  });
});

describe("the session at an MCP server", () => {
  test.each([
    ["modern", 3],
    ["legacy", 5],
  ] as const)("the first listing costs a server of the era %s %i requests, and the next one", async (era, first) => {
    at.pikpak.rules.mcpEra = era;
    const driver = open();
    await driver.list(undefined);
    expect(at.newCalls()).toHaveLength(first);
    await driver.list(undefined);
    expect(at.newCalls()).toHaveLength(1);
  });

  test("a server that changes its era between two calls is found again", async () => {
    at.pikpak.rules.mcpEra = "legacy";
    const driver = open();
    await driver.list(undefined);
    at.pikpak.rules.mcpEra = "modern";
    await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
    at.pikpak.rules.mcpEra = "legacy";
    await expect(driver.list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
  });

  test.each([
    ["keeps no sessions", { mcpSessions: false }],
    ["agrees on an older version", { mcpVersion: "2025-03-26" }],
  ])("a server of handshakes that %s is spoken to in its way", async (_what, rules) => {
    Object.assign(at.pikpak.rules, { mcpEra: "legacy", ...rules });
    await expect(open().list(undefined)).resolves.toMatchObject({ items: expect.any(Array) });
  });

  test.each([429, 503])("a server that answers %i is not asked in the other era", async (status) => {
    at.pikpak.fail({ path: mcp, status, body: "busy", headers: { "retry-after": "7" } });
    const code = status === 429 ? "too-frequent" : "upstream";
    await expect(open().list(undefined)).rejects.toMatchObject({ code });
    expect(at.newCalls()).toEqual([mcp]);
  });

  test("a stream that stays open after the answer is read no further", async () => {
    const server = createServer((request, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { id, method } = JSON.parse(body) as { id: number; method: string };
        const tool = (name: string, names: readonly string[]) => ({
          name,
          inputSchema: {
            type: "object",
            properties: Object.fromEntries(names.map((one) => [one, { type: "string" }])),
          },
        });
        const results: Readonly<Record<string, object>> = {
          "server/discover": { supportedVersions: ["2026-07-28"] },
          "tools/list": { tools: [tool("ls", ["parent_id", "token", "limit", "raw"])] },
          "tools/call": { content: [{ type: "text", text: '{"files":[],"next_page_token":""}' }] },
        };
        response.write(
          `: hello\n\nid: 0\ndata: \n\ndata: ${JSON.stringify({ jsonrpc: "2.0", id, result: results[method] })}\n\n`,
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const driver = at.open({ personalToken: at.pat() }, { route: "mcp", mcpUrl: `http://127.0.0.1:${port}/mcp` });
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
    server.closeAllConnections();
    server.close();
  });

  test("an answer is whole with the blank line behind its event, and not before", () => {
    const event = `data: {"jsonrpc":"2.0","id":2,"result":{}}`;
    expect(
      [`${event}\n`, `${event}\n\n`, `${event}\r\n\r\n`, `data: {}\n\n${event}\n\n`].map((text) =>
        holdsAnswer(text, 2),
      ),
    ).toEqual([false, true, true, true]);
  });
});

describe("the tools of an MCP server", () => {
  test.each([
    ["gives structured content alone", { mcpContent: "structured" }],
    ["gives text alone", { mcpContent: "text" }],
    ["lists its tools in pages", { mcpToolPage: 3 }],
    [
      "calls an argument by another name that is known",
      { mcpRenamed: { "ls.parent_id": "folder_id", "get.id": "file_id" } },
    ],
    ["has short pages", { mcpShortPages: true }],
  ] as const)("a server that %s is understood", async (_what, rules) => {
    Object.assign(at.pikpak.rules, rules);
    const driver = open();
    const films = (await driver.list(undefined)).items.find(({ name }) => name === "Films");
    expect(namesIn(await driver.list(films?.id))).toEqual(["lake.mkv"]);
    await expect(driver.stat(films?.id ?? "")).resolves.toMatchObject({ kind: "folder" });
  });

  test.each([
    ["is not offered", { mcpMissingTools: ["ls"] }],
    ["has an argument nobody knows", { mcpRenamed: { "ls.parent_id": "where" } }],
  ] as const)("a tool that %s is not called", async (_what, rules) => {
    Object.assign(at.pikpak.rules, rules);
    await expect(open().list(undefined)).rejects.toMatchObject({ code: "unsupported" });
    expect(at.newCalls()).toHaveLength(2);
  });

  test("a page token that repeats itself ends the listing with a failure", async () => {
    for (let n = 0; n < 150; n += 1) at.pikpak.build.file(at.otto, undefined, { name: `${n}.txt`, size: 1 });
    const driver = open();
    const first = await driver.list(undefined);
    at.pikpak.rules.mcpRepeatToken = true;
    const second = await driver.list(undefined, { cursor: first.next }).catch((error: unknown) => error);
    const third = (cursor: string | undefined) => driver.list(undefined, { cursor });
    await expect(
      "items" in (second as object) ? third((second as { next?: string }).next) : Promise.reject(second),
    ).rejects.toMatchObject({
      code: "upstream",
    });
  });

  test("where links are not handed out, that is said of the file", async () => {
    at.pikpak.rules.mcpLinks = false;
    const driver = open();
    const notes = (await driver.list(undefined)).items.find(({ name }) => name === "notes.txt");
    at.context.advance(600_000);
    await expect(driver.link(notes?.id ?? "")).rejects.toMatchObject({ code: "no-link" });
  });

  test.each(["result", "http"] as const)("a missing permission told as %s is named", async (mcpDeniedAs) => {
    at.pikpak.rules.mcpDeniedAs = mcpDeniedAs;
    const driver = at.open({ personalToken: at.pat(["write"]) }, { route: "mcp" });
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "token-cannot-read" });
    await expect(driver.quota?.()).rejects.toMatchObject({ code: "token-cannot-see-account" });
  });

  test("what a tool says in its refusal stands in no error, for it may hold a link or a name", async () => {
    const error: unknown = await open()
      .stat("V-a-private-name-of-mine")
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "not-found" });
    expect((error as Error).message).not.toContain("private");
  });
});

driverContract(
  "pikpak over MCP",
  async () => {
    const { build } = at.pikpak;
    for (const node of at.pikpak.state.nodes.children(at.otto.userId, "")) node.trashed = true;
    const folder = build.folder(at.otto, undefined, shelf.folder);
    for (const name of shelf.inFolder)
      build.file(at.otto, folder, { name, bytes: Buffer.from(name), mimeType: "text/plain" });
    const many = build.folder(at.otto, undefined, shelf.manyFolder);
    build.many(at.otto, many, shelf.many, (n) => ({ name: `file ${n}.bin`, size: n + 1 }));
    for (const name of [shelf.twins, shelf.twins, ...shelf.odd]) build.file(at.otto, undefined, { name, size: 10 });
    build.file(at.otto, undefined, { name: shelf.empty, size: 0 });
    build.folder(at.otto, undefined, shelf.emptyFolder);
    return open();
  },
  { can: ["quota", "makeFolder", "rename", "move", "trash"] },
);

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Scope } from "../../../emulators/pikpak/tokens.ts";
import { connectClient, errorIn, everything, modern, resultIn, type ConnectClient } from "./connect-client.ts";

let at: ConnectClient;
beforeEach(async () => {
  at = await connectClient();
});
afterEach(() => at.pikpak.close());

const rpc = (method: string, params: object = {}) => ({ jsonrpc: "2.0", id: 2, method, params });
const toolNames = (result: Readonly<Record<string, unknown>>) =>
  ((result["tools"] ?? []) as { name: string }[]).map(({ name }) => name);

describe("access to the MCP server", () => {
  test.each([
    ["no token", () => ""],
    ["a made-up token", () => "Bearer eyJ.eyJ.x"],
    ["an expired token", () => `Bearer ${at.pat(everything, -1)}`],
    ["a session's token", () => `Bearer ${at.pikpak.tokens.grant(at.mia, session).access_token}`],
  ])("%s is refused with 401 and the address of the metadata, before the body is read", async (_what, header) => {
    const answer = await at.post("no JSON", { authorization: header() });
    const challenge = String(answer.headers["www-authenticate"]);
    expect([answer.status, answer.text]).toEqual([401, ""]);
    expect(challenge).toContain(`resource_metadata="${at.pikpak.url}/.well-known/oauth-protected-resource/mcp"`);
    expect(challenge.includes('error="invalid_token"')).toBe(header() !== "");
  });
  const session = { clientId: "YUMx5nI8ZU8Ap8pm", kind: "session", scopes: new Set(["read"] as const) } as const;

  test("a token taken back in the middle is refused from then on", async () => {
    const token = at.pat();
    expect((await at.tool("account_info", {}, token)).isError).toBe(false);
    at.pikpak.tokens.revoke(token);
    expect((await at.call("tools/list", {}, { authorization: `Bearer ${token}` })).status).toBe(401);
  });

  test("both types have to be accepted, and JSON has to be sent by POST", async () => {
    expect((await at.call("tools/list", {}, { accept: "application/json" })).status).toBe(406);
    expect((await at.call("tools/list", {}, { accept: "text/event-stream" })).status).toBe(406);
    expect((await at.call("tools/list", {}, { "content-type": "text/plain" })).status).toBe(415);
    const headers = { authorization: `Bearer ${at.pat()}` };
    const got = await at.send("GET", at.pikpak.mcpUrl, { headers });
    expect([got.status, got.headers["allow"]]).toEqual([405, "POST"]);
  });

  test("what is no JSON and what is no call have their own codes", async () => {
    expect(errorIn(await at.post("{"))).toMatchObject({ code: -32_700 });
    expect(errorIn(await at.post([rpc("ping")]))).toMatchObject({ code: -32_600 });
    expect(errorIn(await at.post({ jsonrpc: "1.0", method: "ping" }))).toMatchObject({ code: -32_600 });
  });
});

describe("the era of handshakes", () => {
  test("a handshake gives a session, which every later request names with the version agreed on", async () => {
    const headers = await at.handshake();
    expect(headers).toMatchObject({ "mcp-protocol-version": "2025-11-25", "mcp-session-id": expect.any(String) });
    const notice = await at.post({ jsonrpc: "2.0", method: "notifications/initialized" }, headers);
    expect([notice.status, notice.text]).toEqual([202, ""]);
    expect(toolNames(resultIn(await at.post(rpc("tools/list"), headers)))).toHaveLength(10);
    expect(resultIn(await at.post(rpc("ping"), headers))).toEqual({});
    expect((await at.post(rpc("ping"), { ...headers, "mcp-protocol-version": "2025-06-18" })).status).toBe(400);
    expect((await at.post(rpc("ping"), { ...headers, "mcp-protocol-version": "" })).status).toBe(400);
    expect((await at.post(rpc("ping"), { ...headers, "mcp-session-id": "" })).status).toBe(400);
    expect(errorIn(await at.post(rpc("nonsense"), headers))).toMatchObject({ code: -32_601 });
  });

  test("a session that was dropped, or ended by the client, is answered 404", async () => {
    const first = await at.handshake();
    at.pikpak.connect.mcp.dropSessions();
    expect((await at.post(rpc("ping"), first)).status).toBe(404);
    const second = await at.handshake();
    expect((await at.send("DELETE", at.pikpak.mcpUrl, { headers: second })).status).toBe(200);
    expect((await at.post(rpc("ping"), second)).status).toBe(404);
  });

  test("a server without sessions wants the version alone, and ends none", async () => {
    at.pikpak.rules.mcpSessions = false;
    const headers = await at.handshake();
    expect(headers).not.toHaveProperty("mcp-session-id");
    expect((await at.post(rpc("ping"), headers)).status).toBe(200);
    expect((await at.post(rpc("ping"), { "mcp-protocol-version": "" })).status).toBe(400);
    expect((await at.send("DELETE", at.pikpak.mcpUrl, { headers })).status).toBe(405);
  });

  test.each([
    ["2025-11-25", "2025-06-18", "2025-06-18"],
    ["2024-11-05", "2025-06-18", "2024-11-05"],
    ["1999-01-01", "2025-11-25", "2025-11-25"],
  ])("asked for %s where it knows versions to %s the server agrees on %s", async (asked, known, agreed) => {
    at.pikpak.rules.mcpVersion = known;
    expect(await at.handshake(undefined, asked)).toMatchObject({ "mcp-protocol-version": agreed });
  });

  test("a server of that era alone refuses a request of the next one, and the other way round", async () => {
    at.pikpak.rules.mcpEra = "legacy";
    expect((await at.call("server/discover")).status).toBe(400);
    at.pikpak.rules.mcpEra = "modern";
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
    const refused = await at.post(rpc("initialize", params));
    expect([refused.status, errorIn(refused).code]).toEqual([400, -32_020]);
  });
});

describe("the era without handshakes", () => {
  test("the server is discovered with its versions, the newest first", async () => {
    expect(resultIn(await at.call("server/discover"))).toMatchObject({
      resultType: "complete",
      supportedVersions: [modern, "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"],
      serverInfo: { name: "pikpak" },
    });
    at.pikpak.rules.mcpEra = "modern";
    expect(resultIn(await at.call("server/discover"))["supportedVersions"]).toEqual([modern]);
    expect(resultIn(await at.call("tools/list"))).toMatchObject({ ttlMs: 3_600_000, cacheScope: "private" });
  });

  test.each([
    ["the version", { "mcp-protocol-version": "" }],
    ["the method", { "mcp-method": "" }],
    ["another method", { "mcp-method": "tools/list" }],
    ["the tool", { "mcp-name": "" }],
    ["another tool", { "mcp-name": "rm" }],
  ])("a header that lacks or belies %s is refused", async (_what, headers) => {
    const answer = await at.call("tools/call", { name: "ls", arguments: {} }, headers);
    expect([answer.status, errorIn(answer).code]).toEqual([400, -32_020]);
  });

  test("a version it does not know is refused with those it does, an unknown method with 404 and a body", async () => {
    const version = "2027-01-01";
    const params = { _meta: { "io.modelcontextprotocol/protocolVersion": version } };
    const headers = { "mcp-protocol-version": version, "mcp-method": "tools/list" };
    const refused = await at.post(rpc("tools/list", params), headers);
    expect(errorIn(refused)).toMatchObject({ code: -32_022, data: { supported: expect.arrayContaining([modern]) } });
    const unknown = await at.call("resources/list");
    expect([unknown.status, errorIn(unknown).code]).toEqual([404, -32_601]);
  });
});

describe("an answer's form", () => {
  test("a stream may begin with an empty event, comments and a notification", async () => {
    at.pikpak.rules.mcpAnswers = "sse";
    const plain = await at.call("tools/list");
    expect(plain.headers["content-type"]).toBe("text/event-stream");
    expect(toolNames(resultIn(plain))).toHaveLength(10);
    at.pikpak.rules.mcpAnswers = "noisy";
    const noisy = await at.call("tools/list");
    expect(noisy.text).toMatch(/^: hello\n\nid: 0\ndata: \n\nevent: message\ndata: \{"jsonrpc":"2\.0","method":/);
    expect(toolNames(resultIn(noisy))).toHaveLength(10);
  });

  test("a tool's answer is structured, a text, or both", async () => {
    const answer = async (form: "both" | "structured" | "text") => {
      at.pikpak.rules.mcpContent = form;
      const { content, structuredContent } = resultIn(await at.call("tools/call", { name: "account_info" }));
      return [(content as unknown[]).length, structuredContent !== undefined];
    };
    expect([await answer("both"), await answer("structured"), await answer("text")]).toEqual([
      [1, true],
      [0, true],
      [1, false],
    ]);
  });

  test("a sentence may stand where nobody needs the answer, and nowhere else", async () => {
    at.pikpak.rules.mcpProse = true;
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", size: 1 });
    expect(await at.tool("rename", { id: file.id, name: "b" })).toMatchObject({ isError: false, body: {} });
    expect((await at.tool("ls")).body["files"]).toMatchObject([{ name: "b" }]);
  });

  test.each([
    ["in the middle of a stream", { half: true }],
    ["before it, after the write happened", { lost: true }],
  ])("an answer breaks off %s", async (_what, fault) => {
    at.pikpak.rules.mcpAnswers = "sse";
    at.pikpak.fail({ path: "/mcp", containing: "mkdir", ...fault });
    const answer = await at.tool("mkdir", { name: "New" }).catch(() => ({ body: {} }));
    expect(answer.body).toEqual({});
    expect((await at.tool("ls", { raw: true })).body["files"]).toMatchObject([{ name: "New" }]);
  });

  test.each([
    [{ status: 429, headers: { "retry-after": "3" }, body: "" }, 429],
    [{ status: 429, body: "" }, 429],
    [{ status: 503, body: "<html>" }, 503],
    [{ status: 401, body: "" }, 401],
    [{ status: 302, headers: { location: "https://example.com/mcp" }, body: "" }, 302],
  ])("a fault %j is answered for one tool alone", async (fault, status) => {
    at.pikpak.fail({ path: "/mcp", containing: '"ls"', ...fault });
    expect((await at.tool("account_info")).isError).toBe(false);
    expect((await at.call("tools/call", { name: "ls", arguments: {} })).status).toBe(status);
    expect((await at.tool("ls")).isError).toBe(false);
  });

  test("a silence is a late answer", async () => {
    at.pikpak.fail({ path: "/mcp", delay: 80 });
    const started = performance.now();
    await at.tool("account_info");
    expect(performance.now() - started).toBeGreaterThan(70);
  });
});

describe("the list of tools", () => {
  const listed = async (headers: Record<string, string> = {}) => resultIn(await at.call("tools/list", {}, headers));

  test("argument names are the ten tools' own, and nothing else is taken", async () => {
    const { tools } = (await listed()) as { tools: { name: string; inputSchema: Record<string, object> }[] };
    const shapes = tools.map(({ name, inputSchema }) => [name, Object.keys(inputSchema["properties"] ?? {})]);
    expect(Object.fromEntries(shapes)).toEqual({
      account_info: [],
      ls: ["parent_id", "token", "limit", "raw"],
      get: ["id", "raw"],
      mkdir: ["parent", "name"],
      rename: ["id", "name"],
      mv: ["id", "target"],
      rm: ["ids"],
      add_link: ["parent", "url"],
      task_get: ["id"],
      task_rm: ["ids", "delete-files"],
    });
    expect(
      tools.every(({ inputSchema }) => (inputSchema as Record<string, unknown>)["additionalProperties"] === false),
    ).toBe(true);
  });

  test("a list may come in pages", async () => {
    at.pikpak.rules.mcpToolPage = 6;
    const first = await listed();
    expect(toolNames(first)).toHaveLength(6);
    const second = resultIn(await at.call("tools/list", { cursor: first["nextCursor"] }));
    expect([toolNames(second).length, second["nextCursor"]]).toEqual([4, undefined]);
    expect(errorIn(await at.call("tools/list", { cursor: "x" }))).toMatchObject({ code: -32_602 });
  });

  test("tools a token may not use may be left out, and one may be missing altogether", async () => {
    at.pikpak.rules.mcpHidesTools = true;
    const headers = { authorization: `Bearer ${at.pat(["read"])}` };
    expect(toolNames(await listed(headers))).toEqual(["account_info", "ls", "get"]);
    at.pikpak.rules.mcpMissingTools.push("mv");
    expect(toolNames(await listed())).not.toContain("mv");
    expect(errorIn(await at.call("tools/call", { name: "mv", arguments: {} }))).toMatchObject({ code: -32_602 });
  });

  test("a renamed argument is in the schema by its new name, and the old one is unknown", async () => {
    at.pikpak.rules.mcpRenamed["mkdir.parent"] = "folder_id";
    const { tools } = (await listed()) as { tools: { name: string; inputSchema: { properties: object } }[] };
    expect(tools.find(({ name }) => name === "mkdir")?.inputSchema.properties).toHaveProperty("folder_id");
    expect((await at.tool("mkdir", { parent: "", name: "x" })).isError).toBe(true);
    expect((await at.tool("mkdir", { folder_id: "", name: "x" })).isError).toBe(false);
  });
});

describe("arguments", () => {
  test.each([
    ["mkdir", { parent_id: "", name: "x" }, "unknown argument parent_id"],
    ["task_rm", { ids: [], delete_files: true }, "unknown argument delete_files"],
    ["ls", { limit: "100" }, "argument limit of ls is no number"],
    ["rm", { ids: "VO1" }, "argument ids of rm is no array"],
    ["mv", { id: "VO1" }, "missing argument target"],
    ["get", {}, "missing argument id"],
  ])("%s with %j is refused in the result, or as an error where the rule says so", async (name, args, words) => {
    const result = await at.tool(name, args);
    expect(result).toMatchObject({ isError: true, text: expect.stringContaining(words) });
    at.pikpak.rules.mcpArgumentsAs = "error";
    expect(errorIn(await at.call("tools/call", { name, arguments: args }))).toMatchObject({ code: -32_602 });
  });

  test("a tool nobody knows is an error", async () => {
    expect(errorIn(await at.call("tools/call", { name: "cp", arguments: {} }))).toMatchObject({ code: -32_602 });
  });
});

describe("permissions", () => {
  test.each<[string, object, Scope]>([
    ["mkdir", { name: "x" }, "write"],
    ["rename", { id: "VO1", name: "x" }, "write"],
    ["mv", { id: "VO1", target: "" }, "manage"],
    ["rm", { ids: ["VO1"] }, "manage"],
    ["add_link", { url: "https://example.com/a" }, "cloud_download"],
    ["task_get", { id: "VO1" }, "cloud_download"],
    ["task_rm", { ids: ["VO1"] }, "cloud_download"],
  ])("%s %j wants %s, told in the result or by HTTP", async (name, args, scope) => {
    const lacking = at.pat(everything.filter((other) => other !== scope));
    expect(await at.tool(name, args, lacking)).toMatchObject({ isError: true, text: expect.stringContaining("403") });
    at.pikpak.rules.mcpDeniedAs = "http";
    const headers = { authorization: `Bearer ${lacking}` };
    const answer = await at.call("tools/call", { name, arguments: args }, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers["www-authenticate"]).toContain(`error="insufficient_scope", scope="${scope}"`);
  });
});

describe("tools", () => {
  test("account_info tells the storage as texts", async () => {
    at.pikpak.build.file(at.otto, undefined, { name: "a", size: 44 });
    expect((await at.tool("account_info")).body).toEqual({
      user_id: at.otto.userId,
      name: "otto",
      storage: { total: "10995116277760", used: "44" },
    });
  });

  test("ls goes by pages of raw objects or of words, and a folder that is gone is empty", async () => {
    const folder = at.pikpak.build.folder(at.otto, undefined, "Films");
    at.pikpak.build.many(at.otto, folder, 5, (n) => ({ name: `${n}`, size: 1_048_576 }));
    const page = (await at.tool("ls", { parent_id: folder.id, limit: 3, raw: true })).body;
    expect(page["files"]).toMatchObject([{ kind: "drive#file", size: "1048576" }, {}, {}]);
    const rest = (await at.tool("ls", { parent_id: folder.id, limit: 3, token: page["next_page_token"] })).body;
    expect(rest).toMatchObject({ files: [{ kind: "file", size: "1.00 MB" }, {}], next_page_token: "" });
    await at.tool("rm", { ids: [folder.id] });
    for (const id of [folder.id, "root", "/"])
      expect(await at.tool("ls", { parent_id: id })).toMatchObject({ isError: false, body: { files: [] } });
    expect(await at.tool("get", { id: folder.id })).toMatchObject({
      isError: true,
      text: expect.stringContaining("400"),
    });
    expect(folder.trashed).toBe(true);
  });

  test("ls may repeat a token, and give short pages", async () => {
    at.pikpak.build.many(at.otto, undefined, 4, (n) => ({ name: `${n}`, size: 1 }));
    at.pikpak.rules.mcpShortPages = true;
    const short = (await at.tool("ls", { limit: 4, raw: true })).body;
    expect(short["files"]).toHaveLength(2);
    expect(short["next_page_token"]).not.toBe("");
    at.pikpak.rules.mcpRepeatToken = true;
    const again = (await at.tool("ls", { limit: 4, token: short["next_page_token"] })).body;
    expect(again["next_page_token"]).toBe(short["next_page_token"]);
  });

  test("get hands out links with raw, where the rule says so, and they lead to the bytes", async () => {
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", bytes: Buffer.from("hello") });
    const raw = (await at.tool("get", { id: file.id, raw: true })).body;
    expect((await at.send("GET", String(raw["web_content_link"]))).text).toBe("hello");
    expect((await at.tool("get", { id: file.id })).body).toMatchObject({ kind: "file", name: "a" });
    at.pikpak.rules.mcpLinks = false;
    expect((await at.tool("get", { id: file.id, raw: true })).body).toMatchObject({
      web_content_link: "",
      links: {},
      medias: [],
    });
  });

  test("mkdir numbers a taken name or refuses it, rename refuses it and changes nothing, mv moves", async () => {
    const first = (await at.tool("mkdir", { parent: "", name: "New" })).body;
    const second = (await at.tool("mkdir", { parent: "", name: "New" })).body;
    expect(at.pikpak.state.nodes.get(String(second["id"]))?.name).toBe("New(1)");
    at.pikpak.rules.mcpFolderClash = "refuse";
    expect((await at.tool("mkdir", { parent: "", name: "New" })).isError).toBe(true);
    expect((await at.tool("rename", { id: second["id"], name: "New" })).text).toContain("file_duplicated_name");
    await at.tool("mv", { id: second["id"], target: first["id"] });
    expect(at.pikpak.state.nodes.get(String(second["id"]))).toMatchObject({ name: "New(1)", parentId: first["id"] });
  });

  test("add_link begins a download into the root or a folder, and numbers a taken name", async () => {
    at.pikpak.build.file(at.otto, undefined, { name: "alice.txt", size: 1 });
    const begun = (await at.tool("add_link", { parent: "", url: "https://example.com/alice.txt" })).body;
    expect(begun).toMatchObject({ name: "alice(1).txt", status: "Running (PHASE_TYPE_RUNNING)", progress: "0%" });
    at.advance(5000);
    const done = (await at.tool("task_get", { id: begun["task_id"] })).body;
    expect(done).toMatchObject({ status: "Complete (PHASE_TYPE_COMPLETE)", progress: "100%", message: "Saved" });
    expect(at.pikpak.state.nodes.get(String(done["file_id"]))).toMatchObject({ name: "alice(1).txt", parentId: "" });
  });

  test.each([
    ["task_id", ["task_id"]],
    ["id", ["id"]],
    ["both", ["id", "task_id"]],
    ["none", []],
  ] as const)("a new task is named by %s", async (form, names) => {
    at.pikpak.rules.mcpTaskId = form;
    const { body } = await at.tool("add_link", { url: "https://example.com/a" });
    expect(Object.keys(body).filter((name) => name.endsWith("id") && name !== "file_id")).toEqual(names);
  });

  test.each([
    ["percent", "50%"],
    ["number", 50],
    ["empty", ""],
    ["null", null],
  ] as const)("progress comes as %s, and the status may be bare", async (form, progress) => {
    const { body } = await at.tool("add_link", { url: "https://example.com/a" });
    Object.assign(at.pikpak.rules, { mcpProgress: form, mcpStatus: "bare" });
    at.advance(2500);
    expect((await at.tool("task_get", { id: body["task_id"] })).body).toMatchObject({ progress, status: "running" });
  });

  test("a removed task is told by the words that were recorded", async () => {
    const { body } = await at.tool("add_link", { url: "https://example.com/a" });
    await at.tool("task_rm", { ids: [body["task_id"]], "delete-files": false });
    expect((await at.tool("task_get", { id: body["task_id"] })).text).toMatch(
      /^failed to get task: \[REQUEST_FAILED\] get task failed with status 404/,
    );
  });

  test.each([
    [{ "delete-files": false }, "delete", true],
    [{ "delete-files": true }, "keep", false],
    [{}, "delete", false],
    [{}, "keep", true],
  ] as const)(
    "task_rm with %j where the server's own choice is to %s leaves the file: %s",
    async (args, byDefault, isKept) => {
      at.pikpak.rules.mcpFilesByDefault = byDefault;
      const { body } = await at.tool("add_link", { url: "https://example.com/a" });
      at.advance(5000);
      await at.tool("task_rm", { ids: [body["task_id"]], ...args });
      expect(at.pikpak.state.nodes.children(at.otto.userId, "").length).toBe(isKept ? 1 : 0);
    },
  );

  test("a full drive is told in the result, and may come with the number of a missing permission", async () => {
    at.otto.quota.limit = 1;
    const refused = () => at.tool("add_link", { url: "https://example.com/a" });
    expect(await refused()).toMatchObject({
      isError: true,
      text: expect.stringContaining("400: file_space_not_enough"),
    });
    at.pikpak.rules.mcpQuotaAs403 = true;
    expect((await refused()).text).toContain("403: file_space_not_enough");
  });
});

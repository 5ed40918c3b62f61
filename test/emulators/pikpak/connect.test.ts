import { createHash, randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectClient, everything, type ConnectClient } from "./connect-client.ts";
import { clientId, device, type Answer } from "./client.ts";

let at: ConnectClient;
beforeEach(async () => {
  at = await connectClient();
});
afterEach(() => at.pikpak.close());

const post = (path: string, body: object) => at.send("POST", `${at.pikpak.userUrl}${path}`, { body });
const form = (url: string, fields: Record<string, string>) =>
  at.send("POST", url, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
const outcome = ({ status, body }: Answer) => [status, body["error"], body["error_code"]];

describe("a personal access token on the drive API", () => {
  const drive = (method: string, path: string, token: string, body?: object) =>
    at.send(method, `${at.pikpak.driveUrl}${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
      ...(body && { body }),
    });

  test("a token is a JWT that tells its user, its permissions and its life", () => {
    const claims: unknown = JSON.parse(Buffer.from(at.pat(["read"], 30).split(".")[1] ?? "", "base64url").toString());
    const seconds = Math.floor(at.now() / 1000);
    expect(claims).toMatchObject({ sub: at.otto.userId, scope: "read", iat: seconds, exp: seconds + 30 * 86_400 });
  });

  test("no device, client or captcha token is wanted beside it, and the bytes are had", async () => {
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", bytes: Buffer.from("hello") });
    const token = at.pat();
    expect((await drive("GET", "/drive/v1/about", token)).status).toBe(200);
    expect((await drive("GET", "/drive/v1/files?parent_id=", token)).body["files"]).toHaveLength(1);
    const detail = await drive("GET", `/drive/v1/files/${file.id}?usage=FETCH`, token);
    expect(
      (await at.send("GET", String(detail.body["web_content_link"]), { headers: { range: "bytes=1-" } })).text,
    ).toBe("ello");
  });

  test.each([
    ["expired", () => at.pat(everything, -1)],
    ["made up", () => "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"],
  ])("a token that is %s is refused with 401 and code 16", async (_what, token) => {
    expect(outcome(await drive("GET", "/drive/v1/about", token()))).toEqual([401, "unauthenticated", 16]);
  });

  test("a token is refused on the drive API where the rule says so, and still taken by the MCP server", async () => {
    at.pikpak.rules.patOnDrive = false;
    const token = at.pat();
    expect(outcome(await drive("GET", "/drive/v1/about", token))).toEqual([401, "unauthenticated", 16]);
    expect((await at.tool("account_info", {}, token)).isError).toBe(false);
  });

  test.each([
    ["POST", "/drive/v1/files", { kind: "drive#folder", name: "x" }, "write"],
    ["PATCH", "/drive/v1/files/VO1", { name: "x" }, "write"],
    ["POST", "/drive/v1/files", { name: "x", size: 0, upload_type: "UPLOAD_TYPE_FORM" }, "write"],
    ["POST", "/drive/v1/files:batchTrash", { ids: ["VO1"] }, "manage"],
    ["POST", "/drive/v1/files:batchMove", { ids: ["VO1"], to: {} }, "manage"],
    [
      "POST",
      "/drive/v1/files",
      { upload_type: "UPLOAD_TYPE_URL", url: { url: "https://example.com" } },
      "cloud_download",
    ],
    ["GET", "/drive/v1/tasks?type=offline", undefined, "cloud_download"],
    ["DELETE", "/drive/v1/tasks?task_ids=VO1", undefined, "cloud_download"],
    ["POST", "/drive/v1/share", { file_ids: ["VO1"] }, "share"],
  ] as const)("%s %s %j wants the permission %s", async (method, path, body, scope) => {
    const others = at.pat(everything.filter((other) => other !== scope));
    expect(outcome(await drive(method, path, others, body))).toEqual([403, "permission_denied", 7]);
    expect((await drive(method, path, at.pat([scope]), body)).status).not.toBe(403);
    at.pikpak.rules.scopeRefusal = "unauthenticated";
    expect((await drive(method, path, others, body)).status).toBe(401);
  });

  test("deleting for ever, emptying the trash and inviting cannot be granted to it", async () => {
    const token = at.pat([...everything, "purge", "invite"]);
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", size: 1 });
    for (const [method, path] of [
      ["POST", "/drive/v1/files:batchDelete"],
      ["DELETE", `/drive/v1/files/${file.id}`],
      ["PATCH", "/drive/v1/files/trash:empty"],
      ["GET", "/vip/v1/activity/inviteCode"],
    ] as const)
      expect((await drive(method, path, token, method === "POST" ? { ids: [file.id] } : undefined)).status).toBe(403);
    expect(at.pikpak.state.nodes.get(file.id)).toBe(file);
  });

  test("when the month's allowance of apps is used up its links are slow and its uploads fail; the owner's are not", async () => {
    at.pikpak.rules.appAllowanceUsed = true;
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", size: 40_000 });
    const token = at.pat();
    const { body } = await drive("GET", `/drive/v1/files/${file.id}`, token);
    const started = performance.now();
    await at.send("GET", String(body["web_content_link"]));
    expect(performance.now() - started).toBeGreaterThan(350);
    const upload = { name: "x", size: 5, upload_type: "UPLOAD_TYPE_RESUMABLE" };
    expect((await drive("POST", "/drive/v1/files", token, upload)).status).toBe(403);
    expect((await at.drive("POST", "/drive/v1/files", { body: upload })).status).toBe(200);
  });

  test("a share is read with it and saved, and a wrong captcha token beside it is refused", async () => {
    const theirs = at.pikpak.build.file(at.mia, undefined, { name: "m", size: 1 });
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [theirs] });
    expect((await drive("GET", `/drive/v1/share?share_id=${id}`, at.pat())).body).toMatchObject({ share_status: "OK" });
    const body = { share_id: id, file_ids: [theirs.id] };
    expect((await drive("POST", "/drive/v1/share/restore", at.pat(), body)).body["restore_status"]).toBe(
      "RESTORE_START",
    );
    const headers = { authorization: `Bearer ${at.pat()}`, "x-captcha-token": "ck0.x.y", ...device };
    expect((await at.send("GET", `${at.pikpak.driveUrl}/drive/v1/about`, { headers })).body["error_code"]).toBe(9);
  });
});

describe("metadata", () => {
  test("the resource names its issuer, and the issuer its endpoints, all of which are there", async () => {
    const resource = await at.send("GET", `${at.pikpak.url}/.well-known/oauth-protected-resource/mcp`);
    expect(resource.body).toEqual({
      resource: at.pikpak.mcpUrl,
      authorization_servers: [at.pikpak.userUrl],
      bearer_methods_supported: ["header"],
    });
    const { body } = await at.send("GET", `${at.pikpak.userUrl}/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer: at.pikpak.userUrl,
      grant_types_supported: expect.arrayContaining(["urn:ietf:params:oauth:grant-type:device_code"]),
      code_challenge_methods_supported: ["S256"],
    });
    const endpoints = Object.entries(body).filter(([name]) => name.endsWith("_endpoint"));
    for (const [, address] of endpoints)
      expect((await at.send("POST", String(address), { body: {} })).body["error"]).not.toBe("not_found");
    expect(endpoints).toHaveLength(5);
    at.pikpak.rules.deviceKey = "device_code_endpoint";
    const other = await at.send("GET", `${at.pikpak.userUrl}/.well-known/openid-configuration`);
    expect(Object.keys(other.body)).toContain("device_code_endpoint");
    expect(Object.keys(other.body)).not.toContain("device_authorization_endpoint");
  });
});

describe("approval by a code on a device", () => {
  const begin = async (client: string = clientId) => {
    const answer = await post("/v1/auth/device/code", { client_id: client, scope: "user" });
    return { answer, code: String(answer.body["device_code"]), user: String(answer.body["user_code"]) };
  };
  const poll = (code: string, client: string = clientId) =>
    post("/v1/auth/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code,
      client_id: client,
    });
  const decide = (address: string, decision: string) => form(address, { account: at.otto.userId, decision });

  test("a person approves on the page, and the device gets tokens that refresh like a session's", async () => {
    const { answer, code, user } = await begin();
    const page = String(answer.body["verification_uri_complete"]);
    expect(answer.body).toMatchObject({
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      verification_uri: at.pikpak.deviceUrl,
      verification_uri_complete: `${at.pikpak.deviceUrl}?user_code=${user}`,
      expires_in: 600,
      interval: 5,
    });
    expect(outcome(await poll(code))).toEqual([400, "authorization_pending", 14]);
    const shown = await at.send("GET", page);
    expect(shown.text).toContain(user);
    expect(shown.text).toContain("otto@example.com");
    expect((await decide(page, "approve")).text).toContain("Approved");
    at.advance(5000);
    const tokens = await poll(code);
    expect(tokens).toMatchObject({ status: 200, body: { token_type: "Bearer", sub: at.otto.userId } });
    const refresh = () =>
      post("/v1/auth/token", {
        client_id: clientId,
        grant_type: "refresh_token",
        refresh_token: tokens.body["refresh_token"],
      });
    const next = await refresh();
    expect(next.status).toBe(200);
    expect(outcome(await refresh())).toEqual([400, "invalid_grant", 4126]);
    // Of PikPak's own client: no device, no captcha, and files may be deleted for ever (seen 2026-10).
    const file = at.pikpak.build.file(at.otto, undefined, { name: "a", size: 1 });
    const headers = { authorization: `Bearer ${String(next.body["access_token"])}` };
    const url = `${at.pikpak.driveUrl}/drive/v1/files:batchDelete`;
    expect((await at.send("POST", url, { headers, body: { ids: [file.id] } })).status).toBe(200);
    expect(outcome(await poll(code))).toEqual([400, "invalid_grant", 4126]);
  });

  test("a person denies, once, and the code cannot be decided again", async () => {
    const { answer, code } = await begin();
    const page = String(answer.body["verification_uri_complete"]);
    expect((await decide(page, "deny")).text).toContain("Denied");
    expect((await decide(page, "approve")).status).toBe(410);
    expect(outcome(await poll(code))).toEqual([400, "access_denied", 7]);
  });

  test("polling faster than the interval is told to slow down, by five seconds more each time", async () => {
    const { code } = await begin();
    await poll(code);
    at.advance(4000);
    expect(outcome(await poll(code))).toEqual([400, "slow_down", 8]);
    at.advance(6000);
    expect((await poll(code)).body["error"]).toBe("slow_down");
    at.advance(15_000);
    expect((await poll(code)).body["error"]).toBe("authorization_pending");
  });

  test("a code is over after its time, for the device and on the page", async () => {
    at.pikpak.rules.deviceLife = 60;
    const { answer, code } = await begin();
    at.advance(60_001);
    expect(outcome(await poll(code))).toEqual([400, "expired_token", 4]);
    expect((await at.send("GET", String(answer.body["verification_uri_complete"]))).status).toBe(404);
  });

  test("an unknown client, a code of another client and a made-up code are refused", async () => {
    expect(outcome((await begin("nobody")).answer)).toEqual([400, "invalid_client", 3]);
    const { code } = await begin();
    expect(outcome(await poll(code, "YNxT9w7GMdWvEOKa"))).toEqual([400, "invalid_grant", 4126]);
    expect(outcome(await poll("made-up"))).toEqual([400, "invalid_grant", 4126]);
  });

  test("the page asks for the code where the address has none, and a test decides without the page", async () => {
    expect((await at.send("GET", at.pikpak.deviceUrl)).text).toContain('name="user_code"');
    const { code, user } = await begin();
    expect(at.pikpak.connect.grants.decideDevice(user.toLowerCase(), at.otto)).toBe(true);
    expect((await poll(code)).status).toBe(200);
  });
});

describe("the code flow", () => {
  const redirectUri = "https://bot.example.com/oauth/pikpak";
  const verifier = randomBytes(32).toString("base64url");
  const challenge = createHash("sha256").update(verifier).digest("base64url");
  const register = (uris: readonly string[] = [redirectUri]) =>
    post("/v1/clients-registrations/openid-connect", { client_name: "ChatDrive", redirect_uris: uris });
  const resource = "https://pikpak.ai/mcp";

  const authorize = async (changes: Record<string, string> = {}) => {
    const client = String((await register()).body["client_id"]);
    const query = new URLSearchParams({
      response_type: "code",
      client_id: client,
      redirect_uri: redirectUri,
      state: "s t/1",
      code_challenge: challenge,
      code_challenge_method: "S256",
      resource,
      ...changes,
    });
    return { client, address: `${at.pikpak.url}/drive/auth-center?${query.toString()}` };
  };
  const approve = async (address: string, decision = "approve") => {
    const answer = await form(address, { account: at.otto.userId, decision });
    return new URL(String(answer.headers["location"]));
  };
  const exchange = (client: string, code: string | null, changes: Record<string, string> = {}) =>
    form(`${at.pikpak.userUrl}/v1/auth/token`, {
      grant_type: "authorization_code",
      code: code ?? "",
      client_id: client,
      redirect_uri: redirectUri,
      code_verifier: verifier,
      resource,
      ...changes,
    });

  test("a person agrees, and the app gets tokens for the drive and for the MCP server", async () => {
    const { client, address } = await authorize();
    expect((await at.send("GET", address)).text).toContain("ChatDrive");
    const ended = await approve(address);
    expect(ended.href.startsWith(`${redirectUri}?`)).toBe(true);
    expect([ended.searchParams.get("state"), ended.searchParams.get("iss")]).toEqual(["s t/1", at.pikpak.userUrl]);
    const tokens = await exchange(client, ended.searchParams.get("code"));
    expect(tokens).toMatchObject({ status: 200, body: { sub: at.otto.userId, expires_in: 7200 } });
    const access = String(tokens.body["access_token"]);
    expect((await at.tool("account_info", {}, access)).isError).toBe(false);
    const drive = `${at.pikpak.driveUrl}/drive/v1/files:batchDelete`;
    const headers = { authorization: `Bearer ${access}` };
    expect((await at.send("POST", drive, { headers, body: { ids: ["VO1"] } })).status).toBe(403);
  });

  test("a code is good once; used again, it takes back what it gave", async () => {
    const { client, address } = await authorize();
    const code = (await approve(address)).searchParams.get("code");
    const access = String((await exchange(client, code)).body["access_token"]);
    expect(outcome(await exchange(client, code))).toEqual([400, "invalid_grant", 4126]);
    expect((await at.call("tools/list", {}, { authorization: `Bearer ${access}` })).status).toBe(401);
  });

  test.each([
    ["another verifier", { code_verifier: "x".repeat(43) }, "invalid_grant"],
    ["another return address", { redirect_uri: "https://bot.example.com/" }, "invalid_grant"],
    ["another client", { client_id: "app_x" }, "invalid_grant"],
    ["another resource", { resource: "https://example.com" }, "invalid_target"],
  ])("a code with %s is refused", async (_what, changes, error) => {
    const { client, address } = await authorize();
    const code = (await approve(address)).searchParams.get("code");
    expect((await exchange(client, code, changes)).body["error"]).toBe(error);
    expect((await exchange(client, code)).status).toBe(200);
  });

  test("a code is over after ten minutes", async () => {
    const { client, address } = await authorize();
    const code = (await approve(address)).searchParams.get("code");
    at.advance(600_000);
    expect((await exchange(client, code)).body["error"]).toBe("invalid_grant");
  });

  test.each([
    ["no challenge", { code_challenge: "" }, "invalid_request"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["another response type", { response_type: "token" }, "unsupported_response_type"],
  ])("a request with %s goes back with an error and its state", async (_what, changes, error) => {
    const { address } = await authorize(changes);
    const answer = await at.send("GET", address);
    const { searchParams } = new URL(String(answer.headers["location"]));
    expect([answer.status, searchParams.get("error"), searchParams.get("state")]).toEqual([302, error, "s t/1"]);
  });

  test("an unknown client, or an address that is not exactly its own, is sent nowhere", async () => {
    for (const changes of [{ client_id: "app_x" }, { redirect_uri: `${redirectUri}/more` }]) {
      const answer = await at.send("GET", (await authorize(changes)).address);
      expect([answer.status, answer.headers["location"]]).toEqual([400, undefined]);
    }
  });

  test("a person who denies sends the app away, and the issuer is told where the rule says so", async () => {
    at.pikpak.rules.authorizationIss = false;
    const { address } = await authorize();
    expect((await approve(address, "deny")).searchParams.get("error")).toBe("access_denied");
    expect((await approve(address)).searchParams.has("iss")).toBe(false);
  });

  test("registration takes https and loopback addresses, and may be closed", async () => {
    expect((await register()).body).toMatchObject({ client_name: "ChatDrive", token_endpoint_auth_method: "none" });
    expect((await register(["http://127.0.0.1:9/x"])).status).toBe(201);
    for (const uris of [[], ["http://example.com/x"], ["app://x"], [`${redirectUri}#x`]])
      expect((await register(uris)).body["error"]).toBe("invalid_redirect_uri");
    at.pikpak.rules.registrationOpen = false;
    expect((await register()).status).toBe(403);
  });
});

describe("revocation", () => {
  const revoke = (token: string) => post("/v1/auth/revoke", { token, client_id: clientId });

  test("taking back a refresh token ends what came from it, and an unknown token is no failure", async () => {
    const { body } = await at.signIn();
    const headers = { ...device, authorization: `Bearer ${String(body["access_token"])}` };
    const about = () => at.send("GET", `${at.pikpak.driveUrl}/drive/v1/about`, { headers });
    expect((await about()).status).toBe(200);
    expect((await revoke(String(body["refresh_token"]))).status).toBe(200);
    expect((await about()).status).toBe(401);
    expect((await revoke("unknown")).status).toBe(200);
  });

  test("a personal token is taken back, or only by hand where the rule says so", async () => {
    const token = at.pat();
    at.pikpak.rules.patsRevocable = false;
    expect((await revoke(token)).body["error"]).toBe("unsupported_token_type");
    expect((await at.tool("account_info", {}, token)).isError).toBe(false);
    at.pikpak.rules.patsRevocable = true;
    await revoke(token);
    expect((await at.call("tools/list", {}, { authorization: `Bearer ${token}` })).status).toBe(401);
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { request } from "node:http";
import { device, password, rawClient, username, type RawClient } from "./client.ts";

let at: RawClient;
beforeEach(async () => {
  at = await rawClient();
});
afterEach(() => at.pikpak.close());

const admin = (method: string, path: string, body?: object) =>
  at.send(method, `${at.pikpak.url}/admin/${path}`, body === undefined ? {} : { body });

/** A request whose Host header is another than its address. */
function ask(host: string, path: string, headers: Record<string, string> = {}): Promise<string> {
  const { port } = new URL(at.pikpak.url);
  return new Promise((resolve, reject) => {
    request({ port, host: "127.0.0.1", path, headers: { ...headers, host } }, (answer) => {
      answer.setEncoding("utf8");
      let text = "";
      answer.on("data", (piece: string) => (text += piece)).on("end", () => resolve(text));
    })
      .on("error", reject)
      .end();
  });
}

describe("one port", () => {
  test.each(["mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com"])(
    "the one port answers as the hosts of %s by their names",
    async (root) => {
      expect(await ask(`api-drive.${root}`, "/drive/v1/files")).toContain("device_id is empty");
      expect(await ask(`user.${root}:8080`, "/v1/user/me")).toContain("unauthenticated");
    },
  );

  test.each([
    ["api-drive.mypikpak.com", {}, "https://dl-a10b-1558.mypikpak.com/download/?"],
    ["api-drive.pikpak.me", {}, "https://dl-a10b-1558.pikpak.me/download/?"],
    ["api-drive.mypikpak.net:8080", {}, "http://dl-a10b-1558.mypikpak.net:8080/download/?"],
    [
      "api-drive.mypikpak.net:8443",
      { "x-forwarded-proto": "https" },
      "https://dl-a10b-1558.mypikpak.net:8443/download/?",
    ],
  ])(
    "the drive host asked as %s %j gives links to a download host of that root, which serves them",
    async (host, more, start) => {
      const file = at.pikpak.build.file(at.mia, undefined, { name: "a", bytes: Buffer.from("hello") });
      const scopes = new Set(["read"] as const);
      const token = at.pikpak.tokens.grant(at.mia, { clientId: "YUMx5nI8ZU8Ap8pm", kind: "session", scopes });
      const headers = { ...device, ...more, authorization: `Bearer ${token.access_token}` };
      const detail = await ask(host, `/drive/v1/files/${file.id}`, headers);
      const { web_content_link: link } = JSON.parse(detail) as { web_content_link: string };
      expect(link.startsWith(start)).toBe(true);
      const { host: downloadHost, pathname, search } = new URL(link);
      expect(await ask(downloadHost, `${pathname}${search}`)).toBe("hello");
      // The host that was asked serves no bytes.
      expect(await ask(host, `${pathname}${search}`, headers)).toContain("not_found");
    },
  );

  test("the MCP server's own host names the account host of the first root as its issuer", async () => {
    const metadata = await ask("pikpak.ai", "/.well-known/oauth-protected-resource/mcp");
    expect(JSON.parse(metadata)).toMatchObject({
      resource: "https://pikpak.ai/mcp",
      authorization_servers: ["https://user.mypikpak.com"],
    });
    const issuer = await ask("user.mypikpak.com:443", "/.well-known/openid-configuration");
    expect(JSON.parse(issuer)).toMatchObject({
      authorization_endpoint: "https://mypikpak.com/drive/auth-center",
      token_endpoint: "https://user.mypikpak.com/v1/auth/token",
    });
  });

  test("a request line of any kind is answered", async () => {
    for (const path of ["//", "/%", "/drive-host/drive/v1/files/%E0%A4%A", "/download/?%", "/mcp?%"])
      await ask("127.0.0.1", path, device);
    expect(at.pikpak.complaints).toEqual([]);
  });

  test("a host that is none of PikPak's is answered not_found", async () => {
    expect(await ask("example.com", "/drive/v1/files")).toContain("not_found");
  });

  test("each host refuses in its own envelope", async () => {
    const drive = await at.drive("GET", "/drive/v1/nonsense");
    expect(Object.keys(drive.body)).toContain("error_details");
    const user = await at.send("GET", `${at.pikpak.userUrl}/v1/nonsense`, { headers: device });
    expect(Object.keys(user.body)).toContain("details");
  });
});

describe("faults", () => {
  test("faults hit the requests they are meant for, as often as asked, in order", async () => {
    await at.drive("GET", "/drive/v1/about");
    at.pikpak.fail({ path: "/drive/v1/files", times: 2, error: "riskLimited", code: 9, description: "later" });
    at.pikpak.fail({ path: "/drive/v1/files", method: "GET", status: 502, body: "<html>" });
    expect((await at.drive("GET", "/drive/v1/about")).status).toBe(200);
    expect((await at.drive("GET", "/drive/v1/files")).body).toMatchObject({
      error: "riskLimited",
      error_code: 9,
      error_description: "later",
    });
    expect((await at.drive("GET", "/drive/v1/files")).status).toBe(400);
    expect(await at.drive("GET", "/drive/v1/files")).toMatchObject({ status: 502, text: "<html>" });
    expect((await at.drive("GET", "/drive/v1/files")).status).toBe(200);
  });

  test("a fault may wait for a text in the body, and let everything happen but the answer", async () => {
    const folder = at.pikpak.build.folder(at.mia, undefined, "F");
    at.pikpak.fail({ lost: true, containing: folder.id });
    const trash = (id: string) => at.drive("POST", "/drive/v1/files:batchTrash", { body: { ids: [id] } });
    const other = at.pikpak.build.folder(at.mia, undefined, "G");
    expect((await trash(other.id)).status).toBe(200);
    await expect(trash(folder.id)).rejects.toThrow(/socket|closed|reset/i);
    expect(folder.trashed).toBe(true);
  });

  test("a fault may be half an answer, none, a late one, or an odd envelope", async () => {
    await at.drive("GET", "/drive/v1/about");
    at.pikpak.fail({ half: true });
    const half = await at.drive("GET", "/drive/v1/about");
    expect(half.text).toMatch(/^\{"kind":"drive#about"/);
    expect(half.body).toEqual({});
    at.pikpak.fail({ reset: true });
    await expect(at.drive("GET", "/drive/v1/about")).rejects.toThrow(/socket|closed|reset/i);
    at.pikpak.fail({ delay: 60 });
    const started = performance.now();
    expect((await at.drive("GET", "/drive/v1/about")).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(50);
    at.pikpak.fail({ restAfter: 1 });
    expect((await at.drive("GET", "/drive/v1/about")).body).toMatchObject({ kind: "drive#about" });
    at.pikpak.fail({ error: "captcha_invalid", code: 9, odd: "no-code" });
    expect((await at.drive("GET", "/drive/v1/about")).body).not.toHaveProperty("error_code");
    at.pikpak.fail({ path: "/v1/auth/signin", error: "invalid_grant", code: 4126, odd: "metadata-list" });
    expect((await at.signIn()).text).toContain('"metadata":[]');
  });
});

describe("from outside the process", () => {
  test("a token is made and a device approved from outside the process, and the MCP server's sessions dropped", async () => {
    await admin("POST", "accounts", { username: "free", password, plan: "novip" });
    const made = await admin("POST", "pats", { account: "free", scopes: ["read"], days: 30 });
    const headers = { authorization: `Bearer ${String(made.body["token"])}` };
    const about = await at.send("GET", `${at.pikpak.driveUrl}/drive/v1/about`, { headers });
    expect(about.body).toMatchObject({ quota: { limit: "6442450944" } });
    const client = { client_id: "YUMx5nI8ZU8Ap8pm", scope: "user" };
    const begun = await at.send("POST", `${at.pikpak.userUrl}/v1/auth/device/code`, { body: client });
    const userCode = begun.body["user_code"];
    expect((await admin("POST", "devices", { userCode, account: "free" })).body).toEqual({ decided: true });
    expect((await admin("POST", "devices", { userCode })).body).toEqual({ decided: false });
    expect((await admin("DELETE", "sessions")).status).toBe(200);
  });

  test("a drive is built and shared from outside the process, and read by a client", async () => {
    await admin("POST", "accounts", { username: "jo", password });
    const folder = await admin("POST", "folders", { account: "jo", name: "Films" });
    const file = await admin("POST", "files", {
      account: "jo",
      parent: folder.body["id"],
      name: "a.txt",
      text: "hello",
    });
    const share = await admin("POST", "shares", { account: "jo", title: "t", files: [folder.body["id"]] });
    at.pikpak.rules.shareCaptcha = false;
    const url = `${at.pikpak.driveUrl}/drive/v1/share/detail?share_id=${String(share.body["id"])}&parent_id=${String(folder.body["id"])}`;
    expect((await at.send("GET", url, { headers: device })).body).toMatchObject({
      files: [{ id: file.body["id"], size: "5" }],
    });
  });

  test("faults, rules, calls and complaints are read and changed from outside the process", async () => {
    await at.drive("GET", "/drive/v1/about");
    await admin("POST", "faults", {
      path: "/drive/v1/about",
      times: 9,
      status: 429,
      body: "",
      headers: { "retry-after": "3" },
    });
    expect(await at.drive("GET", "/drive/v1/about")).toMatchObject({ status: 429, headers: { "retry-after": "3" } });
    await admin("DELETE", "faults");
    expect((await at.drive("GET", "/drive/v1/about")).status).toBe(200);
    expect((await admin("PATCH", "rules", { accessLife: 60 })).body).toMatchObject({ accessLife: 60 });
    expect(at.pikpak.rules.accessLife).toBe(60);
    expect((await admin("GET", "rules")).body).toMatchObject({ accessLife: 60, bandwidth: 0 });
    const calls = JSON.parse((await admin("GET", "calls")).text) as { path: string; status: number }[];
    expect(calls.filter((call) => call.path === "/drive/v1/about").map((call) => call.status)).toEqual([200, 429, 200]);
    expect(calls.some((call) => call.path.startsWith("/admin"))).toBe(false);
    expect((await admin("GET", "complaints")).text).toBe("[]");
    await admin("POST", "expire", {});
    expect((await at.drive("GET", "/drive/v1/about")).body["error"]).toBe("captcha_invalid");
  });

  test.each([
    ["an unknown rule", "PATCH", "rules", { nonsense: 1 }, "no rule nonsense"],
    ["an unknown field", "POST", "faults", { sttaus: 500 }, "sttaus"],
    ["an unknown account", "POST", "folders", { account: "nobody", name: "x" }, "no account nobody"],
  ])("%s is refused with the reason", async (_what, method, path, body, reason) => {
    const answer = await admin(method, path, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(reason);
    expect((await admin("GET", "nonsense")).status).toBe(404);
  });
});

test("no call that is told of holds a secret", async () => {
  await at.signIn();
  await at.drive("GET", "/drive/v1/files");
  const told = JSON.stringify(at.pikpak.calls);
  for (const secret of [password, username, "ck0.", "os.", "Bearer"]) expect(told).not.toContain(secret);
});

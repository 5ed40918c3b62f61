import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  beginSignIn,
  finishSignIn,
  readIssuer,
  registerClient,
  type PendingSignIn,
} from "../../../../src/drivers/pikpak/connect/oauth.ts";
import { createTransport, type Transport } from "../../../../src/drivers/pikpak/transport.ts";
import { namesIn, startConnect, type ConnectService } from "./connect-service.ts";

const redirectUri = "https://bot.example/oauth/pikpak";

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

const asking = () => ({ transport, now: at.context.now });

async function begun(): Promise<{ readonly address: string; readonly pending: PendingSignIn }> {
  const issuer = await readIssuer(at.pikpak.mcpUrl, asking());
  const clientId = await registerClient(issuer, redirectUri, asking());
  const { address, pending } = beginSignIn(issuer, { clientId, redirectUri, randomHex: at.context.randomHex });
  return { address, pending: JSON.parse(JSON.stringify(pending)) as PendingSignIn };
}

/** The person decides on PikPak's page; the address their browser is sent back to. */
async function decided(address: string, decision: "approve" | "deny" = "approve"): Promise<URLSearchParams> {
  const body = new URLSearchParams({ account: at.otto.userId, decision });
  const answer = await fetch(address, { method: "POST", body, redirect: "manual" });
  const location = new URL(answer.headers.get("location") ?? "");
  expect(`${location.origin}${location.pathname}`).toBe(redirectUri);
  return location.searchParams;
}

describe("the OAuth code flow", () => {
  test("a person who agrees comes back with a drive, whose tokens are refreshed as the client that was registered", async () => {
    const { address, pending } = await begun();
    const granted = await finishSignIn(pending, await decided(address), asking());
    const storage = at.storage();
    const { id, options } = await storage.mount({ driver: "pikpak", owner: "telegram:1", ...granted });
    expect(options).toMatchObject({ way: "oauth", client: pending.clientId, account: at.otto.userId });
    at.context.advance(3 * 3_600_000);
    const { entries } = await storage.folder(id, undefined, { refresh: true });
    expect(namesIn({ items: entries })).toEqual(["Films", "notes.txt"]);
    expect(at.pikpak.complaints).toEqual([]);
  });

  test("an issuer that says nothing of itself on the way back is taken where it does not promise to", async () => {
    at.pikpak.rules.authorizationIss = false;
    const { address, pending } = await begun();
    const back = await decided(address);
    expect(back.has("iss")).toBe(false);
    expect(await finishSignIn(pending, back, asking())).toMatchObject({ values: { way: "oauth" } });
  });

  test("a person who refuses is told so, and nothing is asked for", async () => {
    const { address, pending } = await begun();
    const back = await decided(address, "deny");
    back.set("iss", pending.issuer.issuer);
    at.newCalls();
    await expect(finishSignIn(pending, back, asking())).rejects.toMatchObject({ code: "approval-denied" });
    expect(at.newCalls()).toEqual([]);
  });

  test.each([
    ["another state", (back: URLSearchParams) => back.set("state", "of-somebody-else")],
    ["no state", (back: URLSearchParams) => back.delete("state")],
    ["another issuer", (back: URLSearchParams) => back.set("iss", "https://evil.example")],
    ["no issuer where one was promised", (back: URLSearchParams) => back.delete("iss")],
    ["no code", (back: URLSearchParams) => back.delete("code")],
  ])("a return with %s is refused before anything is sent", async (_what, spoil) => {
    const { address, pending } = await begun();
    const back = await decided(address);
    spoil(back);
    at.newCalls();
    await expect(finishSignIn(pending, back, asking())).rejects.toMatchObject({ code: "approval-refused" });
    expect(at.newCalls()).toEqual([]);
  });

  test("a code is sent once where it is refused, and is good for one use", async () => {
    const { address, pending } = await begun();
    const back = await decided(address);
    await finishSignIn(pending, back, asking());
    at.newCalls();
    await expect(finishSignIn(pending, back, asking())).rejects.toMatchObject({ code: "approval-refused" });
    expect(at.newCalls()).toEqual(["/v1/auth/token"]);
  });

  test("a token endpoint that does not understand forms is asked in JSON", async () => {
    const { address, pending } = await begun();
    const back = await decided(address);
    at.pikpak.fail({ path: "/v1/auth/token", status: 415, body: "" });
    expect(await finishSignIn(pending, back, asking())).toMatchObject({ values: { way: "oauth" } });
  });

  test("where registration is closed, that is told", async () => {
    at.pikpak.rules.registrationOpen = false;
    await expect(begun()).rejects.toMatchObject({ code: "approval-refused" });
  });

  test.each([
    [
      "speak of another resource",
      { resource: "https://evil.example/mcp", authorization_servers: ["https://user.mypikpak.com"] },
    ],
    ["name an issuer that is no web address", { resource: "", authorization_servers: ["file:///etc/passwd"] }],
    ["name no issuer", { resource: "", authorization_servers: [] }],
  ])("metadata that %s are refused", async (_what, metadata) => {
    const body = JSON.stringify({ ...metadata, resource: metadata.resource || at.pikpak.mcpUrl });
    at.pikpak.fail({ path: "/.well-known/oauth-protected-resource", status: 200, body });
    await expect(readIssuer(at.pikpak.mcpUrl, asking())).rejects.toMatchObject({ code: "approval-refused" });
    expect(at.newCalls()).toHaveLength(1);
  });

  test("an issuer that calls itself otherwise than it is named is refused", async () => {
    const body = JSON.stringify({
      issuer: "https://evil.example",
      authorization_endpoint: "https://evil.example",
      token_endpoint: "https://evil.example",
    });
    at.pikpak.fail({ path: "/.well-known/openid-configuration", status: 200, body });
    await expect(readIssuer(at.pikpak.mcpUrl, asking())).rejects.toMatchObject({ code: "approval-refused" });
  });
});

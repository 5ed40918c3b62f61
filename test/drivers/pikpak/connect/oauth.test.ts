import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  beginSignIn,
  finishSignIn,
  readIssuer,
  registerClient,
  type PendingSignIn,
} from "../../../../src/drivers/pikpak/connect/oauth.ts";
import { browserWay } from "../../../../src/drivers/pikpak/connect/browser-way.ts";
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

describe("the client of the OAuth code flow", () => {
  const registrations = "/v1/clients-registrations/openid-connect";
  const wayOf = (clientId?: string) =>
    browserWay({ mcpUrl: at.pikpak.mcpUrl, redirectUri, clientId, openTransport: createTransport });
  const clientIn = ({ address }: { readonly address: string }) => new URL(address).searchParams.get("client_id");

  test("is the one the operator gave, and none is registered", async () => {
    const given = await registerClient(await readIssuer(at.pikpak.mcpUrl, asking()), redirectUri, asking());
    at.newCalls();
    at.pikpak.rules.registrationOpen = false;
    const way = wayOf(given);
    const pending = await way.start(at.context);
    expect(clientIn(pending)).toBe(given);
    const granted = await way.finish(pending, await decided(pending.address), at.context);
    expect(granted.values).toMatchObject({ way: "oauth", client: given });
    expect(at.newCalls()).not.toContain(registrations);
  });

  test("is registered once in thirty days", async () => {
    const first = clientIn(await wayOf().start(at.context));
    at.context.advance(29 * 86_400_000);
    expect(clientIn(await wayOf().start(at.context))).toBe(first);
    at.context.advance(2 * 86_400_000);
    expect(clientIn(await wayOf().start(at.context))).not.toBe(first);
    expect(at.newCalls().filter((path) => path === registrations)).toHaveLength(2);
  });

  test.each(["invalid_client", "unauthorized_client"])("is registered anew after %s", async (error) => {
    const way = wayOf();
    const pending = await way.start(at.context);
    const back = await decided(pending.address);
    at.pikpak.fail({ path: "/v1/auth/token", status: 401, error, code: 3 });
    await expect(way.finish(pending, back, at.context)).rejects.toMatchObject({ code: "approval-refused" });
    const next = await way.start(at.context);
    expect(clientIn(next)).not.toBe(clientIn(pending));
    expect(await way.finish(next, await decided(next.address), at.context)).toMatchObject({ values: { way: "oauth" } });
  });

  test("is not registered anew after a code that was refused", async () => {
    const way = wayOf();
    const pending = await way.start(at.context);
    const back = await decided(pending.address);
    await way.finish(pending, back, at.context);
    await expect(way.finish(pending, back, at.context)).rejects.toMatchObject({ code: "approval-refused" });
    expect(clientIn(await way.start(at.context))).toBe(clientIn(pending));
  });
});

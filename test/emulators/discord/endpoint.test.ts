import { createServer, type IncomingHttpHeaders } from "node:http";
import { createPublicKey, verify } from "node:crypto";
import { expect, test } from "vitest";
import { listening } from "../../listening.ts";
import { call, openTestApp } from "./test-app.ts";

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

type Answering = (posted: Posted) => { readonly status: number; readonly body?: unknown };

/** An app's own server, and its address. */
async function endpoint(answer: Answering): Promise<{ readonly url: string; readonly posted: Posted[] }> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      posted.push({ headers: request.headers, body });
      const { status, body: said } = answer({ headers: request.headers, body });
      response
        .writeHead(status, { "content-type": "application/json" })
        .end(said === undefined ? "" : JSON.stringify(said));
    });
  });
  return { url: `${await listening(server)}/interactions`, posted };
}

const isSigned = ({ headers, body }: Posted, verifyKey: string): boolean => {
  const x = Buffer.from(verifyKey, "hex").toString("base64url");
  const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signature = Buffer.from(String(headers["x-signature-ed25519"]), "hex");
  return verify(undefined, Buffer.from(`${String(headers["x-signature-timestamp"])}${body}`), key, signature);
};

test("an address is taken that answers a PING and refuses what is signed wrong; no other is", async () => {
  const app = await openTestApp();
  const key = String((await call(app, "GET", "/applications/@me")).json["verify_key"]);
  const pongs: Answering = (posted) =>
    isSigned(posted, key) ? { status: 200, body: { type: 1 } } : { status: 401, body: {} };
  const good = await endpoint(pongs);
  const trusting = await endpoint(() => ({ status: 200, body: { type: 1 } }));
  const silent = await endpoint((posted) => (isSigned(posted, key) ? { status: 202 } : { status: 401 }));
  const set = (url: string | null) => call(app, "PATCH", "/applications/@me", { interactions_endpoint_url: url });
  for (const { url } of [trusting, silent, { url: "http://192.0.2.1/interactions" }, { url: "no address" }]) {
    const refused = await set(url);
    expect([refused.status, refused.json["code"]]).toEqual([400, 50_035]);
    expect(JSON.stringify(refused.json)).toContain("APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID");
  }
  expect((await set(good.url)).json["interactions_endpoint_url"]).toBe(good.url);
  expect((await set(null)).json["interactions_endpoint_url"]).toBeNull();
});

test("interactions are posted, signed, to the address there is, and their answer's body is the first response", async () => {
  const app = await openTestApp();
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  const key = app.discord.endpoint.verifyKey;
  const own = await endpoint((posted) => {
    if (!isSigned(posted, key)) return { status: 401 };
    const { type } = JSON.parse(posted.body) as { readonly type: number };
    return { status: 200, body: type === 1 ? { type: 1 } : { type: 4, data: { content: "hello" } } };
  });
  await call(app, "PATCH", "/applications/@me", { interactions_endpoint_url: own.url });
  const asked = await app.mia.uses("/browse", { in: app.general });
  expect([asked.state, asked.original?.content]).toEqual(["answered", "hello"]);
  const { data } = JSON.parse(own.posted.at(-1)?.body ?? "") as { readonly data: { readonly name: string } };
  expect(data.name).toBe("browse");
});

test("an interaction whose address answers with an error has failed at once", async () => {
  const app = await openTestApp();
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  const key = app.discord.endpoint.verifyKey;
  const own = await endpoint((posted) => {
    if (!isSigned(posted, key)) return { status: 401 };
    return posted.body.includes('"type":1,') ? { status: 200, body: { type: 1 } } : { status: 500 };
  });
  await call(app, "PATCH", "/applications/@me", { interactions_endpoint_url: own.url });
  expect((await app.mia.uses("/browse", { in: app.general })).state).toBe("failed");
});

import { createHash } from "node:crypto";
import { connect } from "node:net";
import fc from "fast-check";
import { AttachmentBuilder, ComponentType, MessageFlags } from "discord.js";
import { expect, test } from "vitest";
import { agent, call, logIn, openTestApp } from "./test-app.ts";

const hello = { content: "hello" };

test("a bucket says how full it is, and then how long to wait", async () => {
  const app = await openTestApp();
  const path = `/channels/${app.general.id}/messages`;
  const first = await call(app, "POST", path, hello);
  expect([...first.headers].filter(([name]) => name.startsWith("x-ratelimit"))).toEqual(
    expect.arrayContaining([
      ["x-ratelimit-limit", "5"],
      ["x-ratelimit-remaining", "4"],
      ["x-ratelimit-reset-after", "5.000"],
      ["x-ratelimit-bucket", expect.any(String)],
    ]),
  );
  for (let n = 0; n < 4; n++) await call(app, "POST", path, hello);
  app.clock.pass(1000);
  const over = await call(app, "POST", path, hello);
  expect([over.status, over.json]).toEqual([
    429,
    { message: "You are being rate limited.", retry_after: 4, global: false },
  ]);
  expect([over.headers.get("retry-after"), over.headers.get("x-ratelimit-scope")]).toEqual(["4", "user"]);
  app.clock.pass(4000);
  expect((await call(app, "POST", path, hello)).status).toBe(200);
});

test("buckets of different channels are different", async () => {
  const app = await openTestApp();
  const other = app.discord.channel(app.guild, "other");
  for (let n = 0; n < 5; n++) await call(app, "POST", `/channels/${app.general.id}/messages`, hello);
  expect((await call(app, "POST", `/channels/${other.id}/messages`, hello)).status).toBe(200);
});

test("fifty requests a second are enough for everybody but interactions", async () => {
  const app = await openTestApp();
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  for (let n = 0; n < 49; n++) await call(app, "GET", "/users/@me");
  const over = await call(app, "GET", "/users/@me");
  expect([over.status, over.json["global"], over.headers.get("x-ratelimit-global")]).toEqual([429, true, "true"]);
  void app.mia.uses("/browse", { in: app.general });
  const [asked] = app.discord.state.interactions.values();
  const answered = await call(app, "POST", `/interactions/${asked?.id}/${asked?.token}/callback`, { type: 5 });
  expect(answered.status).toBe(204);
});

test("a client that wastes requests is shut out without JSON", async () => {
  const app = await openTestApp();
  app.discord.rules.invalid = { limit: 3, window: 600_000 };
  const wasted = () => fetch(`${app.discord.apiRoot}/v10/users/@me`, { headers: { ...agent, authorization: "Bot x" } });
  for (let n = 0; n < 3; n++) expect((await wasted()).status).toBe(401);
  const shut = await fetch(`${app.discord.apiRoot}/v10/users/@me`, {
    headers: { ...agent, authorization: `Bot ${app.discord.token}` },
  });
  expect([shut.status, shut.headers.get("content-type")]).toEqual([429, "text/html"]);
});

test("discord.js waits out a limit by itself", async () => {
  const app = await openTestApp();
  app.discord.fail({ path: "/users/@me", status: 429, headers: { "retry-after": "0", "x-ratelimit-scope": "user" } });
  const client = await logIn(app);
  await client.users.fetch("1001");
  expect((await client.rest.get("/users/@me")) as object).toMatchObject({ bot: true });
});

test("faults hit as many requests as they are told to, and discord.js tries again", async () => {
  const app = await openTestApp();
  app.discord.fail({ path: "/applications", status: 502, times: 2, body: "<html>" });
  const client = await logIn(app);
  await client.application.commands.set([{ name: "browse", description: "x" }]);
  expect(app.discord.calls.filter(({ route }) => route.startsWith("PUT")).map(({ status }) => status)).toEqual([
    502, 502, 200,
  ]);
});

test("a refusal on demand is worded as Discord words it", async () => {
  const app = await openTestApp();
  app.discord.fail({ path: "/users/@me", status: 403, code: 50_001 });
  const { status, json, headers } = await call(app, "GET", "/users/@me");
  expect([status, json["code"], headers.get("content-type")]).toEqual([403, 50_001, "application/json"]);
});

test("a lost answer leaves the interaction done, a lost request does not", async () => {
  const app = await openTestApp();
  const path = `/channels/${app.general.id}/messages`;
  app.discord.fail({ path, reset: true, after: true });
  await expect(call(app, "POST", path, hello)).rejects.toThrow("fetch failed");
  expect(app.general.messages).toHaveLength(1);
  app.discord.fail({ path, reset: true });
  await expect(call(app, "POST", path, hello)).rejects.toThrow("fetch failed");
  expect(app.general.messages).toHaveLength(1);
});

test("a slow answer comes when its time has come", async () => {
  const app = await openTestApp();
  app.discord.fail({ path: "/users/@me", delay: 5000 });
  let done = false;
  const slow = call(app, "GET", "/users/@me").then((answer) => ((done = true), answer));
  await call(app, "GET", "/gateway");
  expect(done).toBe(false);
  app.clock.pass(5000);
  expect((await slow).status).toBe(200);
});

test("an outage at the start is over when it is over", async () => {
  const app = await openTestApp();
  app.discord.outage(true);
  await expect(call(app, "GET", "/gateway/bot")).rejects.toThrow("fetch failed");
  app.discord.outage(false);
  await logIn(app);
});

test("permissions and places are kept", async () => {
  const app = await openTestApp();
  const { discord, guild, general, mia } = app;
  discord.rules.rates = {};
  const codeOf = async (path: string) => {
    const { status, json } = await call(app, "POST", path, hello);
    return [status, json["code"]];
  };
  const path = `/channels/${general.id}/messages`;
  discord.denies(general, "bot", 1n << 11n);
  expect(await codeOf(path)).toEqual([403, 50_013]);
  discord.denies(general, "bot", 1n << 10n);
  expect(await codeOf(path)).toEqual([403, 50_001]);
  discord.denies(general, "bot", 0n);
  discord.leaves(guild, "bot");
  expect(await codeOf(path)).toEqual([403, 50_001]);
  expect(await codeOf("/channels/1/messages")).toEqual([404, 10_003]);
  const group = discord.group([mia, app.jun]);
  expect(await codeOf(`/channels/${group.id}/messages`)).toEqual([403, 50_001]);
  const { json } = await call(app, "POST", "/users/@me/channels", { recipient_id: mia.user.id });
  expect(json["id"]).toBe(mia.dm.id);
  mia.user.opensDms = false;
  expect(await codeOf(`/channels/${mia.dm.id}/messages`)).toEqual([403, 50_007]);
  const foreign = mia.sends("mine");
  const edit = await call(app, "PATCH", `/channels/${mia.dm.id}/messages/${foreign.id}`, hello);
  expect([edit.status, edit.json["code"]]).toEqual([403, 50_005]);
});

test("whoever does not say who they are is not served", async () => {
  const app = await openTestApp();
  for (const said of [{}, { "user-agent": "node" }, { "user-agent": "DiscordBot" }]) {
    const response = await fetch(`${app.discord.apiRoot}/v10/users/@me`, {
      headers: { ...said, authorization: `Bot ${app.discord.token}` },
    });
    expect([response.status, await response.text()]).toEqual([403, "error code: 1010"]);
  }
});

test("unknown paths, wrong methods, old versions and no token are told apart", async () => {
  const app = await openTestApp();
  const codeOf = async (method: string, path: string, version = "v10") => {
    const response = await fetch(`${app.discord.apiRoot}/${version}${path}`, { method, headers: agent });
    return [response.status, ((await response.json()) as { code: number }).code];
  };
  expect(await codeOf("GET", "/nowhere")).toEqual([404, 0]);
  expect(await codeOf("PUT", "/gateway")).toEqual([405, 0]);
  expect(await codeOf("GET", "/gateway", "v6")).toEqual([400, 50_041]);
  expect(await codeOf("GET", "/users/@me")).toEqual([401, 0]);
});

test("a file arrives as it was sent, is shown where a component names it, and can be fetched", async () => {
  const app = await openTestApp();
  const bytes = Buffer.from("\r\n--not a boundary\r\n".repeat(1000));
  const client = await logIn(app, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.reply({
      flags: MessageFlags.IsComponentsV2,
      files: [new AttachmentBuilder(bytes, { name: "list.txt", description: "links" })],
      components: [{ type: ComponentType.File, file: { url: "attachment://list.txt" } }],
    });
  });
  await client.application.commands.set([{ name: "list", description: "x" }]);
  await app.mia.uses("/list", { in: app.general });
  const message = await app.mia.waitsFor("list.txt");
  expect(message.attachments).toMatchObject([
    {
      name: "list.txt",
      description: "links",
      size: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    },
  ]);
  expect(app.mia.sees()).toContain(`[file list.txt, ${bytes.length} bytes]`);
  const url = app.mia.views().at(-1)?.file?.url ?? "";
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes)).toBe(true);
});

async function upload(path: string, size: number, name = "a b.txt", body: object = {}) {
  const app = await openTestApp();
  const form = new FormData();
  form.set("payload_json", JSON.stringify(body));
  form.set("files[0]", new Blob([new Uint8Array(size)]), name);
  const response = await fetch(`${app.discord.apiRoot}/v10/channels/${app.general.id}${path}`, {
    method: "POST",
    headers: { ...agent, authorization: `Bot ${app.discord.token}` },
    body: form,
  });
  return { app, response, json: (await response.json()) as Record<string, unknown> };
}

test("a file beyond the limit is refused when it has been measured, one at the limit is not", async () => {
  const over = await upload("/messages", 10 * 1_048_576 + 1);
  expect([over.response.status, over.json["code"]]).toEqual([413, 40_005]);
  const exact = await upload("/messages", 10 * 1_048_576);
  expect(exact.response.status).toBe(200);
  expect(exact.app.general.messages[0]?.attachments[0]).toMatchObject({ size: 10 * 1_048_576 });
  expect(exact.app.general.messages[0]?.attachments[0]?.bytes).toBeUndefined();
});

test("names are kept as an address can hold them, and references must say the same", async () => {
  const spaced = await upload("/messages", 3, "夏 日 (1).mkv");
  expect(spaced.app.general.messages[0]?.attachments[0]?.name).toBe("_(1).mkv".padStart(9, "_"));
  const component = (name: string) => ({
    flags: 1 << 15,
    components: [{ type: 13, file: { url: `attachment://${name}` } }],
  });
  expect((await upload("/messages", 3, "a b.txt", component("a b.txt"))).response.status).toBe(400);
  expect((await upload("/messages", 3, "a b.txt", component("a_b.txt"))).response.status).toBe(200);
});

test("a file beside components that no component names is there, unseen, and complained of", async () => {
  const { app, response } = await upload("/messages", 3, "a.txt", {
    flags: 1 << 15,
    components: [{ type: 10, content: "x" }],
  });
  expect(response.status).toBe(200);
  expect(app.mia.sees({ in: app.general })).not.toContain("a.txt");
  expect(app.discord.complaints).toHaveLength(1);
});

test("a file that a component shows is listed there alone, and goes with it", async () => {
  const file = { type: 13, file: { url: "attachment://a.txt" } };
  const { app, json } = await upload("/messages", 3, "a.txt", { flags: 1 << 15, components: [file] });
  expect(json).toMatchObject({
    attachments: [],
    components: [{ file: { url: expect.stringMatching(/^http.*a\.txt\?ex=[0-9a-f]+&is=[0-9a-f]+&hm=[0-9a-f]{64}$/) } }],
  });
  const path = `/channels/${app.general.id}/messages/${String(json["id"])}`;
  expect((await call(app, "PATCH", path, { components: [{ type: 10, content: "x" }] })).status).toBe(200);
  expect((await call(app, "PATCH", path, { components: [file] })).status).toBe(400);
  expect(app.discord.complaints).toEqual([expect.stringContaining("50035")]);
});

test("an edit that lists attachments keeps those, one that lists none keeps all", async () => {
  const { app, json } = await upload("/messages", 3, "a.txt");
  const path = `/channels/${app.general.id}/messages/${String(json["id"])}`;
  expect((await call(app, "PATCH", path, hello)).json["attachments"]).toHaveLength(1);
  expect((await call(app, "PATCH", path, { attachments: [] })).json["attachments"]).toEqual([]);
});

test("a body cut off in the middle is refused", async () => {
  const app = await openTestApp();
  const port = Number(new URL(app.discord.apiRoot).port);
  const body = '--b\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{"content":';
  const socket = connect(port, "127.0.0.1");
  socket.write(
    [
      `POST /api/v10/channels/${app.general.id}/messages HTTP/1.1`,
      "Host: x",
      `User-Agent: ${agent["user-agent"]}`,
      `Authorization: Bot ${app.discord.token}`,
      "Content-Type: multipart/form-data; boundary=b",
      `Content-Length: ${body.length}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1.1 400 [\s\S]*50109/);
});

test("mentions notify only whom the message allows", async () => {
  const app = await openTestApp();
  const send = async (allowed?: object) => {
    const { json } = await call(app, "POST", `/channels/${app.general.id}/messages`, {
      content: "<@1001> @everyone",
      ...(allowed && { allowed_mentions: allowed }),
    });
    return [(json["mentions"] as unknown[]).length, json["mention_everyone"]];
  };
  expect(await send()).toEqual([1, true]);
  expect(await send({ parse: [] })).toEqual([0, false]);
  expect(await send({ parse: ["everyone"] })).toEqual([0, true]);
  expect(await send({ users: ["1001"] })).toEqual([1, false]);
});

test("bodies, frames and calls are recorded; calls hold no token", async () => {
  const app = await openTestApp();
  await logIn(app);
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  void app.mia.uses("/browse", { in: app.general });
  const [asked] = app.discord.state.interactions.values();
  await call(app, "POST", `/interactions/${asked?.id}/${asked?.token}/callback`, { type: 4, data: hello });
  expect(app.discord.requests.at(-1)).toMatchObject({
    method: "POST",
    status: 204,
    text: expect.stringContaining("hello"),
  });
  expect(app.discord.frames.some(({ text }) => text.includes(app.discord.token))).toBe(true);
  const calls = JSON.stringify(app.discord.calls);
  expect(calls).toContain("POST /interactions/id/token/callback");
  expect(calls).not.toContain(asked?.token);
  expect(calls).not.toContain(app.discord.token);
});

test("any request gets an answer of Discord's, and the service goes on", async () => {
  const app = await openTestApp();
  const { discord, general, mia } = app;
  discord.rules.rates = {};
  discord.rules.global = { limit: Number.POSITIVE_INFINITY, window: 1000 };
  const own = `/applications/${discord.state.bot.id}`;
  await call(app, "PUT", `${own}/commands`, [{ name: "browse", description: "x" }]);
  const [known] = discord.registry.list();
  void mia.uses("/browse", { in: general });
  const [asked] = discord.state.interactions.values();
  const message = await call(app, "POST", `/channels/${general.id}/messages`, hello);
  const paths = [
    ["POST", `/channels/${general.id}/messages`],
    ["PATCH", `/channels/${general.id}/messages/${String(message.json["id"])}`],
    ["POST", `/interactions/${asked?.id}/${asked?.token}/callback`],
    ["PUT", `${own}/commands`],
    ["POST", `${own}/commands`],
    ["PATCH", `${own}/commands/${known?.id}`],
    ["POST", "/users/@me/channels"],
  ] as const;
  const words = fc.constantFrom(
    "content",
    "components",
    "type",
    "data",
    "options",
    "custom_id",
    "name",
    "flags",
    "id",
    "embeds",
    "attachments",
    "__proto__",
    "constructor",
    "component",
    "accessory",
    "label",
    "media",
    "url",
    "items",
    "choices",
    "value",
  );
  const { garbage } = fc.letrec<{ garbage: unknown }>((tie) => ({
    garbage: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(
        null,
        true,
        0,
        1,
        2,
        3,
        9,
        10,
        17,
        18,
        -1,
        1.5,
        32_768,
        1e300,
        "",
        "x",
        "attachment://",
        "https://a.example",
      ),
      fc.string(),
      fc.array(tie("garbage"), { maxLength: 4 }),
      fc.dictionary(words, tie("garbage"), { maxKeys: 6 }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), garbage, async ([method, path], body) => {
      const { status, json } = await call(app, method, path, body);
      const isShaped = typeof json["code"] === "number" && typeof json["message"] === "string";
      expect([status < 500, status < 400 || isShaped]).toEqual([true, true]);
    }),
    { numRuns: 1500 },
  );
  const deep = `${'{"options":['.repeat(5000)}${"]}".repeat(5000)}`;
  expect((await call(app, "POST", `${own}/commands`, deep)).status).toBe(400);
  expect(discord.complaints.filter((complaint) => complaint.includes("emulator failed"))).toEqual([]);
  expect(mia.sees({ in: general })).toEqual(expect.any(String));
});

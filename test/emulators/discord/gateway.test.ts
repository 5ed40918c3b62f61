import { GatewayIntentBits, MessageFlags, Partials } from "discord.js";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { call, logIn, openTestApp, type TestApp } from "./test-app.ts";

interface Payload {
  readonly op: number;
  readonly t?: string | null;
  readonly s?: number | null;
  readonly d: Record<string, unknown>;
}

interface Line {
  send(payload: object | string): void;
  /** The next payload. */
  next(): Promise<Payload>;
  /** The next event of this name; others are passed over. */
  event(name: string): Promise<Payload>;
  closed: Promise<number>;
  end(code?: number): void;
}

/** A socket without any library on top. */
function connect({ discord }: TestApp, query = "v=10&encoding=json"): Line {
  const socket = new WebSocket(`${discord.apiRoot.replace(/^http/, "ws").replace("/api", "")}/?${query}`);
  onTestFinished(() => socket.terminate());
  const got: Payload[] = [];
  let wake = () => {};
  socket.on("message", (raw: Buffer) => {
    got.push(JSON.parse(raw.toString("utf8")) as Payload);
    wake();
  });
  const next = async (): Promise<Payload> => {
    for (let payload = got.shift(); ; payload = got.shift()) {
      if (payload) return payload;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    send: (payload) => socket.send(typeof payload === "string" ? payload : JSON.stringify(payload)),
    next,
    async event(name) {
      for (let payload = await next(); ; payload = await next()) if (payload.t === name) return payload;
    },
    closed: new Promise((resolve) => socket.on("close", resolve)),
    end: (code) => (code === undefined ? socket.terminate() : socket.close(code)),
  };
}

const identify = ({ discord }: TestApp, more: object = {}) => ({
  op: 2,
  d: { token: discord.token, intents: 0, properties: { os: "linux", browser: "x", device: "x" }, ...more },
});

/** An identified line, with what READY said. */
async function identified(app: TestApp, more: object = {}) {
  const line = connect(app);
  await line.next();
  line.send(identify(app, more));
  return { line, ready: await line.event("READY") };
}

test("the gateway says hello, echoes heartbeats, and tells who the bot is", async () => {
  const app = await openTestApp();
  const line = connect(app);
  expect(await line.next()).toMatchObject({ op: 10, d: { heartbeat_interval: 41_250 } });
  line.send({ op: 1, d: null });
  expect(await line.next()).toMatchObject({ op: 11 });
  line.send(identify(app));
  expect(await line.next()).toMatchObject({
    t: "READY",
    s: 1,
    d: {
      user: { id: app.discord.state.bot.id, bot: true },
      application: { id: app.discord.state.bot.id },
      guilds: [{ id: app.guild.id, unavailable: true }],
      session_id: expect.any(String),
      resume_gateway_url: expect.stringMatching(/^ws:/),
    },
  });
});

test.each<[string, (app: TestApp) => object | string, number]>([
  ["a wrong token", (app) => identify(app, { token: "x" }), 4004],
  ["an intent that is none", (app) => identify(app, { intents: 1 << 17 }), 4013],
  ["no intents", (app) => identify(app, { intents: undefined }), 4013],
  ["a privileged intent that is off", (app) => identify(app, { intents: GatewayIntentBits.MessageContent }), 4014],
  ["an impossible shard", (app) => identify(app, { shard: [2, 1] }), 4010],
  ["an unknown opcode", () => ({ op: 99, d: null }), 4001],
  ["no JSON", () => "{", 4002],
  ["a request before identifying", () => ({ op: 8, d: {} }), 4003],
  ["a resume with a wrong token", () => ({ op: 6, d: { token: "x", session_id: "y", seq: 1 } }), 4004],
])("the gateway hangs up on %s", async (_, payload, code) => {
  const app = await openTestApp();
  const line = connect(app);
  await line.next();
  line.send(payload(app));
  expect(await line.closed).toBe(code);
});

test("the gateway hangs up on a second identify, on an old version, and on a flood", async () => {
  const app = await openTestApp();
  const { line } = await identified(app);
  line.send(identify(app));
  expect(await line.closed).toBe(4005);
  expect(await connect(app, "v=6").closed).toBe(4012);
  const flood = connect(app);
  await flood.next();
  for (let n = 0; n < 121; n++) flood.send({ op: 1, d: null });
  expect(await flood.closed).toBe(4008);
});

test("a client that stops its heartbeats is dropped", async () => {
  const app = await openTestApp();
  app.discord.rules.heartbeat = 20;
  const { line } = await identified(app);
  expect(await line.closed).toBe(4000);
  expect(app.discord.complaints).toEqual(["a client stopped sending heartbeats"]);
});

test("a dropped session is taken up again with what it missed, in order", async () => {
  const app = await openTestApp();
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  const { line, ready } = await identified(app);
  app.discord.gateway.drop();
  await line.closed;
  void app.mia.uses("/browse", { in: app.general });
  void app.mia.uses("/browse", { in: app.general });
  const again = connect(app);
  await again.next();
  again.send({ op: 6, d: { token: app.discord.token, session_id: ready.d["session_id"], seq: 1 } });
  const replayed = [await again.next(), await again.next(), await again.next()];
  expect(replayed.map(({ t, s }) => [t, s])).toEqual([
    ["INTERACTION_CREATE", 2],
    ["INTERACTION_CREATE", 3],
    ["RESUMED", 4],
  ]);
});

test("a session that is unknown, ended or too old cannot be taken up", async () => {
  const app = await openTestApp();
  const resume = async (session: unknown) => {
    const line = connect(app);
    await line.next();
    line.send({ op: 6, d: { token: app.discord.token, session_id: session, seq: 1 } });
    return line.next();
  };
  expect(await resume("never")).toMatchObject({ op: 9, d: false });
  const ended = await identified(app);
  ended.line.end(1000);
  await ended.line.closed;
  await expect.poll(() => app.discord.gateway.connections()).toBe(0);
  expect(await resume(ended.ready.d["session_id"])).toMatchObject({ op: 9, d: false });
  const old = await identified(app);
  old.line.end();
  await expect.poll(() => app.discord.gateway.connections()).toBe(0);
  app.clock.pass(5 * 60_000);
  expect(await resume(old.ready.d["session_id"])).toMatchObject({ op: 9, d: false });
});

test("a seq from the future is refused", async () => {
  const app = await openTestApp();
  const { line, ready } = await identified(app);
  line.end();
  const again = connect(app);
  await again.next();
  again.send({ op: 6, d: { token: app.discord.token, session_id: ready.d["session_id"], seq: 99 } });
  expect(await again.closed).toBe(4007);
});

test("sessions a day are counted, and too many void the token", async () => {
  const app = await openTestApp();
  app.discord.rules.identifies = 2;
  await identified(app);
  const { json } = await call(app, "GET", "/gateway/bot");
  expect(json["session_start_limit"]).toMatchObject({ total: 2, remaining: 1, max_concurrency: 1 });
  await identified(app);
  const line = connect(app);
  await line.next();
  line.send(identify(app));
  expect(await line.closed).toBe(4004);
  expect((await call(app, "GET", "/users/@me")).status).toBe(401);
});

test("identifying again too soon is answered with an invalid session", async () => {
  const app = await openTestApp();
  app.discord.rules.identifyGap = 5000;
  await identified(app);
  const line = connect(app);
  await line.next();
  line.send(identify(app));
  expect(await line.next()).toMatchObject({ op: 9, d: false });
});

test("guilds and messages are heard of with the intent, interactions always", async () => {
  const app = await openTestApp();
  await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, [{ name: "browse", description: "x" }]);
  const { guild, general, mia, discord } = app;
  const deaf = await identified(app);
  const keen = await identified(app, {
    intents: GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages,
  });
  expect((await keen.line.event("GUILD_CREATE")).d["id"]).toBe(guild.id);
  mia.sends("hello", { in: general });
  expect((await keen.line.event("MESSAGE_CREATE")).d).toMatchObject({ content: "", guild_id: guild.id });
  mia.sends("a share link", { in: mia.dm });
  expect((await keen.line.event("MESSAGE_CREATE")).d).toMatchObject({ content: "a share link" });
  void mia.uses("/browse", { in: general });
  await keen.line.event("INTERACTION_CREATE");
  expect(await deaf.line.next()).toMatchObject({ t: "INTERACTION_CREATE", s: 2 });
  discord.leaves(guild, "bot");
  expect((await keen.line.event("GUILD_DELETE")).d["id"]).toBe(guild.id);
});

test("a shard hears of its own guilds alone", async () => {
  const app = await openTestApp();
  const mine = Number((BigInt(app.guild.id) >> 22n) % 2n);
  const own = await identified(app, { shard: [mine, 2] });
  const other = await identified(app, { shard: [1 - mine, 2] });
  expect(own.ready.d["guilds"]).toHaveLength(1);
  expect(other.ready.d["guilds"]).toHaveLength(0);
});

test("members can be asked for", async () => {
  const app = await openTestApp();
  const { line } = await identified(app);
  line.send({ op: 8, d: { guild_id: app.guild.id, query: "mi", limit: 0, nonce: "n" } });
  expect((await line.event("GUILD_MEMBERS_CHUNK")).d).toMatchObject({
    nonce: "n",
    members: [{ user: { id: "1001" } }],
  });
});

test("whatever comes over a socket, the service lives, and hangs up with a reason if at all", async () => {
  const app = await openTestApp();
  app.discord.rules.identifies = Number.POSITIVE_INFINITY;
  const value = fc.oneof(
    fc.constantFrom(null, true, -1, 0, 1.5, "", "x", app.discord.token),
    fc.array(fc.integer(), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom("token", "intents", "shard", "properties", "session_id", "seq", "guild_id", "query", "user_ids"),
      fc.jsonValue(),
    ),
  );
  const frame = fc.oneof(
    fc.string(),
    fc.jsonValue().map((any) => JSON.stringify(any)),
    fc.record({ op: fc.constantFrom(0, 1, 2, 3, 4, 6, 8, 31, 99, "1"), d: value }).map((any) => JSON.stringify(any)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 5 }), async (frames) => {
      const line = connect(app);
      await line.next();
      for (const text of frames) line.send(text);
      line.end(1000);
      const code = await line.closed;
      expect([1000, 1005, 4001, 4002, 4003, 4004, 4005, 4007, 4010, 4013, 4014]).toContain(code);
    }),
    { numRuns: 150 },
  );
  const { ready } = await identified(app);
  expect(ready.t).toBe("READY");
});

test("discord.js comes back after a drop in the middle of a press, and the press is not lost", async () => {
  const app = await openTestApp();
  const { mia, general, discord } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isRepliable()) await interaction.reply({ content: "here", flags: MessageFlags.Ephemeral });
  });
  await client.application.commands.set([{ name: "browse", description: "x" }]);
  discord.gateway.drop();
  await mia.uses("/browse", { in: general });
  await mia.waitsFor("here");
  expect(discord.frames.filter(({ from, text }) => from === "client" && text.includes('"op":6'))).toHaveLength(1);
});

test("discord.js follows a request to reconnect, and starts anew where its session is gone", async () => {
  const app = await openTestApp();
  const client = await logIn(app);
  const resumed = new Promise((resolve) => client.once("shardResume", resolve));
  app.discord.gateway.reconnect();
  await resumed;
  app.discord.rules.refuseResume = true;
  const anew = new Promise((resolve) => client.once("shardReady", resolve));
  app.discord.gateway.drop(4000);
  await anew;
  expect(app.discord.gateway.connections()).toBe(1);
});

test.each([
  ["a wrong token", {}, "An invalid token was provided."],
  ["a disallowed intent", { intents: [GatewayIntentBits.GuildMembers] }, "disallowed intents"],
])("discord.js refuses to start with %s", async (_, options, message) => {
  const app = await openTestApp();
  const token = "intents" in options ? app.discord.token : "x";
  const failed = logIn({ discord: { ...app.discord, token } }, undefined, options);
  await expect(failed).rejects.toThrow(message);
});

test("discord.js reads a direct message, and answers where it is let", async () => {
  const app = await openTestApp();
  const { mia } = app;
  const client = await logIn(app, undefined, {
    intents: [GatewayIntentBits.DirectMessages],
    partials: [Partials.Channel],
  });
  client.on("messageCreate", (message) => {
    if (!message.author.bot && message.channel.isSendable()) void message.channel.send(`you said ${message.content}`);
  });
  mia.sends("hello");
  expect((await mia.waitsFor("you said hello")).channel).toBe(mia.dm);
});

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { methods, objects, type Method } from "../../../emulators/telegram/table.ts";
import type { Actor } from "../../../emulators/telegram/people.ts";
import { openTestApp, type TestApp } from "./test-app.ts";

// Whatever is sent, a Bot API answer comes back, and the emulator lives on.

let app: TestApp;
let mia: Actor;
beforeAll(async () => {
  app = await openTestApp();
  mia = app.telegram.person({ name: "Mia", started: true });
});
afterAll(() => app.close());

// `logOut` and `setWebhook` end what the other calls of the run need; a poll may wait.
const names = (Object.keys(methods) as Method[]).filter(
  (name) => !["logOut", "setWebhook", "getUpdates"].includes(name),
);

const leaf = fc.oneof(
  fc.constant(1001),
  fc.constant(-1),
  fc.constant(""),
  fc.constant("attach://x"),
  fc.constant("<b>"),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double(),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("typing", "default", "photo", "article", "emoji", "HTML", "MarkdownV2"),
);
const fieldNames = [
  ...new Set(Object.values(objects).flatMap((fields) => Object.keys(fields).map((name) => name.replace("?", "")))),
];
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...fieldNames, "__proto__", "constructor"), tie("tree"), { maxKeys: 5 }),
  ),
}));

/** A method with parameters it has, holding anything. */
const call = fc.constantFrom(...names).chain((name) => {
  const fields = Object.keys(methods[name]).map((field) => field.replace("?", ""));
  const parameters =
    fields.length === 0 ? fc.constant({}) : fc.dictionary(fc.constantFrom(...fields), tree, { maxKeys: 8 });
  return fc.record({ name: fc.constant<string>(name), parameters });
});

/** What is wrong with an answer; undefined = it is one of the Bot API. */
function faultOf(status: number, body: unknown): string | undefined {
  const { ok, error_code, description, result } = body as Record<string, unknown>;
  const right = ok === true ? result !== undefined : error_code === status && typeof description === "string";
  return right && status !== 500 ? undefined : `${status} ${JSON.stringify(body)}`;
}

test("parameters of any shape get an answer of Telegram's", async () => {
  await fc.assert(
    fc.asyncProperty(call, async ({ name, parameters }) => {
      const target = "chat_id" in parameters ? {} : { chat_id: mia.chat.id };
      const fields: object = methods[name as Method];
      const { status, ...body } = await app.call(name, { ...("chat_id" in fields && target), ...parameters });
      expect(faultOf(status, body)).toBeUndefined();
    }),
    { numRuns: 1500 },
  );
  expect(app.telegram.complaints.filter((what) => what.includes("the emulator failed"))).toEqual([]);
}, 60_000);

test("bodies of any bytes, under any content type, get an answer of Telegram's", async () => {
  const types = fc.constantFrom(
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "",
    "text/plain",
  );
  const part = fc.constantFrom(
    "--x",
    "\r\n",
    "--",
    'Content-Disposition: form-data; name="chat_id"',
    "; filename=%",
    "1001",
    "{",
    "}",
    "=",
    "&",
    "%",
    '"',
    ":",
    "text",
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(part, { maxLength: 20 }).map((parts) => Buffer.from(parts.join(""))),
  );
  await fc.assert(
    fc.asyncProperty(types, body, fc.constantFrom(...names), async (type, bytes, name) => {
      const response = await fetch(`${app.telegram.apiRoot}/bot${app.telegram.token}/${name}`, {
        method: "POST",
        headers: { "content-type": type },
        body: Buffer.from(bytes),
      });
      expect(faultOf(response.status, await response.json())).toBeUndefined();
    }),
    { numRuns: 600 },
  );
  expect(app.telegram.complaints.filter((what) => what.includes("the emulator failed"))).toEqual([]);
}, 60_000);

test("paths of any kind get an answer of Telegram's", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.webPath(),
      fc.constantFrom("", "/bot", "/file/bot", "/bot1:A/", "/bot%"),
      async (path, prefix) => {
        const response = await fetch(`${app.telegram.apiRoot}${prefix}${path}`);
        expect(faultOf(response.status, await response.json())).toBeUndefined();
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test("a client that hangs up leaves nothing behind", async () => {
  const ended = new AbortController();
  const hanging = fetch(`${app.telegram.apiRoot}/bot${app.telegram.token}/getUpdates?timeout=50`, {
    signal: ended.signal,
  });
  await app.telegram.until(() => (app.telegram.bot.inbox.isPolled ? true : undefined));
  ended.abort();
  await expect(hanging).rejects.toThrow("abort");
  await app.telegram.until(() => (app.telegram.bot.inbox.isPolled ? undefined : true));
  expect(await app.call("getMe")).toMatchObject({ ok: true });
});

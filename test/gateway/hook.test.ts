import { expect, test } from "vitest";
import type { HookTaker } from "../../src/gateway/hook.ts";
import type { VisitorOptions } from "../../src/gateway/visitors.ts";
import { mia, openTestApp, type AskOptions } from "./test-app.ts";

// Calls of a person's hook, as a program makes them: what HTTP says of each.

const secret = "s".repeat(43);
const magnet = `magnet:?xt=urn:btih:${"0123456789".repeat(4)}`;

type Outcome = Awaited<ReturnType<HookTaker["take"]>>;

interface Behind {
  readonly outcome?: Outcome;
  readonly visitors?: VisitorOptions;
}

async function withHook({ outcome = { is: "begun", task: "abc" }, visitors = {} }: Behind = {}) {
  const taken: unknown[] = [];
  const app = await openTestApp({
    hooks: {
      find: async (given) => (given === secret ? mia : undefined),
      async take(person, call) {
        taken.push({ person, ...call });
        return outcome;
      },
    },
    visitors,
  });
  const call = (body: unknown, { headers = {}, ...more }: AskOptions & { readonly path?: string } = {}) =>
    app.ask(more.path ?? `/hook/${secret}`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...more,
      headers: { "content-type": "application/json", ...headers },
    });
  return { app, call, taken };
}

test("a call with a magnet and a folder is answered 202 with the id of its task", async () => {
  const { call, taken } = await withHook();
  const answer = await call(
    { url: magnet, folder: "Series/Night train", more: 1 },
    { headers: { "content-type": "application/json; charset=utf-8", "idempotency-key": "grab 7" } },
  );
  expect(answer).toMatchObject({ status: 202, text: '{"task":"abc"}', headers: { "cache-control": "no-store" } });
  expect(taken).toEqual([{ person: mia, url: magnet, folder: "Series/Night train", key: "grab 7" }]);
});

test("every secret that is not somebody's is answered alike, and its body is not read", async () => {
  const { call, taken } = await withHook();
  const paths = ["x".repeat(43), "", "short", `${secret}/more`, "A".repeat(3000), `${secret}%00`].map(
    (text) => `/hook/${text}`,
  );
  const answers = await Promise.all(paths.map((path) => call("{ no json", { path })));
  expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 401, headers: { "www-authenticate": expect.any(String) } });
  expect(JSON.parse(answers[0]?.text ?? "")).toMatchObject({ error: "no-hook", message: expect.any(String) });
  expect(taken).toEqual([]);
});

test("a person who may not use the bot is answered like one whose hook is no more", async () => {
  const { call } = await withHook({ outcome: { is: "refused", code: "banned" } });
  const unknown = await call({ url: magnet }, { path: `/hook/${"x".repeat(43)}` });
  expect(await call({ url: magnet })).toMatchObject({ status: 401, text: unknown.text });
});

test("secrets that are guessed at are answered 429 after a while, and the genuine one goes on working", async () => {
  const { call } = await withHook({ visitors: { guesses: 3 } });
  const guess = () => call({ url: magnet }, { path: `/hook/${"x".repeat(43)}` });
  for (let n = 0; n < 3; n++) expect((await guess()).status).toBe(401);
  expect(await guess()).toMatchObject({ status: 429, headers: { "retry-after": expect.stringMatching(/^\d+$/) } });
  expect((await call({ url: magnet })).status).toBe(202);
});

test.each<[what: string, status: number, body: unknown, options?: AskOptions]>([
  ["another method", 405, "", { method: "GET" }],
  ["a form", 415, "url=x", { headers: { "content-type": "application/x-www-form-urlencoded" } }],
  ["no kind of body", 415, { url: magnet }, { headers: { "content-type": "" } }],
  ["what is no JSON", 400, "{"],
  ["more than 8 KiB", 413, { url: `${magnet}&dn=${"a".repeat(8192)}` }],
  ["a list", 422, [magnet]],
  ["null", 422, null],
  ["no address", 422, { folder: "Films" }],
  ["an empty address", 422, { url: "" }],
  ["an address that is no text", 422, { url: 7 }],
  ["a folder that is no text", 422, { url: magnet, folder: ["Films"] }],
  ["a folder without end", 422, { url: magnet, folder: "a/".repeat(1500) }],
  ["a key without end", 422, { url: magnet }, { headers: { "idempotency-key": "k".repeat(256) } }],
])("%s is answered %i, and nothing is begun", async (_what, status, body, options = {}) => {
  const { call, taken } = await withHook();
  const answer = await call(body, options);
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toMatchObject({ error: expect.any(String), message: expect.stringMatching(/\w{3}/) });
  expect(taken).toEqual([]);
});

test.each<[code: string, status: number, says: RegExp]>([
  ["hook-url", 422, /magnet/],
  ["hook-folder", 422, /folder/],
  ["no-downloads", 422, /\w/],
  ["no-drive", 422, /\w/],
  ["not-found", 422, /\w/],
  ["too-fast", 429, /\w/],
  ["maintenance", 503, /\w/],
  ["store-unavailable", 503, /\w/],
  ["unreachable", 503, /PikPak|drive/i],
  ["signed-out", 503, /sign/i],
])("a download refused as %s is answered %i, in words", async (code, status, says) => {
  const { call } = await withHook({ outcome: { is: "refused", code, retryAfter: 2500 } });
  const answer = await call({ url: magnet });
  expect(answer.status).toBe(status);
  expect(JSON.parse(answer.text)).toMatchObject({ error: code, message: expect.stringMatching(says) });
  expect(answer.headers["retry-after"]).toBe(status === 422 ? undefined : "3");
});

test("a program that runs wild is answered 429 with the time to wait", async () => {
  const { call, taken } = await withHook();
  const answers = [];
  for (let n = 0; n < 61; n++) answers.push(await call({ url: magnet }));
  expect(answers.slice(0, 60).every(({ status }) => status === 202)).toBe(true);
  expect(answers[60]).toMatchObject({ status: 429, headers: { "retry-after": expect.stringMatching(/^\d+$/) } });
  expect(taken).toHaveLength(60);
});

test("the secret of a call is in no log and in no number", async () => {
  const { app, call } = await withHook();
  await call({ url: magnet });
  await call("{", {});
  expect(JSON.stringify(app.logged)).not.toContain(secret);
  expect((await app.ask("/metrics")).text).toContain('route="hook"');
  expect((await app.ask("/metrics")).text).not.toContain(secret);
});

test("a gateway without hooks answers every call as one whose hook is no more", async () => {
  const app = await openTestApp();
  const headers = { "content-type": "application/json" };
  expect((await app.ask(`/hook/${secret}`, { method: "POST", body: "{}", headers })).status).toBe(401);
});

import { expect, test } from "vitest";
import { createLog, levelOf } from "../src/log.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ level: "trace", destination: { write: (line: string) => void lines.push(line) } }));
  expect(lines).toHaveLength(1);
  return lines.join("");
}

const botToken = "123456789:AAFakeTokenFakeTokenFakeTokenFakeTok";

const leaks: readonly (readonly [string, string, (log: ReturnType<typeof createLog>) => void])[] = [
  ["a named field", "hunter2hunter2", (log) => log.info({ password: "hunter2hunter2" }, "x")],
  ["a nested field", "hunter2hunter2", (log) => log.info({ mount: { refreshToken: "hunter2hunter2" } }, "x")],
  ["an address", botToken, (log) => log.info({ url: `https://api.telegram.org/bot${botToken}/sendMessage` }, "x")],
  ["a message", botToken, (log) => log.info(`calling /bot${botToken}/getMe`)],
  [
    "an error's message and stack",
    botToken,
    (log) => log.error({ err: new Error(`POST /bot${botToken}/getMe failed`) }, "x"),
  ],
  [
    "an error's cause",
    "os.abcdefghijklmnop",
    (log) => log.error({ err: new Error("no", { cause: new Error("token os.abcdefghijklmnop") }) }, "x"),
  ],
  [
    "an error's own properties",
    "swordfish-1",
    (log) =>
      log.error(
        { err: Object.assign(new Error("no"), { requestBody: { json: "swordfish-1" }, url: "swordfish-1" }) },
        "x",
      ),
  ],
  ["a query", "swordfish-1", (log) => log.info({ to: "https://x.example/s/abc?pwd=swordfish-1&x=1" }, "x")],
  [
    "JSON inside a string",
    "swordfish-1",
    (log) => log.info({ body: JSON.stringify({ username: "mia", password: "swordfish-1" }) }, "x"),
  ],
  [
    "a message that holds a web token",
    "c2lnbmF0dXJl",
    (log) => log.info(`refused:eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl`),
  ],
  ["a web token that was cut short", "eyJzdWIiOiJ1", (log) => log.info("_eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ1")],
  ["an access token of a drive", "swordfish-1", (log) => log.info({ secrets: { personalToken: "swordfish-1" } }, "x")],
  ["a pending approval", "swordfish-1", (log) => log.info({ pending: { deviceCode: "swordfish-1" } }, "x")],
  [
    "an interaction's address",
    "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4",
    (log) => log.info("PATCH /webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4/messages/@original"),
  ],
  ["a store's address", "swordfish-1", (log) => log.info("redis://user:swordfish-1@127.0.0.1:6379")],
];

test.each(leaks)("a secret in %s is not logged", (_where, secret, write) => {
  expect(logged(write)).not.toContain(secret);
});

test("a text that is no secret is logged as it is", () => {
  expect(logged((log) => log.info({ mount: "a1b2c3d4e5", ms: 12 }, "listed"))).toContain(
    '"mount":"a1b2c3d4e5","ms":12,"msg":"listed"',
  );
});

test("the level of a logger is its children's too, those made before as those made after; a level of one's own stays", () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", destination: { write: (line: string) => void lines.push(line) } });
  const level = levelOf(log);
  const before = log.child({ part: "before" });
  const grandchild = before.child({ part: "grandchild" });
  const own = log.child({}, { level: "error" });
  level.set("debug");
  const after = log.child({ part: "after" });
  for (const one of [log, before, grandchild, own, after]) one.debug("said");
  expect(lines).toHaveLength(4);
  level.set("warn");
  for (const one of [log, before, grandchild, own, after]) one.info("not said");
  expect(lines).toHaveLength(4);
  expect(level.get()).toBe("warn");
});

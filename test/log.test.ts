import { expect, test } from "vitest";
import { createLog } from "../src/log.ts";

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
    "an interaction's address",
    "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4",
    (log) => log.info("PATCH /webhooks/123/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4/messages/@original"),
  ],
  ["a store's address", "swordfish-1", (log) => log.info("redis://user:swordfish-1@127.0.0.1:6379")],
];

test.each(leaks)("a secret in %s is not logged", (_where, secret, write) => {
  expect(logged(write)).not.toContain(secret);
});

test("what is no secret is logged as it is", () => {
  expect(logged((log) => log.info({ mount: "a1b2c3d4e5", ms: 12 }, "listed"))).toContain(
    '"mount":"a1b2c3d4e5","ms":12,"msg":"listed"',
  );
});

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { withoutRandom } from "./without-random.ts";

const token = `eyJhbGciOiJSUzI1NiJ9.${"e30".repeat(50)}.c2ln`;
const random = /[\w-]{40,}/g;
const hash = (text: string) => createHash("sha256").update(text).digest("base64url");

test("sealed values of every length and hashed keys are taken out of a database, and nothing else is", async () => {
  const folder = mkdtempSync(join(tmpdir(), "chatdrive-random-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "store.sqlite");
  const bytes = () => [file, `${file}-wal`].map((name) => readFileSync(name));
  const store = await openStore({ url: `sqlite://${file}`, keys: [new Uint8Array(32).fill(1)], onError: () => 0 });
  const pages = store.open<string>("pages", { sealed: true });
  const open = store.open<string>("notes");
  for (let n = 0; n < 60; n++) {
    await pages.set(hash(`${n}`), "x".repeat(n * 211), n % 2 === 0 ? 60_000 : undefined);
    await open.set(`short-${n}`, `a plain text of some length ${n}`);
  }
  // Written over, they stay in pages that were written before.
  for (let n = 0; n < 60; n++) await pages.set(hash(`${n}`), "y".repeat((60 - n) * 173));
  expect(bytes().flatMap((one) => one.toString("latin1").match(random) ?? []).length).toBeGreaterThan(60);
  expect(bytes().flatMap((one) => withoutRandom(one).match(random) ?? [])).toEqual([]);

  await open.set("leak", token);
  await open.set("long", `${token} `.repeat(20));
  const left = bytes().map(withoutRandom).join("\n");
  expect(left).toContain(token);
  expect(left).toContain("a plain text of some length 59");
  expect(left.split(token).length).toBeGreaterThan(15);
  await store.close();
});

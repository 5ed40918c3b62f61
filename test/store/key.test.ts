import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ownKey } from "../../src/store/key.ts";

const folder = mkdtempSync(join(tmpdir(), "chatdrive-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const place = () => join(mkdtempSync(join(folder, "one-")), "data");

test("a first start makes a key for its owner's eyes, and every later one finds it", () => {
  const directory = place();
  const key = ownKey(directory);
  expect(key).toHaveLength(32);
  expect(Buffer.from(ownKey(directory))).toEqual(Buffer.from(key));
  expect(statSync(join(directory, "secret.key")).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  expect(readdirSync(directory)).toEqual(["secret.key"]);
});

test("a first start on a disk that takes nothing leaves no key behind, and the next one makes it", () => {
  const directory = place();
  const start = `import { ownKey } from ${JSON.stringify(join(import.meta.dirname, "..", "..", "src", "store", "key.ts"))};
    try { ownKey(${JSON.stringify(directory)}); console.log("made"); } catch (error) { console.log(error.code); }`;
  // The kernel refuses every byte written to a file, as a full disk does.
  const out = execFileSync(
    "bash",
    ["-c", `trap '' XFSZ; ulimit -f 0; exec "$0" --input-type=module -e "$1"`, process.execPath, start],
    { encoding: "utf8" },
  );
  expect(out).toMatch(/^(EFBIG|ENOSPC)$/m);
  expect(existsSync(join(directory, "secret.key"))).toBe(false);
  expect(readdirSync(directory)).toEqual([]);
  expect(ownKey(directory)).toHaveLength(32);
});

test.each([
  ["", /secret\.key is empty, as after a start that was cut off\. Delete it if nothing was kept yet; else restore it/],
  ["c2hvcnQ=", /secret\.key does not hold 32 bytes in base64: restore it from a backup, or set SECRET_KEY/],
])("a key file that holds %j says what to do, and stays as it is", (text, message) => {
  const directory = place();
  ownKey(directory);
  const file = join(directory, "secret.key");
  writeFileSync(file, text);
  expect(() => ownKey(directory)).toThrow(message);
  expect(statSync(file).size).toBe(text.length);
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { openStore, type Store } from "../../src/store/store.ts";
import { ownDatabase } from "./own-database.ts";

// What becomes of what is sealed when SECRET_KEY changes, from the first start with a new key to the loss of one.

const folder = mkdtempSync(join(tmpdir(), "chatdrive-keys-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [old, fresh, other] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

interface Line {
  readonly level: "info" | "warn";
  readonly fields: unknown;
  readonly message: string;
}

/** Opens the store, hands it to the work and closes it; resolves with what was logged meanwhile. */
async function withStore(url: string, keys: readonly Uint8Array[], work: (store: Store) => Promise<unknown>) {
  const lines: Line[] = [];
  const told = (level: Line["level"]) => (fields: unknown, message?: string) =>
    void lines.push({ level, fields, message: String(message) });
  const log = { info: told("info"), warn: told("warn") } as Parameters<typeof openStore>[0]["log"];
  const store = await openStore({ url, keys, onError: () => undefined, log });
  try {
    await work(store);
  } finally {
    await store.close();
  }
  return lines;
}

const sealedIn = (store: Store, namespace: string) => store.open<string>(namespace, { sealed: true });

const backends: readonly (readonly [string, string | undefined])[] = [
  ["sqlite", "file"],
  ["redis", process.env["TEST_REDIS_URL"]],
  ["postgres", process.env["TEST_POSTGRES_URL"]],
];

describe.each(backends)("the keys of a store on %s", (_name, address) => {
  const skipped = address === undefined;
  let url = "";
  beforeEach(async () => {
    if (address === undefined) return;
    url =
      address === "file"
        ? `sqlite://${mkdtempSync(join(folder, "one-"))}/s.sqlite`
        : await ownDatabase(address, "keys");
    await withStore(url, [old], async (store) => {
      for (let n = 0; n < 12; n++) await sealedIn(store, "secrets").set(`m${n}`, `secret ${n}`);
      await sealedIn(store, "dialogues").set("telegram:1", "half a dialogue", 60_000);
      await store.open("people").set("telegram:1", "in clear");
    });
  });

  test.skipIf(skipped)(
    "the keys of a store can be rotated from old to old,new to new, and nothing is lost",
    async () => {
      // More than are resealed at once.
      await withStore(url, [old], async (store) => {
        await Promise.all(
          Array.from({ length: 600 }, (_, n) => sealedIn(store, "secrets").set(`more${n}`, `secret ${n}`)),
        );
      });
      // Nothing is read in between: what only lies there is resealed as well.
      const lines = await withStore(url, [old, fresh], async () => undefined);
      expect(lines.map(({ message }) => message)).toEqual([
        "store is being resealed",
        "store is being resealed",
        "store resealed with the newest key",
      ]);
      expect(lines.at(-1)?.fields).toMatchObject({ resealed: 613 });
      const after = await withStore(url, [fresh], async (store) => {
        expect(await sealedIn(store, "secrets").get("m0")).toBe("secret 0");
        expect(await sealedIn(store, "secrets").get("more599")).toBe("secret 599");
        expect(await sealedIn(store, "dialogues").get("telegram:1")).toBe("half a dialogue");
        expect(await store.open("people").get("telegram:1")).toBe("in clear");
      });
      expect(after).toEqual([]);
    },
    30_000,
  );

  test.skipIf(skipped)("a record that is resealed keeps its end", async () => {
    await withStore(url, [old], async (store) => {
      await sealedIn(store, "dialogues").set("short", "over soon", 3000);
    });
    await withStore(url, [old, fresh], async (store) => {
      expect(await sealedIn(store, "dialogues").get("telegram:1")).toBe("half a dialogue");
      await expect.poll(() => sealedIn(store, "dialogues").get("short"), { timeout: 5000 }).toBeUndefined();
    });
  });

  test.skipIf(skipped)("a lost key leaves records that are as good as absent, and can be written anew", async () => {
    const lines = await withStore(url, [other], async (store) => {
      const secrets = sealedIn(store, "secrets");
      expect(await secrets.get("m0")).toBeUndefined();
      expect(await secrets.getMany(["m1", "m2"])).toEqual([undefined, undefined]);
      expect(await sealedIn(store, "dialogues").get("telegram:1")).toBeUndefined();
      await secrets.set("m0", "signed in again");
      const listed: unknown[] = [];
      for await (const [key, value] of secrets.iterator?.({}) ?? []) listed.push([key, value]);
      expect(listed).toEqual([["m0", "signed in again"]]);
      expect(await secrets.delete("m1")).toBe(true);
    });
    expect(lines).toEqual([
      {
        level: "warn",
        fields: { rows: { secrets: 12, dialogues: 1 }, keys: [expect.stringMatching(/^[0-9a-f]{8}$/)] },
        message: "store holds records that no key of SECRET_KEY opens",
      },
    ]);
    // The next start says it again, with what is left; the key that comes back opens what was not written anew.
    const again = await withStore(url, [other], async () => undefined);
    expect(again.at(-1)?.fields).toMatchObject({ rows: { secrets: 10, dialogues: 1 } });
    await withStore(url, [old, other], async (store) => {
      expect(await sealedIn(store, "secrets").get("m0")).toBe("signed in again");
      expect(await sealedIn(store, "secrets").get("m11")).toBe("secret 11");
    });
  });
});

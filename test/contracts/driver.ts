import { describe, expect, test } from "vitest";
import type { Driver } from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";

/** The tree every driver is given: what is in it, by name. */
export const shelf = {
  folder: "Books 📚",
  inFolder: ["chapter 1.txt", "chapter 10.txt", "chapter 2.txt"],
  twins: "same name.txt",
  odd: ["<b>&amp;*_`[x](y)|~.txt", "عربى 🎬 name.mkv", `${"长".repeat(80)}.txt`],
  empty: "empty.bin",
  emptyFolder: "nothing here",
  many: 1201,
  manyFolder: "Many",
} as const;

/** What every driver promises, over the shelf. */
export function driverContract(name: string, open: () => Promise<Driver>): void {
  describe(`${name} as a driver`, () => {
    test("lists a folder to its end, each entry once", async () => {
      const driver = await open();
      const many = await named(driver, shelf.manyFolder);
      const entries = await readAll(driver, many.id);
      expect(entries).toHaveLength(shelf.many);
      expect(new Set(entries.map((entry) => entry.id)).size).toBe(shelf.many);
    });

    test("gives names as they are, and equal names as different entries", async () => {
      const entries = await readAll(await open(), undefined);
      for (const odd of shelf.odd) expect(entries.map((entry) => entry.name)).toContain(odd);
      const twins = entries.filter((entry) => entry.name === shelf.twins);
      expect(new Set(twins.map((entry) => entry.id)).size).toBe(2);
    });

    test("tells folders from files, and an empty folder from one that is gone", async () => {
      const driver = await open();
      expect(await named(driver, shelf.folder)).toMatchObject({ kind: "folder" });
      expect((await driver.list((await named(driver, shelf.emptyFolder)).id)).items).toEqual([]);
      await expect(driver.list("VgoneGoneGoneGoneGoneGoneo1")).rejects.toMatchObject({
        name: "StorageError",
        code: expect.stringMatching(/not-found/),
      });
    });

    test("knows a file's size and has a link to its bytes", async () => {
      const driver = await open();
      const folder = await named(driver, shelf.folder);
      const [file] = (await driver.list(folder.id)).items;
      expect(shelf.inFolder).toContain(file?.name);
      expect(await driver.stat(file?.id ?? "")).toMatchObject({ kind: "file", name: file?.name, size: file?.size });
      const link = await driver.link(file?.id ?? "");
      expect(link.kind === "url" && URL.canParse(link.url)).toBe(true);
      expect(link.entry?.id ?? file?.id).toBe(file?.id);
    });

    test("has no link to a folder, and says so", async () => {
      const driver = await open();
      await expect(driver.link((await named(driver, shelf.folder)).id)).rejects.toMatchObject({ code: "not-a-file" });
    });

    test("serves a file without bytes as one without bytes", async () => {
      const driver = await open();
      expect(await driver.link((await named(driver, shelf.empty)).id)).toMatchObject({ kind: "empty" });
    });

    test("never hands out a variant that is not there", async () => {
      const driver = await open();
      await expect(driver.link((await named(driver, shelf.twins)).id, { prefer: "M720P" })).rejects.toMatchObject({
        code: "variant-gone",
      });
    });

    test("says that an entry is unknown", async () => {
      await expect((await open()).stat("VgoneGoneGoneGoneGoneGoneo1")).rejects.toMatchObject({
        code: expect.stringMatching(/not-found/),
      });
    });

    test("gives the same page for the same cursor", async () => {
      const driver = await open();
      const { id } = await named(driver, shelf.manyFolder);
      const { items, next = "" } = await driver.list(id);
      expect((await driver.list(id)).items).toEqual(items);
      const second = await driver.list(id, { cursor: next });
      expect(await driver.list(id, { cursor: next })).toEqual(second);
      expect(second.items).not.toContainEqual(items[0]);
    });

    test("serves many askers at once", async () => {
      const driver = await open();
      const pages = await Promise.all(Array.from({ length: 5 }, () => driver.list(undefined)));
      for (const page of pages) expect(page).toEqual(pages[0]);
    });

    test("stops when it is told to, whatever it was asked for", async () => {
      const driver = await open();
      const file = await named(driver, shelf.twins);
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(driver.list(undefined, { signal })).rejects.toThrow("enough");
      await expect(driver.stat(file.id, { signal })).rejects.toThrow("enough");
      await expect(driver.link(file.id, { signal })).rejects.toThrow("enough");
    });

    test("can be closed, and closed again", async () => {
      const driver = await open();
      await driver.list(undefined);
      await driver.close?.();
      await expect(Promise.resolve(driver.close?.())).resolves.toBeUndefined();
    });
  });
}

async function named(driver: Driver, name: string): Promise<Entry> {
  const entry = (await readAll(driver, undefined)).find((candidate) => candidate.name === name);
  if (!entry) throw new Error(`no ${name} on the shelf`);
  return entry;
}

async function readAll(driver: Driver, folder: string | undefined): Promise<Entry[]> {
  const entries: Entry[] = [];
  let cursor: string | undefined;
  do {
    const page = await driver.list(folder, cursor === undefined ? {} : { cursor });
    entries.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
}

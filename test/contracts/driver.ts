import { describe, expect, test } from "vitest";
import { loadWords } from "../../src/i18n/words.ts";
import {
  capabilities,
  type Capability,
  type Driver,
  type DriverKind,
  type SharedSource,
} from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { fieldWith, readForm } from "../../src/storage/form.ts";
import { type Values } from "../../src/storage/field.ts";
import type { PendingUpload, UploadSource } from "../../src/storage/upload.ts";

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

/** In what drives honestly differ. */
interface Differences {
  /** `unique`: the drive cannot hold two entries of one name in a folder. */
  readonly names?: "may-repeat" | "unique";
  /** `paths`: an entry's id is where it is, and changes when it is moved. */
  readonly ids?: "opaque" | "paths";
  /** What it can do besides the required. */
  readonly can?: readonly Capability[];
  /** A share of somebody else's with one file in it, for drives that save. */
  shared?(): SharedSource;
}

/** What every driver promises, over the shelf. */
export function driverContract(
  name: string,
  open: () => Promise<Driver>,
  { names = "may-repeat", ids = "opaque", can = [], shared }: Differences = {},
): void {
  describe(`the driver contract: ${name}`, () => {
    test("a driver lists a folder to its end, each entry once", async () => {
      const driver = await open();
      const many = await named(driver, shelf.manyFolder);
      const entries = await readAll(driver, many.id);
      expect(entries).toHaveLength(shelf.many);
      expect(new Set(entries.map((entry) => entry.id)).size).toBe(shelf.many);
    });

    test("a driver gives names as they are", async () => {
      const entries = await readAll(await open(), undefined);
      for (const odd of shelf.odd) expect(entries.map((entry) => entry.name)).toContain(odd);
    });

    test.runIf(names === "may-repeat")(
      "a driver tells entries of one name in one folder apart by their ids",
      async () => {
        const entries = await readAll(await open(), undefined);
        const twins = entries.filter((entry) => entry.name === shelf.twins);
        expect(new Set(twins.map((entry) => entry.id)).size).toBe(2);
      },
    );

    test.runIf(ids === "opaque")("a driver's ids are the drive's own and not the names people gave", async () => {
      const driver = await open();
      const { id } = await named(driver, shelf.folder);
      for (const entry of await readAll(driver, id)) expect(entry.id).not.toContain(entry.name);
    });

    test("an entry a driver listed can be asked for by its id, however deep it is and whatever its name", async () => {
      const driver = await open();
      const folder = await named(driver, shelf.folder);
      for (const entry of [...(await readAll(driver, undefined)), ...(await readAll(driver, folder.id))])
        expect(await driver.stat(entry.id)).toMatchObject({ id: entry.id, name: entry.name, kind: entry.kind });
    });

    test("a driver tells folders from files, and an empty folder from one that is gone", async () => {
      const driver = await open();
      expect(await named(driver, shelf.folder)).toMatchObject({ kind: "folder" });
      expect((await driver.list((await named(driver, shelf.emptyFolder)).id)).items).toEqual([]);
      await expect(driver.list("VgoneGoneGoneGoneGoneGoneo1")).rejects.toMatchObject({
        name: "StorageError",
        code: expect.stringMatching(/not-found/),
      });
    });

    test("a driver knows a file's size and has a link to its bytes", async () => {
      const driver = await open();
      const folder = await named(driver, shelf.folder);
      const [file] = (await driver.list(folder.id)).items;
      expect(shelf.inFolder).toContain(file?.name);
      expect(await driver.stat(file?.id ?? "")).toMatchObject({ kind: "file", name: file?.name, size: file?.size });
      const link = await driver.link(file?.id ?? "");
      expect(link.kind === "url" && URL.canParse(link.url)).toBe(true);
      expect(link.entry?.id ?? file?.id).toBe(file?.id);
    });

    test("a driver has no link to a folder, and says so", async () => {
      const driver = await open();
      await expect(driver.link((await named(driver, shelf.folder)).id)).rejects.toMatchObject({ code: "not-a-file" });
    });

    test("a driver serves a file without bytes as one without bytes", async () => {
      const driver = await open();
      expect(await driver.link((await named(driver, shelf.empty)).id)).toMatchObject({ kind: "empty" });
    });

    test("a driver never hands out a variant that is not there", async () => {
      const driver = await open();
      await expect(driver.link((await named(driver, shelf.twins)).id, { prefer: "M720P" })).rejects.toMatchObject({
        code: "variant-gone",
      });
    });

    test("a driver says that an entry is unknown", async () => {
      await expect((await open()).stat("VgoneGoneGoneGoneGoneGoneo1")).rejects.toMatchObject({
        code: expect.stringMatching(/not-found/),
      });
    });

    test("a driver gives the same page for the same cursor", async () => {
      const driver = await open();
      const { id } = await named(driver, shelf.manyFolder);
      const { items, next = "" } = await driver.list(id);
      expect((await driver.list(id)).items).toEqual(items);
      const second = await driver.list(id, { cursor: next });
      const again = await driver.list(id, { cursor: next });
      expect([again.items, again.next]).toEqual([second.items, second.next]);
      expect(second.items).not.toContainEqual(items[0]);
    });

    test("a driver serves many askers at once", async () => {
      const driver = await open();
      const askers = ["telegram:1", "telegram:2", undefined, "discord:3", "telegram:1"];
      const pages = await Promise.all(
        askers.map((asker, n) => driver.list(undefined, { asker, background: n % 2 === 0 })),
      );
      // When each was read is its own.
      const [first, ...more] = pages.map(({ items, next }) => ({ items, next }));
      for (const page of more) expect(page).toEqual(first);
    });

    test("a driver stops when it is told to, whatever it was asked for", async () => {
      const driver = await open();
      const file = await named(driver, shelf.twins);
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(driver.list(undefined, { signal })).rejects.toThrow("enough");
      await expect(driver.stat(file.id, { signal })).rejects.toThrow("enough");
      await expect(driver.link(file.id, { signal })).rejects.toThrow("enough");
    });

    test("a driver has the capabilities it is said to have, and no others", async () => {
      const driver = await open();
      expect(capabilities.filter((capability) => driver[capability] !== undefined)).toEqual(can);
    });

    test.runIf(can.includes("quota"))("a driver that tells its quota tells how many bytes are used", async () => {
      const quota = await (await open()).quota?.();
      expect(quota?.used).toBeGreaterThanOrEqual(0);
      expect(quota?.limit ?? quota?.used).toBeGreaterThanOrEqual(quota?.used ?? 0);
    });

    const has = (...wanted: readonly Capability[]) => wanted.every((capability) => can.includes(capability));

    test.runIf(has("makeFolder", "rename"))(
      "a driver makes a folder, renames it, and refuses a name that is taken",
      async () => {
        const driver = await open();
        const made = await driver.makeFolder?.(undefined, "made here ✨");
        expect(await named(driver, "made here ✨")).toMatchObject({ id: made?.id, kind: "folder" });
        expect((await driver.list(made?.id)).items).toEqual([]);
        const inside = await driver.makeFolder?.(made?.id, "inside");
        expect((await driver.list(made?.id)).items).toMatchObject([{ id: inside?.id, name: "inside" }]);
        expect(await driver.rename?.(inside?.id ?? "", "another name")).toMatchObject({
          id: inside?.id,
          name: "another name",
        });
        expect(await driver.rename?.(inside?.id ?? "", "another name")).toMatchObject({ name: "another name" });
        await driver.makeFolder?.(made?.id, "second");
        await expect(driver.rename?.(inside?.id ?? "", "second")).rejects.toMatchObject({ code: "name-taken" });
      },
    );

    test.runIf(has("makeFolder", "move"))(
      "a driver moves entries, to the root as well, and not into themselves",
      async () => {
        const driver = await open();
        const [from, to] = await twoFolders(driver);
        const moved = await driver.makeFolder?.(from, "to be moved");
        await driver.move?.([moved?.id ?? ""], to);
        expect((await readAll(driver, from)).map(({ id }) => id)).not.toContain(moved?.id);
        expect((await readAll(driver, to)).map(({ id }) => id)).toContain(moved?.id);
        await expect(driver.move?.([to], moved?.id)).rejects.toMatchObject({ code: "same-folder" });
        await driver.move?.([moved?.id ?? ""], undefined);
        expect((await readAll(driver, undefined)).map(({ id }) => id)).toContain(moved?.id);
      },
    );

    test.runIf(has("makeFolder", "copy"))("a driver copies entries and leaves them where they are", async () => {
      const driver = await open();
      const [from, to] = await twoFolders(driver);
      const copied = await driver.makeFolder?.(from, "to be copied");
      await driver.copy?.([copied?.id ?? ""], to);
      expect((await readAll(driver, from)).map(({ id }) => id)).toContain(copied?.id);
      const [copy] = await readAll(driver, to);
      expect(copy).toMatchObject({ name: "to be copied", kind: "folder" });
      expect(copy?.id).not.toBe(copied?.id);
    });

    test.runIf(has("makeFolder", "trash", "restore", "listTrash", "remove"))(
      "a driver puts entries in the trash, takes them out to where they were, and deletes them for ever",
      async () => {
        const driver = await open();
        const [folder] = await twoFolders(driver);
        const id = (await driver.makeFolder?.(folder, "not wanted"))?.id ?? "";
        await driver.trash?.([id]);
        expect(await readAll(driver, folder)).toEqual([]);
        expect((await driver.listTrash?.())?.items.map((entry) => entry.id)).toContain(id);
        await driver.restore?.([id]);
        expect((await readAll(driver, folder)).map((entry) => entry.id)).toEqual([id]);
        await driver.remove?.([id]);
        await expect(driver.stat(id)).rejects.toMatchObject({ code: "not-found" });
      },
    );

    test.runIf(has("makeFolder", "trash", "emptyTrash", "listTrash"))("a driver empties the trash", async () => {
      const driver = await open();
      const id = (await driver.makeFolder?.(undefined, "for ever gone"))?.id ?? "";
      await driver.trash?.([id]);
      await driver.emptyTrash?.();
      expect((await driver.listTrash?.())?.items).toEqual([]);
      await expect(driver.stat(id)).rejects.toMatchObject({ code: "not-found" });
    });

    test.runIf(has("makeFolder", "download", "task", "tasks", "cancelTasks", "clearTasks"))(
      "a driver fetches what an address leads to, tells how far it is, and forgets it with what it fetched",
      async () => {
        const driver = await open();
        const [folder] = await twoFolders(driver);
        const begun = await driver.download?.("https://files.example/a film.mkv".replaceAll(" ", "%20"), folder);
        const task = await driver.task?.(begun?.id ?? "");
        expect(task).toMatchObject({ phase: "done", progress: 100, source: "https://files.example/a%20film.mkv" });
        expect((await readAll(driver, folder)).map(({ id }) => id)).toEqual([task?.entry]);
        expect((await driver.tasks?.({ phases: ["done"] }))?.items.map(({ id }) => id)).toContain(task?.id);
        expect((await driver.tasks?.({ phases: ["failed", "running"] }))?.items).toEqual([]);
        await driver.cancelTasks?.([task?.id ?? ""], { withFiles: true });
        await expect(driver.task?.(task?.id ?? "")).rejects.toMatchObject({ code: "not-found" });
        expect(await readAll(driver, folder)).toEqual([]);
        const second = await driver.download?.("0123456789abcdef0123456789abcdef01234567", folder);
        await driver.clearTasks?.();
        expect((await driver.tasks?.())?.items.map(({ id }) => id)).not.toContain(second?.id);
        expect(await readAll(driver, folder)).toHaveLength(1);
        await expect(driver.download?.("good morning", folder)).rejects.toMatchObject({ code: "source-unsupported" });
      },
    );

    test.runIf(has("preview"))("a driver tells what an address would bring, and fetches nothing for it", async () => {
      const driver = await open();
      const told = await driver.preview?.("https://files.example/a%20film.mkv");
      expect(told).toMatchObject({ name: "a film.mkv", files: [{ trail: [], name: "a film.mkv" }], isCut: false });
      expect((await driver.tasks?.())?.items ?? []).toEqual([]);
      await expect(driver.preview?.("good morning")).rejects.toMatchObject({ code: "source-unsupported" });
    });

    test.runIf(has("makeFolder", "save") && shared !== undefined)(
      "a driver saves a share's entries, and not once more what is there already",
      async () => {
        const driver = await open();
        const [folder] = await twoFolders(driver);
        const source = shared?.() ?? { kind: "", values: {} };
        const saved = await driver.save?.(source, folder);
        expect(await readAll(driver, folder)).toEqual(saved?.entries);
        expect(saved?.present).toBe(0);
        expect(await driver.save?.(source, folder)).toEqual({ ...saved, present: 1 });
        expect(await readAll(driver, folder)).toHaveLength(1);
      },
    );

    test.runIf(has("shareOut", "listSharedOut", "revokeShared"))(
      "a driver shares an entry with a code and an end, lists it, and revokes it",
      async () => {
        const driver = await open();
        const { id } = await named(driver, shelf.folder);
        const made = await driver.shareOut?.([id], { passCode: true, days: 7 });
        expect(made).toMatchObject({ url: expect.stringContaining("https://"), passCode: expect.stringMatching(/./) });
        const listed = (await driver.listSharedOut?.())?.items.find((one) => one.id === made?.id);
        expect(listed).toMatchObject({ title: shelf.folder, passCode: made?.passCode, views: 0, saves: 0 });
        expect(Math.abs((listed?.expiresAt ?? 0) - (made?.expiresAt ?? 0))).toBeLessThan(60_000);
        await driver.revokeShared?.([made?.id ?? ""]);
        expect((await driver.listSharedOut?.())?.items.map((one) => one.id)).not.toContain(made?.id);
      },
    );

    test.runIf(has("makeFolder", "upload", "dropUpload"))(
      "a driver uploads a file, tells what is there already, numbers it where that is wanted, and takes away what did not end",
      async () => {
        const driver = await open();
        const [folder] = await twoFolders(driver);
        const bytes = Buffer.from("what a person has sent");
        const source = sourceOf("✨ note.txt", bytes);
        const done = await driver.upload?.(source, folder, { ifTaken: "tell" });
        expect(done).toMatchObject({ is: "done", entry: { name: "✨ note.txt", size: bytes.length, kind: "file" } });
        expect(await readAll(driver, folder)).toMatchObject([{ id: done?.entry.id }]);
        expect(await driver.upload?.(source, folder, { ifTaken: "tell" })).toMatchObject({
          is: "present",
          entry: { id: done?.entry.id },
        });
        const other = sourceOf("✨ note.txt", Buffer.from("another"));
        expect(await driver.upload?.(other, folder, { ifTaken: "tell" })).toMatchObject({ is: "taken" });
        expect(await driver.upload?.(other, folder, { ifTaken: "number" })).toMatchObject({
          is: "done",
          entry: { size: 7 },
        });
        expect(await readAll(driver, folder)).toHaveLength(2);
        const pending: PendingUpload[] = [];
        const ends = {
          ...sourceOf("half.bin", Buffer.alloc(500_000, 7)),
          // Its bytes are good for being named, and for no more.
          open: () => (pending.length > 1 ? broken() : once(Buffer.alloc(500_000, 7))),
        };
        const kept = async (one: PendingUpload) => void pending.push(JSON.parse(JSON.stringify(one)));
        await expect(driver.upload?.(ends, folder, { ifTaken: "tell", onPending: kept })).rejects.toThrow("broken off");
        await driver.dropUpload?.(pending.at(-1) ?? {});
        expect(await readAll(driver, folder)).toHaveLength(2);
      },
    );

    test("a driver can be closed, and closed again", async () => {
      const driver = await open();
      await driver.list(undefined);
      await driver.close?.();
      await expect(Promise.resolve(driver.close?.())).resolves.toBeUndefined();
    });
  });
}

/** What a kind is tried with. */
interface KindSample {
  /** A form's answers, in order. */
  readonly answers: Values;
  /** Free text it recognises; absent = it recognises none. */
  readonly text?: string;
}

/** What every kind of drive promises to those who offer it. */
export function kindContract(kind: DriverKind, { answers, text }: KindSample): void {
  const secrets = kind.fields.filter((field) => field.kind === "secret");
  const plain = (values: Values) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !secrets.some((secret) => secret.name === name)));
  const checked = (values: Values): Values => {
    const reading = readForm(kind.fields, values);
    const outcome = reading.ok ? kind.check(reading.values) : reading;
    if (!outcome.ok) throw new Error(`${outcome.problem.field}: ${outcome.problem.code}`);
    return outcome.values;
  };

  describe(`the kind contract: ${kind.name}`, () => {
    test("a kind has each role at most once, credentials excepted, and keeps credentials and proofs secret", () => {
      const roles = kind.fields.map(({ role }) => role).filter((role) => role !== undefined && role !== "credential");
      expect(new Set(roles).size).toBe(roles.length);
      const open = kind.fields.filter(({ role }) => role === "credential" || role === "proof");
      expect(open.filter((field) => field.kind !== "secret")).toEqual([]);
    });

    test("a kind that is added by a link asks for it and recognises one; one that is signed in to asks for a secret or nothing", () => {
      const hasAddress = fieldWith("address", kind.fields) !== undefined;
      const isLink = kind.added === "link";
      expect([hasAddress, kind.recognise !== undefined, text !== undefined]).toEqual([isLink, isLink, isLink]);
      // What is secret is not asked for in front of others.
      expect(fieldWith("credential", kind.fields) === undefined || kind.where === "private").toBe(true);
    });

    test("a kind takes what it recognises, and answers it has put in order once more", () => {
      const recognised = text === undefined ? [] : (kind.recognise?.(text) ?? []);
      expect(recognised.length > 0).toBe(text !== undefined);
      for (const values of [answers, ...recognised.map((one) => one.values)]) {
        const once = checked(values);
        expect(checked(once)).toEqual(once);
      }
      expect(kind.recognise?.("good morning") ?? []).toEqual([]);
    });

    test("a kind's title and identity hold no secret, and the identity is the same for the same thing", () => {
      const options = plain(checked(answers));
      const said = `${kind.title(options)} ${kind.identity(options)}`;
      expect(kind.title(options)).not.toBe("");
      expect(kind.identity(options)).toBe(kind.identity({ ...options }));
      for (const { name } of secrets) expect(answers[name] === undefined || !said.includes(answers[name])).toBe(true);
    });

    test("a kind's ways to sign in ask fields it has, a secret among them, and each has a name of its own", () => {
      const { ways = [], fields } = kind;
      expect(new Set(ways.map(({ name }) => name)).size).toBe(ways.length);
      for (const way of ways.filter((one) => one.is === "form")) {
        for (const name of [...way.asks, ...(way.aside ?? [])])
          expect(fields.map((field) => field.name)).toContain(name);
        expect(way.asks.some((name) => secrets.some((secret) => secret.name === name))).toBe(true);
      }
    });

    test.each(["en", "zh"])("a kind, its fields and their choices have words in %s", (language) => {
      const say = words.in(language);
      const keys = [
        `driver-${kind.name}`,
        `form-title-${kind.name}`,
        ...kind.fields.flatMap(({ name }) => [`field-${kind.name}-${name}`, `field-${kind.name}-${name}-hint`]),
        ...(kind.ways ?? []).flatMap(({ name }) => [`way-${kind.name}-${name}`, `way-${kind.name}-${name}-hint`]),
      ];
      for (const key of keys) expect(say(key)).not.toBe("");
    });
  });
}

function sourceOf(name: string, bytes: Buffer): UploadSource {
  return { name, size: bytes.length, open: (from) => once(bytes.subarray(from)) };
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield Buffer.alloc(1);
  throw new Error("broken off");
}

const words = loadWords();

/** Two empty folders of this test's own. */
async function twoFolders(driver: Driver): Promise<[string, string]> {
  const above = await driver.makeFolder?.(undefined, "a place to work in");
  const [first, second] = [
    await driver.makeFolder?.(above?.id, "first"),
    await driver.makeFolder?.(above?.id, "second"),
  ];
  return [first?.id ?? "", second?.id ?? ""];
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
    const page = await driver.list(folder, { cursor });
    entries.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return entries;
}

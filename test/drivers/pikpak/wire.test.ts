import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readReply, reactTo, retryAfterOf } from "../../../src/drivers/pikpak/failure.ts";
import {
  createdAt,
  detailsOf,
  entryOf,
  originalLink,
  peekFirst,
  readFile,
  readPage,
  readQuota,
  readShare,
  readShareFile,
  sharedLink,
  transcodeLink,
  type RemoteDetails,
} from "../../../src/drivers/pikpak/wire.ts";
import { StorageError } from "../../../src/storage/error.ts";

/** A file object with any of its fields missing, null, of another type, or right. */
const anything = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom("", null, "0", "-1", "1e999", 1.5, "drive#folder"),
);
const url = fc.oneof(
  anything,
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom("https://x.test/?expire=99999999999999999999&f=1"),
);
const link = fc.oneof(anything, fc.record({ url, expire: anything }, { requiredKeys: [] }));
const media = fc.record(
  {
    media_id: anything,
    media_name: anything,
    is_origin: anything,
    is_visible: anything,
    category: anything,
    link,
    video: anything,
  },
  { requiredKeys: [] },
);
const file = fc.record(
  {
    id: fc.oneof(anything, fc.string({ minLength: 1 })),
    name: anything,
    kind: anything,
    size: fc.oneof(anything, fc.nat().map(String)),
    links: fc.oneof(anything, fc.record({ "application/octet-stream": link })),
    web_content_link: url,
    medias: fc.oneof(anything, fc.array(media, { maxLength: 3 })),
    modified_time: anything,
    created_time: anything,
    user_modified_time: anything,
    audit: anything,
    params: anything,
    trashed: anything,
    phase: anything,
  },
  { requiredKeys: [] },
);

/** What it gives, or undefined for a StorageError; anything else is thrown on. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof StorageError) return undefined;
    throw error;
  }
}

describe("whatever the service sends", () => {
  test("whatever the service sends as a file is an entry that is sound, or a StorageError", () => {
    fc.assert(
      fc.property(file, (body) => {
        const read = tried(() => readFile(body));
        if (!read) return;
        const entry = entryOf(read);
        expect(entry.id).not.toBe("");
        expect(Number.isSafeInteger(entry.size ?? 0) && (entry.size ?? 0) >= 0).toBe(true);
        expect(() => new Date(entry.modifiedAt ?? 0).toISOString()).not.toThrow();
        detailsOf(read, sharedLink);
        createdAt(read);
      }),
      { numRuns: 500 },
    );
  });

  test("whatever the service sends as a link is a link to an address with an end a calendar has, or a StorageError", () => {
    const links: readonly ((file: RemoteDetails) => unknown)[] = [
      originalLink,
      sharedLink,
      (read) => transcodeLink(read, "720P"),
    ];
    fc.assert(
      fc.property(file, fc.nat({ max: 2 }), (body, n) => {
        const read = tried(() => readFile(body));
        const got = read && tried(() => links[n]?.(read));
        if (!got || typeof got !== "object" || !("url" in got)) return;
        expect(String(got.url)).toMatch(/^https?:/);
        const { expiresAt } = got as { readonly expiresAt?: unknown };
        expect(() => new Date(Number(expiresAt ?? 0)).toISOString()).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  test("the first files that are told of a listing are those its page begins with, wherever its text is cut", () => {
    const listed = fc.array(fc.oneof(file, file, fc.jsonValue({ maxDepth: 3 })), { maxLength: 12 });
    const next = fc.constantFrom("", "more", "},{", '"files":[{}]');
    fc.assert(
      fc.property(listed, next, fc.integer({ min: 1, max: 4 }), fc.array(fc.nat()), (files, token, count, cuts) => {
        const text = `${JSON.stringify({ kind: "drive#fileList", next_page_token: token, files })}${" ".repeat(20_000)}`;
        const told: unknown[] = [];
        const peek = peekFirst(count, (first) => told.push(first));
        const places = [...cuts.map((cut) => cut % text.length), text.length].toSorted((a, b) => a - b);
        for (const place of places) if (peek(text.slice(0, place))) break;
        const begins = tried(() => readPage({ files: files.slice(0, count), next_page_token: token }))?.files ?? [];
        if (told.length === 0) return;
        expect(told).toEqual([begins]);
        expect([token === "", files.length <= count, begins.length === 0]).toEqual([false, false, false]);
      }),
      { numRuns: 500 },
    );
  });

  test("the first files of a listing are looked for no further than four times where they usually end", () => {
    const files = Array.from({ length: 5 }, (_, n) => ({ id: `VO${n}`, name: "x".repeat(5000) }));
    const text = `${JSON.stringify({ next_page_token: "more", files }).slice(0, -2)},`;
    const told: unknown[] = [];
    const peek = peekFirst(4, (first) => told.push(first));
    expect([peek(text.slice(0, 16_000)), peek(`${text}${text}`)]).toEqual([false, true]);
    expect(told).toEqual([]);
  });

  test("the first files of a long listing are told at its first entries, whatever they are called", () => {
    const name = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("},{", '"},{"', "]}", "\\"));
    const files = fc.array(name, { minLength: 5, maxLength: 9 });
    fc.assert(
      fc.property(files, (names) => {
        const listed = names.map((one, n) => ({ id: `VO${n}`, name: one, medias: [{ a: 1 }, { a: 2 }] }));
        const text = JSON.stringify({ next_page_token: "more", files: listed });
        const told: string[] = [];
        const peek = peekFirst(4, (first) => told.push(...first.map((one) => one.name)));
        expect(peek(`${text}${" ".repeat(5000)}`)).toBe(true);
        expect(told).toEqual(names.slice(0, 4).map((one) => one.toWellFormed()));
      }),
    );
  });

  test("whatever the service sends as an answer is a page, a share, a quota, or a StorageError", () => {
    fc.assert(
      fc.property(
        fc.oneof(anything, fc.record({ files: fc.oneof(anything, fc.array(file)), quota: anything })),
        anything,
        (body, vip) => {
          const reads = [
            readPage,
            readShare,
            readShareFile,
            (given: unknown) => readQuota(given, { vip, quantities: vip }),
          ];
          for (const read of reads) expect(() => tried(() => read(body))).not.toThrow();
        },
      ),
    );
  });

  test.each(["valueOf", "constructor", "__proto__", "toString"])(
    "an error called %s is a refusal like any unknown one",
    (error) => {
      const reply = readReply({ status: 200, text: JSON.stringify({ error }), mayBeEmpty: false });
      if (reply.is !== "failure") throw new Error("an error is no answer");
      expect(reactTo(reply.failure)).toMatchObject({ react: "fail", error: { code: "upstream" } });
    },
  );

  test("whatever the service sends as text of any kind, at any status, is an answer, a refusal with a reaction, or garbled", () => {
    const body = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc
        .record(
          {
            error: anything,
            error_code: anything,
            error_description: anything,
            details: anything,
            error_details: anything,
            detail: anything,
          },
          { requiredKeys: [] },
        )
        .map((refusal) => JSON.stringify(refusal)),
    );
    fc.assert(
      fc.property(body, fc.integer({ min: 200, max: 599 }), fc.boolean(), (text, status, mayBeEmpty) => {
        const reply = readReply({ status, text, mayBeEmpty });
        expect(reply.is === "failure" ? reactTo(reply.failure).react : reply.is).toBeTypeOf("string");
      }),
      { numRuns: 500 },
    );
  });

  test("whatever the service sends in Retry-After is a time from now, or none", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (header) => {
          const ms = retryAfterOf(header, 1_767_225_600_000);
          expect(ms ?? 0).toBeGreaterThanOrEqual(0);
        },
      ),
    );
    expect(retryAfterOf("120", 0)).toBe(120_000);
    expect(retryAfterOf("Thu, 01 Jan 1970 00:02:00 GMT", 0)).toBe(120_000);
    expect(retryAfterOf("soon", 0)).toBeUndefined();
  });
});

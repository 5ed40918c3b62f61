import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRevocations } from "../../src/gateway/revocations.ts";
import { createTickets, type TicketDraft } from "../../src/gateway/ticket.ts";
import { packTexts, unpackTexts } from "../../src/gateway/ticket-text.ts";
import { encodeSegment, longestTicketUrl, shortName, ticketUrl } from "../../src/gateway/ticket-url.ts";

const [oldKey, newKey, foreignKey] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];
const noon = Date.UTC(2026, 10, 24, 12);
const draft: TicketDraft = {
  mount: "aB3dE5fG7h",
  entry: "VO8BcRb-0fibD0Ncymp8nxSMo1",
  person: "telegram:7000000001",
  variant: "VO8BcRb-0fibD0Ncymp8nxSMo2",
  folder: "VO8BcRb-0fibD0Ncymp8nxSMo3",
  expiresAt: noon + 86_400_000,
};

function ticketsAt(now: number, keys: readonly Uint8Array[] = [newKey]) {
  return createTickets({ keys, now: () => now });
}

describe("a ticket", () => {
  test("a ticket says again what it was made of", () => {
    const tickets = ticketsAt(noon);
    expect(tickets.read(tickets.issue(draft))).toEqual({ ok: true, ticket: { ...draft, issuedAt: noon } });
  });

  test("a ticket says of which given link it is, whether its password was said, and from when it counts", () => {
    const tickets = ticketsAt(noon);
    const given = { ...draft, given: "aB3dE5fG7h", issuedAt: noon - 1000 };
    expect(tickets.read(tickets.issue(given))).toEqual({ ok: true, ticket: given });
    const unlocked = { ...given, unlocked: true } as const;
    const text = tickets.issue(unlocked);
    expect(tickets.read(text)).toEqual({ ok: true, ticket: unlocked });
    const publicUrl = "https://drive.example.com";
    expect(ticketUrl(text, { publicUrl, way: "d", name: "The film.mkv" }).length).toBeLessThanOrEqual(longestTicketUrl);
    // A link that was not given away is as short as ever.
    expect(tickets.issue(draft).length).toBeLessThan(tickets.issue(given).length);
  });

  test("a ticket keeps any ids there may be", () => {
    const tickets = ticketsAt(noon);
    const id = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 80 }),
      fc.stringMatching(/^[\w-]{0,90}$/),
      fc.bigInt({ min: 0n, max: 2n ** 70n }).map((number) => `telegram:${number}`),
      fc.bigInt({ min: 0n, max: 2n ** 64n }).map((number) => `discord:${number}`),
    );
    fc.assert(
      fc.property(id, id, id, fc.option(id, { nil: undefined }), (mount, entry, person, folder) => {
        const given = { mount, entry, person, expiresAt: noon + 1, ...(folder !== undefined && { folder }) };
        expect(tickets.read(tickets.issue(given))).toEqual({ ok: true, ticket: { ...given, issuedAt: noon } });
      }),
    );
  });

  test("a ticket is over when its time is, to the millisecond", () => {
    const text = ticketsAt(noon).issue(draft);
    expect(ticketsAt(draft.expiresAt - 1).read(text).ok).toBe(true);
    expect(ticketsAt(draft.expiresAt).read(text)).toEqual({ ok: false, why: "expired" });
  });

  test("a ticket that was shown before is over in its time all the same", () => {
    let now = noon;
    const tickets = createTickets({ keys: [newKey], now: () => now });
    const text = tickets.issue(draft);
    expect(tickets.read(text)).toEqual(tickets.read(text));
    now = draft.expiresAt;
    expect(tickets.read(text)).toEqual({ ok: false, why: "expired" });
    expect(tickets.read(`${text}A`)).toEqual({ ok: false, why: "bad" });
  });

  test("a ticket with any one bit changed is bad, also when it is over", () => {
    const text = ticketsAt(noon).issue(draft);
    const bytes = Buffer.from(text, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const forged = Buffer.from(bytes);
      forged[bit >> 3] = (forged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(ticketsAt(noon + 10 ** 11).read(forged.toString("base64url"))).toEqual({ ok: false, why: "bad" });
    }
  });

  test.each(["", "x", "a".repeat(2000), "!!!!", "AAAA", "../../etc/passwd", "ä"])(
    "a ticket that reads %j is bad",
    (text) => {
      expect(ticketsAt(noon).read(text)).toEqual({ ok: false, why: "bad" });
    },
  );

  test("a ticket has one spelling", () => {
    const text = ticketsAt(noon).issue({ ...draft, entry: "abc" });
    const other = text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
    for (const variant of [`${text}=`, `${text} `, other]) expect(ticketsAt(noon).read(variant).ok).toBe(false);
  });

  test("garbage is a bad ticket, and nothing worse", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(ticketsAt(noon).read(text)).toEqual({ ok: false, why: "bad" });
      }),
    );
  });
});

describe("keys", () => {
  test("the newest key signs, the older are believed, a forgotten one is not", () => {
    const before = ticketsAt(noon, [oldKey]).issue(draft);
    const rotated = ticketsAt(noon, [oldKey, newKey]);
    expect(rotated.read(before).ok).toBe(true);
    expect(ticketsAt(noon, [newKey]).read(rotated.issue(draft)).ok).toBe(true);
    expect(ticketsAt(noon, [newKey]).read(before)).toEqual({ ok: false, why: "bad" });
    expect(ticketsAt(noon, [foreignKey]).read(before)).toEqual({ ok: false, why: "bad" });
  });

  test("an app without keys has no tickets", () => {
    expect(() => ticketsAt(noon, [])).toThrow("key");
  });
});

test("texts that were not packed do not unpack to anything unbounded", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const texts = unpackTexts(Buffer.from(bytes)) ?? [];
      expect(texts.length).toBeLessThanOrEqual(bytes.length);
    }),
  );
  expect(unpackTexts(packTexts(["", undefined, "ü", "discord:18446744073709551615"]))).toEqual([
    "",
    undefined,
    "ü",
    "discord:18446744073709551615",
  ]);
});

describe("the address of a ticket", () => {
  const publicUrl = "https://drive.example.com";
  const text = ticketsAt(noon).issue(draft);

  test("the address of a ticket has at most 256 characters, whatever the file is called", () => {
    const names = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.constantFrom(".", "..", "", "a/b", "\ud800", "电影".repeat(90), `${"x".repeat(300)}.mkv`),
    );
    fc.assert(
      fc.property(names, (name) => {
        const url = ticketUrl(text, { publicUrl, way: "d", name });
        expect(url.length).toBeLessThanOrEqual(longestTicketUrl);
        // It survives what every browser does to an address, and leads to the same ticket.
        expect(new URL(url).href).toBe(url);
        expect(new URL(url).pathname.split("/").slice(1, 3)).toEqual(["d", text]);
      }),
    );
  });

  test("the address of a ticket with everything a PikPak ticket holds leaves room for a name", () => {
    const url = ticketUrl(text, { publicUrl, way: "w", name: "电影".repeat(60) + ".mkv" });
    expect(url).toMatch(/%E7%94%B5.*\.mkv$/);
  });

  test("the address of a ticket keeps the extension when the name is cut", () => {
    expect(shortName(`${"a".repeat(50)}.mkv`, 12)).toBe("aaaaaaaa.mkv");
    expect(shortName("👨‍👩‍👧.mp4", 20)).toBe("");
    expect(encodeSegment("a'b(c)*d!")).toBe("a%27b%28c%29%2Ad%21");
  });

  test("an address that cannot fit says which variable is too long", () => {
    expect(() => ticketUrl(text, { publicUrl: `https://${"a".repeat(200)}.example`, way: "d", name: "a" })).toThrow(
      "PUBLIC_URL",
    );
  });
});

describe("withdrawn tickets", () => {
  const kept = new Map<string, unknown>();
  const store = {
    getMany: async (keys: string[]) => keys.map((key) => kept.get(key)),
    set: async (key: string, value: number) => kept.set(key, value),
  };
  const ticket = { ...draft, issuedAt: noon };

  test.each([
    ["a mount", { mount: draft.mount }, { ...ticket, mount: "other" }],
    ["a person", { person: draft.person }, { ...ticket, person: "telegram:2" }],
  ] as const)("withdrawn tickets of %s are over, others and later ones are not", async (_what, which, other) => {
    kept.clear();
    const revocations = createRevocations({ store, now: () => noon + 5, keepFor: 1000 });
    expect(await revocations.revoked(ticket)).toBe(false);
    await revocations.revoke(which);
    expect(await revocations.revoked(ticket)).toBe(true);
    expect(await revocations.revoked(other)).toBe(false);
    expect(await revocations.revoked({ ...ticket, issuedAt: noon + 6 })).toBe(false);
  });

  test("tickets withdrawn all together are over at once", async () => {
    kept.clear();
    const revocations = createRevocations({ store, now: () => noon + 5, keepFor: 1000 });
    await revocations.revoke("all");
    expect(await revocations.revoked({ ...ticket, mount: "x", person: "y" })).toBe(true);
  });
});

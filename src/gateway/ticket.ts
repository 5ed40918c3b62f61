import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from "node:crypto";
import { LRUCache } from "lru-cache";
import { deriveKey } from "./keys.ts";
import { packTexts, unpackTexts } from "./ticket-text.ts";

/** Leave for one person to fetch one file, until a time. Holds ids only: what they stand for is looked up at every request. */
export interface Ticket {
  /** Mount id. */
  readonly mount: string;
  /** Entry id. */
  readonly entry: string;
  /** Person id of who asked; the link works for whoever holds it, in this person's name. */
  readonly person: string;
  /** A rendition by its id; absent = the original bytes. */
  readonly variant?: string | undefined;
  /** Folder the entry was seen in, `""` for the root, so that the watch page can look beside it; absent = not known. */
  readonly folder?: string;
  /** Id of the link it is of, whose giver can change its life and take it back; absent = it has none but its own. */
  readonly given?: string;
  /** The password of that link was said. */
  readonly unlocked?: true;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What `issue` is told; without a time of issue it is now. */
export type TicketDraft = Omit<Ticket, "issuedAt"> & Partial<Pick<Ticket, "issuedAt">>;

/** What a text turned out to be. */
export type TicketReading =
  | { readonly ok: true; readonly ticket: Ticket }
  | { readonly ok: false; readonly why: "bad" | "expired" };

/** Writes tickets as short signed texts, and reads them back. */
export interface Tickets {
  /** The ticket as text of `[A-Za-z0-9_-]`. */
  issue(draft: TicketDraft): string;
  /** Forged, garbled or signed with a forgotten key: `bad`. Genuine but over: `expired`. */
  read(text: string): TicketReading;
}

interface TicketsOptions {
  /** The process's secret keys, newest last: the newest signs, all are believed. */
  readonly keys: readonly Uint8Array[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const version = 1;
const keyIdLength = 3;
const macLength = 16;
const timeLength = 6;
const headLength = 1 + keyIdLength + 2 * timeLength;
const longestText = 1024;
/** Genuine texts that are known by sight: a player that seeks shows the same one again and again. */
const maxKnown = 4096;

interface SigningKey {
  readonly id: Buffer;
  /** Made once: turning bytes into a key costs more than signing with it. */
  readonly key: KeyObject;
}

/** Tickets under these keys: HMAC-SHA256 cut to 128 bits over everything the ticket says. */
export function createTickets({ keys, now }: TicketsOptions): Tickets {
  const ring = keys.map((key) => signingKey(deriveKey(key, "tickets")));
  const newest = ring.at(-1);
  if (!newest) throw new Error("tickets need a key");
  const known = new LRUCache<string, Ticket>({ max: maxKnown });
  return {
    issue: (draft) => write(newest, { issuedAt: now(), ...draft }),
    read(text) {
      const seen = known.get(text);
      const ticket = seen ?? readTicket(ring, text);
      if (!ticket) return { ok: false, why: "bad" };
      // A copy: a part of a text keeps the whole of it in memory, here an address with any query.
      if (!seen) known.set(Buffer.from(text, "latin1").toString("latin1"), ticket);
      return ticket.expiresAt <= now() ? { ok: false, why: "expired" } : { ok: true, ticket };
    },
  };
}

function signingKey(bytes: Uint8Array): SigningKey {
  const key = createSecretKey(bytes);
  return { key, id: createHmac("sha256", key).update("key id").digest().subarray(0, keyIdLength) };
}

function write(signer: SigningKey, ticket: Ticket): string {
  const head = Buffer.alloc(headLength);
  head.writeUInt8(version, 0);
  signer.id.copy(head, 1);
  head.writeUIntBE(ticket.issuedAt, 1 + keyIdLength, timeLength);
  head.writeUIntBE(ticket.expiresAt, 1 + keyIdLength + timeLength, timeLength);
  const said = Buffer.concat([
    head,
    packTexts([ticket.mount, ticket.entry, ticket.person, ticket.variant, ticket.folder, ...givenTexts(ticket)]),
  ]);
  return Buffer.concat([said, sign(signer.key, said)]).toString("base64url");
}

/** Nothing where there is nothing to say: most tickets are as short as they were. */
function givenTexts({ given, unlocked }: Ticket): readonly string[] {
  return given === undefined ? [] : [given, ...(unlocked ? [unlockedMark] : [])];
}

const unlockedMark = "u";

function sign(key: KeyObject, said: Uint8Array): Buffer {
  return createHmac("sha256", key).update(said).digest().subarray(0, macLength);
}

/** What a genuine text says. */
function readTicket(ring: readonly SigningKey[], text: string): Ticket | undefined {
  const said = genuine(ring, text);
  return said && ticketOf(said);
}

/** The signed bytes of a text, when one of the keys signed them. */
function genuine(ring: readonly SigningKey[], text: string): Buffer | undefined {
  if (text.length > longestText || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined;
  const bytes = Buffer.from(text, "base64url");
  // A ticket has one spelling: spare bits in the last character are not ignored.
  if (bytes.length < headLength + macLength || bytes.toString("base64url") !== text) return undefined;
  const said = bytes.subarray(0, -macLength);
  const mac = bytes.subarray(-macLength);
  const keyId = said.subarray(1, 1 + keyIdLength);
  const believed = ring.some(({ id, key }) => id.equals(keyId) && timingSafeEqual(sign(key, said), mac));
  return believed && said[0] === version ? said : undefined;
}

function ticketOf(said: Buffer): Ticket | undefined {
  const [mount, entry, person, variant, folder, given, unlocked] = unpackTexts(said.subarray(headLength)) ?? [];
  if (mount === undefined || entry === undefined || person === undefined) return undefined;
  return {
    mount,
    entry,
    person,
    ...(variant === undefined ? {} : { variant }),
    ...(folder === undefined ? {} : { folder }),
    ...(given === undefined ? {} : { given }),
    ...(unlocked === unlockedMark ? { unlocked: true } : {}),
    issuedAt: said.readUIntBE(1 + keyIdLength, timeLength),
    expiresAt: said.readUIntBE(1 + keyIdLength + timeLength, timeLength),
  };
}

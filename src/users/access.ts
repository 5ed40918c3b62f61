import { createHash } from "node:crypto";
import type { Keyv } from "keyv";
import type { Visit } from "./visit.ts";
import { rowsOf } from "./rows.ts";

/** An act and who did it. */
export interface Stamp {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Person id. */
  readonly by: string;
}

/** What operators decided about a person or a group. It outlives `/forget`: a ban is not the banned one's to delete. */
export interface Standing {
  readonly id: string;
  readonly admitted?: Stamp;
  readonly banned?: Stamp;
  /** Made an operator by a code, beside those of the configuration. */
  readonly operator?: Stamp;
  /** Bytes a day through the gateway; absent = as many as they like. */
  readonly quota?: number | undefined;
}

export const accessModes = ["open", "allowlist"] as const;
export type AccessMode = (typeof accessModes)[number];

/** How the app stands to everybody. */
export interface Opening {
  readonly access: AccessMode;
  /** Present = closed to all but operators. */
  readonly maintenance?: Stamp;
}

/** A code that lets one person or one group in. */
export interface Invitation {
  /** Fits a `?start=` deep link: 1 to 64 of `A-Za-z0-9_-`. */
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Who is let in. */
export interface Access {
  standing(id: string): Promise<Standing>;
  standings(): AsyncIterable<Standing>;
  /** Changes what is decided about somebody. A standing that says nothing is deleted. */
  decide(id: string, change: (standing: Standing) => Standing): Promise<Standing>;
  opening(): Promise<Opening>;
  reopen(change: (opening: Opening) => Opening): Promise<Opening>;
  invite(by: string): Promise<Invitation>;
  /** Invitations nobody has used. */
  invitations(): Promise<number>;
  /** Resolves with how many there were. */
  withdrawInvitations(): Promise<number>;
  /** A new code that makes its first user an operator; the one before it is void. */
  operatorCode(): Promise<string>;
  /** Uses a code up. What it gave, or undefined for one that is used, withdrawn, expired or never was. */
  redeem(code: string, visit: Visit): Promise<"admitted" | "operator" | undefined>;
}

interface AccessParts {
  readonly standings: Keyv<Standing>;
  readonly settings: Keyv<Opening | string>;
  /** By the hash of the code. */
  readonly codes: Keyv<Stamp>;
  /** What the configuration says; an operator's later choice wins. */
  readonly access: AccessMode;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
  /** 10 base62 characters, not to be guessed. */
  newId(): string;
}

const invitationLife = 7 * 24 * 3_600_000;
const invitationMark = "inv-";
const operatorMark = "op-";

/** Whether the payload of a deep link is a code of ours: an invitation, or the one for the first operator. */
export function isCode(payload: string): boolean {
  return /^(?:inv|op)-[A-Za-z0-9]{20}$/.test(payload);
}

/** Access over its namespaces. Codes are kept as hashes: who reads the store cannot use them. */
export function createAccess(parts: AccessParts): Access {
  const { standings, codes, exclusive } = parts;
  const standing = async (id: string): Promise<Standing> => (await standings.get(id)) ?? { id };
  const decide: Access["decide"] = (id, change) =>
    exclusive(`standing ${id}`, async () => {
      const next = change(await standing(id));
      if (Object.keys(next).length > 1) await standings.set(id, next);
      else await standings.delete(id);
      return next;
    });
  return {
    standing,
    decide,
    async *standings() {
      for await (const [, one] of rowsOf(standings)) yield one;
    },
    opening: () => opening(parts),
    reopen: (change) =>
      exclusive("opening", async () => {
        const next = change(await opening(parts));
        await parts.settings.set("opening", next);
        return next;
      }),
    invite: (by) => invite(parts, by),
    async invitations() {
      let count = 0;
      for await (const _ of rowsOf(codes)) count += 1;
      return count;
    },
    withdrawInvitations: () => withdrawAll(codes),
    operatorCode: () => operatorCode(parts),
    redeem: (code, visit) => redeem(parts, decide, code, visit),
  };
}

async function opening({ settings, access }: AccessParts): Promise<Opening> {
  const kept = await settings.get("opening");
  return typeof kept === "object" ? kept : { access };
}

async function invite({ codes, now, newId }: AccessParts, by: string): Promise<Invitation> {
  const code = `${invitationMark}${newId()}${newId()}`;
  await codes.set(hashOf(code), { at: now(), by }, invitationLife);
  return { code, expiresAt: now() + invitationLife };
}

async function withdrawAll(codes: Keyv<Stamp>): Promise<number> {
  const hashes: string[] = [];
  for await (const [hash] of rowsOf(codes)) hashes.push(hash);
  for (const hash of hashes) await codes.delete(hash);
  return hashes.length;
}

async function operatorCode({ settings, newId }: AccessParts): Promise<string> {
  const code = `${operatorMark}${newId()}${newId()}`;
  await settings.set("operator-code", hashOf(code));
  return code;
}

/** One at a time: of two who use the same code at once, one comes in. */
function redeem(
  parts: AccessParts,
  decide: Access["decide"],
  code: string,
  { person, place }: Visit,
): Promise<"admitted" | "operator" | undefined> {
  const { codes, settings, exclusive, now } = parts;
  const hash = hashOf(code);
  return exclusive(`code ${hash}`, async () => {
    if (code.startsWith(operatorMark)) {
      if (place.kind !== "private" || (await settings.get("operator-code")) !== hash) return undefined;
      await settings.delete("operator-code");
      await decide(person.id, (standing) => ({ ...standing, operator: { at: now(), by: person.id } }));
      return "operator";
    }
    const invitation = await codes.get(hash);
    if (!invitation) return undefined;
    await codes.delete(hash);
    // In a group the whole group comes in.
    const guest = place.kind === "private" ? person.id : place.id;
    await decide(guest, (standing) => ({ ...standing, admitted: { at: now(), by: invitation.by } }));
    return "admitted";
  });
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

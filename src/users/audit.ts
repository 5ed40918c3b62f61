import type { Keyv } from "keyv";

/** What operators do that is written down. The locale key is `audit-<act>`. */
export const auditActs = [
  "admit",
  "expel",
  "ban",
  "unban",
  "quota",
  "access",
  "invite",
  "withdraw-invitations",
  "redeem",
  "operator",
  "maintenance",
  "log-level",
  "check-mount",
  "broadcast",
  "stop-broadcast",
  "revoke-every-link",
] as const;
export type AuditAct = (typeof auditActs)[number];

/** One act: who did what to whom. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Person id. */
  readonly by: string;
  readonly act: AuditAct;
  /** A person, chat, mount or broadcast. */
  readonly subject?: string | undefined;
  /** What it was set to. */
  readonly detail?: string;
}

/** The audit log of operators' acts: written to, never rewritten. */
export interface Audit {
  /** Resolves when it is on disk; acts are done only then. */
  write(entry: Omit<AuditEntry, "at">): Promise<void>;
  /** Newest first. `page` from 1. */
  page(page: number, size: number): Promise<{ readonly entries: readonly AuditEntry[]; readonly pages: number }>;
}

interface AuditParts {
  readonly kept: Keyv<AuditEntry | number>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  now(): number;
}

/** The entry after this many others is the last that can be read; older ones go after two years. */
const maxRead = 10_000;
const keptFor = 2 * 365 * 24 * 3_600_000;
const head = "head";

/** The audit log over a namespace: numbered entries and the number of the last. */
export function createAudit({ kept, exclusive, now }: AuditParts): Audit {
  const last = async (): Promise<number> => {
    const number = await kept.get(head);
    return typeof number === "number" ? number : 0;
  };
  return {
    write: (entry) =>
      exclusive("audit", async () => {
        const number = (await last()) + 1;
        await kept.set(String(number), { at: now(), ...entry }, keptFor);
        await kept.set(head, number);
      }),
    async page(page, size) {
      const newest = await last();
      const pages = Math.max(1, Math.ceil(Math.min(newest, maxRead) / size));
      const from = newest - (Math.min(Math.max(1, page), pages) - 1) * size;
      const numbers = Array.from({ length: Math.min(size, from) }, (_, n) => String(from - n));
      const found = await Promise.all(numbers.map((number) => kept.get(number)));
      return { pages, entries: found.filter((entry) => typeof entry === "object") };
    },
  };
}

import type { Ticket } from "./ticket.ts";

/** Which tickets to withdraw: those to a mount, those in a person's name, or every one. */
export type Revocation = { readonly mount: string } | { readonly person: string } | "all";

/** Withdraws tickets that were handed out, without knowing them one by one. */
export interface Revocations {
  /** All matching tickets issued until now are over; new ones are not. */
  revoke(which: Revocation): Promise<void>;
  revoked(ticket: Ticket): Promise<boolean>;
  /** When links of that mount and person were last taken back, milliseconds since the epoch; 0 = not that it mattered. */
  last(of: Pick<Ticket, "mount" | "person">): Promise<number>;
}

interface RevocationsOptions {
  /** A Keyv namespace fits. */
  readonly store: {
    getMany(keys: string[]): Promise<readonly unknown[]>;
    set(key: string, value: number, ttl: number): Promise<unknown>;
  };
  readonly now: () => number;
  /** Milliseconds the longest ticket lives: after that a revocation has nothing left to withdraw. */
  readonly keepFor: number;
}

/** Revocations kept as points in time: what was issued before is withdrawn. */
export function createRevocations({ store, now, keepFor }: RevocationsOptions): Revocations {
  const last: Revocations["last"] = async ({ mount, person }) => {
    const times = await store.getMany([keyOf({ mount }), keyOf({ person }), keyOf("all")]);
    return Math.max(0, ...times.filter((time) => typeof time === "number"));
  };
  return {
    last,
    revoke: async (which) => {
      await store.set(keyOf(which), now(), keepFor);
    },
    revoked: async (ticket) => ticket.issuedAt <= (await last(ticket)),
  };
}

function keyOf(which: Revocation): string {
  if (which === "all") return "all";
  return "mount" in which ? `mount ${which.mount}` : `person ${which.person}`;
}

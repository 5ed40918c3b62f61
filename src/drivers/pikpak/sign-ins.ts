import { createHash } from "node:crypto";
import { z } from "zod";
import type { DriverContext } from "../../storage/driver.ts";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";
import { readNote } from "./note.ts";

/** Holds back who signs in too often. It counts the person: what one does to an account stops nobody else from signing in to it. */
export interface SignIns {
  /** Takes note of a sign-in, one the person asked for or one that happens by itself; throws when it is one too many, or held off. */
  note(by: "person" | "itself"): Promise<void>;
  /** The service will not have this account sign in for now: until then this person's tries end with `code`, unasked. */
  hold(code: StorageErrorCode, ms: number): Promise<void>;
}

interface SignInsParts extends Pick<DriverContext, "notes" | "now" | "owner"> {
  /** What is signed in to, in a form that tells nobody. */
  readonly account: string;
}

const hour = 3_600_000;
/** Sign-ins of one person to one account within an hour. */
const maxAsked = 10;
const maxByThemselves = 3;
/** Sign-ins of one person within an hour, to whatever account. */
const maxOfPerson = 30;
/** Sign-ins of everybody to one account, beyond which each person has fewer. */
const maxOfAccount = 30;

const holdNote = z.object({
  until: z.number(),
  code: z.enum(["sign-in-refused", "account-suspended"]),
  ms: z.number().default(hour),
});

export function createSignIns({ account, owner, notes, now }: SignInsParts): SignIns {
  const person = digestOf(owner);
  const keys = {
    own: `sign-ins:${account}:${person}`,
    person: `sign-ins:person:${person}`,
    account: `sign-ins:account:${account}`,
    hold: `sign-in-hold:${account}:${person}`,
  };
  const recent = async (key: string) => times(await notes.read(key)).filter((at) => at > now() - hour && at <= now());
  const refuseAbove = (max: number, tries: readonly number[]) => {
    const first = tries[0];
    if (first === undefined || tries.length < max) return;
    const retryAfter = first + hour - now();
    throw new StorageError("too-frequent", { retryAfter, message: "too many sign-ins within the hour" });
  };
  const writeHold = (code: string, ms: number) =>
    notes.write(keys.hold, JSON.stringify({ until: now() + ms, code, ms }), ms);
  const refuseWhileHeld = async () => {
    const hold = readNote(holdNote, await notes.read(keys.hold));
    if (!hold || hold.until <= now()) return;
    const { code, ms } = hold;
    // The clock was set back: it holds no longer than it was meant to.
    if (hold.until - now() > ms) await writeHold(code, ms);
    throw new StorageError(code, {
      retryAfter: Math.min(hold.until - now(), ms),
      message: "sign-in was refused before",
    });
  };
  return {
    async note(by) {
      await refuseWhileHeld();
      const [own, persons, accounts] = await Promise.all([recent(keys.own), recent(keys.person), recent(keys.account)]);
      const isBusy = accounts.length >= maxOfAccount;
      refuseAbove(by === "person" && !isBusy ? maxAsked : maxByThemselves, own);
      refuseAbove(maxOfPerson, persons);
      for (const [key, before] of [
        [keys.own, own],
        [keys.person, persons],
        [keys.account, accounts.slice(1 - maxOfAccount)],
      ] as const) {
        await notes.write(key, [...before, now()].join(" "), hour);
      }
    },
    hold: writeHold,
  };
}

/** A name that says nothing to who reads the notes. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function times(text: string | undefined): number[] {
  return text ? text.split(" ").map(Number) : [];
}

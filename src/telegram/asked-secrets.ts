import { LRUCache } from "lru-cache";
import type { Peers } from "../storage/peers.ts";

/**
 * Who is asked for a secret just now, in memory: where the store is away, their answer is known for one all the same. Of
 * several processes each tells the others, since any of them may get the answer.
 */
export interface AskedSecrets {
  /** Notes the question that stands under a dialogue's key: its message where it is for a secret, else undefined. */
  note(key: string, question: number | undefined): void;
  /** The question's message; "none" = nothing secret is asked there, undefined = that is not known. */
  of(key: string): number | "none" | undefined;
}

/** People in chats of whom it is known. */
const maxKnown = 20_000;

/** `life`: milliseconds after which a question has ended by itself. */
export function createAskedSecrets({ life, peers }: { life: number; peers?: Peers | undefined }): AskedSecrets {
  const known = new LRUCache<string, number | "none">({ max: maxKnown, ttl: life });
  peers?.hear((text) => {
    const heard = text === undefined ? undefined : heardIn(text);
    if (heard) return void known.set(heard.key, heard.question);
    // Another process may have asked meanwhile. That it was answered there is rarer, and one's own question is gone on with.
    const unsure = [...known.entries()].filter(([, question]) => question === "none");
    for (const [key] of unsure) known.delete(key);
  });
  return {
    note(key, question) {
      const before = known.get(key);
      const now = question ?? "none";
      known.set(key, now);
      // Where nothing was known, that nothing is asked is news to nobody.
      if (before !== now && (before !== undefined || now !== "none")) peers?.tell(`${key} ${now}`);
    },
    of: (key) => known.get(key),
  };
}

/** Undefined = it is of another version, or was cut off. */
function heardIn(text: string): { readonly key: string; readonly question: number | "none" } | undefined {
  const [, key, digits] = /^(-?\d+:\d+) (\d+|none)$/.exec(text) ?? [];
  if (key === undefined || digits === undefined) return undefined;
  return { key, question: digits === "none" ? digits : Number(digits) };
}

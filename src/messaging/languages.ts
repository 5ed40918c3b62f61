import { LRUCache } from "lru-cache";
import type { Visit } from "../users/visit.ts";

/**
 * The language each person was last answered in, for sentences that are said without the store: when a deadline passed,
 * or a call failed. One for each platform, in memory.
 */
export interface Languages {
  /** Theirs; else what their client says; else the fallback. */
  of(visit: Visit): string;
  /** They were answered in it. */
  note(visit: Visit, language: string): void;
}

/** People whose language is remembered. */
const most = 20_000;

/** Nobody's yet. `pick` chooses by the tag of a client, or without one. */
export function createLanguages(pick: (locale: string | undefined) => string): Languages {
  const languages = new LRUCache<string, string>({ max: most });
  return {
    of: ({ person }) => languages.get(person.id) ?? pick(person.locale),
    note: ({ person }, language) => void languages.set(person.id, language),
  };
}

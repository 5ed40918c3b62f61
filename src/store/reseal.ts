import { sealerOf, type Seal } from "./sealed.ts";
import type { Row } from "./database.ts";

/** What became of the sealed records when the keys were looked through. */
export interface Resealed {
  /** Records that an older key had sealed, and the newest seals now. */
  readonly resealed: number;
  /** Records that no key opens, by namespace: they are as good as absent. */
  readonly unopenable: Readonly<Record<string, number>>;
  /** Ids of the keys that sealed them. */
  readonly missingKeys: readonly string[];
}

/** The records of a database, and a way to change one that nobody else has changed meanwhile. */
export interface SealedRecords {
  rows(): AsyncIterable<Row>;
  /** Resolves with whether the record still had that text, and has the other one now; its expiry stays. */
  replace(row: Row, text: string): Promise<boolean>;
}

/** Seals everything with the newest key. `onProgress` is told how many were done, now and then. */
export async function reseal(
  records: SealedRecords,
  seal: Seal,
  onProgress: (resealed: number) => void,
): Promise<Resealed> {
  const unopenable: Record<string, number> = {};
  const missingKeys = new Set<string>();
  let resealed = 0;
  for await (const row of records.rows()) {
    const sealer = sealerOf(row.text);
    if (sealer === undefined) continue;
    const renewed = renewedRow(row, seal);
    if (renewed === undefined) {
      const namespace = row.key.slice(0, row.key.indexOf(":"));
      unopenable[namespace] = (unopenable[namespace] ?? 0) + 1;
      missingKeys.add(sealer);
    } else if (sealer !== seal.newest && (await records.replace(row, renewed))) {
      resealed += 1;
      if (resealed % progressEvery === 0) onProgress(resealed);
    }
  }
  return { resealed, unopenable, missingKeys: [...missingKeys] };
}

const progressEvery = 1000;

/** Undefined = no key opens it. */
function renewedRow({ key, text }: Row, seal: Seal): string | undefined {
  const row = JSON.parse(text) as { readonly sealed: string };
  const opened = seal.open(row.sealed, key);
  return opened === undefined ? undefined : JSON.stringify({ ...row, sealed: seal.seal(opened, key) });
}

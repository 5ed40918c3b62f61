import { sealerOf, type Seal } from "./sealed.ts";
import type { Change, Row } from "./row.ts";

/** What became of the sealed records when the keys were looked through. */
export interface Resealed {
  /** Records that an older key had sealed, and the newest seals now. */
  readonly resealed: number;
  /** Records that no key opens, by namespace: they are as good as absent. */
  readonly unopenable: Readonly<Record<string, number>>;
  /** Ids of the keys that sealed them. */
  readonly missingKeys: readonly string[];
}

/** The records of a database, and a way to change those that nobody else has changed meanwhile. */
export interface SealedRecords {
  rows(): AsyncIterable<Row>;
  /** Resolves with how many still had the old text, and have the new one now; when they expire stays. */
  replace(changes: readonly Change[]): Promise<number>;
}

/** How many are resealed at once. */
const batch = 500;

/** Seals everything with the newest key. `onProgress` is told how many were done, batch by batch. */
export async function reseal(
  records: SealedRecords,
  seal: Seal,
  onProgress: (resealed: number) => void,
): Promise<Resealed> {
  const unopenable: Record<string, number> = {};
  const missingKeys = new Set<string>();
  let resealed = 0;
  let changes: Change[] = [];
  const replaceAll = async () => {
    if (changes.length === 0) return;
    resealed += await records.replace(changes);
    changes = [];
    onProgress(resealed);
  };
  for await (const row of records.rows()) {
    const sealer = sealerOf(row.text);
    if (sealer === undefined) continue;
    const text = renewed(row, seal);
    if (text === undefined) {
      const namespace = row.key.slice(0, row.key.indexOf(":"));
      unopenable[namespace] = (unopenable[namespace] ?? 0) + 1;
      missingKeys.add(sealer);
    } else if (sealer !== seal.newest && changes.push({ ...row, newText: text }) === batch) {
      await replaceAll();
    }
  }
  await replaceAll();
  return { resealed, unopenable, missingKeys: [...missingKeys] };
}

/** Undefined = no key opens it. */
function renewed({ key, text }: Row, seal: Seal): string | undefined {
  const row = JSON.parse(text) as { readonly sealed: string };
  const opened = seal.open(row.sealed, key);
  return opened === undefined ? undefined : JSON.stringify({ ...row, sealed: seal.seal(opened, key) });
}

/** A text as names are compared: case, width and diacritics do not count. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, "")
    .replaceAll(/[ßæœøłđ]/g, (letter) => undivided[letter] ?? letter)
    .normalize("NFC");
}

/** Letters that Unicode does not take apart and people type without their stroke. */
const undivided: Readonly<Record<string, string>> = { ß: "ss", æ: "ae", œ: "oe", ø: "o", ł: "l", đ: "d" };

/** A stretch of a text: a word of letters and digits, or signs of a script that is written without spaces. */
export interface Stretch {
  readonly text: string;
  readonly spaced: boolean;
}

const unspaced = String.raw`\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー々`;
const stretches = new RegExp(`[${unspaced}]+|[[\\p{L}\\p{N}]--[${unspaced}]]+`, "gv");
const plain = /^\p{ASCII}*$/u;
const isUnspaced = new RegExp(`^[${unspaced}]`, "v");

/** The stretches of a folded text, in their order. */
export function stretchesOf(folded: string): readonly Stretch[] {
  // Most names are plain, and most of the work is done for them.
  if (plain.test(folded)) return (folded.match(/[a-z0-9]+/g) ?? []).map((text) => ({ text, spaced: true }));
  return Array.from(folded.matchAll(stretches), ([text]) => ({ text, spaced: !isUnspaced.test(text) }));
}

/** What a stretch is looked up by: a word by itself; other signs singly, and in pairs, which is where they make words. */
export function gramsOf({ text, spaced }: Stretch): {
  readonly ones: readonly string[];
  readonly twos: readonly string[];
} {
  if (spaced) return { ones: [text], twos: [] };
  const signs = Array.from(text);
  return { ones: signs, twos: signs.slice(1).map((sign, at) => `${signs[at] ?? ""}${sign}`) };
}

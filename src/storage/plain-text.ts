/** A text without what nobody sees: full-width letters and signs become the usual ones, invisible characters go. */
export function plainText(text: string): string {
  return text.normalize("NFKC").replaceAll(/[\p{Cf}\u{FE00}-\u{FE0F}\u034F\u3164]/gu, "");
}

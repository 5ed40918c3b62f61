/** Longest address that is worth a line of its own: a ticket is at most 256 characters, a drive's own address is copied. */
const longestAddress = 300;

/** Lines for a shell that fetch a file under its own name, whatever the host behind the address calls it. None for long addresses. */
export function commandLines(name: string, url: string): readonly string[] {
  if (url.length > longestAddress) return [];
  const file = quoted(localName(name));
  return [`curl -L -o ${file} ${quoted(url)}`, `aria2c -o ${file} ${quoted(url)}`];
}

/** A name that is a file in the present folder, and no option; a very long one keeps its ending. */
function localName(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(/[/\\\p{Cc}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, "_")
    .trim();
  const short = Array.from(plain).length > longestName ? shortened(plain) : plain;
  return /^\.{0,2}$/.test(short) ? "file" : short.replace(/^-/, "_");
}

/** Characters of a name in a line; a file system takes 255 bytes. */
const longestName = 60;

function shortened(name: string): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? "";
  return (
    Array.from(name)
      .slice(0, longestName - ending.length)
      .join("") + ending
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

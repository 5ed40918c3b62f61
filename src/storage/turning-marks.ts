/** Marks that turn what follows them, which no name needs to be read: a picture could call itself a program's name backwards. */
const turning = /[\u061C\u202A-\u202E\u2066-\u2069]/g;

/** A name without the marks that turn what follows them: it ends in what it looks like it ends in. */
export function withoutTurns(name: string): string {
  return name.replaceAll(turning, "");
}

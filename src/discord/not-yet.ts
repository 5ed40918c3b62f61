/** Discord has no time for it: it can be said after `after` milliseconds. */
export class NotYet extends Error {
  override readonly name = "NotYet";
  readonly after: number;

  constructor(after: number) {
    super("discord asks to wait");
    this.after = after;
  }
}

/** Who acts, and where they stand. Made by a frontend for every update. */
export interface Visit {
  readonly person: {
    /** `telegram:1001`, `discord:2002`. */
    readonly id: string;
    readonly name: string;
    /** By which the platform finds them, without the `@`; absent = they have none. */
    readonly username?: string | undefined;
    /** What people call them; absent = `name`, all of it. */
    readonly firstName?: string | undefined;
    /** What their client says, BCP 47; absent = unknown. A language chosen in `/settings` wins. */
    readonly locale?: string;
  };
  readonly place: {
    /** `telegram:-1005`, `discord:channel:77`; in a private chat the person's own. */
    readonly id: string;
    readonly kind: "private" | "group";
    /** A group's own name. */
    readonly title?: string | undefined;
    /** The topic or thread in it; absent = none. */
    readonly thread?: string;
    /** Where in it the bot can speak to all who are here, where the place as a whole has no chat: a channel; absent = the place itself. */
    readonly channel?: string | undefined;
    /** What the person is there, where the platform says so with the update; absent = to be asked for. */
    readonly role?: "admin" | "member";
    /** They run something of it, be it all or one channel, as the platform says with the update; absent = it does not say so. */
    readonly runs?: boolean | undefined;
    /** Of a private place that is in a group nevertheless, like an answer only its asker sees: that group. */
    readonly within?: Pick<Visit["place"], "id" | "title" | "role" | "runs" | "channel"> | undefined;
  };
  /** The number of the update on its platform: of a person's that wait, in whatever process, the lowest goes first. Absent = it has none. */
  readonly order?: number;
  /**
   * What the platform calls this doing of theirs, where it may bring it again after a kill: what is begun by it has that
   * name, and is begun once. Absent = nothing is brought twice.
   */
  readonly update?: string | undefined;
  /** Rows a listing can have here, when the person has not chosen. */
  readonly rows: { readonly usual: number; readonly most: number };
  /** Bytes of the largest file the bot can put here; absent = it can put none. */
  readonly uploadLimit?: number;
}

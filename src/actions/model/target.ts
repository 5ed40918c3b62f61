/** Where something is put. Plain JSON; with a `grant` it belongs into a sealed store. */
export interface Target {
  /** `telegram:-1005`, `discord:channel:77`; the id of a person is their private chat. */
  readonly place: string;
  /** What the place is: less is said, and slower, where many read. */
  readonly kind: "private" | "group";
  /** The language of what is said there, one of `locales/`. */
  readonly language: string;
  /** The topic or thread in it. */
  readonly thread?: string | undefined;
  /** Id of the message that is answered; one that is gone does no harm. */
  readonly replyTo?: string;
  /** A way in that ends; absent = only what the bot may do by itself. */
  readonly grant?: Grant;
}

/** A message of ours. Plain JSON; with a `grant` it belongs into a sealed store. */
export interface MessageRef extends Target {
  /** The platform's id of it. */
  readonly message: string;
}

/** The token of an interaction of Discord's: with it one may write where one is no member. A secret. */
export interface Grant {
  readonly application: string;
  readonly token: string;
  /** When it ends, ms since the epoch. */
  readonly until: number;
}

/** Told where a screen is, once its message is there: whoever asked goes on changing it. */
export interface Placed {
  at(shown: MessageRef): Promise<void>;
}

/**
 * One question. A driver declares its options as fields, once: the dialogue on Telegram, the modal on Discord, the
 * one-time page, the validation and the docs all come from that declaration.
 */
export interface Field {
  /** Option name; its label is the locale key `field-<kind, or form id>-<name>`, its hint the same with `-hint`. */
  readonly name: string;
  /** `secret` is never echoed, logged, prefilled or stored in clear; `folder` takes empty, `root`, an id or a folder's address. */
  readonly kind: "text" | "secret" | "folder" | "choice";
  /** What it is to the app; absent = the driver's own affair. A kind has each role at most once, `credential` excepted. */
  readonly role?: FieldRole;
  /** A required field cannot be skipped. */
  readonly required: boolean;
  /** The answers a `choice` can take; each is labelled by the locale key `<labels>-<answer>`. */
  readonly choices?: readonly string[];
  /** Where the words of the choices begin; absent = `choice-<name>`. */
  readonly labels?: string;
  /** Name of another field of this form that may be answered instead (a refresh token instead of a password). */
  readonly instead?: string;
  /** Names of fields any one of which makes this one unneeded, besides `instead`, which is offered beside it. */
  readonly unless?: readonly string[];
  /** Not asked in a walk through the form unless it is reached by another field's `instead`. */
  readonly aside?: boolean;
  /** Most characters an answer may have. */
  readonly maxLength: number;
  /** How its answer is written where people copy it; absent = it is taken as it stands. */
  readonly copied?: Copied;
}

/**
 * `login` says whose account it is; `credential` signs in to it (in the vault, and through no chat that keeps it); `proof`
 * is what a human brought from a challenge, good for one use; `address` is the link that was given; `code` is what a link
 * may want besides; `root` is the folder browsing begins in.
 */
export type FieldRole = "login" | "credential" | "proof" | "address" | "code" | "root";

/** How people write an answer they have copied from somewhere. */
export interface Copied {
  /** Words that stand before it, also as keys of JSON; written in lower case. */
  readonly labels: readonly string[];
  /** What it looks like, as the source of a regular expression: where it stands among other words, it alone is meant. */
  readonly shape?: string;
  /** The field whose answer follows behind a colon or a blank, where this one looks like a mail address or a number. */
  readonly next?: string;
}

/** Answers by field name; a skipped field is absent. */
export type Values = Readonly<Record<string, string>>;

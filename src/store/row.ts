/** A record as it stands in the database: sealed ones stay sealed. */
export interface Row {
  /** `namespace:key` */
  readonly key: string;
  /** JSON, with `expires` in ms since the epoch where it ends. */
  readonly text: string;
}

/** A record that is to have another text, unless somebody else changes it first. */
export interface Change extends Row {
  readonly newText: string;
}

/** A stretch of a text, in UTF-16 units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: object;
  readonly custom_emoji_id?: string;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

/** A text with what is marked in it. */
export interface Marked {
  readonly text: string;
  readonly entities: readonly Entity[];
}

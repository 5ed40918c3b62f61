/** What BullMQ does not know about the jobs of a kind: their places, whose turn it is within a key, and who is cancelled. */
export interface Turns {
  /** A number for a job that waits for a time, so that lists keep the order jobs were added in. */
  number(): Promise<number>;
  /** Gives a job its number, and its place in the line and, with a key, among those of the key. */
  take(id: string, key: string | undefined): Promise<number>;
  /** Puts one back into the line at its number. */
  putBack(id: string, order: number): Promise<void>;
  /** 1 = the next. One that is not in the line is behind it. */
  place(id: string): Promise<number>;
  /** Whether it is the turn of a job within its key. What has no number yet is last. */
  isNext(job: Turn): Promise<boolean>;
  /** It leaves the line, as it begins. */
  begin(id: string): Promise<void>;
  /** It is over: nothing of it stays. Resolves with whose turn within the key has come through that. */
  leave(job: Turn): Promise<string | undefined>;
  /** Marks it as cancelled and tells every process. */
  cancel(id: string): Promise<void>;
  isCancelled(id: string): Promise<boolean>;
  /** Where the events of this kind stand: what follows that is not missed. */
  lastEvent(): Promise<string>;
}

export interface Turn {
  readonly id: string;
  readonly key?: string | undefined;
  readonly order?: number | undefined;
}

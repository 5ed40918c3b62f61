/**
 * Words between the processes over one store, heard by those that are there. Nothing is kept of them: they only spare
 * asking again for what may have changed.
 */
export interface Notices {
  /** Tells the other processes. What cannot be told now makes them hear `undefined` once it can. */
  tell(topic: string, text: string): void;
  /** Told what the others tell, and `undefined` where some of it may have been missed. */
  hear(topic: string, listener: (text: string | undefined) => void): void;
}

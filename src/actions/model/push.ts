import type { Entry, Variant } from "../../storage/entry.ts";
import type { PushScreen, PushFailure, PushStatus } from "./push-screen.ts";
import type { PushView } from "./session.ts";
import type { Placed } from "./target.ts";

/** Where somebody's own aria2 is reached. The secret is kept, and never given out again. */
export interface Aria2Settings {
  /** Of its JSON-RPC interface. */
  readonly address: string;
  /** Absent = it wants none. */
  readonly secret?: string | undefined;
}

/** Links on their way to people's own aria2. */
export interface Pushes {
  /** Where a person's aria2 is; undefined = they have set none. */
  addressOf(person: string): Promise<string | undefined>;
  /** Tries it, and keeps it where it answers. */
  connect(person: string, settings: Aria2Settings, options: Asking): Promise<Connected>;
  /** Keeps nothing of it any more. */
  disconnect(person: string): Promise<void>;
  /** One that begins when its message is there. */
  prepare(order: PushOrder): { readonly screen: PushScreen; readonly placed: Placed };
  /** Ends one; what aria2 has stays with it. False = it is over. */
  cancel(id: string): Promise<boolean>;
  /** How what was pushed is doing, by the ids aria2 has it under. */
  status(person: string, gids: readonly string[], options: Asking): Promise<PushStatus | PushFailure>;
  /** Keeps and does nothing of a person's any more. */
  forget(person: string): Promise<void>;
}

interface Asking {
  readonly signal: AbortSignal;
}

export type Connected =
  | { readonly is: "connected"; readonly version: string }
  | { readonly is: "failed"; readonly failure: PushFailure };

/** What is to be pushed. Plain JSON. */
export interface PushOrder {
  readonly id: string;
  /** Id of who asked for it. */
  readonly person: string;
  readonly mount: string;
  /** Files, and folders with all that is in them. */
  readonly roots: readonly PushRoot[];
  /** What its message shows. */
  readonly view: PushView;
  /** The screen but for what becomes of it. */
  readonly card: Omit<PushScreen, "state">;
}

/** One file or folder of them. */
export interface PushRoot {
  readonly entry: Entry;
  /** Of a file: absent = the original. */
  readonly variant?: Variant | undefined;
  /** Id of the folder it is in; "" = the mount's root. */
  readonly folder: string;
}

import type { HookUse } from "./hook-screen.ts";
import type { Visit } from "../../users/visit.ts";
import type { NoticeCode } from "./screen.ts";
import type { StorageErrorCode } from "../../storage/error.ts";

/** Hooks: addresses by which programs add downloads in somebody's name. A person has one at most. */
export interface Hooks {
  /** Makes one, in the place of the one before. Its address is told this once: nobody can read it again. */
  make(person: Visit["person"]): Promise<string>;
  /** Undefined = they have none. */
  of(person: string): Promise<HookUse | undefined>;
  /** Ends the one there is. */
  revoke(person: string): Promise<void>;
  /** Whose hook a secret is; undefined = nobody's, or not any more. */
  find(secret: string): Promise<string | undefined>;
  /** Begins what a call asks for, once, and shows it to its person. */
  take(person: string, call: HookCall, options: { readonly signal: AbortSignal }): Promise<HookOutcome>;
}

/** What a program asks for. */
export interface HookCall {
  /** A magnet, or any other address a drive can fetch. */
  readonly url: string;
  /** A path from the top of the drive; absent = the top. */
  readonly folder?: string | undefined;
  /** What the caller calls this call by: the same key means the same call. Absent = the same address within a minute does. */
  readonly key?: string | undefined;
}

/** What came of a call. `task`: id of the batch, which is followed in the chat. */
export type HookOutcome =
  | { readonly is: "begun"; readonly task: string }
  | {
      readonly is: "refused";
      readonly code: NoticeCode | StorageErrorCode;
      /** The kind of drive it is about. */
      readonly driver?: string | undefined;
      /** Milliseconds. */
      readonly retryAfter?: number | undefined;
    };

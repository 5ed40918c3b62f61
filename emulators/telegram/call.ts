import type { Opts } from "@grammyjs/types";
import type { Bot } from "./bots.ts";
import type { Clock } from "./clock.ts";
import type { Files, Upload } from "./files.ts";
import type { Flood } from "./flood.ts";
import type { Method } from "./table.ts";
import type { World } from "./world.ts";

/** Limits that can be changed at any time. */
export interface Rules {
  /** Bytes of one upload: 50 MB, or 2000 MB on a server of one's own. */
  uploadLimit: number;
  /** Bytes a bot can fetch: 20 MB, or no limit on a server of one's own. */
  downloadLimit: number;
  /** Bytes of files up to this size are kept, and can be fetched. */
  keepLimit: number;
  /** Messages and edits in one group a minute; 0 = any number. */
  perGroupPerMinute: number;
  /** Messages and edits in one chat a second; 0 = any number. */
  perChatPerSecond: number;
  /** ms to answer a press in, and to ephemeral message to who acted. */
  answerWindow: number;
  /** ms a message can be deleted for. */
  deleteWindow: number;
  /** Bytes the buttons of one message may take. */
  keyboardLimit: number;
}

/** A file from the web, as a service that may go there would find it. */
export interface WebFile {
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly name: string;
}

/** The service behind every call. */
export interface Service {
  readonly world: World;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly files: Files;
  readonly flood: Flood;
  /** Notes what a good client does not do. */
  complain(what: string): void;
  /** Fetches a file by its address; undefined = there is none. */
  web(url: URL): Promise<WebFile | undefined>;
  /** Where a webhook's address really is; undefined = nobody answers there. */
  route(url: URL): URL | undefined;
  /** Carries a call out whose parameters are not checked yet. */
  perform(bot: Bot, method: string, parameters: Record<string, unknown>): Promise<unknown>;
}

/** One call of one bot. */
export interface Call extends Service {
  readonly bot: Bot;
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal;
}

/** Carries a method out; the parameters are as the table says, which a test holds against these types. */
export type Handler<M extends Method> = (call: Call, parameters: Opts<Upload>[M]) => unknown;

/** Handlers of some methods. */
export type Handlers<M extends Method> = { readonly [Name in M]: Handler<Name> };

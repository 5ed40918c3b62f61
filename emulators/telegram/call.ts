import type { Opts } from "@grammyjs/types";
import type { Bot } from "./bots.ts";
import type { Clock } from "../clock.ts";
import type { Files, Upload } from "./files.ts";
import type { Flood } from "./flood.ts";
import type { Rules } from "./rules.ts";
import type { Method } from "./table.ts";
import type { World } from "./world.ts";

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

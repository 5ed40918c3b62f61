import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Words } from "../i18n/words.ts";

/** A request, without its socket. */
export interface Asked {
  readonly method: string;
  /** Below the public address, still percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The body; rejects with `BodyTooLarge` beyond that many bytes. */
  readonly body: (limit: number) => Promise<Buffer>;
  /** What requests are counted by: an address, or of IPv6 the network. */
  readonly from: string;
  /** It comes from this machine itself, through no proxy. */
  readonly isLocal: boolean;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** An answer that is complete in itself. */
export interface WholeReply {
  readonly kind: "whole";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer to a forged ticket or a wrong token: guessing is not to be cheap. */
  readonly isToGuess?: boolean;
}

/** An answer: complete in itself, or bytes that are on their way while it is sent. */
export type Reply =
  | WholeReply
  | {
      readonly kind: "bytes";
      /** Sent besides what `send` says. */
      readonly headers?: Readonly<Record<string, string>>;
      /** Writes head and body. Throws only while nothing was sent. */
      readonly send: (response: ServerResponse) => Promise<void>;
    };

/** The client sent more than is read. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/** Whether the client shows pages; programs get JSON. */
export function wantsPage({ headers }: Pick<Asked, "headers">): boolean {
  return /text\/html|application\/xhtml/i.test(headers.accept ?? "");
}

/** The best of our languages for what the client reads. */
export function languageOf({ headers }: Pick<Asked, "headers">, words: Words): string {
  const preferred = (headers["accept-language"] ?? "")
    .split(",")
    .map((range) => {
      const [tag = "", ...parameters] = range.split(";").map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith("q="));
      return { tag, quality: quality === undefined ? 1 : Number(quality.slice(2)) };
    })
    .filter(({ tag, quality }) => tag !== "" && tag !== "*" && quality > 0)
    .toSorted((one, other) => other.quality - one.quality);
  const [fallback] = words.languages;
  // What is not ours is picked as the fallback, which only counts when it was asked for.
  const best = preferred.find(
    ({ tag }) => words.pick(tag) !== fallback || tag.toLowerCase().startsWith(fallback ?? ""),
  );
  return words.pick(best?.tag);
}

/** A JSON answer for programs. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): WholeReply {
  return {
    kind: "whole",
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      ...headers,
    },
    body: JSON.stringify(value),
  };
}

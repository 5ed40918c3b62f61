import { StorageError, storageErrorKind } from "../storage/error.ts";
import type { Words } from "../i18n/words.ts";
import { BodyTooLarge, json, languageOf, wantsPage, type Asked, type WholeReply } from "./asked.ts";
import { html, page } from "./html.ts";
import { LimitError } from "./limits.ts";
import { UpstreamError } from "./upstream/error.ts";

/** Why a request gets no file; each has words, `gateway-<code>-title` and `gateway-<code>-text`. */
export type RefusalCode =
  | "bad-ticket"
  | "expired"
  | "vanished"
  | "blocked"
  | "too-many"
  | "upstream"
  | "busy"
  | "no-page"
  | "no-hook"
  | "wrong-method"
  | "page-over"
  | "page-busy"
  | "page-foreign"
  | "bad-request"
  | "unexpected";

/** A refusal as HTTP says it. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly status: number;
  /** Milliseconds after which the same request may work. */
  readonly retryAfter?: number | undefined;
  /** Logged with what happened, shown to the person. */
  readonly reference?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is refused for reasons of the request itself. */
export const refusals = {
  badTicket: { code: "bad-ticket", status: 403 },
  expired: { code: "expired", status: 410 },
  noPage: { code: "no-page", status: 404 },
  pageOver: { code: "page-over", status: 410 },
  pageBusy: { code: "page-busy", status: 409 },
  pageForeign: { code: "page-foreign", status: 403 },
  badRequest: { code: "bad-request", status: 400 },
} as const satisfies Record<string, Refusal>;

/** The link leads nowhere any more, although its ticket is genuine: taken back, or no longer its person's to use. */
export class LinkOver extends Error {
  override readonly name = "LinkOver";

  constructor() {
    super("the link was taken back");
  }
}

const aMinute = 60_000;

/** What a failure means to who asked; undefined for one nobody foresaw. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof StorageError) return storageRefusal(error);
  if (error instanceof LimitError) {
    return { code: error.status === 429 ? "too-many" : "busy", status: error.status, retryAfter: error.retryAfter };
  }
  if (error instanceof UpstreamError) return upstreamRefusal(error);
  if (error instanceof LinkOver) return refusals.expired;
  if (error instanceof BodyTooLarge) return { code: "bad-request", status: 413 };
  return undefined;
}

function upstreamRefusal({ trouble, status, retryAfter }: UpstreamError): Refusal {
  const isBusy = trouble === "refused" && (status === 429 || status === 503);
  if (isBusy) return { code: "busy", status: 503, retryAfter: retryAfter ?? 10_000 };
  return { code: "upstream", status: 502, retryAfter: retryAfter ?? aMinute };
}

/** What the catalogue of failures says over HTTP. */
function storageRefusal({ code, retryAfter }: StorageError): Refusal {
  const { status } = storageErrorKind(code);
  switch (status) {
    case 404:
      return { code: "vanished", status };
    case 451:
      return { code: "blocked", status };
    case 503:
      return { code: "busy", status, retryAfter: retryAfter ?? aMinute };
    case 502:
      return { code: "upstream", status, retryAfter: retryAfter ?? aMinute };
  }
}

/** The refusal in the client's terms: a short page in the person's language, or JSON. */
export function refuse(asked: Pick<Asked, "headers">, refusal: Refusal, words: Words, language?: string): WholeReply {
  const spoken = language ?? languageOf(asked, words);
  const say = words.in(spoken);
  const { code, status, retryAfter, reference } = refusal;
  const seconds = retryAfter === undefined ? undefined : Math.max(1, Math.ceil(retryAfter / 1000));
  const headers = { ...refusal.headers, ...(seconds && { "retry-after": String(seconds) }) };
  const text = say(`gateway-${code}-text`);
  if (!wantsPage(asked)) {
    return json(
      status,
      { error: code, message: text, ...(seconds && { retryAfter: seconds }), ...(reference && { reference }) },
      headers,
    );
  }
  const title = say(`gateway-${code}-title`);
  const shown = page({
    language: spoken,
    title,
    body: html`<h1>${title}</h1>
      <p>${text}</p>
      ${seconds !== undefined && html`<p class="soft">${say("gateway-retry", { seconds })}</p>`}
      ${reference !== undefined && html`<p class="soft">${say("gateway-reference", { reference })}</p>`}`,
  });
  return { kind: "whole", status, headers: { ...shown.headers, ...headers }, body: shown.body };
}

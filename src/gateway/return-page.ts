import type { Words } from "../i18n/words.ts";
import { languageOf, type Asked, type Reply } from "./asked.ts";
import { html, page } from "./html.ts";

/** What became of a return: the locale keys are `return-<outcome>-title` and `-text`. */
type ReturnOutcome = "done" | "denied" | "failed" | "over";

/** Takes what a browser came back with to the address of a kind; each return once. */
export type TakeReturn = (
  kind: string,
  back: URLSearchParams,
  options: { readonly signal: AbortSignal },
) => Promise<ReturnOutcome>;

interface Returning {
  readonly kind: string;
  readonly words: Words;
  readonly take: TakeReturn;
}

const signs = { done: "✅", denied: "🚫", failed: "⚠️", over: "⏳" } as const;
const statuses = { done: 200, denied: 200, failed: 502, over: 410 } as const;

/** What somebody sees who has agreed elsewhere and is sent back: how it goes on is in the chat. */
export async function returnPage(asked: Asked, { kind, words, take }: Returning): Promise<Reply> {
  // What was agreed to is taken, whether or not the browser waits for the page.
  const outcome = await take(kind, asked.query, { signal: AbortSignal.timeout(timeout) });
  const language = languageOf(asked, words);
  const say = words.in(language);
  const title = say(`return-${outcome}-title`);
  const { headers, body } = page({
    language,
    title,
    body: html`<p class="sign" aria-hidden="true">${signs[outcome]}</p>
      <h1>${title}</h1>
      <p>${say(`return-${outcome}-text`)}</p>`,
  });
  const isToGuess = outcome === "over";
  return { kind: "whole", status: statuses[outcome], headers, body, ...(isToGuess && { isToGuess }) };
}

/** ms that signing in may take. */
const timeout = 60_000;

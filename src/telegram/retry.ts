import { GrammyError, HttpError, type Transformer } from "grammy";

/** Resolves after `ms`; rejects with the signal's reason. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** Milliseconds before each further try of a call that got no answer, or a failure of the service's own. */
const pauses = [300, 1500] as const;
/** Milliseconds Telegram may ask to wait before somebody who presses gets a failure instead. */
const usualRest = 10_000;
/** Calls whose failure has a way to go on of its own, or matters to nobody. */
const once: ReadonlySet<string> = new Set(["getUpdates", "sendChatAction"]);

interface Retrying {
  readonly wait: Wait;
  /** Ends the waiting. */
  readonly closing: AbortSignal;
  /** Milliseconds Telegram may ask to wait; 10,000 when absent. */
  readonly longestRest?: number | undefined;
}

/**
 * Tries a call again after a broken connection, a failure of the service, or a short rest it asks for; three times in
 * all. A message whose answer was lost may then stand there twice, which harms less than one too few.
 */
export function retrying({ wait, closing, longestRest = usualRest }: Retrying): Transformer {
  return async (prev, method, payload, signal) => {
    if (once.has(method)) return prev(method, payload, signal);
    for (const pause of pauses) {
      let result;
      try {
        result = await prev(method, payload, signal);
      } catch (error) {
        if (!(error instanceof HttpError) || signal?.aborted || closing.aborted) throw error;
      }
      const rest = result === undefined || isTheirs(result) ? pause : restIn(result);
      if (result !== undefined && (rest === undefined || rest > longestRest)) return result;
      await wait(rest ?? pause, closing);
    }
    return prev(method, payload, signal);
  };
}

type Result = Awaited<ReturnType<Parameters<Transformer>[0]>>;

/** The service failed, whatever was asked of it. */
function isTheirs(result: Result): boolean {
  return !result.ok && result.error_code >= 500;
}

/** Milliseconds Telegram asks to wait. */
function restIn(result: Result): number | undefined {
  const seconds = result.ok ? undefined : result.parameters?.retry_after;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** Whether a call is known not to have reached Telegram. */
export function isNotSent(error: unknown): boolean {
  const cause: unknown = error instanceof HttpError ? error.error : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" && notSent.has(code);
}

const notSent: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"]);

/** Whether a call failed because Telegram could not be reached, or could not do it just then: not because of what was asked. */
export function isTrouble(error: unknown): error is HttpError | GrammyError {
  return (
    error instanceof HttpError ||
    (error instanceof GrammyError && (error.error_code >= 500 || error.error_code === 429))
  );
}

/** Milliseconds until what failed like this may be tried again; undefined = it would fail again. */
export function waitAfter(error: unknown): number | undefined {
  if (error instanceof HttpError) return 0;
  if (!(error instanceof GrammyError)) return undefined;
  if (error.error_code === 429) return (error.parameters.retry_after ?? 1) * 1000;
  return error.error_code >= 500 ? 0 : undefined;
}

/** Does what must not be left undone: waits as long as Telegram asks, up to `longest` ms in all. Rejects after that, or with what waiting does not mend. */
export async function patiently<T>(
  work: () => Promise<T>,
  { wait, signal, longest = 45_000 }: { readonly wait: Wait; readonly signal: AbortSignal; readonly longest?: number },
): Promise<T> {
  for (let left = longest; ;) {
    try {
      return await work();
    } catch (error) {
      const rest = waitAfter(error);
      if (rest === undefined || rest === 0 || rest > left) throw error;
      left -= rest;
      await wait(rest, signal);
    }
  }
}

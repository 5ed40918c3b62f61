/**
 * What went wrong on the way to the bytes.
 * `forbidden`: the address is one we never fetch from. `connect`: nobody there. `odd`: an answer that is not HTTP as
 * we accept it. `cut`: the connection ended too early. `stalled`: nothing came for too long. `refused`: a status that
 * fetches nothing.
 */
export type UpstreamTrouble = "forbidden" | "connect" | "odd" | "cut" | "stalled" | "refused";

interface UpstreamErrorOptions {
  readonly cause?: unknown;
  /** The status that refused. */
  readonly status?: number;
  /** Milliseconds the other side asks us to wait. */
  readonly retryAfter?: number | undefined;
}

/** A failure of the file host, never a person's doing. */
export class UpstreamError extends Error {
  override readonly name = "UpstreamError";
  readonly trouble: UpstreamTrouble;
  readonly status?: number;
  readonly retryAfter?: number;

  constructor(trouble: UpstreamTrouble, message: string, options: UpstreamErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.trouble = trouble;
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }
}

import type { Visit } from "../actions/action.ts";
import type { Deed } from "./visit.ts";

/** What goes with one deed from its arrival to its answer. */
export interface Turn {
  readonly deed: Deed;
  readonly visit: Visit;
  /** Ends with the deed's deadline, or with the process. */
  readonly signal: AbortSignal;
  /** The language local sentences are said in: the person's last answer's, else their client's. */
  language: string;
}

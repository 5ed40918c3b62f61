import type { Visit } from "../users/visit.ts";
import type { BotInteraction } from "./visit.ts";

/** What goes with one interaction from its arrival to its answer. */
export interface Turn {
  readonly interaction: BotInteraction;
  readonly visit: Visit;
  /** Ends with the interaction's deadline, or with the process. */
  readonly signal: AbortSignal;
  /** The language local sentences are said in: the person's last answer's, else their client's. */
  language: string;
}

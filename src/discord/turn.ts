import type { Visit } from "../users/visit.ts";
import type { BotInteraction } from "./visit.ts";

/** What goes with one interaction from its arrival to its answer. */
export interface Turn {
  readonly interaction: BotInteraction;
  readonly visit: Visit;
  /** Ends with the time its work may take, or with the process; absent = its turn has not come. */
  signal?: AbortSignal;
  /** The language local sentences are said in: the person's last answer's, else their client's. */
  language: string;
}

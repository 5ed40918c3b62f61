import type { Visit } from "../users/visit.ts";
import { admission } from "./admission.ts";
import { suggestions, type Suggestion, type Typing } from "./browse/suggest.ts";
import { createContext } from "./context/context.ts";
import type { Services } from "./context/services.ts";

/** What could be meant by what somebody types. Who is not let in is told nothing of what is behind the entrance. */
export async function suggest(
  services: Services,
  visit: Visit,
  typing: Typing,
  signal: AbortSignal = new AbortController().signal,
): Promise<readonly Suggestion[]> {
  const context = await createContext(services, visit, signal);
  return (await admission(context)) ? [] : suggestions(context, typing);
}

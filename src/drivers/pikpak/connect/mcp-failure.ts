import { StorageError } from "../../../storage/error.ts";
import { permissionMissing, type Purpose } from "./permission.ts";

/** The classes a tool's words of refusal fall into, the first that fits. What they say may hold a link or a name, so it goes nowhere. */
const classes: readonly (readonly [RegExp, (purpose: Purpose) => StorageError])[] = [
  // Quotas may come with the number of a missing permission.
  [/free (transfers|usage)/i, () => refused("app-traffic-used")],
  [/space[ _]not[ _]enough|not[ _]enough[ _]space|storage(_space)?_limit/i, () => refused("no-space")],
  [/daily_create_limit/i, () => refused("daily-limit")],
  [/cloud_download_limit|run_nums_limit|quota/i, () => refused("task-limit")],
  [/\b403\b|permission|scope/i, permissionMissing],
  [/\b429\b|too many requests|rate limit|too frequent/i, () => refused("too-frequent", 30_000)],
  [/duplicated_name/i, () => refused("name-taken")],
  [/recycle_bin/i, () => refused("trashed")],
  [/\b404\b|not_found|not found/i, () => refused("not-found")],
];

/** Why a tool failed, out of its words. `isOneThing`: a bad request then means that the thing is not there. */
export function toolFailure(
  words: string,
  { purpose, isOneThing }: { readonly purpose: Purpose; readonly isOneThing: boolean },
): StorageError {
  const found = classes.find(([pattern]) => pattern.test(words));
  if (found) return found[1](purpose);
  return refused(isOneThing && /\b400\b/.test(words) ? "not-found" : "upstream");
}

function refused(code: StorageError["code"], retryAfter?: number): StorageError {
  return new StorageError(code, { retryAfter, message: `a tool of PikPak's MCP server failed: ${code}` });
}

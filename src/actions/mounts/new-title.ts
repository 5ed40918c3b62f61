import type { ActionContext } from "../context/context.ts";
import { languageOf, mountsOf } from "../../users/person.ts";

/** Most characters of somebody's name in a title. */
const longestName = 30;

/**
 * What somebody's new drive is called: by their first name and what its kind calls it, and with a number where they have
 * one so called already. Undefined = as its kind calls it.
 */
export async function newTitle(context: ActionContext, drive: string): Promise<string | undefined> {
  const { services, visit, person } = context;
  const whose = plainName(visit.person.firstName ?? visit.person.name);
  if (!services.titleFor || whose === "") return undefined;
  const title = services.titleFor({ whose, drive }, languageOf(services, person, visit));
  const taken = new Set((await mountsOf(services, person)).map((mount) => mount.title));
  for (let n = 1; ; n += 1) {
    const numbered = n === 1 ? title : `${title} ${n}`;
    if (!taken.has(numbered)) return numbered;
  }
}

/** On one line, without marks that turn what stands around them. */
function plainName(name: string): string {
  const flat = name
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s\u200E\u200F\u202A-\u202E\u2066-\u2069]+/gu, " ")
    .trim();
  return Array.from(flat).slice(0, longestName).join("").trim();
}

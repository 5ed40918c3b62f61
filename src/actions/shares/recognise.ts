import type { DriverKind, Recognised, RecogniseOptions } from "../../storage/driver.ts";
import type { ActionContext } from "../context/context.ts";
import { kindsAddedBy } from "../context/kinds.ts";

/** A share that a text names, and whose it is. */
export interface RecognisedShare extends Recognised {
  readonly kind: DriverKind;
}

/**
 * The shares that a text names: every kind that is opened by a link is asked in turn. Where the text answers a question,
 * they are asked once more for less than a whole link.
 */
export function sharesIn(
  context: Pick<ActionContext, "services">,
  text: string,
  { asked = false }: RecogniseOptions = {},
): readonly RecognisedShare[] {
  const said = recognisedBy(context, text, {});
  return said.length === 0 && asked ? recognisedBy(context, text, { asked }) : said;
}

/** Whether a text names a share by itself: surely, or by an address that could be one's. A code alone names none. */
export function namesShare(context: Pick<ActionContext, "services">, text: string): boolean {
  const addresses = text.match(/https?:\/\/\S+/gi) ?? [];
  return (
    recognisedBy(context, text, {}).length > 0 ||
    addresses.some((address) => recognisedBy(context, address, { asked: true }).length > 0)
  );
}

function recognisedBy(
  context: Pick<ActionContext, "services">,
  text: string,
  options: RecogniseOptions,
): readonly RecognisedShare[] {
  return kindsAddedBy(context, "link").flatMap((kind) =>
    (kind.recognise?.(text, options) ?? []).map((share) => ({ ...share, kind })),
  );
}

import type { DriverKind } from "../../storage/driver.ts";
import { storageErrorKind } from "../../storage/error.ts";
import { fieldWith } from "../../storage/form.ts";
import type { Field } from "../../storage/field.ts";
import type { ActionContext, Outcome } from "./context.ts";
import { formScreen, type Again } from "./form-screen.ts";
import { asAnswer, isAddedHere, kindsAddedBy } from "./kinds.ts";

/** What is known of the share that is to be opened. */
interface ShareDraft extends Again {
  /** Absent = it may be any kind that is opened by a link. */
  readonly kind?: DriverKind | undefined;
  readonly link?: string | undefined;
}

/** Opening a share: asks for the link, or where that is known for its pass code. */
export function shareForm(context: ActionContext, { kind, link, ...again }: ShareDraft = {}): Promise<Outcome> {
  const [only, ...others] = kindsAddedBy(context, "link").filter((one) => isAddedHere(context, one));
  const meant = kind ?? (others.length === 0 ? only : undefined);
  return meant ? formOf(context, meant, { link, ...again }) : anyLinkForm(context, again);
}

function formOf(
  context: ActionContext,
  kind: DriverKind,
  { link, ...again }: Omit<ShareDraft, "kind">,
): Promise<Outcome> {
  const isCodeWanted = again.reason !== undefined && storageErrorKind(again.reason.code).mends.includes("pass-code");
  return formScreen(context, {
    form: { id: "open-link", kind: kind.name, subject: link },
    fields: kind.fields
      .filter(({ role }) => role !== "proof")
      .map((field) => (field.role === "code" ? withCode(field, isCodeWanted) : field)),
    again: { ...again, values: { ...again.values, ...asAnswer("address", kind, link) } },
  });
}

/** Most shares have no code: it is asked for when the share turns out to want one. */
function withCode(field: Field, isWanted: boolean): Field {
  return isWanted ? { ...field, required: true } : { ...field, aside: true };
}

/** The one question while it is open what kind of share it will be. */
export const linkField = "link";

/** The link alone: what else there is to ask depends on whose it is. */
function anyLinkForm(context: ActionContext, again: Again): Promise<Outcome> {
  return formScreen(context, { form: { id: "any-link" }, fields: anyLinkFields(context), again });
}

/** The question for a link; its answer may be as long as the longest address among all kinds. */
export function anyLinkFields(context: Pick<ActionContext, "services">): readonly Field[] {
  const lengths = kindsAddedBy(context, "link").map(({ fields }) => fieldWith("address", fields)?.maxLength ?? 0);
  return [{ name: linkField, kind: "text", role: "address", required: true, maxLength: Math.max(1, ...lengths) }];
}

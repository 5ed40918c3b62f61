import type { DriverKind } from "../../storage/driver.ts";
import { readForm } from "../../storage/form.ts";
import type { Values } from "../../storage/field.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { mountGone, noticeWithWays } from "../context/failure.ts";
import { verificationAgain, verificationFields } from "../context/form-screen.ts";
import { kindNamed } from "../context/kinds.ts";
import type { PendingSignIn } from "../context/services.ts";
import { carryOutShare } from "../shares/open-share.ts";
import { carryOut } from "../mounts/sign-in.ts";

/** What the challenge page ended with: what waits for it goes on, and nothing has to be typed again. */
export async function submitVerification(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  const { services, person } = context;
  const pending = await services.pending.get(person.id);
  const kind = kindNamed(context, pending?.driver);
  if (!pending || !kind || pending.id !== subject) {
    return noticeWithWays(context, "view-expired", { level: "refused", offer: ["add-account", "add-share"] });
  }
  const reading = readForm(verificationFields(kind), answers);
  if (!reading.ok) return verificationAgain(context, kind, pending, reading.problem);
  return goOn(context, kind, reading.values, pending);
}

async function goOn(context: ActionContext, kind: DriverKind, proof: Values, pending: PendingSignIn): Promise<Result> {
  const { services, person } = context;
  const mount = pending.mount === undefined ? undefined : await services.storage.find(pending.mount);
  if (pending.mount !== undefined && mount?.owner !== person.id) {
    await services.pending.delete(person.id);
    return mountGone(context);
  }
  const checked = kind.check({ ...mount?.options, ...pending.values, ...proof });
  if (!checked.ok) return verificationAgain(context, kind, pending, checked.problem);
  await services.pending.delete(person.id);
  const attempt = {
    kind,
    values: checked.values,
    ...(mount && { mount, amend: Object.keys(pending.values).length === 0 }),
    ...(!mount && pending.kept && { kept: pending.kept }),
  };
  if (kind.added === "sign-in") return carryOut(context, attempt);
  const { guessed, whole } = pending;
  return carryOutShare(context, { ...attempt, ...(guessed && { guessed }), whole });
}

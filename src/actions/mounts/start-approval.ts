import type { DriverKind } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { draw, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, reasonOf, refused } from "../context/failure.ts";
import { tagOf } from "../context/with-mount.ts";
import type { Reason } from "../model/screen.ts";
import { waysView } from "./sign-in-form.ts";

interface Wanted {
  readonly kind: DriverKind;
  /** The mount that is signed in to again. */
  readonly mount: Mount | undefined;
}

/** Begins an approval and shows its code; `refusedFor` says that the service begins none. */
export async function startApproval(
  context: ActionContext,
  { kind, mount }: Wanted,
  refusedFor: (reason: Reason) => Promise<Result>,
): Promise<Result> {
  const { services, visit, signal, person } = context;
  const { approvals } = services;
  if (!approvals) return refusedFor({ code: "approval-refused" });
  try {
    const pending = await services.storage.startApproval(kind.name, { signal });
    services.log.info({ person: person.id, driver: kind.name }, "approval begun");
    const id = services.newId();
    const view = await draw(context, { at: "approval", approval: id, again: waysView(kind, mount) });
    const card = { show: "approval", view, kind: kind.name, ...(mount && { mount: tagOf(mount) }) } as const;
    const { userCode, address, direct, until } = pending;
    return {
      screen: { ...card, state: { is: "waiting", userCode, address, direct, until } },
      placed: approvals.prepare({ id, visit, kind: kind.name, mount: mount?.id, pending, card }),
    };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return refusedFor(reasonOf(error));
  }
}

/** Waits for the decision no longer. Its own screen tells so. */
export async function cancelApproval({ services, session }: ButtonContext): Promise<Outcome> {
  const { state } = session;
  const isCancelled = state.at === "approval" && (await services.approvals?.cancel(state.approval)) === true;
  return isCancelled ? notice("cancelled", { level: "done", for: "asker" }) : refused("approval-over");
}

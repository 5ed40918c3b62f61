import type { DriverKind } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { draw, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, reasonOf, refused } from "../context/failure.ts";
import { tagOf } from "../context/with-mount.ts";
import type { ApprovalOrder } from "../model/approval.ts";
import type { Reason } from "../model/screen.ts";
import { waysView } from "./sign-in-form.ts";

interface Wanted {
  readonly kind: DriverKind;
  /** The mount that is signed in to again. */
  readonly mount: Mount | undefined;
  /** By a code, or through the person's browser. */
  readonly by: "approval" | "browser";
}

/** Begins an approval and shows where to approve; `refusedFor` says that the service begins none. */
export async function startApproval(
  context: ActionContext,
  wanted: Wanted,
  refusedFor: (reason: Reason) => Promise<Result>,
): Promise<Result> {
  const { person, services } = context;
  try {
    const started = await (wanted.by === "approval" ? startByCode(context, wanted) : startInBrowser(context, wanted));
    services.log.info({ person: person.id, driver: wanted.kind.name, by: wanted.by }, "approval begun");
    return started;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return refusedFor(reasonOf(error));
  }
}

async function startByCode(context: ActionContext, wanted: Wanted): Promise<Outcome> {
  const { services, signal } = context;
  if (!services.approvals) throw new StorageError("approval-refused");
  const pending = await services.storage.startApproval(wanted.kind.name, { signal });
  const order = await orderFor(context, wanted);
  const { userCode, address, direct, until } = pending;
  return {
    screen: { ...order.card, state: { is: "waiting", code: { userCode, address }, direct, until } },
    placed: services.approvals.prepare({ ...order, pending }),
  };
}

async function startInBrowser(context: ActionContext, wanted: Wanted): Promise<Outcome> {
  const { services, signal } = context;
  if (!services.browserSignIns) throw new StorageError("approval-refused");
  const pending = await services.storage.startBrowser(wanted.kind.name, { signal });
  const order = await orderFor(context, wanted);
  const { address: direct, until } = pending;
  return {
    screen: { ...order.card, state: { is: "waiting", direct, until } },
    placed: services.browserSignIns.prepare({ ...order, pending }),
  };
}

async function orderFor(context: ActionContext, { kind, mount, by }: Wanted): Promise<Omit<ApprovalOrder, "pending">> {
  const id = context.services.newId();
  const view = await draw(context, { at: "approval", approval: id, by, again: waysView(kind, mount) });
  const card = { show: "approval", view, kind: kind.name, ...(mount && { mount: tagOf(mount) }) } as const;
  return { id, visit: context.visit, kind: kind.name, mount: mount?.id, card };
}

/** Waits for the decision no longer. Its own screen tells so. */
export async function cancelApproval({ services, session }: ButtonContext): Promise<Outcome> {
  const { state } = session;
  const waiting = state.at === "approval" && (state.by === "browser" ? services.browserSignIns : services.approvals);
  const isCancelled = state.at === "approval" && waiting && (await waiting.cancel(state.approval));
  return isCancelled ? notice("cancelled", { level: "done", for: "asker" }) : refused("approval-over");
}

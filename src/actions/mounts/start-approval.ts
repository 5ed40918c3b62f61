import type { DriverKind } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { draw, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, reasonOf, refused } from "../context/failure.ts";
import { tagOf } from "../context/with-mount.ts";
import type { Services } from "../context/services.ts";
import type { ApprovalOrder, Approvals } from "../model/approval.ts";
import type { BrowserSignIns } from "../model/browser-sign-in.ts";
import type { Reason } from "../model/screen.ts";
import type { ApprovalView } from "../model/session.ts";
import { waitingScreen } from "./approvals.ts";
import { waitingInBrowser } from "./browser-sign-ins.ts";
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
    services.log.info({ person: person.id, driver: wanted.kind.name, by: wanted.by }, "sign-in begun");
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
  const placed = await services.approvals.prepare({ ...order, pending });
  return { screen: waitingScreen({ ...order, pending }), placed };
}

async function startInBrowser(context: ActionContext, wanted: Wanted): Promise<Outcome> {
  const { services, signal } = context;
  if (!services.browserSignIns) throw new StorageError("approval-refused");
  const pending = await services.storage.startBrowser(wanted.kind.name, { signal });
  const order = await orderFor(context, wanted);
  const placed = await services.browserSignIns.prepare({ ...order, pending });
  return { screen: waitingInBrowser({ ...order, pending }), placed };
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
  const isCancelled = state.at === "approval" && (await waitingOf(services, state)?.cancel(state.approval));
  return isCancelled ? notice("cancelled", { level: "done", for: "asker" }) : refused("approval-over");
}

/** A press made before what was pressed first had its answer: what that began stands, and no second one begins beside it. */
export function isBegun({ session, view }: ButtonContext): boolean {
  return session.revision !== view.revision && session.state.at === "approval";
}

/** What the message shows of what was begun. */
export async function showBegun({ services, session }: ButtonContext): Promise<Outcome> {
  const { state } = session;
  const screen = state.at === "approval" ? await waitingOf(services, state)?.screenOf(state.approval) : undefined;
  return screen ? { screen } : refused("approval-over");
}

function waitingOf(
  { approvals, browserSignIns }: Services,
  { by }: ApprovalView,
): BrowserSignIns | Approvals | undefined {
  return by === "browser" ? browserSignIns : approvals;
}

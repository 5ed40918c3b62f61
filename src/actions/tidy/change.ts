import type { ChangeOptions } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { goTo, noteInSession, type Result } from "../context/context.ts";
import { attempt, failed } from "../context/failure.ts";
import type { Change, Did, Picked } from "../model/change.ts";
import type { TidiedView } from "../model/session.ts";
import { among, entriesOf, idsOf, outside, without } from "./picked.ts";
import { doneSoFar, leftTheirFolders } from "./read-back.ts";

/** A change of entries that lie together or apart, about to be made. */
export interface Planned {
  readonly mount: Mount;
  readonly did: Extract<Did, { picked: readonly Picked[] }>;
  /** Where it goes on from what was done. */
  readonly back: TidiedView["back"];
  send(ids: readonly string[], options: ChangeOptions): Promise<void>;
}

/** What this very button has begun or made before; undefined = nothing. */
function madeBy({ session, view }: ButtonContext, is: Did["is"]): Change | undefined {
  const { change } = session;
  return change?.by === view.revision && change.did.is === is ? change : undefined;
}

/** What is there now, where this very button has made its change before; undefined = it has not. */
export function madeAlready(context: ButtonContext, is: Did["is"]): Result | undefined {
  const made = madeBy(context, is);
  return made && !made.pending ? goTo(context, context.session.state) : undefined;
}

/**
 * Makes a change, and shows what came of it. It is noted before it is sent: pressed again after a kill, what has happened
 * is looked up, and nothing is sent twice.
 */
export async function carryOut(context: ButtonContext, plan: Planned): Promise<Result> {
  const { mount, did, back } = plan;
  const { services, person, signal, session, view } = context;
  const begun = madeBy(context, did.is);
  if (begun) return lookUp(context, begun, back);
  return attempt(context, { mount, back }, async () => {
    const change: Change = { id: services.newId(), mount: mount.id, at: services.now(), by: view.revision, did };
    const noted = await noteInSession(context, { change: { ...change, pending: true } });
    const done = new Set<string>();
    const onDone = (ids: readonly string[]) => ids.forEach((id) => done.add(id));
    let failure: StorageError | undefined;
    try {
      await plan.send(idsOf(did.picked), { asker: person.id, signal, onDone });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      failure = error;
    }
    const left = failure?.code === "not-found" ? await withoutGone(noted, plan, done) : noted;
    // What was done before can still be undone.
    if (failure && done.size === 0)
      return failed(await noteInSession(left, { change: session.change }), failure, { mount, back });
    return finish(left, { change, done, back, failure });
  });
}

/** One of them is gone, and would stop the others each time: it is not chosen any more. */
async function withoutGone(
  context: ButtonContext,
  { mount, did }: Planned,
  done: ReadonlySet<string>,
): Promise<ButtonContext> {
  const { selection } = context.session;
  if (!selection || did.is === "restored") return context;
  const gone = await leftTheirFolders(context, mount.id, { picked: without(did.picked, done) });
  const picked = without(selection.picked, gone);
  return noteInSession(context, { selection: picked.length > 0 ? { ...selection, picked } : undefined });
}

interface Finished {
  readonly change: Change;
  readonly done: ReadonlySet<string>;
  readonly back: TidiedView["back"];
  readonly failure?: StorageError | undefined;
}

/** What was done stays noted, for its undoing; what was not is still chosen. */
async function finish(context: ButtonContext, { change, done, back, failure }: Finished): Promise<Result> {
  const { did } = change;
  if (!("picked" in did)) throw new Error(`a change without entries: ${did.is}`);
  const { selection } = context.session;
  // What was below a folder that is elsewhere now was done with it.
  const kept = selection && { ...selection, picked: outside(without(selection.picked, done), done) };
  const noted = await noteInSession(context, {
    change: { ...change, did: { ...did, picked: among(did.picked, done) } },
    selection: kept && kept.picked.length > 0 ? kept : undefined,
  });
  return goTo(noted, {
    at: "tidied",
    change: change.id,
    back,
    left: entriesOf(did.picked).length - done.size,
    ...(failure && { reason: { code: failure.code, retryAfter: failure.retryAfter } }),
  });
}

/** It was sent before: what is seen of it is what was done. */
async function lookUp(
  context: ButtonContext,
  { pending: _sent, ...change }: Change,
  back: TidiedView["back"],
): Promise<Result> {
  const mount = await context.services.storage.find(change.mount);
  return attempt(context, { mount, back }, async () => {
    const done = await doneSoFar(context, change);
    if (done.size > 0) return finish(context, { change, done, back });
    const noted = await noteInSession(context, { change: undefined });
    return goTo(noted, back, { refresh: true });
  });
}

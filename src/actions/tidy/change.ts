import type { ChangeOptions } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { goTo, noteInSession, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import type { Change, Did, Picked } from "../model/change.ts";
import type { TidiedView } from "../model/session.ts";
import { among, entriesOf, idsOf, without } from "./picked.ts";
import { doneSoFar } from "./read-back.ts";

/** A change of entries that lie together or apart, about to be made. */
export interface Planned {
  readonly mount: Mount;
  readonly did: Extract<Did, { picked: readonly Picked[] }>;
  /** Where it goes on from what was done. */
  readonly back: TidiedView["back"];
  send(ids: readonly string[], options: ChangeOptions): Promise<void>;
}

/**
 * Makes a change, and shows what came of it. It is noted before it is sent: pressed again after a kill, what has happened
 * is looked up, and nothing is sent twice.
 */
export async function carryOut(context: ButtonContext, plan: Planned): Promise<Result> {
  const { mount, did, back } = plan;
  const { services, person, signal, session, view } = context;
  const begun = session.change;
  if (begun?.pending === view.revision && begun.did.is === did.is) return lookUp(context, begun, back);
  return attempt(context, { mount, back }, async () => {
    const change: Change = { id: services.newId(), mount: mount.id, at: services.now(), did };
    const noted = await noteInSession(context, { change: { ...change, pending: view.revision } });
    const done = new Set<string>();
    const onDone = (ids: readonly string[]) => ids.forEach((id) => done.add(id));
    let failure: StorageError | undefined;
    try {
      await plan.send(idsOf(did.picked), { asker: person.id, signal, onDone });
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      failure = error;
    }
    if (failure && done.size === 0) {
      await noteInSession(context, { change: undefined });
      throw failure;
    }
    return finish(noted, { change, done, back, failure });
  });
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
  const kept = selection && { ...selection, picked: without(selection.picked, done) };
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
  return attempt(context, { ...(mount && { mount }), back }, async () => {
    const done = await doneSoFar(context, change);
    if (done.size > 0) return finish(context, { change, done, back });
    const noted = await noteInSession(context, { change: undefined });
    return goTo(noted, back, { refresh: true });
  });
}

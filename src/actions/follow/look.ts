import { JobFailure } from "../../jobs/job.ts";
import type { RunningJob } from "../../jobs/queue.ts";
import { isStoreFailure, StorageError, storageErrorKind } from "../../storage/error.ts";
import type { ActionContext } from "../context/context.ts";
import { FeedError, followTroubles, type Follow, type FollowTrouble } from "../model/follow.ts";
import { cardToSend } from "./card.ts";
import { jobId, kindOf, type Look, type Telling } from "./follow-kind.ts";
import { lookAtFeed } from "./look-feed.ts";
import { lookAtFolder } from "./look-folder.ts";
import { FollowOver, type LookedAt, type Looking, type LookParts } from "./looking.ts";
import { contextOf, targetIn, tellOnce } from "./telling.ts";

/** ms for which looking may fail before it is said and given up. */
const givenUpAfter = 24 * 3_600_000;

/** Looks once, and sees to it that somebody looks again. */
export async function look(
  parts: LookParts,
  { follow: id, turn }: Look,
  job: RunningJob<never, Telling>,
): Promise<void> {
  const follow = await parts.keeping.find(id);
  if (!follow || follow.paused || follow.turn !== turn) return;
  const context = await contextOf(parts.services(), follow, job.signal);
  if (!(await isLetIn(context))) return goOn(parts, follow, {});
  const looking: Looking = { context, follow, job, parts };
  try {
    await goOn(parts, follow, await lookAt(looking));
  } catch (error) {
    job.signal.throwIfAborted();
    await meet(looking, error);
  }
}

/** Nothing is done for who was banned, or while the bot is closed. */
async function isLetIn({ services, visit, operator }: ActionContext): Promise<boolean> {
  const { access } = services.admin;
  const [person, place, { maintenance }] = await Promise.all([
    access.standing(visit.person.id),
    access.standing(visit.place.id),
    access.opening(),
  ]);
  return operator || (!person.banned && !place.banned && !maintenance);
}

function lookAt(looking: Looking): Promise<LookedAt> {
  const { about } = looking.follow;
  return about.is === "folder" ? lookAtFolder(looking, about) : lookAtFeed(looking, about);
}

/** Notes the look, and when the next one is. */
async function goOn(
  { jobs, keeping, minEvery, now }: LookParts,
  follow: Follow,
  { known, about, failing, rest = 0 }: LookedAt & { readonly failing?: Follow["failing"]; readonly rest?: number },
): Promise<void> {
  const { id, turn, every } = follow;
  const next = { follow: id, turn: turn + 1 };
  await jobs.add(kindOf(follow), next, { id: jobId(next), dueAt: now() + Math.max(every, minEvery, rest), key: id });
  await keeping.change(id, (current) =>
    current.turn === turn
      ? {
          ...current,
          turn: turn + 1,
          checkedAt: now(),
          failing,
          ...(known !== undefined && { known }),
          ...(about &&
            current.about.is === "feed" &&
            about.is === "feed" && { about: { ...current.about, mark: about.mark } }),
        }
      : current,
  );
}

/** A look that failed: for now, or for good. */
async function meet(looking: Looking, error: unknown): Promise<void> {
  const { follow, parts } = looking;
  const reason = reasonOf(error);
  if (!reason) throw error;
  const { failing = { since: parts.now(), reason } } = follow;
  const isOver = isFinal(reason) || parts.now() - failing.since >= givenUpAfter;
  parts.log.info({ follow: follow.id, reason, over: isOver }, "look at what is followed failed");
  if (isOver) return stop(looking, reason);
  const { retryAfter } = error as { readonly retryAfter?: number };
  await goOn(parts, follow, { failing: { since: failing.since, reason }, rest: retryAfter ?? 0 });
}

function reasonOf(error: unknown): FollowTrouble | undefined {
  if (error instanceof JobFailure || isStoreFailure(error)) return undefined;
  const isKnown = error instanceof StorageError || error instanceof FeedError || error instanceof FollowOver;
  return isKnown ? error.code : undefined;
}

const own: ReadonlySet<string> = new Set(followTroubles);

/** Somebody has to do something, or nobody can. */
function isFinal(reason: FollowTrouble): boolean {
  if (own.has(reason)) return true;
  if (reason.startsWith("feed-")) return false;
  const { about, status, mends } = storageErrorKind(reason as StorageError["code"]);
  if (mends.some((mend) => mend === "sign-in" || mend === "proof" || mend === "pass-code")) return true;
  return mends.length === 0 && (about === "drive" || status === 404);
}

/** Says so once, and looks no more until it is taken up again. */
async function stop(looking: Looking, reason: FollowTrouble): Promise<void> {
  const { context, follow, job, parts } = looking;
  const paused: Follow = { ...follow, paused: { reason }, failing: undefined };
  if (job.checkpoint?.telling !== "end") await tellStopped(looking, paused, reason);
  await parts.keeping.change(follow.id, (current) =>
    current.turn === follow.turn
      ? { ...current, paused: { reason }, failing: undefined, turn: current.turn + 1 }
      : current,
  );
  context.services.log.info({ person: follow.person, follow: follow.id, reason }, "following paused");
}

/** Where it was told until now; where nothing can be said any more, to the person. */
async function tellStopped({ context, job }: Looking, paused: Follow, reason: FollowTrouble): Promise<void> {
  const { person, to } = paused;
  const alone = { place: person, kind: "private" } as const;
  const isOpen = reason !== "chat-closed" && reason !== "not-allowed-here";
  const end = async (at: ActionContext) => ({ screen: await cardToSend(at, paused), telling: "end" as const });
  const said = isOpen ? await tellOnce(context, targetIn(context, to), await end(context), job) : "closed";
  if (said === "closed" && to.group !== undefined) {
    const own = await contextOf(context.services, { ...paused, to: alone }, job.signal);
    await tellOnce(own, targetIn(own, alone), await end(own), job);
  }
}

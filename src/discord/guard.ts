import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { Action } from "../actions/action.ts";
import { failureNotice } from "../actions/context/failure.ts";
import type { Visit } from "../users/visit.ts";
import type { Answer, Notice } from "../actions/model/screen.ts";
import type { Languages } from "../messaging/languages.ts";
import { tooLate } from "../messaging/too-late.ts";
import { createTurns, NotBegun, type Arrival } from "../messaging/turns.ts";
import type { Deliverer } from "./deliver.ts";
import type { Post } from "./post.ts";
import { isOver, isShutOut, isTooLate, isUnreached, loggable } from "./refusals.ts";
import type { Turn } from "./turn.ts";
import { messageOf, visitOf, type BotInteraction } from "./visit.ts";

/** What stands around every interaction: its deadline, its failures, its order, and the pace of one person. */
export interface Guard {
  /** Does the work for an interaction. Whatever fails, the person gets one answer, and the process goes on. */
  handle(interaction: BotInteraction, work: (turn: Turn) => Promise<void>): Promise<void>;
  /** Tells Discord that an answer will come. False = it is too late for one: do no more. */
  admit(turn: Turn): Promise<boolean>;
  /**
   * One piece of work at a time for a person, in the order they asked. Of moves that still wait on the same message the
   * last one alone is done: undefined = another took the place of this one.
   */
  inOrder<T>(turn: Turn, work: () => Promise<T>, options?: InOrder): Promise<T | undefined>;
  /** Performs an action within the interaction's time; a deadline that passed is an answer too. */
  perform(turn: Turn, action: Action, visit?: Visit): Promise<Answer>;
  /** Waits a little for what is in progress, then ends it. */
  finish(): Promise<void>;
}

interface InOrder {
  /** It does not wait for what is in progress, or only for a moment; absent = it does. */
  readonly urgent?: Arrival["urgent"];
  /** It only leads to another place, so that a later one makes it needless. */
  readonly isMove?: boolean;
}

interface GuardParts {
  perform(visit: Visit, action: Action, signal: AbortSignal): Promise<Answer>;
  readonly languages: Languages;
  readonly log: Logger;
  now(): number;
  readonly post: Post;
  readonly deliverer: Deliverer;
  readonly actionsPerPerson?: number;
  /** Milliseconds that /cancel waits for what is before it; absent = 300. */
  readonly moment?: number;
  newId(): string;
  /** Told that the bot was refused in a place. */
  onShutOut(): void;
}

/** Milliseconds all that has come gets when the process is asked to end, and what is in progress after that. */
const grace = 4000;
const graceInProgress = 1000;
/** Milliseconds what nothing waits for may take. */
const deadline = 60_000;

/** The guard of one bot. */
export function createGuard(parts: GuardParts): Guard {
  const { languages, log, now, post, deliverer } = parts;
  const turns = createTurns({ grace: graceInProgress, moment: parts.moment });
  const inProgress = new Set<Promise<void>>();
  const limiter = new RateLimiterMemory({ points: parts.actionsPerPerson ?? 100, duration: 10 });

  const admit = async ({ interaction }: Turn): Promise<boolean> => {
    try {
      await post.acknowledge(interaction);
      return true;
    } catch (error) {
      if (!isTooLate(error)) throw error;
      // A second answer would be refused too. After an outage old interactions arrive like this.
      log.warn(
        { err: loggable(error), late: now() - interaction.createdTimestamp },
        "discord interaction came too late",
      );
      return false;
    }
  };

  const paced = async (turn: Turn, work: (turn: Turn) => Promise<void>): Promise<void> => {
    const isTooFast = await limiter.consume(turn.visit.person.id).then(
      () => false,
      () => true,
    );
    if (!isTooFast) return work(turn);
    if (await admit(turn)) await deliverer.tell(turn, "notice-too-fast");
  };

  return {
    async handle(interaction, work) {
      const startedAt = now();
      const visit = visitOf(interaction);
      const language = languages.of(visit);
      const turn: Turn = { interaction, visit, language };
      const working = paced(turn, work).catch((error: unknown) => fail(parts, turn, error));
      inProgress.add(working);
      await working.finally(() => inProgress.delete(working));
      log.debug({ kind: interaction.type, ms: now() - startedAt }, "discord interaction handled");
    },

    admit,

    async inOrder(turn, work, { urgent, isMove = false } = {}) {
      const { id } = turn.visit.person;
      const message = messageOf(turn.interaction)?.id;
      const supersedes = isMove && message !== undefined ? `${id} ${message}` : undefined;
      const done: { result?: Awaited<ReturnType<typeof work>> } = {};
      await turns.take({ chains: [id], urgent, supersedes }, async ({ signal }) => {
        turn.signal = signal;
        done.result = await work();
      });
      return done.result;
    },

    async perform(turn, action, visit = turn.visit) {
      const { signal = AbortSignal.timeout(deadline), language } = turn;
      const answer = await Promise.race([parts.perform(visit, action, signal), tooLate(signal, language)]);
      turn.language = answer.language;
      languages.note(visit, answer.language);
      return answer;
    },

    async finish() {
      // Discord does not bring again what was acknowledged, so what has come is begun as well.
      await Promise.race([Promise.allSettled(inProgress), sleep(grace, undefined, { ref: false })]);
      await turns.finish();
      await Promise.allSettled(inProgress);
    },
  };
}

/** The end of the line for a failure: people get a sentence and a reference, the log the rest. */
async function fail(parts: GuardParts, turn: Turn, error: unknown): Promise<void> {
  const { log, post, deliverer } = parts;
  const err = loggable(error);
  if (isShutOut(error)) parts.onShutOut();
  if (isTooLate(error) || isOver(error) || isShutOut(error)) {
    log.info({ err }, "discord takes no answer here");
    return;
  }
  const isNetwork = isUnreached(error) || error instanceof NotBegun;
  const reference = isNetwork ? undefined : parts.newId();
  if (isNetwork) log.warn({ err, kind: turn.interaction.type }, "discord not reached with an answer");
  else log.error({ err, reference, kind: turn.interaction.type }, "discord interaction failed");
  const screen: Notice =
    reference === undefined
      ? { show: "notice", notice: "chat-trouble", level: "failed" }
      : failureNotice(error, reference);
  try {
    await post.acknowledge(turn.interaction);
    await deliverer.show(turn, {
      screen: { ...screen, for: "asker" },
      language: turn.language,
    });
  } catch (worse) {
    log.warn({ err: loggable(worse), reference }, "discord person not told of a failure");
  }
}

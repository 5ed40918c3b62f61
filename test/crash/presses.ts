import type { Interaction } from "../../emulators/discord/state.ts";
import type { World } from "../../emulators/world.ts";

/** When the program served people, and when it did not. */
export interface Lives {
  /** It was killed, or is to be. */
  ends(): void;
  /** It serves. */
  begins(): void;
  /** It was away for some of the time from one moment to another, in milliseconds since the epoch. */
  wasAway(from: number, to: number): boolean;
  /** It was killed between one moment and another. */
  endedWithin(from: number, to: number): boolean;
}

/** Milliseconds after the ready line within which Discord's socket may still be on its way. */
const connecting = 3000;

/** The lives of a program that was not started yet. */
export function createLives(): Lives {
  const gaps: { readonly from: number; to: number }[] = [{ from: 0, to: Number.POSITIVE_INFINITY }];
  return {
    ends: () => void gaps.push({ from: Date.now(), to: Number.POSITIVE_INFINITY }),
    begins: () => void Object.assign(gaps.at(-1) ?? {}, { to: Date.now() }),
    endedWithin: (from, to) => gaps.some((gap) => gap.from >= from && gap.from <= to),
    wasAway: (from, to) => gaps.some((gap) => gap.from <= to && gap.to + connecting >= from),
  };
}

/** Discord's time to acknowledge, and the bot's own to answer, in milliseconds. */
const [toAcknowledge, toAnswer] = [3000, 60_000];

/** Looks after every press of a run: each is answered, unless the program died with it, and none is answered twice by one life. */
export function watchPresses(world: World, lives: Lives): { unanswered(): readonly string[] } {
  const interactions = new Set<Interaction>();
  // An interaction is forgotten there after an hour.
  world.discord.onCall(() => world.discord.state.interactions.forEach((one) => interactions.add(one)));
  return {
    unanswered() {
      for (const one of world.discord.state.interactions.values()) interactions.add(one);
      return [...onTelegram(world, lives), ...[...interactions].flatMap((one) => onDiscord(one, lives))];
    },
  };
}

/** Telegram brings a press again that the bot did not say it has: each is answered, though perhaps too late to be shown. */
function onTelegram({ telegram }: World, lives: Lives): readonly string[] {
  const tries = new Map<string, number[]>();
  for (const { method, parameters, at } of telegram.calls) {
    if (method !== "answerCallbackQuery") continue;
    const id = String(parameters["callback_query_id"]);
    tries.set(id, [...(tries.get(id) ?? []), at]);
  }
  const open = telegram.openPresses.flatMap(({ id, at, person, message }) => {
    const first = tries.get(id)?.[0];
    const what = `${person.user.first_name}'s press ${id} on "${firstLine(message.content.text)}"`;
    if (first === undefined) return [`${what} has no answer`];
    return lives.wasAway(at, first)
      ? []
      : [`${what} was answered after ${first - at} ms, and nothing was killed meanwhile`];
  });
  const twice = [...tries].flatMap(([id, [first, second]]) =>
    first === undefined || second === undefined || lives.wasAway(first, second)
      ? []
      : [`press ${id} was answered twice by one process`],
  );
  return [...open, ...twice];
}

/** Discord brings nothing again: what a kill met in its three seconds, or before its end was said, nobody can answer any more. */
function onDiscord({ at, state, answer, original, user, what, isHeard }: Interaction, lives: Lives): readonly string[] {
  const who = `${user.name}'s ${what}`;
  if (state !== "answered")
    return isHeard !== true || lives.wasAway(at, at + toAcknowledge) ? [] : [`${who} was not acknowledged`];
  const isThinking = answer === 5 && original && !original.deleted && (original.flags & loading) !== 0;
  return isThinking && !lives.wasAway(at, Math.min(at + toAnswer, Date.now())) ? [`${who} was left thinking`] : [];
}

/** `LOADING` of a message's flags. */
const loading = 1 << 7;

function firstLine(text = ""): string {
  return text.split("\n")[0]?.slice(0, 60) ?? "";
}

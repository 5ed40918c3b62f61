import type { Clock } from "../clock.ts";
import { refusals } from "./refusal.ts";
import type { Rules } from "./rules.ts";
import type { Chat } from "./world.ts";

/** Counts what bots write, and refuses what is too much. */
export class Flood {
  readonly #clock: Clock;
  readonly #rules: Rules;
  readonly #written = new Map<string, number[]>();

  constructor(clock: Clock, rules: Rules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  /** Counts messages or edits of a bot in a chat; all of them, or none and a 429. */
  count(bot: number, chat: Chat, messages = 1): void {
    const key = `${bot} ${chat.id}`;
    const now = this.#clock.now();
    const recent = (this.#written.get(key) ?? []).filter((at) => at > now - 60_000);
    const { perGroupPerMinute, perChatPerSecond } = this.#rules;
    const group = chat.type === "private" ? 0 : perGroupPerMinute;
    refuseBeyond(recent, { most: group, within: 60_000, now, messages });
    refuseBeyond(recent, { most: perChatPerSecond, within: 1000, now, messages });
    this.#written.set(key, [...recent, ...Array.from({ length: messages }, () => now)]);
  }
}

interface Limit {
  /** 0 = any number. */
  readonly most: number;
  /** ms */
  readonly within: number;
  readonly now: number;
  readonly messages: number;
}

function refuseBeyond(written: readonly number[], { most, within, now, messages }: Limit): void {
  const inside = written.filter((at) => at > now - within);
  if (most === 0 || inside.length + messages <= most) return;
  const free = inside[Math.max(0, inside.length + messages - most - 1)] ?? now;
  throw refusals.tooMany(Math.max(1, Math.ceil((free + within - now) / 1000)));
}

import { setTimeout as sleep } from "node:timers/promises";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { World } from "../../emulators/world.ts";
import type { Program } from "../journeys/program.ts";
import type { Random } from "./random.ts";
import type { SignIns } from "./sign-ins.ts";

/** Work of one kind that people ask for while the program is killed, and what must be so of it afterwards. */
export interface Traffic {
  readonly name: string;
  /** Done once, while nothing is killed. */
  prepare?(): Promise<unknown>;
  /** Asks for one more thing; ends early when the program dies. */
  use(n: number): Promise<unknown>;
  /** Waits until all that was asked for is over; what is lost or doubled. */
  settled(within: number): Promise<readonly string[]>;
}

/** What traffic is made with. */
export interface TrafficParts {
  readonly program: Program;
  readonly random: Random;
  /** How many kills there will be. */
  readonly kills: number;
  readonly signIns: SignIns;
}

/** Milliseconds people look at a screen before they give up; they end with the program's life. */
export const longTimeout = { timeout: 3000 } as const;

/** The files of a name, on everybody's drives, that are not in the trash. */
export function filesNamed({ pikpak }: World, name: string): readonly Node[] {
  return [...pikpak.state.accounts.values()]
    .flatMap(({ userId }) => pikpak.state.nodes.all(userId))
    .filter((node) => node.name === name && !node.trashed);
}

/** Somebody's account at PikPak. */
export function accountOf({ pikpak, shelf }: World, who: "mia" | "lena" | "otto" | "jun") {
  const { username } = shelf.accounts[who];
  const account = [...pikpak.state.accounts.values()].find((one) => one.username === username);
  if (!account) throw new Error(`${who} has no account`);
  return account;
}

/** Waits for something to be so, for as many milliseconds at most. */
export async function until(isSo: () => boolean, within: number): Promise<boolean> {
  const end = performance.now() + within;
  while (!isSo() && performance.now() < end) await sleep(50);
  return isSo();
}

/** The messages in which a name stands, for a report. */
export function textsWith(messages: readonly Shown[], name: string): string {
  const fitting = messages.filter((message) => says(message, name));
  return fitting.map((message) => JSON.stringify(String(message))).join(" and ") || "no message names it";
}

/** It names something in its text or on a button. */
export function says({ text, labels }: Pick<Shown, "text" | "labels">, name: string): boolean {
  return text.includes(name) || labels.some((label) => label.includes(name));
}

type Person = World["people"]["mia"];

/** What comes on somebody's screen from now on. */
export function screenOf(person: Person) {
  const newest = person.messages.at(-1)?.id ?? 0;
  return (wanted: (shown: Shown) => boolean, options: { readonly timeout: number } = longTimeout): Promise<Shown> =>
    person.waitsFor((shown) => shown.id > newest && wanted(shown), options);
}

/** A message has a button that says so. */
export function offers(label: string): (shown: Shown) => boolean {
  return ({ labels }) => labels.some((one) => one.includes(label));
}

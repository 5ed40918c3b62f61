import type { Message } from "../../emulators/discord/state.ts";
import type { cast } from "../../emulators/seed.ts";
import type { MessageView } from "../../emulators/stage.ts";
import type { Program } from "./program.ts";
import { givesOnDiscord, givesOnTelegram, type Given } from "./sign-in.ts";

/** Somebody in front of one chat, in whose language it is. */
export interface Chat {
  login(): Promise<void>;
  command(name: string): Promise<void>;
  /** Chooses a way among those that are shown, and gives what it asks for where it is asked. */
  gives(given: Given): Promise<void>;
  press(label: string): Promise<void>;
  /** Opens what a listing has. */
  opens(name: string): Promise<void>;
  /** Waits until a message says all of this; what it says. */
  sees(...said: readonly string[]): Promise<string>;
  /** Sends a command and waits for a message after it that says all of this; what it says. */
  asks(command: string, ...said: readonly string[]): Promise<string>;
  /** Waits until the newest message says all of this; what it says. */
  newest(...said: readonly string[]): Promise<string>;
}

/** Their private chat on Telegram. */
export function telegramOf(program: Program, who: keyof typeof cast): Chat {
  const { world } = program;
  const person = world.people[who];
  const newestId = () => person.messages.findLast(({ byBot }) => byBot)?.id ?? 0;
  const seen = async (said: readonly string[], isMeant: (id: number) => boolean = () => true) => {
    const { text, labels } = await person.waitsFor(
      ({ id, text: shown, labels: on }) => isMeant(id) && said.every((one) => [shown, ...on].join("\n").includes(one)),
    );
    return [text, ...labels].join("\n");
  };
  return {
    login: async () => void person.sends("/login"),
    command: async (name) => void person.sends(`/${name}`),
    gives: (given) => givesOnTelegram(program, who, given),
    press: async (label) => void (await person.presses(label)),
    opens: async (name) => void (await person.presses(new RegExp(name))),
    sees: (...said) => seen(said),
    asks: async (command, ...said) => {
      const before = newestId();
      person.sends(`/${command}`);
      return seen(said, (id) => id > before);
    },
    newest: (...said) => seen(said, (id) => id === newestId()),
  };
}

/** Their direct messages on Discord. */
export function discordOf(program: Program, who: keyof typeof cast): Chat {
  const { world } = program;
  const member = world.members[who];
  const newest = () => member.messages().at(-1);
  const seen = async (said: readonly string[], after?: Message, isMeant: (id: string) => boolean = () => true) => {
    const sign = (one: MessageView) => isMeant(one.id) && said.every((words) => JSON.stringify(one).includes(words));
    return JSON.stringify((await member.waitsFor(sign, after && { after })).components);
  };
  return {
    login: async () => void (await member.uses("/login")),
    command: async (name) => void (await member.uses(`/${name}`)),
    gives: (given) => givesOnDiscord(program, who, given),
    press: async (label) => void (await member.presses(new RegExp(label))),
    opens: async (name) => void (await member.selects(new RegExp(name))),
    sees: (...said) => seen(said),
    asks: async (command, ...said) => {
      const before = newest();
      await member.uses(`/${command}`);
      return seen(said, before);
    },
    newest: (...said) => seen(said, undefined, (id) => id === newest()?.id),
  };
}

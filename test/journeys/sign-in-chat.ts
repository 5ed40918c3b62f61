import type { cast } from "../../emulators/seed.ts";
import type { Program } from "./program.ts";
import { givesOnDiscord, givesOnTelegram, type Given } from "./sign-in.ts";

/** Somebody in front of one chat, in whose language it is. */
export interface Chat {
  login(): Promise<void>;
  command(name: string): Promise<void>;
  /** Chooses a way among those that are shown, and gives what it asks for where it is asked. */
  gives(given: Given): Promise<void>;
  press(label: string): Promise<void>;
  /** Waits until a message says all of this; what it says. */
  sees(...said: readonly string[]): Promise<string>;
}

/** Their private chat on Telegram. */
export function telegramOf(program: Program, who: keyof typeof cast): Chat {
  const { world } = program;
  const person = world.people[who];
  return {
    login: async () => void person.sends("/login"),
    command: async (name) => void person.sends(`/${name}`),
    gives: (given) => givesOnTelegram(program, who, given),
    press: async (label) => void (await person.presses(label)),
    sees: async (...said) => {
      const { text, labels } = await person.waitsFor(({ text: shown, labels: on }) =>
        said.every((one) => [shown, ...on].join("\n").includes(one)),
      );
      return [text, ...labels].join("\n");
    },
  };
}

/** Their direct messages on Discord. */
export function discordOf(program: Program, who: keyof typeof cast): Chat {
  const { world } = program;
  const member = world.members[who];
  const says = (components: unknown) => JSON.stringify(components);
  return {
    login: async () => void (await member.uses("/login")),
    command: async (name) => void (await member.uses(`/${name}`)),
    gives: (given) => givesOnDiscord(program, who, given),
    press: async (label) => void (await member.presses(new RegExp(label))),
    sees: async (...said) => {
      const message = await member.waitsFor((one) => said.every((words) => JSON.stringify(one).includes(words)));
      return says(message.components);
    },
  };
}

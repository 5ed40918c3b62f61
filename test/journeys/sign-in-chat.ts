import type { Program } from "./program.ts";

/** Somebody in front of one chat, in whose language it is. */
export interface Chat {
  login(): Promise<void>;
  press(label: string): Promise<void>;
  /** Waits until a message says all of this; what it says. */
  sees(...said: readonly string[]): Promise<string>;
}

/** Their private chat on Telegram. */
export function telegramOf({ world }: Program, who: "lena" | "jun"): Chat {
  const person = world.people[who];
  return {
    login: async () => void person.sends("/login"),
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
export function discordOf({ world }: Program, who: "lena" | "jun"): Chat {
  const member = world.members[who];
  const says = (components: unknown) => JSON.stringify(components);
  return {
    login: async () => void (await member.uses("/login")),
    press: async (label) => void (await member.presses(new RegExp(label))),
    sees: async (...said) => {
      const message = await member.waitsFor((one) => said.every((words) => JSON.stringify(one).includes(words)));
      return says(message.components);
    },
  };
}

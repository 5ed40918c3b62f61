import { loadWords } from "../../src/i18n/words.ts";
import { drawMessages } from "../../emulators/discord/sight.ts";
import type { Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

const words = loadWords();

/** Who speaks which language. */
const languages = { mia: "en", jun: "zh" } as const;
type Name = keyof typeof languages;

/** Somebody alone with the bot, whichever chat it is. */
export interface Alone {
  signIn(): Promise<void>;
  command(name: string): Promise<void>;
  press(label: string): Promise<void>;
  /** Presses on a row of a list. */
  row(label: string): Promise<void>;
  /** Answers the one question of a form. */
  answers(form: string, value: string): Promise<void>;
  sees(...said: readonly string[]): Promise<void>;
}

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Somebody in their private chat with the Telegram bot. */
function onTelegram(program: Program, name: Name): Alone {
  const { world } = program;
  const person = world.people[name];
  const say = words.in(languages[name]);
  const sees = async (...said: readonly string[]) =>
    void (await person.waitsFor(({ text, labels }) => said.every((one) => [text, ...labels].join("\n").includes(one))));
  return {
    sees,
    signIn: () => signInOnTelegram(program, name),
    command: async (command) => void person.sends(`/${command}`),
    press: async (label) => void (await person.presses(label)),
    row: async (label) => void (await person.presses(label)),
    async answers(form, value) {
      await sees(say(`field-${form}-name`));
      person.sends(value);
    },
  };
}

/** Somebody in a server's channel, where the Discord bot answers them alone. */
export function onDiscord(program: Program, name: Name): Alone {
  const { world } = program;
  const person = world.members[name];
  const here = { in: world.hall };
  const say = words.in(languages[name]);
  return {
    async sees(...said) {
      await person.waitsFor((view) => said.every((one) => drawMessages([view]).includes(one)), here);
    },
    signIn: () => signInOnDiscord(program, name, here),
    command: async (command) => void (await person.uses(`/${command}`, here)),
    press: async (label) => void (await person.presses(new RegExp(literal(label)), here)),
    row: async (label) => void (await person.selects(new RegExp(literal(label)), here)),
    async answers(form, value) {
      if (!person.modal()) await person.presses(new RegExp(literal(say("press-fill-in"))), here);
      await person.fills({ [say(`field-${form}-name`)]: value });
    },
  };
}

/** For `describe.each`: a chat's name, how somebody is alone there, and who it is. */
export const everyChatAndLanguage = [
  ["Telegram", onTelegram, "mia"],
  ["Telegram", onTelegram, "jun"],
  ["Discord", onDiscord, "mia"],
  ["Discord", onDiscord, "jun"],
] as const;

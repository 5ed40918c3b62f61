import { loadWords } from "../../src/i18n/words.ts";
import { drawMessages } from "../../emulators/discord/sight.ts";
import type { MessageView } from "../../emulators/stage.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

const words = loadWords();

/** Who speaks which language. */
const languages = { mia: "en", jun: "zh" } as const;
type Name = keyof typeof languages;

/** Somebody alone with the bot, whichever chat it is. */
export interface Alone {
  signIn(): Promise<void>;
  /** With what belongs to it, by the names that Discord has for it. */
  command(name: string, given?: Readonly<Record<string, string>>): Promise<void>;
  press(label: string): Promise<void>;
  /** Presses on a row of a list. */
  row(label: string): Promise<void>;
  /** Answers the one question of a form. */
  answers(form: string, value: string): Promise<void>;
  /** Waits for a message that says all of this; what it says. */
  sees(...said: readonly string[]): Promise<string>;
  /** How many messages say all of this. */
  times(...said: readonly string[]): number;
}

interface AloneOptions {
  /** On Discord in their direct messages, and not in a server's channel. */
  readonly direct?: boolean;
}

/** Real ms until what is waited for must be there. */
const within = 20_000;

const literal = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Somebody in their private chat with the Telegram bot. */
function onTelegram(program: Program, name: Name): Alone {
  const { world } = program;
  const person = world.people[name];
  const say = words.in(languages[name]);
  const told = ({ text, labels }: Pick<Shown, "text" | "labels">) => [text, ...labels].join("\n");
  const sees = async (...said: readonly string[]) =>
    told(await person.waitsFor((message) => said.every((one) => told(message).includes(one)), { timeout: within }));
  return {
    sees,
    times: (...said) => person.messages.filter((message) => said.every((one) => told(message).includes(one))).length,
    signIn: () => signInOnTelegram(program, name),
    command: async (command, given = {}) => void person.sends([`/${command}`, ...Object.values(given)].join(" ")),
    press: async (label) => void (await person.presses(label)),
    row: async (label) => void (await person.presses(label)),
    async answers(form, value) {
      await sees(say(`field-${form}-name`));
      person.sends(value);
    },
  };
}

/** Somebody in a server's channel, where the Discord bot answers them alone, or in their direct messages. */
export function onDiscord(program: Program, name: Name, { direct = false }: AloneOptions = {}): Alone {
  const { world } = program;
  const person = world.members[name];
  const here = { in: direct ? person.dm : world.hall };
  const say = words.in(languages[name]);
  const says = (view: MessageView, said: readonly string[]) => said.every((one) => drawMessages([view]).includes(one));
  return {
    async sees(...said) {
      let seen = "";
      await person.waitsFor((view) => says(view, said) && ((seen = drawMessages([view])), true), { ...here, within });
      return seen;
    },
    times: (...said) => person.views(here).filter((view) => says(view, said)).length,
    signIn: () => signInOnDiscord(program, name, here),
    command: async (command, options) =>
      void (await person.uses(`/${command}`, { ...here, ...(options && { options }) })),
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

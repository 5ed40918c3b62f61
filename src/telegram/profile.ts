import type { Api } from "grammy";
import type { LanguageCode } from "grammy/types";
import type { Words } from "../i18n/words.ts";

/** One of the texts a bot has about itself; absent language = everybody's whose own has none. */
interface ProfileText {
  readonly key: string;
  read(language?: LanguageCode): Promise<string>;
  write(text: string, language?: LanguageCode): Promise<unknown>;
}

/** Says what the bot is, in every language, where nobody has written anything of it: an operator's own words stay. */
export async function publishProfile(api: Api, words: Words): Promise<void> {
  for (const text of textsOf(api)) await publishText(text, words);
}

function textsOf(api: Api): readonly ProfileText[] {
  const tagOf = (language?: LanguageCode) => (language === undefined ? {} : { language_code: language });
  return [
    {
      key: "bot-description",
      read: async (language) => (await api.getMyDescription(tagOf(language))).description,
      write: (text, language) => api.setMyDescription(text, tagOf(language)),
    },
    {
      key: "bot-about",
      read: async (language) => (await api.getMyShortDescription(tagOf(language))).short_description,
      write: (text, language) => api.setMyShortDescription(text, tagOf(language)),
    },
  ];
}

/**
 * The first language is everybody's whose own is not ours, and the last to be written: where it stands, all are done.
 * An operator who wrote that one has said it to all of them.
 */
async function publishText({ key, read, write }: ProfileText, words: Words): Promise<void> {
  const [usual = "en", ...others] = words.languages;
  const textIn = (language: string): string => words.in(language)(key);
  const everybodys = await read();
  const isOurs = (text: string) => text === "" || text === textIn(usual);
  if (!isOurs(everybodys)) return;
  for (const language of others) {
    const code = languageCode(language);
    if (isOurs(await read(code))) await write(textIn(language), code);
  }
  if (everybodys === "") await write(textIn(usual));
}

/** Telegram takes two letters, without script or region. */
export function languageCode(language: string): LanguageCode {
  // Names of our locale files are language tags; Telegram itself refuses what it does not know.
  return new Intl.Locale(language).language.slice(0, 2) as LanguageCode;
}

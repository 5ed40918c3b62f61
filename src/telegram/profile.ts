import type { Api } from "grammy";
import type { LanguageCode } from "grammy/types";
import type { Words } from "../i18n/words.ts";

/** Says what the bot is, in every language, where nobody has written anything of it: an operator's own words stay. */
export async function publishProfile(api: Api, words: Words): Promise<void> {
  const [{ description }, { short_description: about }] = [
    await api.getMyDescription(),
    await api.getMyShortDescription(),
  ];
  for (const language of words.languages) {
    const say = words.in(language);
    // The first language is everybody's whose own is not ours.
    const tag = language === words.languages[0] ? {} : { language_code: languageCode(language) };
    if (description === "") await api.setMyDescription(say("bot-description"), tag);
    if (about === "") await api.setMyShortDescription(say("bot-about"), tag);
  }
}

/** Telegram takes two letters, without script or region. */
export function languageCode(language: string): LanguageCode {
  // Names of our locale files are language tags; Telegram itself refuses what it does not know.
  return new Intl.Locale(language).language.slice(0, 2) as LanguageCode;
}

import type { Words } from "../i18n/words.ts";

/** The words as Discord says them: some have a message of their own there, where a group is a server. */
export function wordsOnDiscord(words: Words): Words {
  return {
    ...words,
    in(language) {
      const say = words.in(language);
      return (key, args) => say(words.has(`${key}-on-discord`) ? `${key}-on-discord` : key, args);
    },
  };
}

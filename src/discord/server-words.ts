import type { Words } from "../i18n/words.ts";

/** Words as they are said on Discord: "this server" where other chats say "this group". */
export function serverWords(words: Words): Words {
  return {
    ...words,
    in(language) {
      const say = words.in(language);
      return (key, args) => say(words.has(`${key}-server`) ? `${key}-server` : key, args);
    },
  };
}

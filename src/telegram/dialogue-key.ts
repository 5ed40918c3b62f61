import type { BotContext } from "./context.ts";

/** The key a dialogue is kept under: one person in one chat, so that two people in a group do not answer each other's questions. */
export function dialogueKey({ chat, from }: Pick<BotContext, "chat" | "from">): string {
  return `${chat?.id ?? ""}:${from?.id ?? ""}`;
}

/** Whether what is kept under this key is a dialogue with that person, in whichever chat. */
export function isDialogueOf(key: string, person: string): boolean {
  return person.startsWith("telegram:") && key.endsWith(person.slice(person.indexOf(":")));
}

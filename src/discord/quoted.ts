import type { Message } from "discord.js";

/** Everything in a message that could be, or hold, a link: its text, its cards, and the messages forwarded in it. */
export function textIn({ content, embeds, messageSnapshots }: Message): string {
  const forwarded = [...messageSnapshots.values()];
  return [
    content,
    ...embeds.flatMap(({ url, description }) => [url, description]),
    ...forwarded.flatMap((message) => [message.content, ...message.embeds.map(({ url }) => url)]),
  ]
    .filter((text) => text !== null && text !== "")
    .join("\n");
}

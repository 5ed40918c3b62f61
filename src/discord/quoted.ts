import type { Embed, Message, MessageSnapshot } from "discord.js";

/** Everything in a message that could be, or hold, a link: its text, its cards, its buttons, and the messages forwarded in it. */
export function textIn(message: Message): string {
  return [message, ...message.messageSnapshots.values()]
    .flatMap(partsOf)
    .filter((text) => typeof text === "string" && text !== "")
    .join("\n");
}

function partsOf({ content, embeds, components }: Message | MessageSnapshot): (string | null | undefined)[] {
  return [content, ...(embeds ?? []).flatMap(wordsOf), ...(components ?? []).flatMap(addressesOf)];
}

function wordsOf({ url, title, description, fields }: Embed): (string | null)[] {
  return [url, title, description, ...fields.flatMap(({ name, value }) => [name, value])];
}

/** Buttons that lead somewhere, and texts, however deep they stand in what a message is laid out of. */
function addressesOf(component: Message["components"][number]): string[] {
  return textsIn(component.toJSON());
}

function textsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === "string" ? (["url", "content"].includes(key) ? [inner] : []) : textsIn(inner),
  );
}

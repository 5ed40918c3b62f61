import { ComponentType, type Embed, type Message, type MessageSnapshot } from "discord.js";

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

function addressesOf(row: Message["components"][number]): (string | null)[] {
  if (row.type !== ComponentType.ActionRow) return [];
  return row.components.flatMap((one) => (one.type === ComponentType.Button ? [one.url] : []));
}

import type { Grant, MessageRef } from "../messaging/messenger.ts";
import type { Turn } from "./turn.ts";
import { isDirect } from "./visit.ts";

/**
 * A message that answers an interaction, so that any process can find it again. In the person's own chat the bot needs no
 * way in; what they alone see in a server has none but the interaction's.
 */
export function refOf(grant: Grant, { interaction, visit, language }: Turn, message: string): MessageRef {
  const own = { place: visit.person.id, kind: "private", language, message } as const;
  if (isDirect(interaction)) return own;
  if (visit.place.kind === "private") return { ...own, grant };
  return { place: `discord:channel:${interaction.channelId ?? ""}`, kind: "group", language, message, grant };
}

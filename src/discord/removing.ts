import { PermissionFlagsBits } from "discord.js";
import type { Removals } from "../messaging/removals.ts";
import type { MessageRef, Messenger, Removed } from "../messaging/messenger.ts";
import type { KeptStore } from "./pending-forms.ts";
import type { BotInteraction } from "./visit.ts";

/** Messages in servers that are to go again. */
export interface Removing {
  /** Notes when a message that everybody sees is to go, by the newest way there is to reach it. */
  note(interaction: BotInteraction, ref: MessageRef, at: number): Promise<void>;
  /** Takes away one that was noted. */
  remove(noted: string): Promise<Removed>;
}

interface RemovingParts {
  readonly messenger: Pick<Messenger, "remove">;
  readonly removals: Removals;
  /** Keeps tokens for as long as they live; encrypted at rest. */
  readonly kept: KeptStore;
  now(): number;
}

/**
 * Removes messages when their time has come. A token ends after a quarter of an hour, so what has no other way goes
 * before that.
 */
export function createRemoving(parts: RemovingParts): Removing {
  const { removals, kept, now } = parts;
  return {
    remove: (noted) => remove(parts, noted),
    async note(interaction, ref, at) {
      const until = ref.grant?.until ?? now();
      if (until > now()) await kept.set(reachKey(ref.message), ref, until - now());
      const isMember = interaction.appPermissions.has(PermissionFlagsBits.ViewChannel);
      await removals.note(`${interaction.channelId ?? ""}:${ref.message}`, isMember ? at : Math.min(at, until - lead));
    },
  };
}

/** Milliseconds before a token ends in which there are tries enough. */
const lead = 60_000;

function reachKey(message: string): string {
  return `reach/${message}`;
}

async function remove({ messenger, kept }: RemovingParts, noted: string): Promise<Removed> {
  const [channel = "", message = ""] = noted.split(":");
  // Only `note` writes under these keys.
  const known = (await kept.get(reachKey(message))) as MessageRef | undefined;
  const ref = known ?? { place: `discord:channel:${channel}`, kind: "group", language: "en", message };
  return messenger.remove(ref);
}

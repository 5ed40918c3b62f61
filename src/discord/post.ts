import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  MessageFlags,
  Routes,
  type APIModalInteractionResponseCallbackData,
  type ModalSubmitInteraction,
  type REST,
} from "discord.js";
import type { Grant } from "../messaging/messenger.ts";
import type { FirstAnswers } from "./first-answers.ts";
import { tokenLife } from "./limits.ts";
import { isBrokenOff, isMessageGone } from "./refusals.ts";
import type { Painted } from "./screens/sheet.ts";
import { isDirect, messageOf, type BotInteraction } from "./visit.ts";

/** A message that can be edited for as long as the token lives it was sent with. */
export interface Place {
  /** The message's id. */
  readonly id: string;
  edit(painted: Painted): Promise<void>;
}

/** The ways to put something before people in answer to what one of them did. */
export interface Post {
  /** Tells Discord that an answer will come: in place of the message acted on, or for the asker alone. */
  acknowledge(interaction: BotInteraction): Promise<void>;
  /** Opens a modal, as the very first answer. */
  pop(interaction: PoppingInteraction, modal: APIModalInteractionResponseCallbackData): Promise<void>;
  /** Puts it in place of the message acted on, or as the answer to a command. */
  put(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** Beside the message acted on, for the asker alone; to a command it is the answer. */
  ephemeral(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** A new message that everybody sees. */
  publish(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** The way in that an interaction gives, for any process. */
  grantOf(interaction: BotInteraction): Grant;
  /** A new message in somebody's conversation with the bot, which nothing was asked in by an interaction. */
  write(channel: string, painted: Painted): Promise<Place>;
}

/** One that can be answered with a modal. */
export type PoppingInteraction = Exclude<BotInteraction, ModalSubmitInteraction>;

interface PostParts {
  rest(): REST;
  readonly firstAnswers: Pick<FirstAnswers, "give">;
  now(): number;
}

/** The post of one bot. Everything goes through the interaction: where somebody brought the bot along it has nothing else. */
export function createPost({ rest, firstAnswers, now }: PostParts): Post {
  const post: Post = {
    async acknowledge(interaction) {
      if (interaction.deferred || interaction.replied) return;
      await firstAnswers.give(interaction, () =>
        isOnMessage(interaction)
          ? interaction.deferUpdate()
          : interaction.deferReply(isDirect(interaction) ? {} : { flags: MessageFlags.Ephemeral }),
      );
      // discord.js does not know of an answer whose confirmation was lost.
      interaction.deferred = true;
    },

    async pop(interaction, modal) {
      await firstAnswers.give(interaction, () => interaction.showModal(modal));
      interaction.replied = true;
    },

    async put(interaction, painted) {
      try {
        const edit = (next: Painted) => persist(() => interaction.editReply(looks(next)));
        const { id } = await edit(painted);
        return { id, edit: async (next) => void (await edit(next)) };
      } catch (error) {
        if (!isMessageGone(error)) throw error;
        return followUp(interaction, painted, MessageFlags.Ephemeral);
      }
    },

    // Where nothing is shown yet but that something will come, this is what comes.
    ephemeral: (interaction, painted) =>
      messageOf(interaction) ? followUp(interaction, painted, MessageFlags.Ephemeral) : post.put(interaction, painted),

    publish: (interaction, painted) => followUp(interaction, painted),

    grantOf: ({ applicationId: application, token, createdTimestamp }) => ({
      application,
      token,
      until: Math.round(Math.min(createdTimestamp, now()) + tokenLife),
    }),

    async write(channel, painted) {
      const nonce = randomBytes(12).toString("hex");
      const body = { ...plainLooks(painted.components), nonce, enforce_nonce: true };
      const files = painted.files.map(({ name, attachment }) => ({ name, data: attachment }));
      const sent = await persist(() => rest().post(Routes.channelMessages(channel), { body, files }));
      // What Discord answers to this is the message.
      const { id } = sent as { readonly id: string };
      return {
        id,
        async edit({ components }) {
          const next = { ...plainLooks(components), attachments: [] };
          await persist(() => rest().patch(Routes.channelMessage(channel, id), { body: next }));
        },
      };
    },
  };
  return post;
}

/** Times an edit is tried at most, and milliseconds between: the same edit may be made twice. */
const maxEdits = 3;
const editPause = 400;

async function persist<T>(edit: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await edit();
    } catch (error) {
      // What discord.js has tried again in vain is not tried any more.
      if (!isBrokenOff(error) || tries === maxEdits) throw error;
      await sleep(editPause * tries);
    }
  }
}

/** A press, or a modal that was opened by one: the answer takes the message's place. */
function isOnMessage(interaction: BotInteraction): interaction is Extract<BotInteraction, { deferUpdate(): unknown }> {
  return messageOf(interaction) !== undefined;
}

async function followUp(
  interaction: BotInteraction,
  painted: Painted,
  ephemeral?: MessageFlags.Ephemeral,
): Promise<Place> {
  const { attachments: _none, ...message } = looks(painted);
  const flags = ephemeral === undefined ? message.flags : ([message.flags, ephemeral] as const);
  const { id } = await interaction.followUp({ ...message, flags });
  return { id, edit: async (next) => void (await interaction.editReply({ ...looks(next), message: id })) };
}

function plainLooks(components: Painted["components"]) {
  return { components, flags: MessageFlags.IsComponentsV2, allowed_mentions: { parse: [] } };
}

/** The whole message, so that nothing of what was there before stays. */
function looks({ components, files }: Painted) {
  return {
    components: [...components],
    files: [...files],
    attachments: [],
    flags: MessageFlags.IsComponentsV2,
    allowedMentions: { parse: [] },
  } as const;
}

import { MessageFlags, Routes, type REST } from "discord.js";
import { tokenLife } from "./limits.ts";
import { isMessageGone, isShutOut } from "./refusals.ts";
import type { Painted } from "./screens/sheet.ts";
import type { TokenedMessage } from "./pending-forms.ts";
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
  /** Puts it in place of the message acted on, or as the answer to a command. */
  put(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** Beside the message acted on, for the asker alone; to a command it is the answer. */
  ephemeral(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** A new message that everybody sees. */
  publish(interaction: BotInteraction, painted: Painted): Promise<Place>;
  /** How the answer to a interaction can be found again, by any process. */
  tokenOf(interaction: BotInteraction): TokenedMessage;
  /** Puts it in place of the answer that stands behind a token. */
  replace(application: string, message: TokenedMessage, painted: Painted): Promise<Place>;
  /** A message to somebody's own chat with the bot; false = Discord lets the bot write to them no more. */
  sendTo(user: string, painted: Painted): Promise<boolean>;
}

interface PostParts {
  rest(): REST;
  now(): number;
}

/** The post of one bot. Everything goes through the interaction: where somebody brought the bot along it has nothing else. */
export function createPost({ rest, now }: PostParts): Post {
  const post: Post = {
    async acknowledge(interaction) {
      if (interaction.deferred || interaction.replied) return;
      if (isOnMessage(interaction)) await interaction.deferUpdate();
      else await interaction.deferReply(isDirect(interaction) ? {} : { flags: MessageFlags.Ephemeral });
    },

    async put(interaction, painted) {
      try {
        const { id } = await interaction.editReply(looks(painted));
        return { id, edit: async (next) => void (await interaction.editReply(looks(next))) };
      } catch (error) {
        if (!isMessageGone(error)) throw error;
        return followUp(interaction, painted, MessageFlags.Ephemeral);
      }
    },

    // Where nothing is shown yet but that something will come, this is what comes.
    ephemeral: (interaction, painted) =>
      messageOf(interaction) ? followUp(interaction, painted, MessageFlags.Ephemeral) : post.put(interaction, painted),

    publish: (interaction, painted) => followUp(interaction, painted),

    tokenOf: ({ token, createdTimestamp }) => ({
      token,
      until: Math.round(Math.min(createdTimestamp, now()) + tokenLife),
    }),

    async replace(application, { token }, painted) {
      const edit = async ({ components }: Painted) => {
        const body = { ...plainLooks(components), attachments: [] };
        // What Discord answers to this is the message.
        return (await rest().patch(Routes.webhookMessage(application, token), { auth: false, body })) as Edited;
      };
      const { id } = await edit(painted);
      return { id, edit: async (next) => void (await edit(next)) };
    },

    async sendTo(user, { components }) {
      try {
        const channel = await rest().post(Routes.userChannels(), { body: { recipient_id: user } });
        // What Discord answers to this is a channel.
        const { id } = channel as { readonly id: string };
        await rest().post(Routes.channelMessages(id), { body: plainLooks(components) });
        return true;
      } catch (error) {
        if (isShutOut(error)) return false;
        throw error;
      }
    },
  };
  return post;
}

interface Edited {
  readonly id: string;
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

import type { Endpoint } from "./endpoint.ts";
import type { Gateway } from "./gateway.ts";
import { toAcknowledge, tokenLife } from "./interactions.ts";
import { interactionShape } from "./shapes.ts";
import {
  flag,
  type Channel,
  type Interaction,
  type InteractionType,
  type Json,
  type Message,
  type State,
  type User,
} from "./state.ts";

/** What somebody asks the bot for. */
interface Request {
  readonly type: InteractionType;
  readonly user: User;
  readonly channel: Channel;
  readonly data: Json;
  readonly owners: Readonly<Record<string, string>>;
  readonly what: string;
  readonly source?: Message;
  readonly trigger?: Interaction;
}

interface Parts {
  readonly state: State;
  readonly gateway: Gateway;
  /** Where it has an address, interactions go there and not over the socket: the two exclude each other. */
  readonly endpoint: Endpoint;
  /** Bytes of a file the answers may carry. */
  attachmentLimit(channel: Channel): number;
  cdn(): string;
}

/** Sends an interaction to the bot; resolves with its first answer, or when its three seconds are over. */
export type Ask = (request: Request) => Promise<Interaction>;

export function createAsk({ state, gateway, endpoint, attachmentLimit, cdn }: Parts): Ask {
  return (request) => {
    const interaction: Interaction = {
      id: state.id(),
      token: state.secret(48),
      at: state.clock.now(),
      state: "open",
      followUps: 0,
      ...request,
    };
    state.interactions.set(interaction.id, interaction);
    const { guild } = request.channel;
    const shape = interactionShape(state, interaction, {
      cdn: cdn(),
      attachmentLimit: attachmentLimit(request.channel),
    });
    const settled = settling(state, interaction);
    const isPosted = endpoint.url() !== undefined;
    if (isPosted) void endpoint.deliver(interaction, shape).then(state.changed);
    const event = { name: "INTERACTION_CREATE", data: shape, ...(guild && { guild: guild.id }) };
    interaction.isHeard = isPosted || gateway.emit(event) > 0;
    state.clock.after(toAcknowledge, () => {
      if (interaction.state !== "open") return;
      interaction.state = "failed";
      // Nobody was on the line: that is no one's bad options.
      if (interaction.isHeard) state.complaints.push(`nobody acknowledged ${request.what} within 3 s`);
      state.changed();
    });
    state.clock.after(tokenLife, () => {
      const { original } = interaction;
      if (original && interaction.answer === 5 && !original.deleted && (original.flags & flag.loading) !== 0)
        state.complaints.push(`${request.what} was left thinking for ever`);
    });
    // Its token is dead long since; what still shows the interaction holds it by itself.
    state.clock.after(4 * tokenLife, () => state.interactions.delete(interaction.id));
    state.changed();
    return settled;
  };
}

function settling(state: State, interaction: Interaction): Promise<Interaction> {
  return new Promise((resolve) => {
    const stop = state.onChange(() => {
      if (interaction.state === "open") return;
      stop();
      resolve(interaction);
    });
  });
}

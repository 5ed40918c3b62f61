import type { ChatView, CommandView, BotInteraction, MessageView, Stage } from "../stage.ts";
import type { Call } from "./desk.ts";
import { objects, textOf } from "./layout.ts";
import type { Person } from "./person.ts";
import { may, permission } from "./permissions.ts";
import { nameFor } from "./reach.ts";
import { viewModal } from "./sight.ts";
import { permissionsIn, type Channel, type Command, type Interaction, type Json, type State } from "./state.ts";
import { localName } from "./typed.ts";

interface Parts {
  readonly state: State;
  onCall(listener: (call: Call) => void): () => void;
}

interface Toast {
  readonly id: number;
  readonly text: string;
}

/** What a page's language tag is here. */
const localeOf: Readonly<Record<string, string>> = {
  en: "en-US",
  "zh-hans": "zh-CN",
  "zh-hant": "zh-TW",
  es: "es-ES",
  pt: "pt-BR",
  sv: "sv-SE",
};

/** Discord for the demo page: every conversation these people are in, and what they can do there. */
export function createStage({ state, onCall }: Parts, people: readonly Person[]): Stage {
  const toasts = new Map<string, Toast>();
  const key = (person: Person, channel: Channel) => `${person.user.id} ${channel.id}`;
  const toast = (person: Person, channel: Channel, text: string) => {
    toasts.set(key(person, channel), { id: (toasts.get(key(person, channel))?.id ?? 0) + 1, text });
    state.changed();
  };
  return {
    chats: () =>
      people.flatMap((person) =>
        placesOf(state, person).map((channel) =>
          chatOf(state, person, { channel, toast: toasts.get(key(person, channel)) }),
        ),
      ),
    async act(interaction) {
      const person = people.find(({ user }) => user.id === interaction.person);
      if (!person) return;
      if (interaction.do === "speak") return person.speaks(localeOf[interaction.language] ?? interaction.language);
      const channel = state.channels.get(interaction.chat);
      if (!channel) throw new Error("there is no such conversation");
      const asked = await carryOut(person, channel, interaction);
      if (asked?.state === "failed") toast(person, channel, failure(asked));
    },
    onChange: (listener) => void state.onChange(listener),
    onCall: (listener) =>
      void onCall(({ at, route, status, ms, note }) =>
        listener({
          at,
          to: "discord",
          what: route,
          ok: status > 0 && status < 400,
          ms,
          ...(note !== undefined && { note }),
        }),
      ),
  };
}

/** What a client says about an interaction nobody answered. */
function failure({ type }: Interaction): string {
  if (type === 2) return "The application did not respond";
  return type === 5 ? "Something went wrong. Try again." : "This interaction failed";
}

async function carryOut(
  person: Person,
  channel: Channel,
  interaction: Exclude<BotInteraction, { do: "speak" }>,
): Promise<Interaction | undefined> {
  const message =
    "message" in interaction
      ? person.messages({ in: channel }).find(({ id }) => id === interaction.message)
      : undefined;
  switch (interaction.do) {
    case "say":
      if (interaction.text.startsWith("/")) return person.uses(interaction.text, { in: channel });
      person.sends(interaction.text, { in: channel });
      return undefined;
    case "attach": {
      const files = interaction.files.map(({ name, type, content }) => ({
        name,
        type,
        bytes: Buffer.from(content, "base64"),
      }));
      person.sends("", { in: channel, files });
      return undefined;
    }
    case "press": {
      if (!message) throw new Error("the message is gone");
      const offer = offersOn(person, channel).find(({ id }) => interaction.value === `command ${id}`);
      if (offer) return person.usesOnMessage(offer.name, message);
      return person.presses(/(?:)/, { message, customId: interaction.value });
    }
    case "select":
      if (!message) throw new Error("the message is gone");
      return person.selects([interaction.option], { message, customId: interaction.value });
    case "submit":
      return person.fills(interaction.values);
    case "dismiss":
      person.dismisses();
      return undefined;
  }
}

/** Their conversation with the bot first, then the channels and groups they are in. */
function placesOf(state: State, { user, dm }: Person): Channel[] {
  const others = [...state.channels.values()].filter(
    (channel) => channel !== dm && may(permissionsIn(channel, user.id), permission.viewChannel),
  );
  return [dm, ...others];
}

function chatOf(
  state: State,
  person: Person,
  { channel, toast }: { channel: Channel; toast: Toast | undefined },
): ChatView {
  const form = person.form();
  const commands = person.offered({ in: channel }).filter(({ type }) => type === 1);
  const offers = offersOn(person, channel);
  return {
    id: channel.id,
    platform: "discord",
    person: person.user.id,
    title: titleOf(state, person, channel),
    kind: channel.kind === "bot-dm" ? "private" : "group",
    typing: (channel.typingUntil ?? 0) > state.clock.now(),
    messages: person.views({ in: channel }).map((view) => withOffers(view, offers, person)),
    commands: commands.flatMap((command) => commandViews(command, person)),
    ...(toast && { toast }),
    ...(form?.modal && form.channel === channel && { modal: viewModal(form.id, form.modal) }),
  };
}

function titleOf(state: State, { user }: Person, channel: Channel): string {
  if (channel.guild) return `#${channel.name} · ${channel.guild.name}`;
  if (channel.kind === "bot-dm") return state.bot.name;
  return channel.people
    .filter((id) => id !== user.id)
    .map((id) => state.users.get(id)?.name ?? id)
    .join(", ");
}

/** The commands in a message's menu. */
function offersOn(person: Person, channel: Channel): Command[] {
  return person.offered({ in: channel }).filter(({ type }) => type === 3);
}

/** The page has no menu on messages: what the menu would hold stands below those that people wrote. */
function withOffers(view: MessageView, offers: readonly Command[], { user }: Person): MessageView {
  if (view.bot || offers.length === 0) return view;
  const row = offers.map((command) => ({
    kind: "press" as const,
    label: `⋯ ${nameFor(command, user)}`,
    value: `command ${command.id}`,
    style: "secondary",
  }));
  return { ...view, rows: [...view.rows, row] };
}

/** A command as it is offered; one with sub-commands is as many. */
function commandViews(command: Command, { user }: Person): CommandView[] {
  return viewsOf(command.body, nameFor(command, user), user.locale);
}

function viewsOf(own: Json, name: string, locale: string): CommandView[] {
  const options = objects(own["options"]);
  const nested = options.filter(({ type }) => type === 1 || type === 2);
  if (nested.length > 0)
    return nested.flatMap((inner) => viewsOf(inner, `${name} ${localName(inner, "name", locale)}`, locale));
  const usage = options.map((option) => {
    const text = `${localName(option, "name", locale)}:…`;
    return option["required"] === true ? text : `[${text}]`;
  });
  return [
    {
      name,
      description: localName(own, "description", locale) || textOf(own["description"]),
      ...(usage.length > 0 && { usage: usage.join(" ") }),
    },
  ];
}

import type { InlineKeyboardButton } from "@grammyjs/types";
import type {
  AttachedFile,
  ChatView,
  BotInteraction,
  FileView,
  MessageView,
  Stage,
  TextPart,
  WidgetView,
} from "../stage.ts";
import type { Entity } from "./marked.ts";
import type { Dependencies } from "./dependencies.ts";
import type { MediaKind } from "./media.ts";
import { Participant } from "./people.ts";
import type { CallRecord } from "./server.ts";
import type { Shown } from "./shown.ts";
import { isIn, type Chat, type Person } from "./world.ts";

/** ms a toast shows. */
const toastTime = 6000;

/** The chats as the demo page draws them, and the interactions of its visitor. */
export function createStage(dependencies: Dependencies, onCall: (listener: (call: CallRecord) => void) => void): Stage {
  const toasts = new Map<string, { readonly id: number; readonly text: string; readonly at: number }>();
  const offers = new Map<string, Offer>();
  const participants = () => participantsOf(dependencies);
  const stage: StageState = {
    dependencies,
    offers,
    toast(participant, text) {
      toasts.set(idOf(participant), { id: dependencies.world.newId(), text, at: Date.now() });
      dependencies.world.changed();
    },
  };
  return {
    chats: () =>
      participants().map((participant) => {
        const toast = toasts.get(idOf(participant));
        const recent = toast && Date.now() - toast.at < toastTime ? { toast: { id: toast.id, text: toast.text } } : {};
        return { ...viewOf(participant, offers.get(idOf(participant))), ...recent };
      }),
    kept(id) {
      const { bytes, type } = dependencies.files.find(id) ?? {};
      return bytes && { bytes, type: type ?? "application/octet-stream" };
    },
    async act(interaction) {
      if (interaction.do === "speak") return speak(dependencies, interaction.person, interaction.language);
      const participant = participants().find(
        (candidate) => idOf(candidate) === interaction.chat && candidate.person.key === interaction.person,
      );
      if (participant) await act(stage, participant, interaction);
    },
    onChange: (listener) => void dependencies.world.onChange(listener),
    onCall: (listener) =>
      void onCall(({ at, method, ok, ms, error }) => {
        // A poll lasts as long as nothing happens: no news, unless it fails.
        if (method === "getUpdates" && ok) return;
        listener({
          at,
          to: "telegram",
          what: method,
          ok,
          ms,
          ...(error && { note: `${error.code} ${error.description}` }),
        });
      }),
  };
}

/** What a bot offered for words typed after its name. */
interface Offer {
  readonly titles: readonly string[];
  chooses(n: number): void;
}

interface StageState {
  readonly dependencies: Dependencies;
  readonly offers: Map<string, Offer>;
  toast(participant: Participant, text: string): void;
}

/** A participant for every person in every chat they can see. */
function participantsOf(dependencies: Dependencies): Participant[] {
  const { people, bots, groups } = dependencies.world;
  return people.flatMap((person) => [
    ...bots.map(
      (bot) => new Participant(dependencies, { person, bot, chat: dependencies.world.privateChat(bot, person) }),
    ),
    ...[...groups.values()]
      .filter((chat) => chat.movedTo === undefined && isIn(chat, person.user.id))
      .flatMap((chat) => groupParticipants(dependencies, person, chat)),
  ]);
}

/** A forum is shown topic by topic, and its general part. */
function groupParticipants(dependencies: Dependencies, person: Person, chat: Chat): Participant[] {
  const bot = dependencies.world.bots.find(({ user }) => isIn(chat, user.id)) ?? dependencies.world.bots[0];
  if (!bot) return [];
  const general = new Participant(dependencies, { person, bot, chat });
  return [
    general,
    ...[...chat.topics.keys()].map((thread) => new Participant(dependencies, { person, bot, chat, thread })),
  ];
}

function idOf({ chat, bot, person, thread }: Participant): string {
  const place = chat.type === "private" ? bot.user.username : `${chat.id}${thread === undefined ? "" : `/${thread}`}`;
  return `telegram:${place}:${person.key}`;
}

function viewOf(participant: Participant, offer: Offer | undefined): ChatView {
  const { chat, thread, person } = participant;
  const topic = thread === undefined ? "" : ` › ${chat.topics.get(thread)?.name ?? thread}`;
  const offered = offer ? [offerView(offer)] : [];
  return {
    id: idOf(participant),
    platform: "telegram",
    person: person.key,
    title: `${chat.title}${topic}`,
    kind: chat.type === "private" ? "private" : "group",
    typing: participant.seesTyping,
    messages: [...participant.messages.map((message) => messageView(participant, message)), ...offered],
    commands: participant.commands.map(({ command, description }) => ({ name: command, description })),
  };
}

function messageView(participant: Participant, message: Shown): MessageView {
  const { stored } = message;
  const file = fileView(participant, message);
  const picture = pictureOf(participant, message);
  const via = stored.marks["via_bot"] as { username: string } | undefined;
  return {
    id: messageId(message),
    author: via ? `${message.author} via @${via.username}` : message.author,
    mine: stored.from.id === participant.person.user.id,
    bot: message.byBot,
    at: stored.at,
    edited: message.edited,
    ephemeral: stored.ephemeral !== undefined,
    parts: partsOf(message.text === "" ? serviceText(message) : message.text, message.entities),
    rows: [...message.rows.map((row) => row.map(widgetOf)), ...replyRows(message)],
    ...(picture !== undefined && { picture }),
    ...(file && { file }),
  };
}

function messageId({ id, ephemeralId }: Shown): string {
  return ephemeralId === undefined ? String(id) : `ephemeral${ephemeralId}`;
}

/** A file with the address of its bytes, where they are kept. */
function fileView({ dependencies }: Participant, { file, stored: { content } }: Shown): FileView | undefined {
  if (!file) return undefined;
  const sent = (content["document"] ?? content["video"] ?? content["audio"] ?? content["animation"]) as
    | { file_id?: string }
    | undefined;
  const kept = sent?.file_id === undefined ? undefined : dependencies.files.find(sent.file_id);
  return { ...file, ...(kept?.bytes && { url: `/kept/${kept.id}` }) };
}

/** The picture of a photo that is small enough to be kept, or of the page a text's link leads to. */
function pictureOf({ dependencies }: Participant, { stored }: Shown): string | undefined {
  const photo = (stored.content["photo"] as { file_id: string }[] | undefined)?.at(-1);
  const kept = photo && !/^https?:/.test(photo.file_id) ? dependencies.files.get(photo.file_id) : undefined;
  if (kept?.bytes) return `/kept/${kept.id}`;
  return photo?.file_id.startsWith("http")
    ? photo.file_id
    : stored.preview?.is_disabled
      ? undefined
      : stored.preview?.url;
}

/** What clients write where a message has no text. */
function serviceText({ stored, author }: Shown): string {
  const { content } = stored;
  const names = (users: unknown) => (users as { first_name: string }[]).map(({ first_name }) => first_name).join(", ");
  if (content["new_chat_members"]) return `${names(content["new_chat_members"])} joined the group`;
  if (content["left_chat_member"]) return `${names([content["left_chat_member"]])} left the group`;
  if (content["forum_topic_created"]) return `${author} opened a topic`;
  if (content["migrate_from_chat_id"]) return "The group became a supergroup";
  const sticker = content["sticker"] as { emoji?: string } | undefined;
  return sticker ? (sticker.emoji ?? "🖼") : content["voice"] ? "🎤" : content["contact"] ? "👤" : "";
}

const styles: Readonly<Record<string, NonNullable<TextPart["style"]>>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strikethrough: "strike",
  code: "code",
  pre: "code",
  blockquote: "quote",
  expandable_blockquote: "quote",
  text_link: "link",
  url: "link",
  email: "link",
};

/** The text cut where its marks begin and end; where marks lie over each other, the innermost shows. */
export function partsOf(text: string, entities: readonly Entity[]): TextPart[] {
  const cuts = new Set([0, text.length, ...entities.flatMap(({ offset, length }) => [offset, offset + length])]);
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).flatMap((from, n) => {
    const to = edges[n + 1] ?? text.length;
    const piece = text.slice(from, to);
    const over = entities.filter(
      ({ offset, length, type }) => offset <= from && offset + length >= to && type in styles,
    );
    const entity = over.sort((a, b) => a.length - b.length)[0];
    const style = entity && styles[entity.type];
    if (piece === "") return [];
    return [
      { text: piece, ...(style && { style }), ...(entity && style === "link" && { href: hrefOf(entity, text) }) },
    ];
  });
}

function hrefOf({ type, url, offset, length }: Entity, text: string): string {
  const words = text.slice(offset, offset + length);
  if (url !== undefined) return url;
  if (type === "email") return `mailto:${words}`;
  return /^[a-z]+:/i.test(words) ? words : `http://${words}`;
}

/** A button, and in its value what pressing it does. */
function widgetOf(button: InlineKeyboardButton): WidgetView {
  const label = button.text;
  const style = button.style === undefined ? {} : { style: button.style };
  if ("callback_data" in button) return { kind: "press", label, value: `data:${button.callback_data}`, ...style };
  if ("copy_text" in button) return { kind: "copy", label, text: button.copy_text.text };
  if ("url" in button) {
    return isDeepLink(button.url)
      ? { kind: "press", label, value: `open:${button.url}`, ...style }
      : { kind: "url", label, url: button.url };
  }
  if ("switch_inline_query_current_chat" in button) {
    return { kind: "press", label, value: `inline:${button.switch_inline_query_current_chat}`, ...style };
  }
  return { kind: "disabled", label };
}

function isDeepLink(url: string): boolean {
  return /^https:\/\/t\.me\/\w+\?start=/.test(url);
}

/** The buttons of a reply keyboard: pressing one says its label. */
function replyRows({ stored }: Shown): WidgetView[][] {
  const keyboard = stored.reply?.["keyboard"] as { text: string }[][] | undefined;
  return (keyboard ?? []).map((row) => row.map(({ text }) => ({ kind: "press", label: text, value: `say:${text}` })));
}

function offerView({ titles }: Offer): MessageView {
  return {
    id: "inline",
    author: "Results",
    mine: false,
    bot: true,
    at: Date.now(),
    edited: false,
    ephemeral: true,
    parts: [{ text: titles.length === 0 ? "No results" : "Choose one to send it" }],
    rows: titles.map((title, n) => [{ kind: "press", label: title, value: `choose:${n}` }]),
  };
}

function speak({ world }: Dependencies, key: string, language: string): void {
  const person = world.people.find((candidate) => candidate.key === key);
  if (person) person.user.language_code = language;
  world.changed();
}

async function act(
  stage: StageState,
  participant: Participant,
  interaction: Exclude<BotInteraction, { do: "speak" }>,
): Promise<void> {
  switch (interaction.do) {
    case "say":
      return say(stage, participant, interaction.text);
    case "attach":
      return attach(stage, participant, interaction.files);
    case "press":
      return press(stage, participant, interaction);
    case "select":
    case "submit":
    case "dismiss":
      throw new Error("Telegram has no menus and no forms");
  }
}

async function say(stage: StageState, participant: Participant, text: string): Promise<void> {
  const inline = new RegExp(`^@${participant.bot.user.username}\\s?(.*)$`, "is").exec(text);
  if (inline) return offer(stage, participant, inline[1] ?? "");
  stage.offers.delete(idOf(participant));
  const asked = participant.messages.findLast(({ byBot }) => byBot);
  // A demand to reply opens the reply at once, as clients do.
  participant.sends(
    text,
    asked?.stored.reply?.["force_reply"] === true && participant.chat.type !== "private" ? { replyTo: asked } : {},
  );
}

/** As clients do: what can be looked at or listened to as that, and several at once as an album. */
function attach({ dependencies }: StageState, participant: Participant, files: readonly AttachedFile[]): void {
  const album = files.length > 1 ? { album: String(dependencies.world.newId()) } : {};
  for (const { name, type, content } of files)
    participant.sendsFile({ kind: kindOf(type), name, type, bytes: Buffer.from(content, "base64"), ...album });
}

function kindOf(type: string): MediaKind {
  if (type === "image/gif") return "animation";
  const [kind] = type.split("/");
  return kind === "image" ? "photo" : kind === "video" || kind === "audio" ? kind : "document";
}

async function offer(stage: StageState, participant: Participant, query: string): Promise<void> {
  const { results, chooses } = await participant.asks(query);
  stage.offers.set(idOf(participant), { titles: results.map(({ title, id }) => String(title ?? id)), chooses });
  stage.dependencies.world.changed();
}

async function press(
  stage: StageState,
  participant: Participant,
  interaction: { readonly message: string; readonly value: string },
): Promise<void> {
  const [, kind = "", value = ""] = /^(\w+):([\s\S]*)$/.exec(interaction.value) ?? [];
  if (kind === "say") return void participant.sends(value);
  if (kind === "open") return void participant.opens(value);
  if (kind === "inline") return offer(stage, participant, value);
  if (kind === "choose") {
    stage.offers.get(idOf(participant))?.chooses(Number(value));
    return void stage.offers.delete(idOf(participant));
  }
  const message = participant.messages.find((candidate) => messageId(candidate) === interaction.message);
  if (!message) throw new Error("that message is gone");
  const tap = participant.forges(value, { on: message });
  // The page does not wait: the answer shows when it comes.
  void tap.answer({ timeout: 20_000 }).then(
    ({ text, url }) => {
      if (text !== undefined) stage.toast(participant, text);
      if (url !== undefined) participant.opens(url);
    },
    () => undefined,
  );
}

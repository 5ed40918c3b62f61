import { component, layoutProblems, objects, placed, references, textOf } from "./layout.ts";
import { permission, may } from "./permissions.ts";
import { refusals, type Path, type Problem } from "./refusal.ts";
import { isObject, lengthOf } from "./schema.ts";
import {
  flag,
  permissionsIn,
  type Attachment,
  type Channel,
  type Interaction,
  type Json,
  type Message,
  type State,
  type User,
} from "./state.ts";

/** A file as it came in a request. */
export interface Upload {
  /** The n of `files[n]`. */
  readonly n: number;
  readonly name: string;
  readonly type?: string;
  readonly size: number;
  readonly sha256: string;
  readonly bytes?: Buffer;
}

/** A message's body, its files, and where in the request the body stood. */
export interface Draft {
  readonly body: Json;
  readonly uploads: readonly Upload[];
  readonly path: Path;
}

interface Place {
  readonly channel: Channel;
  readonly author: User;
  readonly interaction?: Interaction;
  readonly onlyFor?: string;
}

/** Puts a new message into a channel, or refuses it. */
export function createMessage(state: State, draft: Draft, { channel, author, interaction, onlyFor }: Place): Message {
  const content = contentOf(state, draft, undefined);
  const message: Message = {
    id: state.id(),
    channel,
    author,
    ...content,
    flags: (content.flags & ~flag.ephemeral) | (onlyFor === undefined ? 0 : flag.ephemeral),
    at: state.clock.now(),
    deleted: false,
    ...(interaction && { interaction }),
    ...(onlyFor !== undefined && { onlyFor }),
  };
  channel.messages.push(message);
  delete channel.typingUntil;
  return message;
}

/** Where the answer will be: "… is thinking". */
export function createThinking(state: State, { channel, author, interaction, onlyFor }: Place): Message {
  const message: Message = {
    id: state.id(),
    channel,
    author,
    content: "",
    embeds: [],
    components: [],
    attachments: [],
    flags: flag.loading | (onlyFor === undefined ? 0 : flag.ephemeral),
    at: state.clock.now(),
    pinged: [],
    deleted: false,
    ...(interaction && { interaction }),
    ...(onlyFor !== undefined && { onlyFor }),
  };
  channel.messages.push(message);
  return message;
}

/** Changes what the body names and keeps the rest. A message's ephemeral state never changes. */
export function editMessage(state: State, message: Message, draft: Draft): void {
  const wasLoading = (message.flags & flag.loading) !== 0;
  const { content, embeds, components, attachments, flags, pinged } = contentOf(state, draft, message);
  Object.assign(message, { content, embeds, components, attachments, pinged });
  message.flags = (flags & ~(flag.loading | flag.ephemeral)) | (message.onlyFor === undefined ? 0 : flag.ephemeral);
  if (!wasLoading) message.editedAt = state.clock.now();
}

/** Takes a message away for everybody. */
export function deleteMessage(message: Message): void {
  message.deleted = true;
}

/** The message, if it is (still) in the channel. */
export function messageIn(channel: Channel, id: string): Message {
  const message = channel.messages.find((candidate) => candidate.id === id && !candidate.deleted);
  if (!message) throw refusals.unknownMessage();
  return message;
}

/** Refuses what the bot's permissions in a channel do not allow. */
export function checkBotMay(state: State, channel: Channel, draft: Draft | undefined): void {
  const granted = permissionsIn(channel, state.bot.id);
  if (!may(granted, permission.viewChannel)) throw refusals.missingAccess();
  if (draft && !may(granted, permission.sendMessages)) throw refusals.missingPermissions();
  if (draft && draft.uploads.length > 0 && !may(granted, permission.attachFiles)) throw refusals.missingPermissions();
}

type Content = Pick<Message, "content" | "embeds" | "components" | "attachments" | "flags" | "pinged">;

/** The flags a bot can set on a new message, and change on an old one. */
const settable = flag.suppressEmbeds | flag.suppressNotifications | flag.voice | flag.componentsV2 | flag.ephemeral;
const changeable = flag.suppressEmbeds | flag.componentsV2;
// A message of components stays one.
const givenUp = flag.suppressEmbeds;

function contentOf(state: State, draft: Draft, before: Message | undefined): Content {
  const { body } = draft;
  const content = body["content"] === undefined ? (before?.content ?? "") : textOf(body["content"]).trim();
  const embeds = body["embeds"] === undefined ? (before?.embeds ?? []) : objects(body["embeds"]);
  const components = body["components"] === undefined ? (before?.components ?? []) : objects(body["components"]);
  const flags = flagsOf(body, before);
  const problems: Problem[] = [];
  const attachments = attachmentsOf(state, draft, { before, problems });
  const v2 = (flags & flag.componentsV2) !== 0;
  problems.push(
    ...flagProblems(body, before),
    ...(v2 ? legacyProblems(body, content, embeds) : []),
    ...layoutProblems(components, v2),
    ...embedProblems(embeds),
    ...referenceProblems(components, embeds, attachments),
  );
  if (problems.length > 0)
    throw refusals.invalidForm(problems.map((one) => ({ ...one, path: [...draft.path, ...one.path] })));
  const something = v2
    ? components.length > 0
    : content !== "" || embeds.length > 0 || components.length > 0 || attachments.length > 0;
  if (!something && !isObject(body["poll"]) && !Array.isArray(body["sticker_ids"])) throw refusals.emptyMessage();
  const shown = v2 ? shownOf(state, { components, attachments, before }) : attachments;
  return { content, embeds, components, attachments: shown, flags, pinged: pinged(content, components, body) };
}

function flagsOf(body: Json, before: Message | undefined): number {
  const asked = typeof body["flags"] === "number" ? body["flags"] : undefined;
  if (!before) return (asked ?? 0) & settable;
  const kept = asked === undefined ? before.flags : before.flags & ~givenUp;
  return kept | ((asked ?? 0) & changeable);
}

function flagProblems(body: Json, before: Message | undefined): Problem[] {
  const asked = body["flags"];
  if (!before || typeof asked !== "number" || (before.flags & flag.componentsV2) === 0) return [];
  return asked & flag.componentsV2
    ? []
    : [
        {
          path: ["flags"],
          code: "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG",
          message: "The MessageFlags.IS_COMPONENTS_V2 flag cannot be removed from a message.",
        },
      ];
}

function legacyProblems(body: Json, content: string, embeds: readonly Json[]): Problem[] {
  const used = [
    ...(content === "" ? [] : ["content"]),
    ...(embeds.length === 0 ? [] : ["embeds"]),
    ...(isObject(body["poll"]) ? ["poll"] : []),
    ...(Array.isArray(body["sticker_ids"]) && body["sticker_ids"].length > 0 ? ["sticker_ids"] : []),
  ];
  return used.map((field) => ({
    path: [field],
    code: "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    message: `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
  }));
}

function embedProblems(embeds: readonly Json[]): Problem[] {
  const total = embeds.reduce((sum, embed) => sum + embedLength(embed), 0);
  return total > 6000
    ? [{ path: ["embeds"], code: "MAX_EMBED_SIZE_EXCEEDED", message: "Embed size exceeds maximum size of 6000" }]
    : [];
}

function embedLength(embed: Json): number {
  const { footer, author, fields } = embed;
  const texts = [
    embed["title"],
    embed["description"],
    isObject(footer) ? footer["text"] : undefined,
    isObject(author) ? author["name"] : undefined,
    ...objects(fields).flatMap(({ name, value }) => [name, value]),
  ];
  return texts.reduce<number>((sum, text) => sum + (typeof text === "string" ? lengthOf(text) : 0), 0);
}

function referenceProblems(
  components: readonly Json[],
  embeds: readonly Json[],
  attachments: readonly Attachment[],
): Problem[] {
  return references(components, embeds)
    .filter(({ name }) => !attachments.some((attachment) => attachment.name === name))
    .map(({ path }) => ({
      path,
      code: "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
      message: "The referenced attachment was not found in the uploaded attachments",
    }));
}

interface ShownParts {
  readonly components: readonly Json[];
  readonly attachments: readonly Attachment[];
  readonly before: Message | undefined;
}

/** Beside components a file shows only where one of them names it; one that is not named any more goes with its component. */
function shownOf(state: State, { components, attachments, before }: ShownParts): Attachment[] {
  const named = references(components, []).map(({ name }) => name);
  return attachments.filter((attachment) => {
    if (named.includes(attachment.name)) return true;
    if (before?.attachments.includes(attachment)) return false;
    state.complaints.push(`${attachment.name} was sent beside components and none of them shows it`);
    return true;
  });
}

interface AttachmentsParts {
  readonly before: Message | undefined;
  readonly problems: Problem[];
}

/** An edit that lists attachments keeps those alone; one that lists none keeps all. Files are added either way. */
function attachmentsOf(state: State, { body, uploads }: Draft, { before, problems }: AttachmentsParts): Attachment[] {
  const listed = body["attachments"] === undefined ? undefined : objects(body["attachments"]);
  const entryOf = (n: number) => listed?.find(({ id }) => String(id) === String(n));
  const old = before?.attachments ?? [];
  const kept = listed ? old.filter(({ id }) => listed.some((entry) => String(entry["id"]) === id)) : [...old];
  for (const [place, entry] of (listed ?? []).entries()) {
    const id = String(entry["id"]);
    if (!old.some((one) => one.id === id) && !uploads.some(({ n }) => String(n) === id))
      problems.push({
        path: ["attachments", place, "id"],
        code: "ATTACHMENT_NOT_FOUND",
        message: `Attachment data was not found in form-data for attachment with id ${id}`,
      });
  }
  const added = uploads.map((upload) => attachmentFrom(state, upload, entryOf(upload.n)));
  if (kept.length + added.length > 10)
    problems.push({ path: ["attachments"], code: "BASE_TYPE_MAX_LENGTH", message: "Must be 10 or fewer in length." });
  return [...kept, ...added];
}

function attachmentFrom(
  state: State,
  { name, type, size, sha256, bytes }: Upload,
  entry: Json | undefined,
): Attachment {
  const wanted = typeof entry?.["filename"] === "string" ? entry["filename"] : name;
  const description = entry?.["description"];
  return {
    id: state.id(),
    name: storedName(wanted),
    size,
    sha256,
    ...(typeof description === "string" && { description }),
    ...(type !== undefined && { type }),
    ...(bytes && { bytes }),
  };
}

/** A file's name as Discord keeps it: what has no place in an address becomes `_` or goes. */
export function storedName(name: string): string {
  const base = name.split(/[/\\]/).at(-1) ?? "";
  const plain = base
    .normalize("NFKD")
    .replaceAll(/\s+/g, "_")
    .replaceAll(/[^\w.()\-[\]]/g, "");
  return plain === "" || plain.startsWith(".") ? `unknown${plain}` : plain;
}

/** Whom the text notifies, after what `allowed_mentions` lets through. Text displays notify, too. */
function pinged(content: string, components: readonly Json[], body: Json): string[] {
  const texts = placed(components)
    .filter(({ component: own }) => own["type"] === component.text)
    .map(({ component: own }) => String(own["content"]));
  const text = [content, ...texts].join("\n");
  const named = [...text.matchAll(/<@!?(\d{1,20})>/g)].map((match) => match[1] ?? "");
  const crowd = /@(everyone|here)/.test(text) ? ["everyone"] : [];
  const allowed = body["allowed_mentions"];
  if (!isObject(allowed)) return [...new Set([...named, ...crowd])];
  const parse: readonly unknown[] = Array.isArray(allowed["parse"]) ? allowed["parse"] : [];
  const users: readonly unknown[] = Array.isArray(allowed["users"]) ? allowed["users"] : [];
  return [
    ...new Set(named.filter((id) => parse.includes("users") || users.includes(id))),
    ...(parse.includes("everyone") ? crowd : []),
  ];
}

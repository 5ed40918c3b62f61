import type { BlockView, FileView, MessageView, ModalView, TextPart, WidgetView } from "../stage.ts";
import { component, isSelect, objects, placed, textOf, urlOf } from "./layout.ts";
import { readMarkdown } from "./markdown.ts";
import { isObject } from "./schema.ts";
import { attachmentShape } from "./shapes.ts";
import { flag, type Json, type Message, type State, type User } from "./state.ts";

interface Viewing {
  readonly state: State;
  readonly viewer: User;
  readonly cdn: string;
}

/** A message as somebody sees it on their screen. */
export function viewMessage(message: Message, viewing: Viewing): MessageView {
  const { viewer } = viewing;
  const v2 = (message.flags & flag.componentsV2) !== 0;
  const thinking = (message.flags & flag.loading) !== 0;
  const pictures = picturesOf(message, viewing, v2);
  const files = filesOf(message, viewing, v2);
  const rest = files.slice(1);
  return {
    id: message.id,
    author: message.author.name,
    mine: message.author === viewer,
    bot: message.author.bot,
    at: message.at,
    edited: message.editedAt !== undefined,
    ephemeral: message.onlyFor !== undefined,
    parts: thinking ? [{ text: `${message.author.name} is thinking…`, style: "italic" }] : partsOf(message, viewing),
    ...(pictures[0] !== undefined && { picture: pictures[0] }),
    ...(pictures.length > 1 && { morePictures: pictures.slice(1) }),
    ...(files[0] && { file: files[0] }),
    ...(rest.length > 0 && { moreFiles: rest }),
    rows: rowsOf(message, viewing),
    ...(v2 && !thinking && { layout: message.components.flatMap((own) => blocksOf(own, message, viewing)) }),
  };
}

/** A component of a message where it stands. */
function blocksOf(own: Json, message: Message, viewing: Viewing): BlockView[] {
  switch (own["type"]) {
    case component.container:
      return [
        {
          kind: "box",
          ...(typeof own["accent_color"] === "number" && { accent: colour(own["accent_color"]) }),
          blocks: objects(own["components"]).flatMap((inner) => blocksOf(inner, message, viewing)),
        },
      ];
    case component.text:
      return [{ kind: "text", parts: read(own["content"], viewing) }];
    case component.section:
      return [sectionBlock(own, message, viewing)];
    case component.separator:
      return own["divider"] === false ? [] : [{ kind: "rule" }];
    case component.gallery:
      return objects(own["items"]).map(({ media }) => ({
        kind: "picture",
        picture: mediaUrl(media, message, viewing),
      }));
    case component.file: {
      const file = filesOf(message, viewing, true).find(({ name }) => urlOf(own["file"]) === `attachment://${name}`);
      return file ? [{ kind: "file", file }] : [];
    }
    case component.row:
      return [{ kind: "row", row: objects(own["components"]).map((inner) => widgetOf(inner, message, viewing.state)) }];
    default:
      return [];
  }
}

function sectionBlock(own: Json, message: Message, viewing: Viewing): BlockView {
  const parts = joined(objects(own["components"]).flatMap((inner) => componentParts(inner, viewing)));
  const beside = own["accessory"];
  if (!isObject(beside)) return { kind: "text", parts };
  return beside["type"] === component.button
    ? { kind: "section", parts, widget: widgetOf(beside, message, viewing.state) }
    : { kind: "section", parts, picture: mediaUrl(beside["media"], message, viewing) };
}

function colour(number: number): string {
  return `#${number.toString(16).padStart(6, "0")}`;
}

function partsOf(message: Message, viewing: Viewing): TextPart[] {
  const texts = [
    ...(message.content === "" ? [] : [read(message.content, viewing)]),
    ...message.embeds.map((embed) => embedParts(embed, viewing)),
    ...message.components.flatMap((own) => componentParts(own, viewing)),
  ];
  return joined(texts);
}

/** Blocks one below the other. */
function joined(blocks: readonly (readonly TextPart[])[]): TextPart[] {
  return blocks.flatMap((block, n) => {
    const before = blocks[n - 1]?.at(-1)?.style;
    const isApart = before === "rule" || before === "heading" || before === "quote" || block[0]?.style === "rule";
    return n > 0 && !isApart ? [{ text: "\n" }, ...block] : [...block];
  });
}

function read(text: unknown, { state, viewer }: Viewing): TextPart[] {
  return readMarkdown(String(text), {
    locale: viewer.locale,
    now: state.clock.now(),
    userName: (id) => state.users.get(id)?.name ?? "unknown-user",
    channelName: (id) => state.channels.get(id)?.name ?? "unknown",
  });
}

function embedParts(embed: Json, viewing: Viewing): TextPart[] {
  const { author, footer, title, description } = embed;
  const blocks: TextPart[][] = [
    ...(isObject(author) ? [[{ text: String(author["name"]), style: "bold" as const }]] : []),
    ...(title === undefined ? [] : [[{ text: textOf(title), style: "heading" as const }]]),
    ...(description === undefined ? [] : [read(description, viewing)]),
    ...objects(embed["fields"]).map(({ name, value }) => [
      { text: String(name), style: "bold" as const },
      { text: "\n" },
      ...read(value, viewing),
    ]),
    ...(isObject(footer) ? [[{ text: String(footer["text"]), style: "italic" as const }]] : []),
  ];
  return joined(blocks);
}

function componentParts(own: Json, viewing: Viewing): TextPart[][] {
  switch (own["type"]) {
    case component.text:
      return [read(own["content"], viewing)];
    case component.separator:
      return own["divider"] === false ? [] : [[{ text: "", style: "rule" }]];
    case component.container:
    case component.section:
      return objects(own["components"]).flatMap((inner) => componentParts(inner, viewing));
    default:
      return [];
  }
}

/** A picture's address: the message's own file, or somewhere on the web. */
function mediaUrl(media: unknown, message: Message, { state, cdn }: Viewing): string {
  const url = urlOf(media) ?? "";
  const name = url.startsWith("attachment://") ? url.slice("attachment://".length) : undefined;
  const attachment = message.attachments.find((candidate) => candidate.name === name);
  return attachment ? String(attachmentShape(state, { channel: message.channel, attachment, cdn })["url"]) : url;
}

function isPicture(name: string): boolean {
  return /\.(png|jpe?g|gif|webp)$/i.test(name);
}

function picturesOf(message: Message, viewing: Viewing, v2: boolean): string[] {
  const media = placed(message.components).flatMap(({ component: own }) => {
    if (own["type"] === component.thumbnail) return [own["media"]];
    return own["type"] === component.gallery ? objects(own["items"]).map((item) => item["media"]) : [];
  });
  const embedded = message.embeds.flatMap((embed) => [embed["image"], embed["thumbnail"]]).filter(isObject);
  const attached = v2
    ? []
    : message.attachments.filter(({ name }) => isPicture(name)).map(({ name }) => ({ url: `attachment://${name}` }));
  return [...media, ...embedded, ...attached].map((one) => mediaUrl(one, message, viewing));
}

/** Files that show: in a components message only those that a file component names. */
function filesOf(message: Message, { state, cdn }: Viewing, v2: boolean): FileView[] {
  const named = new Set(
    placed(message.components)
      .filter(({ component: own }) => own["type"] === component.file)
      .map(({ component: own }) => urlOf(own["file"])),
  );
  return message.attachments
    .filter(({ name }) => (v2 ? named.has(`attachment://${name}`) : !isPicture(name)))
    .map((attachment) => ({
      name: attachment.name,
      size: attachment.size,
      url: String(attachmentShape(state, { channel: message.channel, attachment, cdn })["url"]),
    }));
}

function rowsOf(message: Message, { state }: Viewing): WidgetView[][] {
  const rows = message.components.flatMap(rowsIn);
  return rows.map((row) => row.map((own) => widgetOf(own, message, state)));
}

/** Rows of buttons and menus, in their order; a section's button is a row by itself. */
function rowsIn(own: Json): Json[][] {
  if (own["type"] === component.row) return [[...objects(own["components"])]];
  if (own["type"] === component.container) return objects(own["components"]).flatMap(rowsIn);
  const beside = own["accessory"];
  return own["type"] === component.section && isObject(beside) && beside["type"] === component.button ? [[beside]] : [];
}

const buttonStyles = ["", "primary", "secondary", "success", "danger"];

function widgetOf(own: Json, message: Message, state: State): WidgetView {
  const label = labelOf(own);
  if (isSelect(own)) {
    if (own["disabled"] === true) return { kind: "disabled", label: textOf(own["placeholder"]) };
    return {
      kind: "select",
      placeholder: textOf(own["placeholder"]) || "Make a selection",
      value: String(own["custom_id"]),
      options: optionsOf(own, message, state),
    };
  }
  if (own["disabled"] === true) return { kind: "disabled", label };
  if (own["style"] === 5) return { kind: "url", label, url: String(own["url"]) };
  const style = buttonStyles[Number(own["style"])];
  return { kind: "press", label, value: String(own["custom_id"]), ...(style !== undefined && { style }) };
}

/** What a button says, its emoji first. */
export function labelOf(own: Json): string {
  const emoji = isObject(own["emoji"]) ? textOf(own["emoji"]["name"]) : "";
  return [emoji, textOf(own["label"])].filter((text) => text !== "").join(" ");
}

interface Option {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
}

/** What a menu offers; the ones for people and channels offer those of the place. */
export function optionsOf(own: Json, message: Message, state: State): Option[] {
  const { channel } = message;
  if (own["type"] === component.stringSelect) {
    return objects(own["options"]).map((option) => ({
      label: labelOf(option),
      value: String(option["value"]),
      ...(typeof option["description"] === "string" && { description: option["description"] }),
    }));
  }
  if (own["type"] === component.channelSelect)
    return (channel.guild?.channels ?? []).map(({ id, name }) => ({ label: `#${name}`, value: id }));
  if (own["type"] === component.roleSelect)
    return channel.guild ? [{ label: "@everyone", value: channel.guild.id }] : [];
  const people = channel.guild ? [...channel.guild.members.keys()] : channel.people;
  return people.map((id) => ({ label: state.users.get(id)?.name ?? id, value: id }));
}

/** A modal as a form. */
export function viewModal(id: string, modal: Json): ModalView {
  const texts = objects(modal["components"]).filter((own) => own["type"] === component.text);
  const plain = {
    locale: "en-US",
    now: 0,
    userName: (user: string) => user,
    channelName: (channel: string) => channel,
  };
  return {
    id,
    title: String(modal["title"]),
    ...(texts.length > 0 && { parts: joined(texts.map((own) => readMarkdown(textOf(own["content"]), plain))) }),
    fields: inputsOf(modal).map(({ input, label, hint }) => ({
      id: String(input["custom_id"]),
      label,
      ...(hint !== undefined && { hint }),
      required: input["required"] !== false && input["type"] !== component.checkbox,
      value: valueIn(input),
      ...(input["style"] === 2 && { long: true }),
      ...chosenFrom(input),
    })),
  };
}

/** What stands in a field before anybody touches it. */
function valueIn(input: Json): string {
  if (input["type"] === component.checkbox) return String(input["default"] === true);
  const preset = objects(input["options"]).find((option) => option["default"] === true);
  return textOf(preset?.["value"] ?? input["value"]);
}

function chosenFrom(input: Json): { options?: { label: string; value: string }[] } {
  if (input["type"] === component.checkbox)
    return { options: ["true", "false"].map((value) => ({ label: value === "true" ? "☑" : "☐", value })) };
  const options = objects(input["options"]);
  if (options.length === 0) return {};
  return { options: options.map((option) => ({ label: labelOf(option), value: String(option["value"]) })) };
}

/** A modal's inputs with what stands above and beside them. */
export function inputsOf(modal: Json): { input: Json; label: string; hint?: string; id?: unknown }[] {
  return objects(modal["components"]).flatMap((own) => {
    if (own["type"] === component.row)
      return objects(own["components"]).map((input) => ({ input, label: textOf(input["label"]) }));
    const input = own["component"];
    if (own["type"] !== component.label || !isObject(input)) return [];
    const hint = own["description"] ?? input["placeholder"];
    return [{ input, label: String(own["label"]), ...(typeof hint === "string" && { hint }) }];
  });
}

/** A screen in plain letters: for people at a terminal, and for tests. */
export function drawMessages(messages: readonly MessageView[]): string {
  return messages.map(drawMessage).join("\n\n");
}

/** A form in plain letters. */
export function drawModal({ title, parts = [], fields }: ModalView): string {
  const above = parts.length > 0 ? [drawParts(parts)] : [];
  const lines = fields.map(({ label, value, required, hint, options }) => {
    const offered = options ? ` {${options.map((option) => option.label).join(" | ")}}` : "";
    return `  ${label}${required ? "*" : ""}: ${value || "____"}${offered}${hint === undefined ? "" : ` (${hint})`}`;
  });
  return [`┌ ${title}`, ...above, ...lines, "└"].join("\n");
}

function drawMessage(view: MessageView): string {
  const marks = [view.bot ? "APP" : "", view.edited ? "edited" : "", view.ephemeral ? "only you" : ""].filter(Boolean);
  const head = `${view.author}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}:`;
  const text = drawParts(view.parts);
  const files = [...(view.file ? [view.file] : []), ...(view.moreFiles ?? [])];
  const pictures = [view.picture, ...(view.morePictures ?? [])].filter((one) => one !== undefined);
  return [
    head,
    ...text.split("\n").map((line) => `  ${line}`),
    ...pictures.map((url) => `  [picture ${url}]`),
    ...files.map(({ name, size }) => `  [file ${name}, ${size} bytes]`),
    ...view.rows.map((row) => `  ${row.map(drawWidget).join(" ")}`),
  ].join("\n");
}

function drawParts(parts: readonly TextPart[]): string {
  return parts
    .map(drawPart)
    .join("")
    .replaceAll(/\n\n(?=────────\n)/g, "\n")
    .trimEnd();
}

function drawPart({ text, style, href }: TextPart): string {
  if (style === "rule") return "\n────────\n";
  if (style === "heading" || style === "quote") return `${text}\n`;
  if (style === "link" && href !== text) return `${text} → ${href}`;
  return text;
}

function drawWidget(widget: WidgetView): string {
  switch (widget.kind) {
    case "press":
      return `[${widget.label}]`;
    case "url":
      return `[${widget.label} ↗]`;
    case "copy":
      return `[${widget.label} ⧉]`;
    case "disabled":
      return `(${widget.label})`;
    case "select": {
      const options = widget.options.map(({ label, description }) =>
        description === undefined ? `    - ${label}` : `    - ${label} — ${description}`,
      );
      return [`{${widget.placeholder}}`, ...options].join("\n");
    }
  }
}

import type { InlineKeyboardButton } from "@grammyjs/types";
import type { Entity } from "./marked.ts";
import type { StoredMessage } from "./world.ts";

const known = new WeakMap<StoredMessage, Shown>();

/** A message as it is seen; the same object every time. */
export function shownOf(message: StoredMessage): Shown {
  const shown = known.get(message) ?? new Shown(message);
  known.set(message, shown);
  return shown;
}

/** A message on somebody's screen. It changes as the message does. */
export class Shown {
  readonly stored: StoredMessage;

  constructor(stored: StoredMessage) {
    this.stored = stored;
  }

  /** 0 for ephemeral ones. */
  get id(): number {
    return this.stored.id;
  }

  /** Set for messages only one person sees. */
  get ephemeralId(): number | undefined {
    return this.stored.ephemeral?.id;
  }

  /** Who sees it alone. */
  get receiver(): number | undefined {
    return this.stored.ephemeral?.person;
  }

  get chat(): number {
    return this.stored.chat.id;
  }

  /** The topic it is in. */
  get thread(): number | undefined {
    return this.stored.thread;
  }

  /** Who wrote it. */
  get author(): string {
    const { asChat, chat, from } = this.stored;
    return asChat || chat.type === "channel" ? chat.title : from.first_name;
  }

  get byBot(): boolean {
    return this.stored.from.is_bot && !this.stored.asChat;
  }

  /** Text, or the caption of a file; "" where there is neither. */
  get text(): string {
    return this.stored.content.text ?? this.stored.content.caption ?? "";
  }

  get entities(): readonly Entity[] {
    return this.stored.content.entities ?? this.stored.content.caption_entities ?? [];
  }

  get rows(): readonly (readonly InlineKeyboardButton[])[] {
    return this.stored.keyboard?.inline_keyboard ?? [];
  }

  get buttons(): readonly InlineKeyboardButton[] {
    return this.rows.flat();
  }

  get labels(): readonly string[] {
    return this.buttons.map(({ text }) => text);
  }

  get preview(): StoredMessage["preview"] {
    return this.stored.preview;
  }

  get edited(): boolean {
    return this.stored.editedAt !== undefined;
  }

  get deleted(): boolean {
    return this.stored.deleted;
  }

  /** Name and size of its file. */
  get file(): { readonly name: string; readonly size: number } | undefined {
    const { content } = this.stored;
    const file = (content["document"] ?? content["video"] ?? content["audio"] ?? content["animation"]) as
      | { file_name?: string; file_size?: number }
      | undefined;
    return file && { name: file.file_name ?? "", size: file.file_size ?? 0 };
  }

  /** The message as lines of text, its buttons in brackets. */
  toString(): string {
    const marks = `${this.receiver === undefined ? "" : " (only you)"}${this.edited ? " (edited)" : ""}`;
    const file = this.file;
    const attached = Object.keys(this.stored.content).find((field) =>
      ["photo", "sticker", "voice", "contact"].includes(field),
    );
    return [
      `${this.author}${marks}:`,
      ...(file ? [`  <${file.name} · ${file.size} B>`] : []),
      ...(attached === undefined ? [] : [`  <${attached}>`]),
      ...(this.text === "" ? [] : this.text.split("\n").map((line) => `  ${line}`)),
      ...this.rows.map((row) => `  ${row.map(({ text }) => `[${text}]`).join(" ")}`),
    ].join("\n");
  }
}

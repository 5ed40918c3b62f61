import type { Attachment, Message } from "discord.js";
import { sentName, type SentFile } from "../actions/model/sent-file.ts";

/** The files of a message, and of those forwarded in it. */
export function filesIn(message: Message): readonly SentFile[] {
  return [message, ...message.messageSnapshots.values()].flatMap(({ attachments }) =>
    [...attachments.values()].map(sentFile),
  );
}

/** `title`: what it was called where the name could not stay. */
export function sentFile({ url, name, title, size }: Attachment): SentFile {
  return { id: url, name: sentName(title === null ? name : titled(title, name), "file"), size };
}

function titled(title: string, name: string): string {
  const extension = /\.[^.\s]+$/.exec(name)?.[0] ?? "";
  return title.endsWith(extension) ? title : `${title}${extension}`;
}

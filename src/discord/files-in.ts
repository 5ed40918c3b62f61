import type { Attachment, Message } from "discord.js";
import { sentName, type SentFile, type SentMessage } from "../actions/model/sent-file.ts";

/** The files of a message, and of those forwarded in it. */
export function filesIn(message: Message): readonly SentFile[] {
  const where = { channel: message.channelId, id: message.id };
  return [message, ...message.messageSnapshots.values()].flatMap(({ attachments }) =>
    [...attachments.values()].map((attachment) => sentFile(attachment, where)),
  );
}

/** `title`: what it was called where the name could not stay. `message`: where it stands; absent = in none. */
export function sentFile({ url, name, title, size }: Attachment, message?: SentMessage): SentFile {
  return { id: url, message, name: sentName(title === null ? name : titled(title, name), "file"), size };
}

function titled(title: string, name: string): string {
  const extension = /\.[^.\s]+$/.exec(name)?.[0] ?? "";
  return title.endsWith(extension) ? title : `${title}${extension}`;
}

import type { Message, PhotoSize } from "grammy/types";
import { sentName, type SentFile } from "../actions/model/sent-file.ts";

type Sent = Pick<Message, "date" | "message_id"> &
  Partial<Pick<Message, "document" | "video" | "audio" | "photo" | "voice" | "animation" | "video_note">>;

/** The file a message carries, if it does; stickers and such are none. */
export function filesIn(message: Sent | undefined): readonly SentFile[] {
  if (!message) return [];
  const file = fileIn(message);
  return file ? [file] : [];
}

function fileIn(message: Sent): SentFile | undefined {
  const { document, video, audio, photo, voice, animation, video_note: note } = message;
  // An animation comes as a document, too.
  const named = animation ?? document ?? video ?? audio;
  if (named) {
    const [kind, extension] = animation ? ["animation", "mp4"] : video ? ["video", "mp4"] : ["file", "bin"];
    return sent(
      named,
      named.file_name ?? titleOf(audio) ?? ownName(message, audio ? "audio" : kind, audio ? "mp3" : extension),
    );
  }
  const picture = photo && largest(photo);
  if (picture) return sent(picture, ownName(message, "photo", "jpg"));
  if (voice) return sent(voice, ownName(message, "voice", "ogg"));
  return note && sent(note, ownName(message, "video", "mp4"));
}

function sent(
  { file_id: id, file_size: size }: { readonly file_id: string; readonly file_size?: number },
  name: string,
) {
  return { id, name: sentName(name, "file"), ...(size !== undefined && { size }) };
}

function titleOf(audio: Message["audio"]): string | undefined {
  if (audio?.title === undefined || audio.title === "") return undefined;
  return `${audio.performer === undefined ? "" : `${audio.performer} - `}${audio.title}.mp3`;
}

function largest(photo: readonly PhotoSize[]): PhotoSize | undefined {
  return photo.toSorted((a, b) => a.width * a.height - b.width * b.height).at(-1);
}

/** No two messages of a chat have the same one: the pictures of an album have one second in common. */
function ownName({ date, message_id: id }: Sent, kind: string, extension: string): string {
  const at = new Date(date * 1000).toISOString().slice(0, 19).replace("T", "_").replaceAll(":", "-");
  return `${kind}_${at}_${id}.${extension}`;
}

import { fold } from "../../storage/fold.ts";
import type { EntryKind } from "../../storage/file-kind.ts";

/** What somebody typed to search for, taken apart. */
export interface Asked {
  /** The words of the name, as they were typed. */
  readonly words: string;
  readonly kind?: EntryKind;
  /** Bytes. */
  readonly least?: number;
  readonly most?: number;
}

/**
 * Takes `kind:video` and `>1gb` out of a search, in either language (`类型:视频`, `大于1GB`). What is no such thing is a
 * word of the name.
 */
export function readQuery(text: string): Asked {
  const words: string[] = [];
  let asked: Omit<Asked, "words"> = {};
  for (const word of text.trim().split(/\s+/)) {
    const filter = kindIn(word) ?? sizeIn(word);
    if (filter) asked = { ...asked, ...filter };
    else words.push(word);
  }
  return { words: words.join(" "), ...asked };
}

/** What people call the kinds. It is what they type, so it is not among the words of `locales/`. */
const kindWords: Readonly<Record<string, EntryKind>> = {
  video: "video",
  film: "video",
  movie: "video",
  视频: "video",
  影片: "video",
  电影: "video",
  audio: "audio",
  music: "audio",
  音频: "audio",
  音乐: "audio",
  image: "image",
  picture: "image",
  photo: "image",
  图片: "image",
  照片: "image",
  archive: "archive",
  压缩包: "archive",
  document: "document",
  doc: "document",
  文档: "document",
  folder: "folder",
  文件夹: "folder",
  file: "file",
  文件: "file",
};

function kindIn(word: string): Pick<Asked, "kind"> | undefined {
  const [, named = ""] = /^(?:kind|type|类型):(.+)$/.exec(fold(word)) ?? [];
  const kind = Object.hasOwn(kindWords, named) ? kindWords[named] : undefined;
  return kind && { kind };
}

const units: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };

function sizeIn(word: string): Pick<Asked, "least" | "most"> | undefined {
  const match = /^(>=?|<=?|大于|小于)(\d+(?:\.\d+)?)(b|k|m|g|t)i?b?$/.exec(fold(word));
  if (!match) return undefined;
  const [, sign = "", number = "", unit = ""] = match;
  const bytes = Math.round(Number(number) * (units[unit] ?? 1));
  return sign.startsWith(">") || sign === "大于" ? { least: bytes } : { most: bytes };
}

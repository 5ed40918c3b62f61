import { createHash, type Hash } from "node:crypto";
import { badRequest } from "./refusal.ts";

/** A file that came in, or that a person sent. Large ones are their size and hash alone. */
export interface Upload {
  /** As the client gave it. */
  readonly name: string;
  /** As the service shows it. */
  readonly clean: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: string;
  /** Absent when the file is larger than what is kept. */
  readonly bytes?: Buffer;
}

/** A file the service has. */
export interface StoredFile extends Upload {
  readonly id: string;
  readonly uniqueId: string;
  /** Below `/file/bot<token>/`. */
  readonly path: string;
}

/** The files of one service. */
export class Files {
  readonly #byId = new Map<string, StoredFile>();
  readonly #byPath = new Map<string, StoredFile>();

  /** Takes a file in; `folder` is the kind of it in the plural. */
  add(upload: Upload, folder: string): StoredFile {
    const n = this.#byId.size + 1;
    const extension = /\.[^.]+$/.exec(upload.clean)?.[0] ?? "";
    const stored = {
      ...upload,
      id: `BQACAgI${Buffer.from(`${n}:${upload.sha256.slice(0, 24)}`).toString("base64url")}`,
      uniqueId: `AgAD${upload.sha256.slice(0, 12)}`,
      path: `${folder}/file_${n}${extension}`,
    };
    this.#byId.set(stored.id, stored);
    this.#byPath.set(stored.path, stored);
    return stored;
  }

  /** The file of an id, if it is one of ours. */
  find(id: string): StoredFile | undefined {
    return this.#byId.get(id);
  }

  /** The file of an id; refuses ids nobody gave out. */
  get(id: string): StoredFile {
    const file = this.find(id);
    if (!file) throw badRequest("wrong file identifier/HTTP URL specified");
    return file;
  }

  /** The file at a path; undefined when there is none. */
  at(path: string): StoredFile | undefined {
    return this.#byPath.get(path);
  }
}

/** Takes a file's bytes piece by piece: memory stays flat however large it is. */
export class Intake {
  readonly #hash: Hash = createHash("sha256");
  readonly #keep: number;
  #kept: Buffer[] = [];
  size = 0;

  /** `keep`: bytes of files up to this size are held. */
  constructor(keep: number) {
    this.#keep = keep;
  }

  take(piece: Buffer): void {
    this.size += piece.length;
    this.#hash.update(piece);
    if (this.size <= this.#keep) this.#kept.push(Buffer.from(piece));
    else this.#kept = [];
  }

  done({ name, type }: { name: string; type: string }): Upload {
    const upload: Upload = {
      name,
      clean: cleanName(name),
      type,
      size: this.size,
      sha256: this.#hash.digest("hex"),
      ...(this.size <= this.#keep && { bytes: Buffer.concat(this.#kept) }),
    };
    taken.add(upload);
    return upload;
  }
}

/** Uploads that were really taken in, whatever an object in a request looks like. */
const taken = new WeakSet<object>();

/** Whether a checked value is a file that came along with its bytes. */
export function isUpload(value: unknown): value is Upload {
  return typeof value === "object" && value !== null && taken.has(value);
}

/** Bytes at hand as a file. */
export function fileOf(bytes: Uint8Array, { name, type }: { name: string; type: string }): Upload {
  const intake = new Intake(bytes.length);
  intake.take(Buffer.from(bytes));
  return intake.done({ name, type });
}

/** What the service leaves of a file name: 64 characters of stem, 16 of extension, and few signs. */
export function cleanName(name: string): string {
  const last = name.slice(Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")) + 1);
  const dot = last.lastIndexOf(".");
  const stem = cleanPart(dot < 0 ? last : last.slice(0, dot), 64);
  const extension = dot < 0 ? "" : cleanPart(last.slice(dot + 1), 16);
  if (extension === "") return stem;
  return `${stem === "" ? "file" : stem}.${extension}`;
}

function cleanPart(part: string, most: number): string {
  const allowed = Array.from(part, (sign) => (isAllowed(sign) ? sign : " ")).join("");
  const single = allowed.replace(/ +/g, " ").trim();
  return Array.from(single).slice(0, most).join("").trim();
}

/** As tdlib's `clean_filename`: most of ASCII, and letters and digits of every script. */
function isAllowed(sign: string): boolean {
  const code = sign.codePointAt(0) ?? 0;
  if (code < 32) return false;
  return code < 127 ? !"<>:\"/\\|?*&`'".includes(sign) : /[\p{L}\p{N}\p{M}]/u.test(sign);
}

import { z } from "zod";
import type { Entry } from "./entry.ts";
import type { Edit } from "./folders.ts";

/** The same part of the program in other processes over the same store. */
export interface Peers {
  /** Never fails: who does not hear it hears later that something was missed. */
  tell(text: string): void;
  /** Told what the others tell, and `undefined` where some of it may have been missed. */
  hear(listener: (text: string | undefined) => void): void;
}

/** What a process tells the others of a mount. */
export type Notice =
  /** Entries are not where they were, or new. */
  | { readonly is: "edited"; readonly mount: string; readonly edit: Edit }
  /** Nobody knows what of it is as it was. */
  | { readonly is: "uncertain"; readonly mount: string }
  /** It has other secrets and maybe another root, or is gone. */
  | { readonly is: "replaced"; readonly mount: string }
  /** Names were written, of folders on this shelf of the catalogue. */
  | { readonly is: "named"; readonly mount: string; readonly shelf: number };

const mount = z.string();
const ids = z.array(z.string()).optional();
const named = z.looseObject({ id: z.string(), kind: z.enum(["folder", "file"]), name: z.string() });
const entry = z.custom<Entry>((value) => named.safeParse(value).success);
const edit = z.object({
  gone: ids,
  closed: ids,
  renamed: entry.optional(),
  added: z
    .object({ folder: z.string().optional(), entries: z.array(entry).optional() })
    .transform(({ folder, entries }) => ({ folder, ...(entries && { entries }) }))
    .optional(),
});
const noticeShape = z.discriminatedUnion("is", [
  z.object({ is: z.literal("edited"), mount, edit }),
  z.object({ is: z.literal("uncertain"), mount }),
  z.object({ is: z.literal("replaced"), mount }),
  z.object({ is: z.literal("named"), mount, shelf: z.number() }),
]);

/** Characters of a notice; what would be longer is told as uncertain. */
const longest = 256 * 1024;

export function writeNotice(notice: Notice): string {
  if (notice.is !== "edited") return JSON.stringify(notice);
  const { gone, closed, ...rest } = notice.edit;
  const listed = { ...rest, ...(gone && { gone: [...gone] }), ...(closed && { closed: [...closed] }) };
  const text = JSON.stringify({ ...notice, edit: listed });
  return text.length <= longest ? text : JSON.stringify({ is: "uncertain", mount: notice.mount });
}

/** Undefined = it cannot be read, or another version of the program says something that this one does not know. */
export function readNotice(text: string): Notice | undefined {
  const { data } = noticeShape.safeParse(parsed(text));
  if (data?.is !== "edited") return data;
  const { gone, closed, renamed, added } = data.edit;
  return {
    ...data,
    edit: { renamed, added, gone: gone && new Set(gone), closed: closed && new Set(closed) },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

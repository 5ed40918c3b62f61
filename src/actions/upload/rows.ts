import type { Entry } from "../../storage/entry.ts";
import type { Remembered } from "../model/session.ts";
import type { SentFile } from "../model/sent-file.ts";
import type { UploadItem, UploadState } from "../model/upload-item.ts";

type Row = Remembered["rows"][number];

/** A file that did not come, as a row of its batch has it: the file, and why. */
export interface Left {
  readonly file: SentFile;
  readonly state: Exclude<UploadState, { is: "done" | "present" | "running" | "waiting" }>;
}

/** An entry to open, or a file that did not come. */
export function rowOf({ id, name, size }: SentFile, { state }: UploadItem): Row {
  switch (state.is) {
    case "done":
    case "present":
      return state.entry;
    case "waiting":
    case "running":
      return leftRow({ file: { id, name, size }, state: { is: "lost" } });
    case "taken":
    case "skipped":
    case "cancelled":
    case "lost":
    case "failed":
      return leftRow({ file: { id, name, size }, state });
  }
}

export function leftRow(left: Left): Row {
  return JSON.stringify(left);
}

/** What a row is; undefined = there is none. */
export function readRow(row: Row | undefined): Entry | Left | undefined {
  if (row === undefined || typeof row !== "string") return row;
  // Only `leftRow` writes such rows.
  return row === "" ? undefined : (JSON.parse(row) as Left);
}

export function isLeft(row: Entry | Left): row is Left {
  return "file" in row;
}

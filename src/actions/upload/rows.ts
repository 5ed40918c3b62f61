import type { Keyv } from "keyv";
import { sessionLife } from "../context/context.ts";
import type { Remembered, Session, ViewRef } from "../model/session.ts";
import type { SentFile } from "../model/sent-file.ts";
import type { LeftFile, SettledFile, UploadItem } from "../model/upload-item.ts";

type Row = Remembered["rows"][number];

/** What a file of a batch has come to; one that is not over is lost. */
export function settledOf({ id, name, size }: SentFile, { state }: UploadItem): SettledFile {
  const file = { id, name, size };
  switch (state.is) {
    case "done":
    case "present":
      return state.entry;
    case "waiting":
    case "running":
      return { file, state: { is: "lost" } };
    case "taken":
    case "skipped":
    case "cancelled":
    case "lost":
    case "failed":
      return { file, state };
  }
}

/** An entry to open, or a file that did not come, as a session keeps it. */
export function rowOf(settled: SettledFile): Row {
  return isLeft(settled) ? JSON.stringify(settled) : settled;
}

/** Lets a message's buttons open what is there, and say what becomes of the rest. */
export async function rememberRows(
  sessions: Keyv<Session>,
  { id, revision }: ViewRef,
  settled: readonly SettledFile[],
): Promise<void> {
  const session = await sessions.get(id);
  if (!session) return;
  const rows = settled.map(rowOf);
  const remembered = session.remembered.map((screen): Remembered =>
    screen.revision === revision ? { ...screen, rows } : screen,
  );
  await sessions.set(id, { ...session, remembered }, sessionLife);
}

/** What the rows of a batch's message are. */
export function readRows(rows: readonly Row[]): readonly SettledFile[] {
  // Only `rowOf` writes the texts among them.
  return rows.map((row) => (typeof row === "string" ? (JSON.parse(row) as LeftFile) : row));
}

export function isLeft(settled: SettledFile): settled is LeftFile {
  return "file" in settled;
}

export function itemOf(settled: SettledFile): UploadItem {
  if (isLeft(settled)) return { name: settled.file.name, state: settled.state };
  return { name: settled.name, state: { is: "done", entry: settled } };
}

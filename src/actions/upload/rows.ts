import type { Keyv } from "keyv";
import { queueOf, sessionLife, withRemembered } from "../context/context.ts";
import type { Remembered, Session, ViewRef } from "../model/session.ts";
import type { SentFile } from "../model/sent-file.ts";
import type { LeftFile, SettledFile, UploadItem } from "../model/upload-item.ts";

type Row = Remembered["rows"][number];

/** What a file of a batch has come to; one that is not over is lost. */
export function settledOf({ id, message, name, size }: SentFile, { state }: UploadItem): SettledFile {
  const file = { id, message, name, size };
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

interface Remembering {
  readonly sessions: Keyv<Session>;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/** Lets the buttons of a person's message open what is there, and say what becomes of the rest. */
export async function rememberRows(
  { sessions, exclusive }: Remembering,
  { person, view }: { readonly person: string; readonly view: ViewRef },
  settled: readonly SettledFile[],
): Promise<void> {
  const rows = settled.map(rowOf);
  await exclusive(queueOf({ person: { id: person } }), async () => {
    const session = await sessions.get(view.id);
    if (session) await sessions.set(session.id, withRemembered(session, view.revision, { rows }), sessionLife);
  });
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

import { jobKind } from "../../jobs/job.ts";
import { lastWordKind } from "../../messaging/last-word.ts";
import type { DownloadItem } from "../model/download-item.ts";
import type { DownloadOrder, Restarted, WantedSource } from "../model/download.ts";
import type { Crumb } from "../../users/place.ts";
import type { ViewRef } from "../model/session.ts";
import type { MessageScreen } from "../model/screen.ts";
import type { MessageRef, Target } from "../model/target.ts";

/** A batch as it is kept. */
export interface Download extends DownloadOrder {
  /** Where it is followed; absent = nobody looks at it. */
  readonly shown?: MessageRef | undefined;
  /** Where its end is told then. */
  readonly told?: Target | undefined;
  /** When it was asked for, ms since the epoch. */
  readonly askedAt: number;
}

/** What an attempt leaves to the next, one for each address in their order: null = not begun yet. */
export interface Begun {
  readonly items: readonly (BegunItem | null)[];
  /** The one that was about to be begun: its task may be there, and nobody has noted it. */
  readonly trying?: number | undefined;
  /** Absent = it goes where it was ordered to. */
  readonly redirected?: Redirected | undefined;
  /** What was not begun was given back to whom it was counted for; absent = not yet. */
  readonly returned?: true | undefined;
}

/** Another folder, chosen while the batch was under way, and the screen that says so. */
export interface Redirected {
  readonly view: ViewRef;
  /** Folders from the root down. */
  readonly trail: readonly Crumb[];
  /** When somebody last asked to begin again what does not get on; absent = nobody has. */
  readonly again?: number | undefined;
}

/** The task that fetches it; or that it is over, as it was found. `into`: the folder it is in or comes to, null = the root; absent = as ordered. */
export type BegunItem = { readonly into?: string | null } & (
  | { readonly task: string; readonly name: string }
  | { readonly over: DownloadItem; readonly task?: string }
);

/**
 * Batches of addresses that drives fetch. A job only follows, for hours or days, and goes on from its tasks after a kill:
 * many run at once, and another attempt costs nothing.
 */
export const downloadKind = jobKind<Download, never, void, Begun>("download", {
  concurrency: 2000,
  maxAttempts: 1000,
  retryAfter: (failures) => Math.min(5000 * failures, 5 * 60_000),
  keepFor: 3_600_000,
});

/** A task that was ended to be begun anew, until that is done. */
interface Restart extends Restarted {
  readonly order: DownloadOrder;
  /** When that was asked for, ms since the epoch. */
  readonly askedAt: number;
}

/** Begins what a process that was killed between the end of a task and its new beginning has not. */
export const downloadRestartKind = jobKind<Restart>("download-restart", {
  concurrency: 20,
  maxAttempts: 1000,
  retryAfter: (failures) => Math.min(5000 * failures, 5 * 60_000),
  keepFor: 3_600_000,
});

/** What became of a batch, until it has been said. */
export const downloadOutcomeKind = lastWordKind("download-outcome", { concurrency: 20 });

/** The end of a batch that nobody looks at. */
interface Note {
  readonly told: Target;
  readonly screen: MessageScreen;
}

/** It may have been told: not once more, whatever became of it. */
interface NoteSent {
  readonly sent: boolean;
}

/** Told once, in a message of its own. */
export const downloadNoteKind = jobKind<Note, never, void, NoteSent>("download-note", {
  concurrency: 20,
  maxAttempts: 60,
  keepFor: 3_600_000,
});

/** Before anything is known of them. */
export function itemsOf({ sources }: Pick<Download, "sources">): readonly DownloadItem[] {
  return sources.map(itemOf);
}

/** Before anything is known of it. */
export function itemOf({ url, name }: WantedSource): DownloadItem {
  return { name: name ?? url, state: { is: "waiting" } };
}

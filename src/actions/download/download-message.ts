import type { Keyv } from "keyv";
import {
  createProgressMessage,
  type ProgressMessage,
  type ProgressMessageParts,
} from "../../messaging/progress-message.ts";
import { nextOf, queueOf, sessionLife, withRemembered } from "../context/context.ts";
import type { DownloadItem } from "../model/download-item.ts";
import type { DownloadScreen } from "../model/screen.ts";
import type { DownloadView, Remembered, Session, ViewRef } from "../model/session.ts";
import type { Download, Redirected } from "./download-kind.ts";

export interface DownloadMessageParts extends Omit<ProgressMessageParts, "isDue"> {
  readonly sessions: Keyv<Session>;
  /** One piece of work at a time for each key, over all processes. */
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
}

/**
 * The message of a batch: what it says, and what people choose in it, which its session tells. Where nobody looks at the
 * batch nothing is said, and nothing chosen.
 */
export class DownloadMessage {
  readonly #download: Download;
  readonly #parts: DownloadMessageParts;
  #progress: ProgressMessage | undefined;
  #redirected: Redirected | undefined;
  #isRestartAsked = false;
  /** It shows something else of the batch just now: the choice of a folder, or what it would bring. */
  #isAside = false;

  constructor(download: Download, redirected: Redirected | undefined, parts: DownloadMessageParts) {
    this.#download = download;
    this.#parts = parts;
    this.#redirected = redirected;
    const { shown, person } = download;
    this.#progress = shown && createProgressMessage({ shown, person }, parts);
  }

  /** Where it goes since somebody has chosen another folder, and the screen that says so; undefined = nobody has. */
  get redirected(): Redirected | undefined {
    return this.#redirected;
  }

  /** Id of the folder it goes into; null = the root. */
  get to(): string | null {
    return (this.#redirected ? this.#redirected.trail.at(-1)?.id : this.#download.to) ?? null;
  }

  /** Looks whether another folder was chosen; true = one was. */
  async noteChoice(): Promise<boolean> {
    const { shown, card } = this.#download;
    return shown !== undefined && this.#takeChoice(await this.#parts.sessions.get(card.view.id));
  }

  /** Goes by the newest screen of the batch there is; true = it is another one. */
  #takeChoice(session: Session | undefined): boolean {
    const { shown, person, id } = this.#download;
    this.#isAside = session !== undefined && asideOf(session, id) !== undefined;
    const screen = session && screenOf(session, id);
    if (!shown || !screen || screen.view.revision <= this.#view.revision) return false;
    this.#isRestartAsked ||= screen.again !== undefined && screen.again !== this.#redirected?.again;
    this.#redirected = screen;
    this.#progress = createProgressMessage({ shown, person }, { ...this.#parts, isDue: true });
    return true;
  }

  /** Whether what does not get on is to be begun again: true once for each time that was chosen. */
  takeRestart(): boolean {
    const isAsked = this.#isRestartAsked;
    this.#isRestartAsked = false;
    return isAsked;
  }

  /** Shows how far it is, unless it shows something else just now. */
  async show(items: readonly DownloadItem[]): Promise<void> {
    if (!this.#isAside) await this.#progress?.show(this.screen("running", items));
  }

  /** The batch as it is drawn, in its message or in one of its own. */
  screen(is: DownloadScreen["is"], items: readonly DownloadItem[]): DownloadScreen {
    const moved = this.#redirected;
    return {
      ...this.#download.card,
      ...(moved && { view: moved.view, trail: moved.trail.map(({ name }) => name) }),
      is,
      items,
    };
  }

  /**
   * Its buttons open what has come, and begin again what has not. Where it shows something else the end is shown instead,
   * from which what has come can be moved. False = another folder was chosen just now.
   */
  remember(rows: Remembered["rows"]): Promise<boolean> {
    const { sessions, exclusive } = this.#parts;
    const { person, card } = this.#download;
    return exclusive(queueOf({ person: { id: person } }), async () => {
      const session = await sessions.get(card.view.id);
      if (!session) return true;
      if (this.#takeChoice(session)) return false;
      const ended = this.#isAside ? this.#endOver(session) : session;
      await sessions.set(ended.id, withRemembered(ended, this.#view.revision, { rows }), sessionLife);
      return true;
    });
  }

  /** The session with the end of the batch as its next screen. */
  #endOver(session: Session): Session {
    const view = asideOf(session, this.#download.id);
    if (!view) return session;
    const next = nextOf(session, view, []);
    this.#redirected = { view: { id: next.id, revision: next.revision }, trail: view.folder.trail, again: view.again };
    return next;
  }

  get #view(): ViewRef {
    return this.#redirected?.view ?? this.#download.card.view;
  }
}

/** The view of a batch that a session has left for something else of it; undefined = it has not. */
function asideOf({ state }: Session, download: string): DownloadView | undefined {
  const isAside = state.at === "preview" || (state.at === "target" && state.carrying === "fetch");
  return isAside && state.of.at === "download" && state.of.download === download ? state.of : undefined;
}

/** The newest screen of a batch, and the folder it goes into. */
function screenOf({ id, remembered }: Session, download: string): Redirected | undefined {
  const screen = remembered.findLast(({ state }) => state.at === "download" && state.download === download);
  if (screen?.state.at !== "download") return undefined;
  const { folder, again } = screen.state;
  return { view: { id, revision: screen.revision }, trail: folder.trail, ...(again !== undefined && { again }) };
}

import { loadPerson } from "../../users/person.ts";
import { afresh, type ActionContext, type Result } from "../context/context.ts";
import { answerWith, kindNamed, mountedAlready } from "../context/kinds.ts";
import { folderOf, type Session, type ViewState } from "../model/session.ts";
import { openShare } from "./open-share.ts";

/** A share that somebody else shows, opened by its reader. */
interface OpenedForReader {
  /** The reader's, with the share among their own. */
  readonly context: ActionContext;
  /** The share as it opens, or the question for its code. */
  readonly result: Result;
  /** The same place in the reader's own mount of it; absent = it is not open to them, or shows neither a folder nor a file. */
  readonly session?: Session;
}

/** Opens what a session shows in its reader's own name, by its link. Undefined = it has none. */
export async function openForReader(context: ActionContext, session: Session): Promise<OpenedForReader | undefined> {
  const { services, visit } = context;
  const shown = folderOf(session.state);
  const mount = shown && (await services.storage.find(shown.mount));
  const kind = kindNamed(context, mount?.driver);
  const link = mount && kind && answerWith("address", kind, mount.options);
  if (!mount || kind?.added !== "link" || link === undefined) return undefined;
  const result = await openShare(afresh(context), { text: link });
  const own = { ...context, person: await loadPerson(services, visit.person.id) };
  const theirs = await mountedAlready(own, kind, mount.options);
  const isOpen = theirs !== undefined && !("screen" in result && result.screen.show === "form");
  const isPlace = session.state.at === "folder" || session.state.at === "file";
  if (!isOpen || !isPlace) return { context: own, result };
  return { context: own, result, session: moved(session, theirs.id) };
}

/** The session in another mount of the same share. */
function moved(session: Session, mount: string): Session {
  const move = (state: ViewState): ViewState => {
    if (state.at === "folder") return { ...state, mount };
    if (state.at !== "file") return state;
    // The search it was found by is the other's.
    const { from: _theirs, ...file } = state;
    return { ...file, folder: { ...file.folder, mount } };
  };
  const remembered = session.remembered.map((screen) => ({ ...screen, state: move(screen.state) }));
  return { ...session, state: move(session.state), remembered };
}

import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { ActionContext, Outcome, Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { contains, plain } from "../browse/page.ts";
import { showFolder } from "../browse/folder.ts";
import { folderId } from "../context/folder-view.ts";
import { findPlace, readAll } from "../browse/path.ts";
import { countedName, unquoted } from "../browse/typed-path.ts";
import { showSearch } from "./view.ts";
import type { FileView } from "../model/session.ts";
import { currentFolder, inCurrentMount } from "../browse/current.ts";
import { rootIn } from "../context/folder-view.ts";
import { findEntries, nothingFound, onlyHit } from "./search.ts";

/** The one file that was meant. */
type FoundFile = Pick<FileView, "folder" | "entry" | "variants">;
type Then = (file: FoundFile) => Promise<Result> | Result;

/** Does something with one file, named by its path or by words of its name; of several, the list of them. */
export function findFile(context: ActionContext, words: string, then: Then): Promise<Result> | Result {
  return inCurrentMount(context, (mount) => {
    const wanted = words.trim();
    return wanted.includes("/") ? fileByPath(context, mount, wanted, then) : fileByName(context, mount, wanted, then);
  });
}

async function fileByPath(context: ActionContext, mount: Mount, path: string, then: Then): Promise<Result> {
  const root = rootIn(context, mount);
  const place = await findPlace(context, root, path);
  if (!place) return noticeWithWays(context, "no-such-path", { level: "refused", subject: path });
  if (!place.file) return notAFile(path);
  return then({ folder: { ...root, trail: place.trail }, entry: place.file, variants: [] });
}

async function fileByName(context: ActionContext, mount: Mount, typed: string, then: Then): Promise<Result> {
  const folder = await currentFolder(context, mount);
  const words = unquoted(typed);
  const entries = words === "" ? [] : await readAll(context, mount.id, folderId(folder));
  const hits = bestHits(
    entries.filter((entry) => entry.kind === "file"),
    words,
  );
  const [only] = hits;
  if (hits.length > 1) return showFolder(context, { ...folder, page: 1, filter: words });
  if (only) return then({ folder, entry: only, variants: [] });
  if (entries.some((entry) => plain(entry.name) === plain(words))) return notAFile(words);
  return words === "" ? nothingFound(context, words) : fileAnywhere(context, mount, words, then);
}

/** Not in the folder at hand: in the whole of the mount. */
async function fileAnywhere(context: ActionContext, mount: Mount, words: string, then: Then): Promise<Result> {
  const root = rootIn(context, mount);
  const findings = await findEntries(context, root, words);
  const only = onlyHit(findings);
  if (only) return then({ folder: { ...root, trail: only.trail }, entry: only.entry, variants: [] });
  if (findings.hits.length === 0 && findings.complete) return nothingFound(context, words);
  return showSearch(context, findings.state);
}

/** Those of exactly this name if there are any, then those however it is written, those that contain it, the one of namesakes. */
function bestHits(files: readonly Entry[], words: string): readonly Entry[] {
  const ways = [
    (file: Entry) => file.name === words,
    (file: Entry) => plain(file.name) === plain(words),
    (file: Entry) => contains(file, words),
  ];
  const counted = countedName(words);
  const hits = ways.map((way) => files.filter(way)).find((some) => some.length > 0);
  if (hits || !counted) return hits ?? [];
  return files.filter((file) => plain(file.name) === plain(counted.name)).slice(counted.place - 1, counted.place);
}

function notAFile(subject: string): Outcome {
  return { screen: { show: "notice", notice: "not-a-file", level: "refused", subject } };
}

import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Errand, Outcome } from "../errand.ts";
import { noticeWithWays } from "../failure.ts";
import { contains, plain } from "../scenes/arranged.ts";
import { showLink } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";
import { folderId } from "../scenes/listing.ts";
import { findPlace, readAll } from "../scenes/place.ts";
import { showSearch } from "../scenes/search.ts";
import type { FileScene } from "../session.ts";
import { currentFolder, inCurrentMount, rootIn } from "./current.ts";
import { findEntries, nothingFound, onlyHit } from "./search.ts";

/** The link of one file, by its path or by words of its name; of several, the list of them. */
export function findLink(errand: Errand, words: string): Promise<Outcome> {
  return findFile(errand, words, (file) => showLink(errand, file));
}

/** The one file that was meant. */
export type FoundFile = Pick<FileScene, "folder" | "entry" | "variants">;
type Then = (file: FoundFile) => Promise<Outcome>;

/** Does something with one file, named by its path or by words of its name; of several, the list of them. */
export function findFile(errand: Errand, words: string, then: Then): Promise<Outcome> {
  return inCurrentMount(errand, (mount) => {
    const wanted = words.trim();
    return wanted.includes("/") ? fileByPath(errand, mount, wanted, then) : fileByName(errand, mount, wanted, then);
  });
}

async function fileByPath(errand: Errand, mount: Mount, path: string, then: Then): Promise<Outcome> {
  const root = rootIn(errand, mount);
  const place = await findPlace(errand, root, path);
  if (!place) return noticeWithWays(errand, "no-such-path", { level: "refused", subject: path });
  if (!place.file) return notAFile(path);
  return then({ folder: { ...root, trail: place.trail }, entry: place.file, variants: [] });
}

async function fileByName(errand: Errand, mount: Mount, words: string, then: Then): Promise<Outcome> {
  const folder = await currentFolder(errand, mount);
  const entries = words === "" ? [] : await readAll(errand, mount.id, folderId(folder));
  const hits = bestHits(
    entries.filter((entry) => entry.kind === "file"),
    words,
  );
  const [only] = hits;
  if (hits.length > 1) return showFolder(errand, { ...folder, page: 1, filter: words });
  if (only) return then({ folder, entry: only, variants: [] });
  if (entries.some((entry) => plain(entry.name) === plain(words))) return notAFile(words);
  return words === "" ? nothingFound(errand, words) : fileAnywhere(errand, mount, words, then);
}

/** Not in the folder at hand: in the whole of the mount. */
async function fileAnywhere(errand: Errand, mount: Mount, words: string, then: Then): Promise<Outcome> {
  const root = rootIn(errand, mount);
  const findings = await findEntries(errand, root, words);
  const only = onlyHit(findings);
  if (only) return then({ folder: { ...root, trail: only.trail }, entry: only.entry, variants: [] });
  if (findings.hits.length === 0 && findings.complete) return nothingFound(errand, words);
  return showSearch(errand, findings.scene);
}

/** Those of exactly this name if there are any, then those however it is written, then those that contain it. */
function bestHits(files: readonly Entry[], words: string): readonly Entry[] {
  const ways = [
    (file: Entry) => file.name === words,
    (file: Entry) => plain(file.name) === plain(words),
    (file: Entry) => contains(file, words),
  ];
  return ways.map((way) => files.filter(way)).find((hits) => hits.length > 0) ?? [];
}

function notAFile(subject: string): Outcome {
  return { screen: { show: "notice", notice: "not-a-file", level: "refused", subject } };
}

import type { Entry } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Errand, Outcome } from "../errand.ts";
import { attempt, noticeWithWays } from "../failure.ts";
import { folderOf } from "../pressed.ts";
import { contains, plain } from "../scenes/arranged.ts";
import { showLink } from "../scenes/file.ts";
import { showFolder } from "../scenes/folder.ts";
import { folderId, folderScene } from "../scenes/listing.ts";
import { withMount } from "../scenes/mounted.ts";
import { findPlace, readAll } from "../scenes/place.ts";
import type { FileScene, FolderScene } from "../session.ts";
import { currentMount, noMounts } from "./browse.ts";

/** The link of one file, by its path or by words of its name in the current folder; of several, the list of them. */
export function findLink(errand: Errand, words: string): Promise<Outcome> {
  return findFile(errand, words, (file) => showLink(errand, file));
}

/** The one file that was meant. */
export type FoundFile = Pick<FileScene, "folder" | "entry" | "variants">;
type Then = (file: FoundFile) => Promise<Outcome>;

/** Does something with one file, named by its path or by words of its name; of several, the list of them. */
export async function findFile(errand: Errand, words: string, then: Then): Promise<Outcome> {
  const current = await currentMount(errand);
  if (!current) return noMounts(errand);
  return withMount(errand, current.id, (mount) =>
    attempt(errand, { mount }, () => {
      const wanted = words.trim();
      return wanted.includes("/") ? fileByPath(errand, mount, wanted, then) : fileByName(errand, mount, wanted, then);
    }),
  );
}

async function fileByPath(errand: Errand, mount: Mount, path: string, then: Then): Promise<Outcome> {
  const place = await findPlace(errand, mount.id, path);
  if (!place) return noticeWithWays(errand, "no-such-path", { level: "refused", subject: path });
  if (!place.file) return notAFile(path);
  return then({ folder: folderScene(errand, mount.id, place.trail), entry: place.file, variants: [] });
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
  if (folder.trail.length > 0 && (await findPlace(errand, mount.id, words))?.file)
    return fileByPath(errand, mount, words, then);
  return noticeWithWays(errand, "nothing-found", { subject: words });
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

/** The folder of this mount the person was last in here; else its root. */
async function currentFolder(errand: Errand, mount: Mount): Promise<FolderScene> {
  const { services, person, visit } = errand;
  const latest = person.sessions.slice(-5).toReversed();
  for (const id of latest) {
    const session = await services.sessions.get(id);
    const folder = session?.place === visit.place.id ? folderOf(session.scene) : undefined;
    if (folder?.mount === mount.id) return folder;
  }
  return folderScene(errand, mount.id);
}

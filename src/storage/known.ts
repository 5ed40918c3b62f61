import type { Catalogue } from "./catalogue.ts";
import type { Crawler } from "./crawl.ts";
import type { Drivers } from "./drivers.ts";
import type { Edit, Folders, Place } from "./folders.ts";
import type { Links } from "./links.ts";
import { readNotice, writeNotice, type Notice, type Peers } from "./peers.ts";

/** What is known of drives without asking them: folders, links and names. What changes in it, the other processes hear. */
export interface Known {
  /** Changes what is known, without reading anything. Gives the entries that are gone, with where they were. */
  edit(mount: string, edit: Edit): readonly Place[];
  /** Every folder of a mount is read anew when it is asked for. */
  renew(mount: string): void;
  /** The other processes let go of what they know of a mount, and of its driver; here that was done. */
  replaced(mount: string): void;
}

interface KnownParts {
  readonly folders: Pick<Folders, "edit" | "renew" | "forget">;
  readonly links: Pick<Links, "drop" | "forget">;
  readonly catalogue: Pick<Catalogue, "edit" | "heard" | "outdated" | "release">;
  readonly crawler: Pick<Crawler, "forget">;
  readonly drivers: Pick<Drivers, "rest">;
  /** Absent = there is one process. */
  readonly peers: Peers | undefined;
  /** Told why names could not be written. */
  readonly onError: (error: unknown) => void;
}

export function createKnown(parts: KnownParts): Known {
  const { folders, links, catalogue, peers, onError } = parts;
  const tell = (notice: Notice) => peers?.tell(writeNotice(notice));
  const change = (mount: string, edit: Edit): readonly Place[] => {
    // A link says the name.
    const stale = [...(edit.gone ?? []), ...(edit.renamed ? [edit.renamed.id] : [])];
    if (stale.length > 0) links.drop(mount, new Set(stale));
    const left = folders.edit(mount, edit);
    // What lay below a folder had links, too.
    if (left.some(({ entry }) => entry.kind === "folder")) links.forget(mount);
    return left;
  };
  peers?.hear((text) => {
    const notice = text === undefined ? undefined : readNotice(text);
    if (!notice) return startOver(parts);
    const { mount } = notice;
    switch (notice.is) {
      case "edited":
        change(mount, notice.edit);
        return void catalogue.heard(mount, notice.edit).catch(onError);
      case "uncertain":
        return folders.renew(mount);
      case "replaced":
        return letGo(parts, mount);
      case "named":
        return catalogue.outdated(mount, notice.shelf);
    }
  });
  return {
    edit(mount, edit) {
      void catalogue.edit(mount, edit).catch(onError);
      tell({ is: "edited", mount, edit });
      return change(mount, edit);
    },
    renew(mount) {
      tell({ is: "uncertain", mount });
      folders.renew(mount);
    },
    replaced: (mount) => tell({ is: "replaced", mount }),
  };
}

function letGo({ folders, links, catalogue, crawler, drivers }: KnownParts, mount: string): void {
  crawler.forget(mount);
  folders.forget(mount, "upstream");
  links.forget(mount);
  catalogue.release(mount);
  drivers.rest(mount);
}

/** Nobody knows what was missed. Links are the drives' own, and those of a mount that is gone are asked for by nobody. */
function startOver({ folders, catalogue, drivers }: KnownParts): void {
  folders.renew();
  catalogue.release();
  drivers.rest();
}

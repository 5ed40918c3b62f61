import type { Mount } from "../../storage/mount.ts";
import { findPlace } from "../browse/path.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { attempt, notice, refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { downloadInto, saidSources } from "../download/download.ts";
import { inFetchingMount } from "../download/fetching-mount.ts";

/** What a hook was called for. */
export interface HookDownload {
  readonly do: "hook-download";
  /** Id the batch is to have. */
  readonly task: string;
  readonly url: string;
  /** A path from the top of the drive; absent = the top. */
  readonly folder?: string | undefined;
}

/** Begins what a hook was called for, in the drive that fetches for its person. */
export function downloadByHook(context: ActionContext, wanted: Omit<HookDownload, "do">): Promise<Result> | Result {
  const { task, url, folder = "" } = wanted;
  const [source] = /\s/.test(url.trim()) ? [] : saidSources(context, url.trim());
  if (!source) return refused("hook-url");
  return inFetchingMount(context, (mount) =>
    attempt(context, { mount }, async () => {
      const root = folderView(context, mount.id);
      const trail = folder === "" ? [] : await trailTo(context, mount, folder);
      if (!trail) return notice("hook-folder", { level: "refused" });
      return downloadInto(context, { ...root, trail }, [source], { id: task, unasked: true });
    }),
  );
}

/** The folders down to the one of a path; undefined = there is no such folder. */
async function trailTo(context: ActionContext, { id }: Mount, path: string) {
  const found = await findPlace(context, folderView(context, id), path);
  return found && !found.file ? found.trail : undefined;
}

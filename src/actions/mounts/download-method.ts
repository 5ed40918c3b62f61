import type { DownloadMethod } from "../../storage/mount.ts";
import type { Outcome } from "../context/context.ts";
import { fallbackOf } from "./owner-notices.ts";
import type { Services } from "../context/services.ts";

/** How the files of a drive come from now on; absent = the usual way. Its owner is told anew when that does not work. */
export async function changeMethod(
  { storage, said }: Services,
  mount: string,
  method: DownloadMethod | undefined,
): Promise<void> {
  await storage.change(mount, { method });
  await said?.delete(fallbackOf(mount));
}

/** What was pressed is from a time when that way worked. */
export function methodGone(): Outcome {
  return { screen: { show: "notice", notice: "gateway-needed", level: "refused", for: "asker" } };
}

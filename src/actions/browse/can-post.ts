import type { Visit } from "../../users/visit.ts";
import { createContext, findSession } from "../context/context.ts";
import { isOpenByLink } from "../context/kinds.ts";
import { leaveFor } from "../context/leave.ts";
import type { Services } from "../context/services.ts";
import { folderOf, type ViewRef } from "../model/session.ts";

/** Whether what a view shows may be shown in a group's place too, to everybody there. `visit` stands in that place. */
export async function canPost(services: Services, visit: Visit, view: ViewRef): Promise<boolean> {
  const session = await findSession(services, view);
  const folder = session && folderOf(session.state);
  const mount = folder && (await services.storage.find(folder.mount));
  if (!mount) return false;
  const context = await createContext(services, visit, new AbortController().signal);
  const leave = await leaveFor(context, mount, { for: "browse", trail: folder.trail }, isOpenByLink(context, mount));
  return leave.is === "yes";
}

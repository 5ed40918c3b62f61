import { inGroups, inGroupsByAdmins } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { bind, unbind } from "./lend.ts";
import { showPlaceSettings } from "./views.ts";

export const groupCommands = {
  /** Shares a drive with this group; `path` = only that folder of the current one. */
  bind: command<{ readonly path?: string | undefined }>(inGroupsByAdmins, (context, { path }) => bind(context, path)),
  unbind: command(inGroups, unbind),
  "show-place-settings": command(inGroupsByAdmins, showPlaceSettings),
};

import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { logOut } from "./log-out.ts";
import { signIn } from "./sign-in.ts";
import { showMounts } from "./views.ts";

export const mountCommands = {
  /** `mount`: the one to sign in to again; absent = a new one. */
  "sign-in": command<{ readonly mount?: string | undefined }>(inPrivate, (context, { mount }) =>
    signIn(context, mount),
  ),
  "show-mounts": command(anywhere, (context) => showMounts(context), { urgent: true }),
  "log-out": command(inPrivate, logOut),
};

import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { logOut } from "./log-out.ts";
import { signIn } from "./sign-in.ts";
import { showMounts } from "./views.ts";

export const mountCommands = {
  /** `mount`: the one to sign in to again; absent = a new one, of the kind that is named or chosen then. */
  "sign-in": command<{ readonly mount?: string | undefined; readonly kind?: string | undefined }>(inPrivate, signIn),
  "show-mounts": command(anywhere, (context) => showMounts(context)),
  "log-out": command(inPrivate, logOut),
};

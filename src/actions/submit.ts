import type { Values } from "../storage/form.ts";
import type { FormRef } from "./model/action.ts";
import type { ActionContext, Outcome } from "./context.ts";
import { submitBroadcast, submitFind, submitQuota } from "./admin/operate.ts";
import { submitTitle } from "./mounts/rename-mount.ts";
import { submitShare } from "./shares/open-share.ts";
import { submitSearch } from "./search/search.ts";
import { submitSignIn } from "./mounts/sign-in.ts";
import { submitVerification } from "./mounts/verify.ts";

/** A filled-in form, from a dialogue, a modal or a one-time page. */
export function submit(context: ActionContext, { id, subject }: FormRef, values: Values): Promise<Outcome> {
  switch (id) {
    case "pikpak":
      return submitSignIn(context, subject, values);
    case "pikpak-share":
      return submitShare(context, subject, values);
    case "verification":
      return submitVerification(context, subject, values);
    case "mount-title":
      return submitTitle(context, subject, values);
    case "search-words":
      return submitSearch(context, subject, values);
    // Operators.
    case "find-person":
      return submitFind(context, values);
    case "quota":
      return submitQuota(context, subject, values);
    case "broadcast-text":
      return submitBroadcast(context, values);
  }
}

import type { Values } from "../../storage/form.ts";
import type { FormRef } from "../action.ts";
import type { Errand, Outcome } from "../errand.ts";
import { submitBroadcast, submitFind, submitQuota } from "./operate.ts";
import { submitTitle } from "./rename-mount.ts";
import { submitShare } from "./open-share.ts";
import { submitSearch } from "./search.ts";
import { submitSignIn } from "./sign-in.ts";
import { submitVerification } from "./verify.ts";

/** A filled-in form, from a dialogue, a modal or a one-time page. */
export function submit(errand: Errand, { id, subject }: FormRef, values: Values): Promise<Outcome> {
  switch (id) {
    case "pikpak":
      return submitSignIn(errand, subject, values);
    case "pikpak-share":
      return submitShare(errand, subject, values);
    case "verification":
      return submitVerification(errand, subject, values);
    case "mount-title":
      return submitTitle(errand, subject, values);
    case "search-words":
      return submitSearch(errand, subject, values);
    // Operators.
    case "find-person":
      return submitFind(errand, values);
    case "quota":
      return submitQuota(errand, subject, values);
    case "broadcast-text":
      return submitBroadcast(errand, values);
  }
}

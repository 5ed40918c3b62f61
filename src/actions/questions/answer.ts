import { goTo, withPerson, type Result } from "../context/context.ts";
import { noticeWithWays, refused } from "../context/failure.ts";
import { withoutMount } from "../../users/person.ts";
import { takeBackEverywhere } from "../../users/place.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { withMount } from "../context/with-mount.ts";
import { changeAccount } from "../mounts/sign-in.ts";
import { showMount } from "../mounts/views.ts";
import { showOperators } from "../admin/views.ts";
import type { ViewState } from "../model/session.ts";
import { deliver } from "../deliver/deliver.ts";
import { newHook, revokeHook } from "../hook/hook.ts";
import { takeBackLink } from "../links/given-link.ts";
import { revokeOwnLinks } from "../links/revoke-links.ts";
import { forgetPerson } from "../settings/forget.ts";
import { revokeShared } from "../share-out/shared.ts";
import { showSettings } from "../settings/views.ts";
import { deleteForEver } from "../tidy/trash.ts";
import { beginBroadcast, revokeEveryLink } from "../admin/operate.ts";

/** Yes. Only to the question that is asked now: an old one may have been answered with no. */
export function confirm(context: ButtonContext): Promise<Result> | Result {
  const question = questionNow(context);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return forgetPerson(context);
    case "broadcast":
      return beginBroadcast(context, question.text);
    case "revoke-links":
      return revokeOwnLinks(context);
    case "revoke-every-link":
      return revokeEveryLink(context);
    case "revoke-shared":
      return revokeShared(context, question);
    case "renew-hook":
      return newHook(context);
    case "revoke-hook":
      return revokeHook(context);
    case "take-back-link":
      return takeBackLink(context, question);
    case "deliver":
      return deliver(context, question);
    case "other-account":
      return changeAccount(context, question.mount, question.pending);
    case "delete-entries":
    case "empty-trash":
      return deleteForEver(context, question);
    case "remove-mount":
      return removeMount(context, question);
  }
}

/** No: everything stays as it is. */
export function dismiss(context: ButtonContext): Promise<Result> | Result {
  const question = questionNow(context);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return noticeWithWays(context, "cancelled");
    case "broadcast":
      return showOperators(context, { at: "operators", room: "broadcast" });
    case "revoke-links":
      return showSettings(context);
    case "revoke-every-link":
      return showOperators(context, { at: "operators", room: "panel" });
    case "revoke-shared":
      return goTo(context, question.shared);
    case "renew-hook":
    case "revoke-hook":
      return goTo(context, { at: "hook" });
    case "take-back-link":
      return goTo(context, question.given);
    case "deliver":
      return goTo(context, question.list.from);
    case "other-account":
      return keepAccount(context, question.mount);
    case "delete-entries":
    case "empty-trash":
      return goTo(context, question.trash);
    case "remove-mount":
      return question.loggingOut ? noticeWithWays(context, "cancelled") : showMount(context, question.mount);
  }
}

/** What was typed for the other account is forgotten. */
async function keepAccount(context: ButtonContext, mount: string): Promise<Result> {
  await context.services.pending.delete(context.person.id);
  return showMount(context, mount);
}

type Question = Extract<ViewState, { at: "question" }>;

function questionNow({ session, view }: ButtonContext): Question | undefined {
  return session.state.at === "question" && session.revision === view.revision ? session.state : undefined;
}

function removeMount(
  context: ButtonContext,
  { mount, loggingOut }: Extract<Question, { question: "remove-mount" }>,
): Promise<Result> | Result {
  return withMount(context, mount, async ({ title, driver }) => {
    await takeBackEverywhere(context.services, mount);
    await context.services.uploads?.withdraw(mount);
    const { credential } = await context.services.storage.unmount(mount);
    await context.services.transfers?.withdraw(mount);
    await context.services.batches?.withdraw(mount);
    await context.services.follows?.forget(context.person.id, mount);
    await context.services.givenLinks?.endAll(context.person.id, mount);
    context.services.log.info({ person: context.person.id, mount }, "drive removed");
    const without = await withPerson(context, withoutMount(context.person, mount));
    const code = loggingOut ? "logged-out" : "mount-removed";
    const said = credential === "left" ? "credential-left" : code;
    return noticeWithWays(without, said, { level: "done", subject: title, driver });
  });
}

import { withPerson, type Outcome } from "../errand.ts";
import { noticeWithWays, refused } from "../failure.ts";
import { withoutMount } from "../person.ts";
import { takeBackEverywhere } from "../place.ts";
import type { ButtonContext } from "../pressed.ts";
import { withMount } from "../scenes/mounted.ts";
import { showMount } from "../scenes/mounts.ts";
import { showOperators } from "../scenes/operators.ts";
import type { ViewState } from "../session.ts";
import { forgetPerson } from "./forget.ts";
import { beginBroadcast, revokeEveryLink } from "./operate.ts";

/** Yes. Only to the question that is asked now: an old one may have been answered with no. */
export function confirm(context: ButtonContext): Promise<Outcome> | Outcome {
  const question = questionNow(context);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return forgetPerson(context);
    case "broadcast":
      return beginBroadcast(context, question.text);
    case "revoke-every-link":
      return revokeEveryLink(context);
    case "remove-mount":
      return removeMount(context, question);
  }
}

/** No: everything stays as it is. */
export function dismiss(context: ButtonContext): Promise<Outcome> | Outcome {
  const question = questionNow(context);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return noticeWithWays(context, "cancelled");
    case "broadcast":
      return showOperators(context, { at: "operators", room: "broadcast" });
    case "revoke-every-link":
      return showOperators(context, { at: "operators", room: "panel" });
    case "remove-mount":
      return question.loggingOut ? noticeWithWays(context, "cancelled") : showMount(context, question.mount);
  }
}

type Question = Extract<ViewState, { at: "question" }>;

function questionNow({ session, view }: ButtonContext): Question | undefined {
  return session.state.at === "question" && session.revision === view.revision ? session.state : undefined;
}

function removeMount(
  context: ButtonContext,
  { mount, loggingOut }: Extract<Question, { question: "remove-mount" }>,
): Promise<Outcome> {
  return withMount(context, mount, async ({ title }) => {
    await takeBackEverywhere(context.services, mount);
    await context.services.storage.unmount(mount);
    const without = await withPerson(context, withoutMount(context.person, mount));
    const code = loggingOut ? "logged-out" : "mount-removed";
    return noticeWithWays(without, code, { level: "done", subject: title });
  });
}

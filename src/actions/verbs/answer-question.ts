import { withPerson, type Outcome } from "../errand.ts";
import { noticeWithWays, refused } from "../failure.ts";
import { withoutMount } from "../person.ts";
import { takeBackEverywhere } from "../place.ts";
import type { Pressed } from "../pressed.ts";
import { withMount } from "../scenes/mounted.ts";
import { showMount } from "../scenes/mounts.ts";
import { showOperators } from "../scenes/operators.ts";
import type { Scene } from "../session.ts";
import { forgetPerson } from "./forget.ts";
import { beginBroadcast, revokeEveryLink } from "./operate.ts";

/** Yes. Only to the question that is asked now: an old one may have been answered with no. */
export function confirm(pressed: Pressed): Promise<Outcome> | Outcome {
  const question = questionNow(pressed);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return forgetPerson(pressed);
    case "broadcast":
      return beginBroadcast(pressed, question.text);
    case "revoke-every-link":
      return revokeEveryLink(pressed);
    case "remove-mount":
      return removeMount(pressed, question);
  }
}

/** No: everything stays as it is. */
export function dismiss(pressed: Pressed): Promise<Outcome> | Outcome {
  const question = questionNow(pressed);
  if (!question) return refused("view-expired");
  switch (question.question) {
    case "forget":
      return noticeWithWays(pressed, "cancelled");
    case "broadcast":
      return showOperators(pressed, { at: "operators", room: "broadcast" });
    case "revoke-every-link":
      return showOperators(pressed, { at: "operators", room: "panel" });
    case "remove-mount":
      return question.loggingOut ? noticeWithWays(pressed, "cancelled") : showMount(pressed, question.mount);
  }
}

type Question = Extract<Scene, { at: "question" }>;

function questionNow({ session, view }: Pressed): Question | undefined {
  return session.scene.at === "question" && session.revision === view.revision ? session.scene : undefined;
}

function removeMount(
  pressed: Pressed,
  { mount, loggingOut }: Extract<Question, { question: "remove-mount" }>,
): Promise<Outcome> {
  return withMount(pressed, mount, async ({ title }) => {
    await takeBackEverywhere(pressed.services, mount);
    await pressed.services.storage.takeDown(mount);
    const errand = await withPerson(pressed, withoutMount(pressed.person, mount));
    const code = loggingOut ? "logged-out" : "mount-removed";
    return noticeWithWays(errand, code, { level: "done", subject: title });
  });
}

import { draw, type ActionContext, type Result } from "../context/context.ts";
import { withMount } from "../context/with-mount.ts";
import { showDeliverQuestion } from "../deliver/deliver.ts";
import { recipients } from "../admin/views.ts";
import { showDeleteQuestion } from "../tidy/trash.ts";
import type { ViewState } from "../model/session.ts";

/** Are you sure? */
export async function showQuestion(
  context: ActionContext,
  state: Extract<ViewState, { at: "question" }>,
): Promise<Result> {
  switch (state.question) {
    case "forget":
    case "revoke-links":
    case "revoke-every-link":
    case "renew-hook":
    case "revoke-hook": {
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: state.question } };
    }
    case "broadcast": {
      const to = await recipients(context);
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: "broadcast", subject: state.text, count: to.length } };
    }
    case "revoke-shared": {
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: "revoke-shared", subject: state.shared.title } };
    }
    case "take-back-link": {
      const view = await draw(context, state);
      return { screen: { show: "question", view, question: "take-back-link", subject: state.name } };
    }
    case "deliver":
      return showDeliverQuestion(context, state);
    case "delete-entries":
    case "empty-trash":
      return showDeleteQuestion(context, state);
    case "remove-mount":
    case "other-account":
      return withMount(context, state.mount, async ({ title }) => {
        const view = await draw(context, state);
        return { screen: { show: "question", view, question: state.question, subject: title } };
      });
  }
}

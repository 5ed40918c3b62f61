import { languageOf } from "../../users/person.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { afresh, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { notice, refused } from "../context/failure.ts";
import type { Target } from "../model/target.ts";
import { sendFile } from "./view.ts";

/** The file of a group's card into the presser's private chat: the group's message stays as it is, and nobody else sees it. */
export async function sendPrivately(context: ButtonContext): Promise<Result> {
  const file = fileOf(context);
  if (!file) return forgotten(context);
  const result = await sendFile(inPrivate(context), { ...file, at: "file" });
  if ("goTo" in result) return result;
  if (result.screen.show === "transfer") return deliver(context, result);
  return result.screen.show === "notice" ? { screen: { ...result.screen, for: "asker" } } : result;
}

/** The same person, alone with the bot; what is lent to the group can be used there too. */
function inPrivate(context: ButtonContext): ActionContext {
  const { place: _seen, ...rest } = afresh(context);
  const { person } = context.visit;
  return { ...rest, forAsker: false, visit: { ...context.visit, place: { id: person.id, kind: "private" } } };
}

/** Its message comes first: where that cannot be, no file is sent. */
async function deliver({ services, visit, person }: ActionContext, { screen, upload }: Outcome): Promise<Outcome> {
  if (screen.show !== "transfer") return { screen };
  const language = languageOf(services, person, visit);
  const to: Target = { place: person.id, kind: "private", language };
  const sent = await services.messengers?.of(person.id)?.send(to, screen);
  if (sent?.is !== "sent") return refused(sent?.is === "later" ? "private-chat-busy" : "private-chat-closed");
  await upload?.start({ to, shown: sent.ref });
  return notice("sent-privately", { level: "done", for: "asker" });
}

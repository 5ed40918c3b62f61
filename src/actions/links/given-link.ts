import type { Field, Values } from "../../storage/field.ts";
import { readForm, type Problem } from "../../storage/form.ts";
import type { Mount } from "../../storage/mount.ts";
import type { GivenLink, GivenLinks } from "../../users/given-links.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, findSession, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { attempt, noticeWithWays, refused } from "../context/failure.ts";
import { folderId, slim } from "../context/folder-view.ts";
import { formScreen } from "../context/form-screen.ts";
import { tagOf, withMount } from "../context/with-mount.ts";
import type { FileAddress } from "../model/file-address.ts";
import type { GivenView, ViewState } from "../model/session.ts";

/** Makes a link to the file of the card that has a life of its own. Pressed twice, it is the same one. */
export function giveLink(context: ButtonContext): Promise<Result> | Result {
  const file = fileOf(context);
  const { services, person, view } = context;
  const { givenLinks } = services;
  if (!file || !givenLinks) return forgotten(context);
  const { folder, entry, variant } = file;
  return withMount(context, folder.mount, async ({ id: mount }) => {
    const link = await givenLinks.make({
      person: person.id,
      mount,
      entry: slim(entry),
      ...(variant && { variant }),
      folder: folderId(folder) ?? "",
      by: `${view.id}-${view.revision}`,
    });
    if (link === "full") return refused("given-links-full");
    services.log.info({ person: person.id, mount, link: link.id }, "link given");
    return goTo(context, { at: "given-link", link: link.id, from: { ...file, at: "link" }, isNew: true });
  });
}

/** The card of one; where it has ended meanwhile, those that are left. */
export async function showGiven(context: ActionContext, view: GivenView): Promise<Result> {
  const { services, person } = context;
  const link = await services.givenLinks?.find(person.id, view.link);
  if (!link) return goTo(context, view.from.at === "given-links" ? view.from : { at: "given-links", page: 1 });
  return withMount(context, link.mount, (mount) =>
    attempt(context, { mount, back: view.from }, async () => ({
      screen: {
        show: "given-link",
        view: await draw(context, view),
        mount: tagOf(mount),
        ...(await addressOf(context, mount, link)),
        entry: link.entry,
        ...(link.variant && { variant: link.variant }),
        endsAt: link.endsAt,
        life: link.life,
        lives: services.givenLinks?.lives ?? [],
        isLocked: link.lockedAt !== undefined,
        opens: (await services.givenLinks?.opens(link.id)) ?? 0,
        isNew: view.isNew === true,
      },
    })),
  );
}

/** Made anew, and yet the same: its record rules how long it works. */
function addressOf({ services, visit, signal }: ActionContext, mount: Mount, given: GivenLink): Promise<FileAddress> {
  const { entry, variant, folder } = given;
  return services.issueLink(mount, entry, visit, { variant, folder, signal, given, unasked: true });
}

/** Does something with the link of the card that was pressed on, and shows what it is then. */
function onGiven(
  context: ButtonContext,
  work: (links: GivenLinks, view: GivenView) => Promise<GivenLink | undefined>,
): Promise<Result> | Result {
  const state = context.shown?.state;
  const { givenLinks } = context.services;
  if (state?.at !== "given-link" || !givenLinks) return forgotten(context);
  return work(givenLinks, state).then(() => goTo(context, state));
}

/** It lives so long from now on. */
export function setLinkLife(context: ButtonContext, index: number): Promise<Result> | Result {
  return onGiven(context, async (links, { link }) => {
    const life = links.lives[index];
    return life === undefined ? undefined : links.setLife(context.person.id, link, life);
  });
}

/** It asks for no password any more. */
export function clearLinkPassword(context: ButtonContext): Promise<Result> | Result {
  return onGiven(context, (links, { link }) => links.setPassword(context.person.id, link, undefined));
}

/** A link's password: whoever guesses has few tries, so that it may be short. */
const shortest = 4;
const passwordFields: readonly Field[] = [
  { name: "password", kind: "secret", role: "credential", required: true, maxLength: 100 },
];

/** Asks for the password that the link is to ask for. */
export function askLinkPassword(context: ButtonContext): Promise<Result> | Result {
  if (context.shown?.state.at !== "given-link") return forgotten(context);
  return passwordForm(context, context.session.id);
}

function passwordForm(context: ActionContext, session: string, problem?: Problem): Promise<Outcome> {
  const form = { id: "link-password", subject: session } as const;
  return formScreen(context, { form, fields: passwordFields, again: { problem } });
}

/** The link of the card that the form was opened from asks for this from now on. */
export async function submitLinkPassword(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Result> {
  const { services, person } = context;
  const session = subject === undefined ? undefined : await findSession(services, { id: subject, revision: 0 });
  if (session?.owner !== person.id || session.state.at !== "given-link") return refused("view-expired");
  const { id, state } = session;
  const reading = readForm(passwordFields, answers);
  if (!reading.ok) return passwordForm(context, id, reading.problem);
  const password = reading.values["password"] ?? "";
  if (password.length < shortest) return passwordForm(context, id, { field: "password", code: "password-too-short" });
  await services.givenLinks?.setPassword(person.id, state.link, password);
  return goTo({ ...context, session }, state);
}

/** Asks whether the link is to be taken back. */
export async function askTakeBack(context: ButtonContext): Promise<Result> {
  const state = context.shown?.state;
  const { services, person } = context;
  if (state?.at !== "given-link") return forgotten(context);
  const link = await services.givenLinks?.find(person.id, state.link);
  if (!link) return goTo(context, state);
  return goTo(context, { at: "question", question: "take-back-link", given: state, name: link.entry.name });
}

type Question = Extract<ViewState, { question: "take-back-link" }>;

/** Takes it back, and shows what is left. */
export async function takeBackLink(context: ActionContext, { given }: Question): Promise<Result> {
  const { services, person } = context;
  await services.givenLinks?.end(person.id, given.link);
  services.log.info({ person: person.id, link: given.link }, "link taken back");
  const page = given.from.at === "given-links" ? given.from.page : 1;
  return goTo(context, { at: "given-links", page, isTakenBack: true });
}

/** Where links are the drive's own there is nothing to list. */
export function noGivenLinks(context: ActionContext): Promise<Outcome> {
  return noticeWithWays(context, "no-links-to-revoke", { level: "refused" });
}

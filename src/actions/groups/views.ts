import { draw, type ActionContext, type Result } from "../context/context.ts";
import { notice, noticeWithWays, refused } from "../context/failure.ts";
import { mountsOf, rowChoicesOf } from "../../users/person.ts";
import {
  clearChoices,
  dailyChoices,
  downloadChoices,
  groupIn,
  lendingOf,
  loadPlace,
  type Place,
} from "../../users/place.ts";
import type { ViewState } from "../model/session.ts";
import { tagOf } from "../context/with-mount.ts";

/** Which of one's mounts to lend to a group; of one, there is nothing to choose. */
export async function showLendChoice(context: ActionContext, place: string): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  if (mounts.length === 0) return notice("nothing-to-lend", { level: "refused", for: "asker" });
  const view = await draw(
    context,
    { at: "lend-choice", place },
    mounts.map(({ id }) => id),
  );
  const { title } = await loadPlace(context.services, place);
  const shown = title ?? groupIn(context.visit)?.title;
  return {
    screen: {
      show: "lend-choice",
      for: "asker",
      view,
      place: shown,
      mounts: mounts.map(tagOf),
    },
  };
}

/** How a mount is lent to a group, for the one who lent it. */
export async function showLending(
  context: ActionContext,
  state: Extract<ViewState, { at: "lending" }>,
): Promise<Result> {
  const place = await loadPlace(context.services, state.place);
  const lending = state.draft ? undefined : lendingOf(place, state.mount);
  const mount = await context.services.storage.find(state.mount);
  const owner = state.draft ? mount?.owner : lending?.owner;
  const now = state.draft ?? lending;
  if (!now || !mount || owner !== context.person.id) return noticeWithWays(context, "taken-back");
  const view = await draw(context, state);
  const can = await context.services.storage.can(mount.id);
  const title = place.title ?? groupIn(context.visit)?.title;
  return {
    screen: {
      show: "lending",
      view,
      mount: tagOf(mount),
      trail: now.trail.map(({ name }) => name),
      place: title,
      policy: now.policy,
      dailyChoices,
      downloadChoices: can.has("download") ? downloadChoices : [],
      draft: state.draft && true,
      folder: state.draft?.folder?.map(({ name }) => name),
    },
  };
}

/** A group's settings as they are now. */
export async function showPlaceSettings(context: ActionContext): Promise<Result> {
  const { services, visit } = context;
  const here = groupIn(visit);
  if (!here) return refused("groups-only");
  const { id } = here;
  const { title = here.title, settings } = await loadPlace(services, id);
  const view = await draw(context, { at: "place-settings", place: id });
  return {
    screen: {
      show: "place-settings",
      view,
      place: title,
      languages: services.languages,
      ...languageIn(services.languages, settings),
      rows: settings.rows,
      rowChoices: rowChoicesOf(visit),
      order: settings.order,
      clearAfter: settings.clearAfter ?? 0,
      clearChoices,
      privateLinks: settings.privateLinks === true,
    },
  };
}

function languageIn(languages: readonly string[], { language }: Place["settings"]): { readonly language?: string } {
  return language !== undefined && languages.includes(language) ? { language } : {};
}

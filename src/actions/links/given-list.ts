import type { GivenLink } from "../../users/given-links.ts";
import { rowsHere } from "../../users/person.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { pageOf } from "../context/paging.ts";
import type { GivenLine } from "../model/given-screen.ts";
import type { GivenListView } from "../model/session.ts";
import { noGivenLinks } from "./given-link.ts";

/** The links one gave away. */
export function givenLinks(context: ActionContext): Promise<Result> | Result {
  return context.services.givenLinks ? goTo(context, { at: "given-links", page: 1 }) : noGivenLinks(context);
}

/** A page of them, newest first. */
export async function showGivenList(
  context: ActionContext,
  { isTakenBack, page: wanted }: GivenListView,
): Promise<Result> {
  const { services, person } = context;
  if (!services.givenLinks) return noGivenLinks(context);
  const all = await services.givenLinks.list(person.id);
  const { rows, page, pages } = pageOf(all, wanted, rowsHere(context));
  const view = await draw(
    context,
    { at: "given-links", page },
    rows.map(({ id }) => id),
  );
  return {
    screen: {
      show: "given-links",
      view,
      links: await Promise.all(rows.map((link) => lineOf(context, link))),
      page: { number: page, count: pages },
      total: all.length,
      ...(isTakenBack && { isTakenBack }),
    },
  };
}

async function lineOf({ services }: ActionContext, { id, entry, endsAt, lockedAt }: GivenLink): Promise<GivenLine> {
  return { entry, endsAt, isLocked: lockedAt !== undefined, opens: (await services.givenLinks?.opens(id)) ?? 0 };
}

/** The one that stood in this row. */
export function pickGiven(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const id = shown?.rows[index];
  const state = shown?.state;
  if (state?.at !== "given-links" || typeof id !== "string") return forgotten(context);
  return goTo(context, { at: "given-link", link: id, from: { at: "given-links", page: state.page } });
}

import type { Destination } from "../../users/destinations.ts";
import { rowsHere } from "../../users/person.ts";
import { fileOf, forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { pageOf } from "../context/paging.ts";
import { withMount } from "../context/with-mount.ts";
import type { DestinationsView } from "../model/session.ts";
import { entriesOf, folderOfTidy, onlyOne, pickedBy } from "../tidy/picked.ts";

/** Another chat for the file of a card, or for what can be tidied up. */
export function chooseDestination(context: ButtonContext): Result {
  const { shown } = context;
  const file = fileOf(context);
  if (file) return goTo(context, { at: "destinations", from: { ...file, at: "file" }, page: 1 });
  return shown?.state.at === "tidy"
    ? goTo(context, { at: "destinations", from: shown.state, page: 1 })
    : forgotten(context);
}

/** A page of the chats there are now, the last one used first. */
export function showDestinations(context: ActionContext, view: DestinationsView): Promise<Result> | Result {
  const { from, page: wanted } = view;
  const folder = from.at === "tidy" ? folderOfTidy(from) : from.folder;
  return withMount(context, folder.mount, async () => {
    const found = await findDestinations(context);
    const { rows, page, pages } = pageOf(found ?? [], wanted, rowsHere(context));
    return {
      screen: {
        show: "destinations",
        view: await draw(
          context,
          { ...view, page },
          rows.map(({ id }) => id),
        ),
        entry: from.at === "tidy" ? onlyOne(entriesOf(pickedBy(from, context.session ?? {}))) : from.entry,
        rows,
        page: { number: page, count: pages },
        isOutOfReach: found === undefined,
      },
    };
  });
}

/** Undefined = the platform cannot be asked now. */
async function findDestinations({ services, person }: ActionContext): Promise<readonly Destination[] | undefined> {
  try {
    return (await services.destinations?.list(person.id)) ?? [];
  } catch (err) {
    services.log.info({ err, person: person.id }, "destinations out of reach");
    return undefined;
  }
}

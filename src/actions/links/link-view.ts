import type { Entry, Variant } from "../../storage/entry.ts";
import { folderId } from "../context/folder-view.ts";
import { abilitiesOf, isPushable, isSavable } from "../context/abilities.ts";
import { afresh, draw, isSendable, type ActionContext, type Outcome } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { tagIn, withMount } from "../context/with-mount.ts";
import type { Mount } from "../../storage/mount.ts";
import type { FileView, FolderView, SearchView } from "../model/session.ts";

interface LinkRequest {
  readonly folder: FolderView;
  readonly entry: Entry;
  readonly variants: readonly Variant[];
  /** Absent = the original. */
  readonly variant?: Variant | undefined;
  readonly from?: SearchView | undefined;
}

/** A file's address, for whoever asked. In a group it is a screen of its own, and the one pressed on stays. */
export async function showLink(context: ActionContext, request: LinkRequest): Promise<Outcome> {
  if (context.visit.place.kind === "private") return linkOrFailure(context, request);
  const { screen } = await linkOrFailure({ ...afresh(context), forAsker: true }, request);
  return { screen: screen.show === "notice" ? { ...screen, for: "asker" } : screen };
}

function linkOrFailure(
  context: ActionContext,
  { folder, entry, variants, variant, from }: LinkRequest,
): Promise<Outcome> {
  const state: FileView = { at: "link", folder, entry, variants, variant, from };
  const { services, visit, signal } = context;
  return withMount(
    context,
    folder.mount,
    (mount, { lent }) =>
      attempt(context, { mount, retry: state, back: { ...state, at: "file" } }, async () => {
        const issued = await services.issueLink(mount, entry, visit, {
          signal,
          folder: folderId(folder) ?? "",
          variant,
        });
        const view = await draw(context, state);
        const isOpen = lent?.lending.policy.open === true && lent.place.settings.privateLinks !== true;
        return {
          screen: {
            show: "link",
            ...(!isOpen && { for: "asker" }),
            view,
            mount: tagIn(mount, folder),
            entry,
            ...(variant && { variant }),
            ...issued,
            can: abilitiesOf({
              "give-link": isGivable(context, mount),
              push: isPushable(context, mount),
              "save-share": isSavable(context, mount),
              send: isSendable(context, variant ? undefined : entry.size),
            }),
          },
        };
      }),
    { for: "link", trail: folder.trail },
  );
}

/** Whether a link of its own life can be given: by its owner, where nobody else sees it. */
function isGivable({ services, visit, person }: ActionContext, { owner }: Mount): boolean {
  return services.givenLinks !== undefined && visit.place.kind === "private" && owner === person.id;
}

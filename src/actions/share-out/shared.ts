import type { Mount } from "../../storage/mount.ts";
import type { SharedOut } from "../../storage/task.ts";
import { rowsHere } from "../../users/person.ts";
import { ableMount, noneAble } from "../context/able-mount.ts";
import { forgotten, mountOf, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { pageOf } from "../context/paging.ts";
import { tagOf, withMount } from "../context/with-mount.ts";
import type { SharedListView, SharedView, ViewState } from "../model/session.ts";

/** Pages of the service that are read at most: there may be thousands of links. */
const maxPages = 10;

/** The links made on the current drive. */
export async function shares(context: ActionContext): Promise<Result> {
  const mount = await ableMount(context, "listSharedOut");
  if (!mount) return noneAble(context, "no-sharing-drive");
  return goTo(context, { at: "shared-list", mount: mount.id, page: 1 });
}

/** Those of the drive that the button was about. */
export function sharedOf(context: ButtonContext): Promise<Result> | Result {
  const mount = mountOf(context);
  return mount === undefined ? shares(context) : goTo(context, { at: "shared-list", mount, page: 1 });
}

/** A page of them, newest first. */
export function showSharedList(context: ActionContext, view: SharedListView): Promise<Result> | Result {
  const { revoked, ...kept } = view;
  return withMount(context, view.mount, (mount) =>
    attempt(context, { mount, retry: kept }, async () => {
      const { items, isCut } = await allShared(context, view.mount);
      const { rows: shown, page: number, pages: count } = pageOf(items, view.page, rowsHere(context));
      const drawn = await draw(
        context,
        { ...kept, page: number },
        shown.map(({ id }) => id),
      );
      return {
        screen: {
          show: "shared-list",
          view: drawn,
          mount: tagOf(mount),
          shares: shown,
          page: { number, count },
          total: items.length,
          isCut,
          ...(revoked && { revoked }),
        },
      };
    }),
  );
}

/** All of them, newest first; `isCut`: there are more than are read. */
export async function allShared(
  { services, person, signal }: ActionContext,
  mount: string,
): Promise<{ readonly items: readonly SharedOut[]; readonly isCut: boolean }> {
  const items = new Map<string, SharedOut>();
  let cursor: string | undefined;
  for (let n = 0; n < maxPages; n++) {
    const page = await services.storage.listSharedOut(mount, { cursor, asker: person.id, signal });
    for (const share of page.items) items.set(share.id, share);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  const newest = [...items.values()].toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
  return { items: newest, isCut: cursor !== undefined };
}

/** The link that stood in this row. */
export function pickShared(context: ButtonContext, index: number): Result {
  const { shown } = context;
  const id = shown?.rows[index];
  const state = shown?.state;
  if (state?.at !== "shared-list" || typeof id !== "string") return forgotten(context);
  const { revoked: _said, ...from } = state;
  return goTo(context, { at: "shared", mount: state.mount, share: id, title: "", from });
}

/** One link, its code and how it does, as it is now; where it was taken back elsewhere, the others. */
export function showShared(context: ActionContext, view: SharedView): Promise<Result> | Result {
  const { from } = view;
  return withMount(context, view.mount, (mount) =>
    attempt(context, { mount, back: from }, async () => {
      const { items } = await allShared(context, view.mount);
      const share = items.find(({ id }) => id === view.share);
      if (!share) return goTo(context, from);
      return drawShared(context, mount, { share, from });
    }),
  );
}

/** A link as it is known already. */
export async function drawShared(
  context: ActionContext,
  mount: Mount,
  { share, from }: Pick<SharedView, "from"> & { readonly share: SharedOut },
): Promise<Outcome> {
  const { id, title } = share;
  const view = await draw(context, { at: "shared", mount: mount.id, share: id, title, from });
  const isNew = from.at !== "shared-list";
  return { screen: { show: "shared", view, mount: tagOf(mount), share, isNew } };
}

/** Asks whether a link is to be taken back. */
export function askRevokeShared(context: ButtonContext): Result {
  const state = context.shown?.state;
  if (state?.at !== "shared") return forgotten(context);
  return goTo(context, { at: "question", question: "revoke-shared", shared: state });
}

type Question = Extract<ViewState, { question: "revoke-shared" }>;

/** Takes it back, and shows what is left. */
export function revokeShared(context: ActionContext, { shared }: Question): Promise<Result> | Result {
  return withMount(context, shared.mount, (mount) =>
    attempt(context, { mount, back: { at: "shared-list", mount: mount.id, page: 1 } }, async () => {
      const { services, person, signal } = context;
      await services.storage.revokeShared(mount.id, [shared.share], { asker: person.id, signal });
      services.log.info({ person: person.id, mount: mount.id }, "share revoked");
      const page = shared.from.at === "shared-list" ? shared.from.page : 1;
      return goTo(context, { at: "shared-list", mount: mount.id, page, revoked: true });
    }),
  );
}

import { rowsHere } from "../../users/person.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { draw, goTo, type ActionContext, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { pageOf } from "../context/paging.ts";
import { namesOf, tagIn, withMount } from "../context/with-mount.ts";
import type { PreviewView } from "../model/session.ts";

/** Asks what the address of a batch would bring. */
export function askPreview(context: ButtonContext): Promise<Result> | Result {
  const of = context.shown?.state;
  return of?.at === "download" ? goTo(context, { at: "preview", of, page: 1 }) : forgotten(context);
}

/** A page of it. Of what has come meanwhile the folder tells more. */
export function showPreview(context: ActionContext, view: PreviewView): Promise<Result> | Result {
  const { folder, download } = view.of;
  return withMount(context, folder.mount, (mount) =>
    attempt(context, { mount, back: folder }, async () => {
      const { services, person, signal } = context;
      const order = await services.downloads?.find(download);
      const [source] = order?.sources ?? [];
      if (order?.person !== person.id || !source) return goTo(context, folder);
      const told = await services.storage.preview(mount.id, source.url, { asker: person.id, signal });
      const { rows, page, pages } = pageOf(told.files, view.page, rowsHere(context));
      return {
        screen: {
          show: "preview",
          view: await draw(context, { ...view, page }),
          mount: tagIn(mount, folder),
          trail: namesOf(folder),
          name: told.name ?? source.name ?? source.url,
          files: rows,
          total: { count: told.files.length, size: told.files.reduce((sum, { size = 0 }) => sum + size, 0) },
          isCut: told.isCut,
          page: { number: page, count: pages },
        },
      };
    }),
  );
}

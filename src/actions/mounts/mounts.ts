import { folderView, rootIn } from "../context/folder-view.ts";
import type { DownloadMethod } from "../../storage/mount.ts";
import { goTo, withPerson, type Result } from "../context/context.ts";
import { attempt } from "../context/failure.ts";
import { mountOf, type ButtonContext } from "../context/button-context.ts";
import { withMount } from "../context/with-mount.ts";
import { showMount, showMounts } from "./views.ts";
import { changeMethod, methodGone } from "./download-method.ts";
import { renameMount } from "./rename-mount.ts";
import { signIn } from "./sign-in.ts";

/** The card of the mount that stood in this row. */
export function pickMount(context: ButtonContext, index: number): Promise<Result> | Result {
  const state = context.shown?.state;
  const id = state?.at === "mounts" ? context.shown?.rows[index] : undefined;
  if (state?.at !== "mounts" || typeof id !== "string") return showMounts(context);
  if (state.opened) return goTo(context, rootIn(context, { id }));
  // What is lent is opened: how it does is its owner's business, and none of a group's.
  const isLent = context.visit.place.kind === "group" || !context.person.mounts.includes(id);
  return isLent ? goTo(context, rootIn(context, { id })) : showMount(context, id);
}

/** Does something with the mount the button was about; the list of mounts where that is forgotten. */
function onMount(context: ButtonContext, work: (mount: string) => Promise<Result> | Result): Promise<Result> | Result {
  const mount = mountOf(context);
  return mount === undefined ? showMounts(context) : work(mount);
}

/** The mount's root. */
export function openMount(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (mount) => goTo(context, folderView(context, mount)));
}

/** Makes it the one `/browse` opens. */
export function chooseMount(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (id) =>
    withMount(context, id, async () => {
      return showMount(await withPerson(context, { ...context.person, current: id }), id);
    }),
  );
}

/** Asks for another title. */
export function renamePressed(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (mount) => renameMount(context, mount));
}

/** Asks for new credentials. */
export function renewPressed(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (mount) => signIn(context, { mount }));
}

/** Whether it works: its card, which says so and when. */
export function checkMount(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (id) =>
    withMount(context, id, (mount) =>
      attempt(context, { mount }, async () => {
        await context.services.storage.check(id, { signal: context.signal, asker: context.person.id });
        return showMount(context, id, { checked: true });
      }),
    ),
  );
}

/** How people get the bytes; the usual way is kept as "the usual", whatever that becomes. */
export function setMethod(context: ButtonContext, method: DownloadMethod): Promise<Result> | Result {
  const { services } = context;
  return onMount(context, (id) =>
    withMount(context, id, async () => {
      if (!services.methods.includes(method)) return methodGone();
      await changeMethod(services, id, method === services.usualMethod ? undefined : method);
      return showMount(context, id);
    }),
  );
}

/** Asks whether it is really meant. */
export function removeMount(context: ButtonContext): Promise<Result> | Result {
  return onMount(context, (mount) =>
    goTo(context, { at: "question", question: "remove-mount", mount, loggingOut: false }),
  );
}

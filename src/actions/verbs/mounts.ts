import type { DownloadMethod } from "../../storage/mount.ts";
import { withPerson, type Outcome } from "../errand.ts";
import { attempt, notice } from "../failure.ts";
import { mountOf, type Pressed } from "../pressed.ts";
import { showFolder } from "../scenes/folder.ts";
import { folderScene } from "../scenes/listing.ts";
import { withMount } from "../scenes/mounted.ts";
import { showMount, showMounts } from "../scenes/mounts.ts";
import { ask } from "../scenes/person.ts";
import { rootIn } from "./current.ts";
import { fallbackOf } from "../fallback.ts";
import { renameMount } from "./rename-mount.ts";
import { signIn } from "./sign-in.ts";

/** The card of the mount that stood in this row. */
export function pickMount(pressed: Pressed, index: number): Promise<Outcome> {
  const id = pressed.shown?.scene.at === "mounts" ? pressed.shown.rows[index] : undefined;
  if (typeof id !== "string") return showMounts(pressed);
  // What is lent is opened: how it does is its owner's business, and none of a group's.
  const isLent = pressed.visit.place.kind === "group" || !pressed.person.mounts.includes(id);
  return isLent ? showFolder(pressed, rootIn(pressed, { id })) : showMount(pressed, id);
}

/** Does something with the mount the button was about; the list of mounts where that is forgotten. */
function onMount(pressed: Pressed, work: (mount: string) => Promise<Outcome>): Promise<Outcome> {
  const mount = mountOf(pressed);
  return mount === undefined ? showMounts(pressed) : work(mount);
}

/** The mount's root. */
export function openMount(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (mount) => showFolder(pressed, folderScene(pressed, mount)));
}

/** Makes it the one `/browse` opens. */
export function chooseMount(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (id) =>
    withMount(pressed, id, async () => {
      const errand = await withPerson(pressed, { ...pressed.person, current: id });
      return showMount(errand, id);
    }),
  );
}

/** Asks for another title. */
export function renamePressed(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (mount) => renameMount(pressed, mount));
}

/** Asks for new credentials. */
export function renewPressed(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (mount) => signIn(pressed, mount));
}

/** Whether it works: a word if it does as before, else its card, which shows what has changed. */
export function checkMount(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (id) =>
    withMount(pressed, id, (mount) =>
      attempt(pressed, { mount }, async () => {
        const { health, title } = await pressed.services.storage.check(id, { signal: pressed.signal });
        const isAsBefore = health.state === "working" && mount.health.state === "working";
        return isAsBefore
          ? notice("mount-healthy", { level: "done", subject: title, for: "asker" })
          : showMount(pressed, id);
      }),
    ),
  );
}

/** How people get the bytes; the usual way is kept as "the usual", whatever that becomes. */
export function setMethod(pressed: Pressed, method: DownloadMethod): Promise<Outcome> {
  const { services } = pressed;
  return onMount(pressed, (id) =>
    withMount(pressed, id, async () => {
      if (!services.methods.includes(method)) return methodGone();
      await services.storage.change(id, { method: method === services.usualMethod ? undefined : method });
      await services.said?.delete(fallbackOf(id));
      return showMount(pressed, id);
    }),
  );
}

/** The card is from a time when that way worked. */
function methodGone(): Outcome {
  return { screen: { show: "notice", notice: "gateway-needed", level: "refused", for: "asker" } };
}

/** Asks whether it is really meant. */
export function removeMount(pressed: Pressed): Promise<Outcome> {
  return onMount(pressed, (mount) =>
    ask(pressed, { at: "question", question: "remove-mount", mount, loggingOut: false }),
  );
}

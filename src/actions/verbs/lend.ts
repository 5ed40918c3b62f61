import type { Mount } from "../../storage/mount.ts";
import type { Audience, Talent } from "../action.ts";
import type { Errand, Outcome } from "../errand.ts";
import { attempt, mountGone, notice, noticeWithWays, refused } from "../failure.ts";
import { mountsOf } from "../person.ts";
import {
  changePlace,
  dailyChoices,
  groupIn,
  lend,
  lendingOf,
  loadPlace,
  standingIn,
  takeBack,
  usualPolicy,
  type Policy,
} from "../place.ts";
import type { Pressed } from "../pressed.ts";
import { folderScene } from "../scenes/listing.ts";
import { showLendChoice, showLending } from "../scenes/lending.ts";
import { findPlace } from "../scenes/place.ts";
import type { Crumb, Scene } from "../session.ts";

/** Lends the one mount of an admin to the group, or asks which of several; with a path that folder of the current one. */
export async function bind(errand: Errand, path = ""): Promise<Outcome> {
  const mounts = await mountsOf(errand.services, errand.person);
  const current = mounts.find(({ id }) => id === errand.person.current) ?? mounts[0];
  const place = groupIn(errand.visit)?.id;
  if (place === undefined) return refused("groups-only");
  if (!current || (mounts.length > 1 && path === "")) return showLendChoice(errand, place);
  return path === "" ? lendTo(errand, place, current, []) : lendFolder(errand, place, current, path);
}

function lendFolder(errand: Errand, place: string, mount: Mount, path: string): Promise<Outcome> {
  return attempt(errand, { mount }, async () => {
    const found = await findPlace(errand, folderScene(errand, mount.id), path);
    if (found?.file) return notAFolder(path);
    if (!found) return noticeWithWays(errand, "no-such-path", { level: "refused", subject: path });
    return lendTo(errand, place, mount, found.trail);
  });
}

function notAFolder(subject: string): Outcome {
  return { screen: { show: "notice", notice: "not-a-folder", level: "refused", subject } };
}

async function lendTo(errand: Errand, place: string, mount: Mount, trail: readonly Crumb[]): Promise<Outcome> {
  const { services, visit, person } = errand;
  const before = lendingOf(await loadPlace(services, place), mount.id);
  const here = groupIn(visit);
  const title = here?.id === place ? here.title : undefined;
  await lend(
    services,
    { place, ...(title !== undefined && { title }) },
    { mount: mount.id, owner: person.id, trail, policy: before?.policy ?? usualPolicy, since: services.now() },
  );
  return showLending(errand, { at: "lending", place, mount: mount.id });
}

/** Lends the mount that stood in this row. The choice may be made in private, so the group is asked once more who this is. */
export async function lendChosen(pressed: Pressed, index: number): Promise<Outcome> {
  const { services, shown, person, visit } = pressed;
  const id = shown?.rows[index];
  if (shown?.scene.at !== "lend-choice" || typeof id !== "string") return refused("view-expired");
  const mount = await services.storage.find(id);
  if (mount?.owner !== person.id) return mountGone(pressed);
  const { place } = shown.scene;
  if ((await standingIn(services, visit, place)) !== "admin") return refused("admins-only");
  return lendTo(pressed, place, mount, []);
}

/** Takes back what one lent to this group; its admins may also end what others lent. */
export async function unbind(errand: Errand): Promise<Outcome> {
  const { services, visit, person, group } = errand;
  if (!group) return refused("groups-only");
  const { id, lent } = group;
  const own = lent.filter(({ owner }) => owner === person.id);
  if (lent.length === 0) return notice("nothing-lent");
  const isAdmin = own.length === 0 && (await standingIn(services, visit, id)) === "admin";
  if (own.length === 0 && !isAdmin) return refused("admins-only");
  const [only, ...more] = own;
  if (only && more.length > 0) return showLending(errand, { at: "lending", place: id, mount: only.mount });
  await takeBack(services, id, (lending) => isAdmin || lending.owner === person.id);
  return notice("taken-back", { level: "done" });
}

/** Takes the mount of this card back. */
export function unlend(pressed: Pressed): Promise<Outcome> {
  return onLending(pressed, async ({ place, mount }) => {
    const { services, person } = pressed;
    await takeBack(services, place, (lending) => lending.mount === mount && lending.owner === person.id);
    return noticeWithWays(pressed, "taken-back", { level: "done" });
  });
}

/** Who may use one talent of it. */
export function setPolicy(pressed: Pressed, talent: Talent, audience: Audience): Promise<Outcome> {
  return changePolicy(pressed, (policy) => ({ ...policy, [talent]: audience }));
}

/** Links and files a day; what is not among the choices changes nothing. */
export function setDaily(pressed: Pressed, count: number): Promise<Outcome> {
  return changePolicy(pressed, ({ daily, ...policy }) => {
    if (!dailyChoices.includes(count)) return { ...policy, ...(daily !== undefined && { daily }) };
    return { ...policy, ...(count > 0 && { daily: count }) };
  });
}

/** Whether links may stand in the open. */
export function setOpenLinks(pressed: Pressed, open: boolean): Promise<Outcome> {
  return changePolicy(pressed, (policy) => ({ ...policy, open }));
}

function changePolicy(pressed: Pressed, change: (policy: Policy) => Policy): Promise<Outcome> {
  return onLending(pressed, async (scene) => {
    const { services, person } = pressed;
    await changePlace(services, scene.place, (before) => ({
      ...before,
      lent: before.lent.map((lending) =>
        lending.mount === scene.mount && lending.owner === person.id
          ? { ...lending, policy: change(lending.policy) }
          : lending,
      ),
    }));
    return showLending(pressed, scene);
  });
}

type LendingScene = Extract<Scene, { at: "lending" }>;

/** Does something with the lending the button was about. */
async function onLending(pressed: Pressed, work: (scene: LendingScene) => Promise<Outcome>): Promise<Outcome> {
  const scene = pressed.shown?.scene;
  return scene?.at === "lending" ? work(scene) : refused("view-expired");
}

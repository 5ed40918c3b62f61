import type { Mount } from "../../storage/mount.ts";
import type { Audience, SharedCapability } from "../../users/place.ts";
import type { ActionContext, Outcome, Result } from "../context/context.ts";
import { attempt, mountGone, notice, noticeWithWays, refused } from "../context/failure.ts";
import { mountsOf } from "../../users/person.ts";
import {
  changePlace,
  dailyChoices,
  downloadChoices,
  groupIn,
  lend,
  lendingOf,
  loadPlace,
  standingIn,
  takeBack,
  usualPolicy,
  type Policy,
} from "../../users/place.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { mayFetch } from "../context/leave.ts";
import { folderView } from "../context/folder-view.ts";
import { showLendChoice, showLending } from "./views.ts";
import { findPlace } from "../browse/path.ts";
import { folderOf, type LendingDraft, type ViewState } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";

/** Lends the one mount of an admin to the group, or asks which of several; with a path that folder of the current one. */
export async function bind(context: ActionContext, path = ""): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  const current = mounts.find(({ id }) => id === context.person.current) ?? mounts[0];
  const place = groupIn(context.visit)?.id;
  if (place === undefined) return refused("groups-only");
  if (!current || (mounts.length > 1 && path === "")) return showLendChoice(context, place);
  return path === "" ? lendTo(context, place, current, []) : lendFolder(context, place, current, path);
}

function lendFolder(context: ActionContext, place: string, mount: Mount, path: string): Promise<Result> | Result {
  return attempt(context, { mount }, async () => {
    const found = await findPlace(context, folderView(context, mount.id), path);
    if (found?.file) return notAFolder(path);
    if (!found) return noticeWithWays(context, "no-such-path", { level: "refused", subject: path });
    return lendTo(context, place, mount, found.trail);
  });
}

function notAFolder(subject: string): Outcome {
  return { screen: { show: "notice", notice: "not-a-folder", level: "refused", subject } };
}

/** Shows what would be shared and how; nothing is, until its owner confirms it. */
async function lendTo(context: ActionContext, place: string, mount: Mount, trail: readonly Crumb[]): Promise<Result> {
  const before = lendingOf(await loadPlace(context.services, place), mount.id);
  const isSame = before?.trail.map(({ id }) => id).join() === trail.map(({ id }) => id).join();
  if (before && isSame) return showLending(context, { at: "lending", place, mount: mount.id });
  const folder = trail.length > 0 ? trail : await lastTrail(context, mount);
  const draft: LendingDraft = { trail, policy: before?.policy ?? usualPolicy, ...(folder.length > 0 && { folder }) };
  return showLending(context, { at: "lending", place, mount: mount.id, draft });
}

/** The folder of the drive its owner was in last, wherever that was. */
async function lastTrail({ services, person }: ActionContext, mount: Mount): Promise<readonly Crumb[]> {
  for (const id of person.sessions.slice(-5).toReversed()) {
    const folder = folderOf((await services.sessions.get(id))?.state ?? { at: "mounts" });
    if (folder?.mount === mount.id) return folder.trail;
  }
  return [];
}

/** The whole drive, or the folder its owner was in last. */
export function chooseWhat(context: ButtonContext, what: LentPart): Promise<Result> {
  return onLending(context, async (state) => {
    const { draft } = state;
    if (!draft) return showLending(context, state);
    const trail = what === "folder" ? (draft.folder ?? []) : [];
    return showLending(context, { ...state, draft: { ...draft, trail } });
  });
}

/** What can be shared: all of a drive, or one folder of it. In the order `lend-what` counts them. */
export const lentParts = ["drive", "folder"] as const;
export type LentPart = (typeof lentParts)[number];

/** Shares what the card says. The group is asked once more who this is. */
export function confirmLend(context: ButtonContext): Promise<Result> {
  return onLending(context, async ({ place, mount, draft }) => {
    const { services, visit, person } = context;
    const state: LendingView = { at: "lending", place, mount };
    if (!draft) return showLending(context, state);
    if ((await standingIn(services, visit, place)) !== "admin") return refused("admins-only");
    const { trail, policy } = draft;
    const here = groupIn(visit);
    await lend(
      services,
      { place, title: here?.id === place ? here.title : undefined },
      { mount, owner: person.id, trail, policy, since: services.now() },
    );
    return showLending(context, state);
  });
}

/** Lends the mount that stood in this row. The choice may be made in private, so the group is asked once more who this is. */
export async function lendChosen(context: ButtonContext, index: number): Promise<Result> {
  const { services, shown, person, visit } = context;
  const id = shown?.rows[index];
  if (shown?.state.at !== "lend-choice" || typeof id !== "string") return refused("view-expired");
  const mount = await services.storage.find(id);
  if (mount?.owner !== person.id) return mountGone(context);
  const { place } = shown.state;
  if ((await standingIn(services, visit, place)) !== "admin") return refused("admins-only");
  return lendTo(context, place, mount, []);
}

/** Takes back what one lent to this group; its admins may also end what others lent. */
export async function unbind(context: ActionContext): Promise<Result> {
  const { services, visit, person, group } = context;
  if (!group) return refused("groups-only");
  const { id, lent } = group;
  const own = lent.filter(({ owner }) => owner === person.id);
  if (lent.length === 0) return notice("nothing-lent");
  const isAdmin = own.length === 0 && (await standingIn(services, visit, id)) === "admin";
  if (own.length === 0 && !isAdmin) return refused("admins-only");
  const [only, ...more] = own;
  if (only && more.length > 0) return showLending(context, { at: "lending", place: id, mount: only.mount });
  await takeBack(services, id, (lending) => isAdmin || lending.owner === person.id);
  for (const { mount } of isAdmin ? lent : own) await endTransfers(context, mount);
  return notice("taken-back", { level: "done" });
}

/** Takes the mount of this card back. */
export function unlend(context: ButtonContext): Promise<Result> | Result {
  return onLending(context, async ({ place, mount, draft }) => {
    const { services, person } = context;
    if (draft) return noticeWithWays(context, "cancelled");
    await takeBack(services, place, (lending) => lending.mount === mount && lending.owner === person.id);
    await endTransfers(context, mount);
    return noticeWithWays(context, "taken-back", { level: "done" });
  });
}

/** Files on their way to whom the drive is not shared any more do not arrive. */
async function endTransfers({ services }: ActionContext, id: string): Promise<void> {
  const mount = await services.storage.find(id);
  await services.transfers?.withdraw(id, async (person) => mount !== undefined && mayFetch(services, mount, person));
}

/** Who may use one capability of it. */
export function setPolicy(
  context: ButtonContext,
  capability: SharedCapability,
  audience: Audience,
): Promise<Result> | Result {
  return changePolicy(context, (policy) => ({ ...policy, [capability]: audience }));
}

/** Links and files a day; what is not among the choices changes nothing. */
export function setDaily(context: ButtonContext, count: number): Promise<Result> | Result {
  return changePolicy(context, (policy) =>
    dailyChoices.includes(count) ? { ...policy, daily: count > 0 ? count : undefined } : policy,
  );
}

/** Downloads a day for all of the group; what is not among the choices changes nothing. */
export function setDownloads(context: ButtonContext, count: number): Promise<Result> | Result {
  return changePolicy(context, (policy) =>
    downloadChoices.includes(count) ? { ...policy, downloads: count > 0 ? count : undefined } : policy,
  );
}

/** Whether links may stand in the open. */
export function setOpenLinks(context: ButtonContext, open: boolean): Promise<Result> | Result {
  return changePolicy(context, (policy) => ({ ...policy, open }));
}

function changePolicy(context: ButtonContext, change: (policy: Policy) => Policy): Promise<Result> | Result {
  return onLending(context, async (state) => {
    const { services, person } = context;
    const { draft } = state;
    if (draft) return showLending(context, { ...state, draft: { ...draft, policy: change(draft.policy) } });
    await changePlace(services, state.place, (before) => ({
      ...before,
      lent: before.lent.map((lending) =>
        lending.mount === state.mount && lending.owner === person.id
          ? { ...lending, policy: change(lending.policy) }
          : lending,
      ),
    }));
    return showLending(context, state);
  });
}

type LendingView = Extract<ViewState, { at: "lending" }>;

/** Does something with the lending the button was about. */
async function onLending(context: ButtonContext, work: (state: LendingView) => Promise<Result>): Promise<Result> {
  const state = context.shown?.state;
  return state?.at === "lending" ? work(state) : refused("view-expired");
}

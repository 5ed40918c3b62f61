import type { Quota } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { abilitiesOf } from "../context/abilities.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { answerWith, currentOf, isRenewable, isShare, kindNamed, loginOf, rootFieldOf } from "../context/kinds.ts";
import { mountsOf, rowsHere } from "../../users/person.ts";
import { lendingOf } from "../../users/place.ts";
import type { MountCard, MountLine, MountList } from "../model/screen.ts";
import type { FolderView } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";
import { tagIn, tagOf, withMount } from "../context/with-mount.ts";
import { pageOf } from "../context/paging.ts";
import { shortcutsIn } from "../favourites/kept.ts";
import type { KeptFolder } from "../../users/kept-folders.ts";

/** A page of the person's mounts, accounts first, then shares with the latest first; or the ways to a first one. */
export async function showMounts(context: ActionContext, page = 1): Promise<Result> {
  if (context.visit.place.kind === "group") return showLent(context, page);
  const mounts = await mountsOf(context.services, context.person);
  if (mounts.length === 0 && context.group && context.group.lent.length > 0) return showLent(context, page);
  if (mounts.length === 0) return noticeWithWays(context, "no-mounts", { offer: ["add-account", "add-share"] });
  const current = currentOf(context, mounts);
  const shares = mounts.filter((mount) => isShare(context, mount)).toReversed();
  const accounts = mounts.filter((mount) => !isShare(context, mount));
  const lines = [...accounts, ...shares].map((mount) => lineOf(context, mount, current));
  return drawMounts(context, lines, page, shortcutsIn(context, mounts));
}

/** The mounts shared with the group this is in. What is private to their owners is not told. */
export async function showLent(context: ActionContext, page = 1): Promise<Result> {
  const { services, group } = context;
  const found = await Promise.all((group?.lent ?? []).map(({ mount }) => services.storage.find(mount)));
  const mounts = found.filter((mount) => mount !== undefined);
  if (!group || mounts.length === 0) return noticeWithWays(context, "nothing-lent");
  const lines = mounts.map((mount): MountLine => ({
    ...tagIn(mount, rootOf(lendingOf(group, mount.id)?.trail)),
    current: false,
    health: mount.health,
  }));
  return drawMounts(context, lines, page, { lent: true, places: [] });
}

async function drawMounts(
  context: ActionContext,
  lines: readonly MountLine[],
  wanted: number,
  { places, ...more }: Pick<MountList, "lent" | "kept"> & { readonly places: readonly KeptFolder[] },
): Promise<Result> {
  const { rows: shown, page: number, pages: count } = pageOf(lines, wanted, rowsHere(context));
  const rows = shown.map(({ id }) => id);
  const view = await draw(context, { at: "mounts", page: number, places }, rows);
  return { screen: { show: "mounts", ...more, view, mounts: shown, page: { number, count } } };
}

function rootOf(trail: readonly Crumb[] = []): Pick<FolderView, "trail" | "base"> {
  return { trail, base: trail.length };
}

/** One mount's card, with its quota where the drive tells one. */
export function showMount(
  context: ActionContext,
  id: string,
  { checked = false }: { readonly checked?: boolean } = {},
): Promise<Result> | Result {
  return withMount(context, id, async (mount) => {
    const { services } = context;
    const capable = await services.storage.can(id);
    const can = abilitiesOf({
      "ask-root": rootFieldOf(context, mount) !== undefined,
      "renew-mount": isRenewable(context, mount),
      "revoke-links": services.revokeLinks !== undefined,
      "shared-links": capable.has("listSharedOut"),
    });
    const quota = capable.has("quota") ? await quotaOf(context, id) : undefined;
    // Asking may have changed how the mount is known to be.
    const now = (await services.storage.find(id)) ?? mount;
    const view = await draw(context, { at: "mount", mount: id });
    return {
      screen: {
        show: "mount",
        view,
        mount: lineOf(context, now, currentOf(context, await mountsOf(services, context.person))),
        login: loginOf(context, now),
        ...credentialOf(context, now),
        checked: checked && now.health.state === "working",
        ...(quota && { quota }),
        ...methodOf(context, now),
        usual: services.usualMethod,
        methods: services.methods,
        can,
      },
    };
  });
}

/** What a mount is signed in with, as far as that says it of itself. */
function credentialOf(
  context: ActionContext,
  { driver, options }: Mount,
): Pick<MountCard, "account" | "until" | "permissions"> {
  const kind = kindNamed(context, driver);
  const until = kind?.endsAt?.(options);
  const account = kind && answerWith("login", kind, options) === undefined ? kind.account?.(options) : undefined;
  const permissions = kind?.permissions?.(options);
  return {
    account,
    until,
    permissions,
  };
}

/** The way that was chosen, as long as it works: an operator may have taken away what it needs. */
function methodOf({ services }: ActionContext, { method }: Mount): Pick<MountCard, "method" | "lapsed"> {
  if (!method) return {};
  return services.methods.includes(method) ? { method } : { lapsed: method };
}

/** What a list says of one of the person's own mounts; `current` is the one that is meant when none is named. */
export function lineOf(context: ActionContext, mount: Mount, current: Mount | undefined): MountLine {
  const recent = isShare(context, mount);
  return { ...tagOf(mount), current: mount.id === current?.id, health: mount.health, ...(recent && { recent }) };
}

/** A mount that cannot be asked still has a card: it is where one signs in again. */
async function quotaOf({ services, person, signal }: ActionContext, id: string): Promise<Quota | undefined> {
  try {
    return await services.storage.quota(id, { signal, asker: person.id });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return undefined;
  }
}

import type { Quota } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { isRenewable, loginOf, rootFieldOf } from "../context/kinds.ts";
import { mountsOf } from "../../users/person.ts";
import { lendingOf } from "../../users/place.ts";
import type { MountCard, MountLine } from "../model/screen.ts";
import type { FolderView } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";
import { tagIn, tagOf, withMount } from "../context/with-mount.ts";

/** The person's mounts, or the ways to a first one. */
export async function showMounts(context: ActionContext): Promise<Result> {
  if (context.visit.place.kind === "group") return showLent(context);
  const mounts = await mountsOf(context.services, context.person);
  if (mounts.length === 0 && context.group && context.group.lent.length > 0) return showLent(context);
  if (mounts.length === 0) return noticeWithWays(context, "no-mounts", { offer: ["add-account", "add-share"] });
  const rows = mounts.map((mount) => mount.id);
  const view = await draw(context, { at: "mounts" }, rows);
  return { screen: { show: "mounts", view, mounts: mounts.map((mount) => lineOf(context, mount)) } };
}

/** The mounts lent to the group this is in. What is private to their owners is not told. */
export async function showLent(context: ActionContext): Promise<Result> {
  const { services, group } = context;
  const found = await Promise.all((group?.lent ?? []).map(({ mount }) => services.storage.find(mount)));
  const mounts = found.filter((mount) => mount !== undefined);
  if (!group || mounts.length === 0) return noticeWithWays(context, "nothing-lent");
  const view = await draw(
    context,
    { at: "mounts" },
    mounts.map(({ id }) => id),
  );
  const lines = mounts.map((mount): MountLine => ({
    ...tagIn(mount, rootOf(lendingOf(group, mount.id)?.trail)),
    current: false,
    health: mount.health,
  }));
  return { screen: { show: "mounts", lent: true, view, mounts: lines } };
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
    const quota = await quotaOf(context, id);
    // Asking may have changed how the mount is known to be.
    const now = (await services.storage.find(id)) ?? mount;
    const view = await draw(context, { at: "mount", mount: id });
    return {
      screen: {
        show: "mount",
        view,
        mount: lineOf(context, now),
        login: loginOf(context, now),
        checked: checked && now.health.state === "working",
        rooted: rootFieldOf(context, now) !== undefined,
        ...(quota && { quota }),
        ...methodOf(context, now),
        usual: services.usualMethod,
        methods: services.methods,
        ...(services.revokeLinks && { revocable: true }),
        renewable: isRenewable(context, now),
      },
    };
  });
}

/** The way that was chosen, as long as it works: an operator may have taken away what it needs. */
function methodOf({ services }: ActionContext, { method }: Mount): Pick<MountCard, "method" | "lapsed"> {
  if (!method) return {};
  return services.methods.includes(method) ? { method } : { lapsed: method };
}

function lineOf({ person }: ActionContext, mount: Mount): MountLine {
  return { ...tagOf(mount), current: mount.id === (person.current ?? person.mounts[0]), health: mount.health };
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

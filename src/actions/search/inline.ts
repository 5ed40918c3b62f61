import type { Hit } from "../../storage/name-index.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, goTo, drawPassing, findSession, keep, type ActionContext, type Result } from "../context/context.ts";
import { notice, refused } from "../context/failure.ts";
import { leaveFor } from "../context/leave.ts";
import { mountsOf } from "../../users/person.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { readQuery } from "./query.ts";
import { folderView, slim } from "../context/folder-view.ts";
import { tagOf } from "../context/with-mount.ts";
import type { FoundFile } from "../model/screen.ts";
import type { FoundRow } from "../model/session.ts";
import type { Crumb } from "../../users/place.ts";

/** Files a page of what is found while somebody types. */
const pageSize = 20;

interface Found {
  readonly mount: Mount;
  readonly hit: Hit;
}

/** Files in the asker's mounts by what is typed so far. Only what is known by name: it answers at once and asks no drive. */
export async function findInline(context: ActionContext, words: string, from: number): Promise<Result> {
  const mounts = await mountsOf(context.services, context.person);
  // A card is seen by whoever is in the chat it is sent to: what wants a code is found there only where it is shared.
  const shown = mounts.filter(({ coded, audience }) => !coded || audience.length > 0);
  const found = words.trim() === "" ? [] : await findIn(context, shown, words);
  const page = found.slice(from, from + pageSize);
  const rows = page.map(({ mount, hit }): FoundRow => ({ ...slim(hit.entry), trail: hit.trail, mount: mount.id }));
  const view = await drawPassing(context, { at: "found" }, rows);
  return {
    screen: {
      show: "found",
      view,
      files: await Promise.all(page.map((found, index) => fileOf(context, found, index))),
      ...(found.length > from + pageSize && { next: from + pageSize }),
      homeless: mounts.length === 0,
    },
  };
}

async function fileOf(context: ActionContext, { mount, hit }: Found, index: number): Promise<FoundFile> {
  const { entry, trail } = hit;
  const address = await addressOf(context, mount, hit);
  return { index, entry, mount: tagOf(mount), trail: trail.map(({ name }) => name), address };
}

/** An address in the asker's name that can be sent along, where making one asks no drive. What wants a code is not passed on so. */
async function addressOf({ services, visit, signal }: ActionContext, mount: Mount, { entry, trail }: Hit) {
  if (!services.hasTickets || mount.coded) return undefined;
  return services.issueLink(mount, entry, visit, { signal, folder: trail.at(-1)?.id ?? "", unasked: true });
}

const fits: readonly Hit["fit"][] = ["same", "contains", "alike"];

async function findIn({ services }: ActionContext, mounts: readonly Mount[], text: string): Promise<readonly Found[]> {
  const { words, ...filters } = readQuery(text);
  const found = await Promise.all(
    mounts.map(async (mount) => {
      const hits = await services.storage.search(mount.id, { words, ...filters, below: [], limit: 200 });
      return hits.filter(({ entry }) => entry.kind === "file").map((hit): Found => ({ mount, hit }));
    }),
  );
  return found.flat().toSorted((a, b) => fits.indexOf(a.hit.fit) - fits.indexOf(b.hit.fit));
}

/** A card that was sent into a chat: its button is to work like any other from now on. */
export async function keepCard(context: ActionContext, card: string): Promise<Result> {
  const session = await findSession(context.services, { id: card, revision: 1 });
  if (session?.state.at !== "found" || session.owner !== context.person.id) return refused("view-expired");
  await keep(context, session);
  return notice("saved", { level: "done", for: "asker" });
}

/** The link behind a card that somebody sent: for its sender, and for others as far as the drive is lent to them. */
export async function linkRow(context: ButtonContext, index: number): Promise<Result> {
  const row = context.shown?.rows[index];
  if (row === undefined || typeof row === "string" || !("trail" in row)) return refused("view-expired");
  const { trail, mount, ...entry } = row;
  const leave = await throughOf(context, mount, trail);
  if (!leave) return refused("not-yours");
  return goTo(
    { ...afresh(context), ...leave },
    { at: "link", folder: folderView(context, mount, trail), entry, variants: [] },
  );
}

/** By whose leave the presser has this file: their own, or a group's they are in. Undefined = nobody's. */
async function throughOf(
  context: ButtonContext,
  id: string,
  trail: readonly Crumb[],
): Promise<{ readonly through?: string } | undefined> {
  const mount = await context.services.storage.find(id);
  if (!mount) return undefined;
  if (mount.owner === context.person.id) return {};
  for (const through of mount.audience) {
    const leave = await leaveFor({ ...context, through }, mount, { for: "link", trail }, false);
    if (leave.is === "yes") return { through };
  }
  return undefined;
}

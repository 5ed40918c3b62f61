import type { PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import { lastListing } from "../actions/last-listing.ts";
import { mia } from "../actions/test-app.ts";
import { account, asked, over, rootOf } from "./service.ts";

/** Calls to the service, and milliseconds. */
export interface Cost {
  readonly calls: number;
  readonly took: number;
}

/** A change of chosen entries. */
export interface ChangeCost extends Cost {
  /** Of the calls, those that asked for the change. */
  readonly changes: number;
  /** Of the calls, those that looked whether it is done. */
  readonly polls: number;
}

/** Chooses all files of a folder and moves them into another. */
export async function moveSelection(count: number): Promise<ChangeCost> {
  let cost: ChangeCost | undefined;
  await over(async ({ pikpak, at }) => {
    const owner = pikpak.build.account(account);
    const folder = pikpak.build.folder(owner, undefined, "Films");
    const target = pikpak.build.folder(owner, undefined, "Seen");
    pikpak.build.many(owner, folder, count, (n) => ({ name: `film ${n}.mkv`, size: 1000 }));
    await rootOf(at);
    const films = await lastListing(at, mia, { do: "browse", path: "/Films" });
    const tidy = await at.see(mia, { do: "tidy", view: films.view }, "tidy");
    const list = await at.see(mia, { do: "select", view: tidy.view }, "select");
    const all = await at.see(mia, { do: "pick-all", view: list.view }, "select");
    const chosen = await at.see(mia, { do: "tidy-selection", view: all.view }, "tidy");
    let where = await at.see(mia, { do: "move-entries", view: chosen.view }, "target");
    where = await at.see(mia, { do: "up", view: where.view }, "target");
    const index = where.recent.length + where.rows.findIndex(({ name }) => name === "Seen");
    where = await at.see(mia, { do: "enter-target", view: where.view, index }, "target");
    const { took, calls, from } = await timed(pikpak, () =>
      at.see(mia, { do: "put-here", view: where.view }, "tidied"),
    );
    const lies = pikpak.state.nodes.children(owner.userId, target.id).length;
    if (lies !== count) throw new Error(`${lies} of ${count} were moved`);
    const made = pikpak.calls.slice(from);
    cost = {
      calls,
      took,
      changes: made.filter(({ path }) => path.endsWith(":batchMove")).length,
      polls: made.filter(({ path }) => path.startsWith("/drive/v1/tasks")).length,
    };
  });
  if (!cost) throw new Error("nothing was moved");
  return cost;
}

/** Searches a drive of folders with 500 files each that nobody opened, then once more. */
export async function searchTwice(folders: number): Promise<readonly [Cost, Cost]> {
  const costs: Cost[] = [];
  await over(async ({ pikpak, at }) => {
    const owner = pikpak.build.account(account);
    for (let n = 0; n < folders; n++) {
      const folder = pikpak.build.folder(owner, undefined, `Series ${n}`);
      pikpak.build.many(owner, folder, 500, (k) => ({ name: `episode ${n} ${k}.mkv`, size: 1000 }));
    }
    await rootOf(at);
    for (let time = 0; time < 2; time++) {
      const search = () => lastListing(at, mia, { do: "search", words: `episode ${folders - 1} 7` });
      const { result, ...cost } = await timed(pikpak, search);
      if (result.search?.state !== "complete" || result.rows.length === 0) throw new Error("the search found nothing");
      costs.push(cost);
    }
  });
  const [first, again] = costs;
  if (!first || !again) throw new Error("nothing was searched");
  return [first, again];
}

async function timed<Result>(pikpak: PikPakEmulator, work: () => Promise<Result>) {
  const from = pikpak.calls.length;
  const before = asked(pikpak, /^\/drive\//);
  const started = performance.now();
  const result = await work();
  return { result, took: performance.now() - started, calls: asked(pikpak, /^\/drive\//) - before, from };
}

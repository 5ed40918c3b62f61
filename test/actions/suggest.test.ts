import { expect, test } from "vitest";
import type { Visit } from "../../src/users/visit.ts";
import { suggest } from "../../src/actions/suggest.ts";
import { jun, mia, signInAs, usualCloud } from "./test-app.ts";
import { lent, nox, rowOf, there, createGroupApp, type GroupApp } from "./group-app.ts";

const paths = async ({ at }: GroupApp, visit: Visit, typed: string) =>
  (await suggest(at.services, visit, { of: "path", typed })).map(({ value }) => value);

test("names are suggested out of folders that were read, and no drive is asked", async () => {
  const cloud = usualCloud();
  const here = createGroupApp(cloud);
  const listing = await here.at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const asked = cloud.asked.length;
  expect(await paths(here, mia, "fil")).toEqual([
    "Films",
    ...Array.from({ length: 12 }, (_, at) => `file ${at + 1}.txt`),
  ]);
  expect(await paths(here, mia, "/ILE 12")).toEqual(["file 12.txt"]);
  expect(await paths(here, mia, "Films/")).toEqual([]);
  expect(cloud.asked).toHaveLength(asked);
  await here.at.see(mia, { do: "open", view: listing.view, index: rowOf(listing, "Films") }, "listing");
  expect(await paths(here, mia, "films/")).toEqual(["films/Raw", "films/beach.mp4"]);
});

test("names suggested in a group are those of the folder that is lent to it, and of nowhere else", async () => {
  const here = createGroupApp();
  await lent(here, "Films");
  await here.at.see(there(jun), { do: "browse" }, "listing");
  expect(await paths(here, there(jun), "")).toEqual(["Raw", "beach.mp4"]);
  expect(await paths(here, there(jun), "../")).toEqual([]);
  expect(await paths(here, nox, "")).toEqual([]);
  expect(await paths(here, jun, "")).toEqual([]);
});

test("one's own drives are suggested by name, and nobody else's", async () => {
  const here = createGroupApp();
  await here.at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const drives = (visit: Visit, typed: string) => suggest(here.at.services, visit, { of: "mount", typed });
  expect(await drives(mia, "MI")).toMatchObject([{ name: "mia", kind: "mount" }]);
  expect(await drives(mia, "other")).toEqual([]);
  expect(await drives(jun, "")).toEqual([]);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { startPikPakApp, type PikPakApp } from "./pikpak-app.ts";
import { visitOf } from "./test-app.ts";

// A link that is posted to many: each of them gets a mount of their own, and the service is asked once.

let at: PikPakApp;
beforeEach(async () => {
  at = await startPikPakApp();
});
afterEach(() => at.close());

const asked = (path: string) => at.pikpak.calls.filter((call) => call.path === `/drive/v1/share${path}`).length;
const crowd = Array.from({ length: 200 }, (_, n) => visitOf(n + 1));

test("two hundred people who paste one link with its code are shown its folder for the calls of one", async () => {
  const { build } = at.pikpak;
  const folder = build.folder(at.account, undefined, "Films");
  build.many(at.account, folder, 20, (n) => ({ name: `film ${n}.mkv`, size: n + 1 }));
  const { id } = build.share(at.account, { title: "Club", nodes: [folder], passCode: "24rn" });
  const text = `https://mypikpak.com/s/${id}?pwd=24rn`;
  const shown = await Promise.all(crowd.map((visit) => at.at.see(visit, { do: "open-share", text }, "listing")));
  for (const { rows, mount } of shown) expect([rows.length, mount.title]).toEqual([8, "Club"]);
  expect([asked(""), asked("/detail"), asked("/file_info")]).toEqual([1, 1, 0]);
  const [first] = shown;
  if (!first) throw new Error("nothing shown");
  await at.at.see(visitOf(1), { do: "refresh", view: first.view }, "listing");
  expect(asked("/detail")).toBe(2);
});

test("two hundred people who paste the link of one film are shown its card for the calls of one", async () => {
  const film = at.pikpak.build.file(at.account, undefined, { name: "film.mkv", size: 1000 });
  const { id } = at.pikpak.build.share(at.account, { title: "Film", nodes: [film] });
  const text = `https://mypikpak.com/s/${id}`;
  const shown = await Promise.all(crowd.map((visit) => at.at.see(visit, { do: "open-share", text }, "file")));
  for (const { entry } of shown) expect(entry.name).toBe("film.mkv");
  expect([asked(""), asked("/detail"), asked("/file_info")]).toEqual([1, 0, 1]);
  // What lets a client in is asked for by those few who asked for something.
  expect(at.pikpak.calls.length).toBeLessThanOrEqual(4);
});

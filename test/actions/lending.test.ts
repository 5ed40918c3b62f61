import { describe, expect, test } from "vitest";
import { type Action } from "../../src/actions/action.ts";
import { audiences, sharedCapabilities } from "../../src/users/place.ts";
import { type Visit } from "../../src/users/visit.ts";
import { mayFetch } from "../../src/actions/context/leave.ts";
import { placeNews } from "../../src/users/place.ts";
import { encodeButton } from "../../src/actions/buttons.ts";
import { StorageError } from "../../src/storage/error.ts";
import { jun, mia, signInAs } from "./test-app.ts";
import { presses } from "./every-press.ts";
import type { Listing } from "../../src/actions/model/screen.ts";
import { bound, group, lena, lent, names, nox, rowOf, there, createGroupApp, type GroupApp } from "./group-app.ts";

describe("a drive lent to a group", () => {
  test("a drive lent to a group is browsed by its members, each in a list of their own", async () => {
    const at = createGroupApp();
    const card = await lent(at);
    expect(card.policy).toMatchObject({ browse: "members", link: "members", send: "members", open: false });
    const listing = await at.at.see(there(jun), { do: "browse" }, "listing");
    expect(names(listing)).toContain("Films");
    expect(listing.for).toBeUndefined();
    const films = await at.at.see(
      there(jun),
      { do: "open", view: listing.view, index: rowOf(listing, "Films") },
      "listing",
    );
    expect(films.trail).toEqual(["Films"]);
  });

  test("a drive lent to a group gives a link in the asker's name, to the asker alone", async () => {
    const at = createGroupApp();
    await lent(at);
    const card = await at.at.see(there(jun), { do: "find-link", words: "Films/beach.mp4" }, "link");
    expect(card).toMatchObject({ for: "asker", url: expect.stringContaining(`for=${jun.person.id}`) });
  });

  test("a drive cannot be lent by whoever does not run the group, nor from a private chat", async () => {
    const at = createGroupApp();
    await at.at.see(jun, signInAs("jun", "battery"), "listing");
    expect(await at.at.see(there(jun), { do: "bind" }, "notice")).toMatchObject({
      notice: "admins-only",
      for: "asker",
    });
    expect(await at.at.see(jun, { do: "bind" }, "notice")).toMatchObject({ notice: "groups-only" });
    expect(await at.at.shelves.places.get(group)).toBeUndefined();
  });

  test("a drive is shared with nobody until its owner confirms what and to whom", async () => {
    const at = createGroupApp();
    const top = await at.at.see(mia, signInAs("mia", "correct-horse"), "listing");
    await at.at.see(mia, { do: "open", view: top.view, index: rowOf(top, "Films") }, "listing");
    const draft = await at.at.see(there(mia), { do: "bind" }, "lending");
    expect(draft).toMatchObject({ draft: true, trail: [], folder: ["Films"], policy: { open: false } });
    expect(await at.at.see(there(jun), { do: "browse" }, "notice")).toMatchObject({ notice: "nothing-lent" });
    const folder = await at.at.see(there(mia), { do: "lend-what", view: draft.view, what: "folder" }, "lending");
    expect(folder.trail).toEqual(["Films"]);
    const open = await at.at.see(there(mia), { do: "set-open", view: folder.view, open: true }, "lending");
    expect(await at.at.shelves.places.get(group)).toBeUndefined();
    const shared = await at.at.see(there(mia), { do: "confirm-lend", view: open.view }, "lending");
    expect(shared).toMatchObject({ trail: ["Films"], policy: { open: true } });
    expect(shared.draft).toBeUndefined();
    expect((await at.at.see(there(jun), { do: "browse" }, "listing")).mount.title).toBe("Films");
  });

  test("a drive is not shared when its owner cancels, nor by somebody else's press on the question", async () => {
    const at = createGroupApp();
    await at.at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const draft = await at.at.see(there(mia), { do: "bind" }, "lending");
    for (const visit of [there(jun), jun]) {
      expect(await at.at.see(visit, { do: "confirm-lend", view: draft.view }, "notice")).toMatchObject({
        notice: "not-yours",
      });
    }
    expect(await at.at.see(there(mia), { do: "unlend", view: draft.view }, "notice")).toMatchObject({
      notice: "cancelled",
    });
    expect(await at.at.shelves.places.get(group)).toBeUndefined();
  });

  test("a drive lent to a group is not read by somebody who is not in it, even from a list that stands there for all to see", async () => {
    const at = createGroupApp();
    await lent(at);
    const listing = await at.at.see(there(jun), { do: "browse" }, "listing");
    for (const visit of [there(nox), nox]) {
      for (const press of [
        { do: "open", index: 0 },
        { do: "turn", page: 1 },
        { do: "up" },
        { do: "refresh" },
      ] as const) {
        expect(await at.at.see(visit, { ...press, view: listing.view }, "notice")).toMatchObject({
          notice: "not-yours",
        });
      }
    }
  });

  test("a drive to lend is chosen where there are several, by a list that the group does not see", async () => {
    const at = createGroupApp();
    await at.at.see(mia, signInAs("mia", "correct-horse"), "listing");
    await at.at.see(mia, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const choice = await at.at.see(there(mia), { do: "bind" }, "lend-choice");
    expect(choice.for).toBe("asker");
    expect(choice.mounts.map(({ title }) => title)).toEqual(["mia", "open1"]);
    // The choice came by a private message: it is about the group all the same.
    const card = await bound(at.at, { do: "lend", view: choice.view, index: 0 }, mia);
    expect(card.mount.title).toBe("mia");
    expect((await at.at.shelves.places.get(group))?.lent).toHaveLength(1);
  });

  test("a drive is not lent any more by an old choice of somebody who has stopped being an admin", async () => {
    const at = createGroupApp();
    await at.at.see(mia, signInAs("mia", "correct-horse"), "listing");
    await at.at.see(mia, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const choice = await at.at.see(there(mia), { do: "bind" }, "lend-choice");
    at.roles.set(mia.person.id, "member");
    expect(await at.at.see(mia, { do: "lend", view: choice.view, index: 0 }, "notice")).toMatchObject({
      notice: "admins-only",
    });
  });

  test("the other drives of a person who lent one to a group never show there", async () => {
    const at = createGroupApp();
    await lent(at);
    await at.at.see(jun, signInAs("jun", "battery"), "listing");
    const list = await at.at.see(there(jun), { do: "show-mounts" }, "mounts");
    expect(list).toMatchObject({ lent: true });
    expect(list.mounts.map(({ title }) => title)).toEqual(["mia"]);
    const opened = await at.at.see(there(jun), { do: "mount", view: list.view, index: 0 }, "listing");
    expect(opened.mount.title).toBe("mia");
    expect((await at.at.see(there(jun), { do: "browse" }, "listing")).mount.title).toBe("mia");
  });
});

describe("a folder lent to a group", () => {
  test("a folder lent to a group is all of the drive that the group can reach, whatever is pressed or typed", async () => {
    const at = createGroupApp();
    const card = await lent(at, "Films");
    expect(card.trail).toEqual(["Films"]);
    const listing = await at.at.see(there(jun), { do: "browse" }, "listing");
    expect(listing).toMatchObject({ mount: { title: "Films" }, trail: [], up: false });
    expect(names(listing)).toEqual(["Raw", "beach.mp4"]);
    const up = await at.at.see(there(jun), { do: "up", view: listing.view }, "listing");
    expect(names(up)).toEqual(["Raw", "beach.mp4"]);
    for (const path of ["../file 1.txt", "/file 1.txt", "Raw/../../file 1.txt"]) {
      expect(await at.at.see(there(jun), { do: "browse", path }, "notice")).toMatchObject({ notice: "no-such-path" });
    }
    const found = await at.at.see(there(jun), { do: "search", words: "file" }, "listing");
    expect(found.rows).toEqual([]);
    expect(await at.at.see(there(jun), { do: "find-link", words: "file 1.txt" }, "notice")).toMatchObject({
      notice: "nothing-found",
    });
    expect((await at.at.see(there(jun), { do: "browse", path: "Raw" }, "listing")).trail).toEqual(["Raw"]);
  });

  test("a folder lent to a group shuts the lists of what was lent before", async () => {
    const at = createGroupApp();
    await lent(at);
    const listing = await at.at.see(there(jun), { do: "browse" }, "listing");
    await bound(at.at, { do: "bind", path: "Films" });
    expect(await at.at.see(there(jun), { do: "refresh", view: listing.view }, "notice")).toMatchObject({
      notice: "mount-gone",
    });
  });

  test("a folder lent to a group holds for its owner too, where everybody can see", async () => {
    const at = createGroupApp();
    await lent(at, "Films");
    expect(names(await at.at.see(there(mia), { do: "browse" }, "listing"))).toEqual(["Raw", "beach.mp4"]);
    expect(names(await at.at.see(mia, { do: "browse" }, "listing"))).toContain("Films");
  });
});

/** What everybody tries with a lent drive. */
const interactions = {
  browse: { do: "browse" },
  link: { do: "find-link", words: "Films/beach.mp4" },
} as const satisfies Record<string, Action>;

describe("the policy", () => {
  const people: readonly [name: string, visit: Visit, may: readonly string[]][] = [
    ["the lender", mia, ["members", "admins", "owner"]],
    ["an admin", lena, ["members", "admins"]],
    ["a member", jun, ["members"]],
  ];
  const cases = (["browse", "link"] as const).flatMap((capability) =>
    audiences.flatMap((audience) =>
      people.map(([name, visit, may]) => [capability, audience, name, visit, may.includes(audience)] as const),
    ),
  );

  test.each(cases)("the policy to %s for %s holds for %s", async (capability, audience, _name, visit, may) => {
    const at = createGroupApp();
    at.roles.set(lena.person.id, "admin");
    const card = await lent(at);
    await at.at.see(there(mia), { do: "set-policy", view: card.view, capability, audience }, "lending");
    const { screen } = await at.at.do(there(visit), interactions[capability]);
    const outcome = screen.show === "notice" ? screen : { notice: "shown" };
    expect(outcome).toMatchObject(may ? { notice: "shown" } : { notice: "not-allowed-here", for: "asker" });
  });

  test("the policy has an audience for every capability, each changed alone, by the lender alone", async () => {
    const at = createGroupApp();
    let card = await lent(at);
    for (const capability of sharedCapabilities) {
      card = await at.at.see(
        there(mia),
        { do: "set-policy", view: card.view, capability, audience: "owner" },
        "lending",
      );
    }
    expect(card.policy).toMatchObject({ browse: "owner", link: "owner", send: "owner" });
    at.roles.set(lena.person.id, "admin");
    for (const visit of [jun, lena]) {
      const press: Action = { do: "set-policy", view: card.view, capability: "link", audience: "members" };
      expect((await at.at.see(there(visit), press, "notice")).notice).toBe("not-yours");
    }
  });

  test("the policy lets a member have so many links a day, counts failures back, and begins anew the next day", async () => {
    const at = createGroupApp();
    const card = await lent(at);
    await at.at.see(there(mia), { do: "set-daily", view: card.view, count: 3 }, "lending");
    const link: Action = { do: "find-link", words: "Films/beach.mp4" };
    at.noLink = new StorageError("unreachable");
    for (let tried = 0; tried < 5; tried++) {
      expect((await at.at.see(there(jun), link, "notice")).notice).toBe("unreachable");
    }
    delete at.noLink;
    for (let taken = 0; taken < 3; taken++) await at.at.see(there(jun), link, "link");
    expect(await at.at.see(there(jun), link, "notice")).toMatchObject({ notice: "daily-spent", for: "asker" });
    await at.at.see(there(lena), link, "link");
    for (let taken = 0; taken < 5; taken++) await at.at.see(there(mia), link, "link");
    const again = { ...at, at: at.at.restarted() };
    expect((await again.at.see(there(jun), link, "notice")).notice).toBe("daily-spent");
    at.now += 24 * 3_600_000;
    await at.at.see(there(jun), link, "link");
  });

  test("the policy puts links in the open only where the lender allows it and the group has not kept private them", async () => {
    const at = createGroupApp();
    const card = await lent(at);
    const link: Action = { do: "find-link", words: "Films/beach.mp4" };
    expect((await at.at.see(there(jun), link, "link")).for).toBe("asker");
    await at.at.see(there(mia), { do: "set-open", view: card.view, open: true }, "lending");
    expect((await at.at.see(there(jun), link, "link")).for).toBeUndefined();
    const settings = await at.at.see(there(mia), { do: "show-settings" }, "place-settings");
    await at.at.see(there(mia), { do: "set-private-links", view: settings.view, privateLinks: true }, "place-settings");
    expect((await at.at.see(there(jun), link, "link")).for).toBe("asker");
  });
});

describe("another member's press", () => {
  test("another member's press gives them a copy of their own, for them alone, and leaves the first as it is", async () => {
    const at = createGroupApp();
    await lent(at);
    const first = await at.at.see(there(jun), { do: "browse" }, "listing");
    const before = await at.at.shelves.sessions.get(first.view.id);
    const copy = await at.at.see(
      there(lena),
      { do: "open", view: first.view, index: rowOf(first, "Films") },
      "listing",
    );
    expect(copy).toMatchObject({ for: "asker", trail: ["Films"] });
    expect(copy.view.id).not.toBe(first.view.id);
    expect(await at.at.shelves.sessions.get(first.view.id)).toEqual(before);
    const file = await at.at.see(there(lena), { do: "open", view: copy.view, index: rowOf(copy, "beach.mp4") }, "file");
    expect(file.for).toBe("asker");
    const link = await at.at.see(there(lena), { do: "link", view: file.view }, "link");
    expect(link).toMatchObject({ for: "asker", url: expect.stringContaining(`for=${lena.person.id}`) });
    expect(await at.at.see(there(jun), { do: "refresh", view: copy.view }, "listing")).toMatchObject({ for: "asker" });
  });

  test("another member's press goes on in their private chat behind a deep link, as long as they are in the group", async () => {
    const at = createGroupApp();
    await lent(at);
    const first = await at.at.see(there(jun), { do: "browse" }, "listing");
    const payload = encodeButton({ do: "open", view: first.view, index: rowOf(first, "Films") });
    const copy = await at.at.see(lena, { do: "start", payload }, "listing");
    expect(copy.trail).toEqual(["Films"]);
    const file = await at.at.see(lena, { do: "open", view: copy.view, index: rowOf(copy, "beach.mp4") }, "file");
    await at.at.see(lena, { do: "link", view: file.view }, "link");
    at.roles.delete(lena.person.id);
    expect((await at.at.see(lena, { do: "link", view: file.view }, "notice")).notice).toBe("mount-gone");
    expect(await at.at.see(nox, { do: "start", payload }, "notice")).toMatchObject({ notice: "not-yours" });
  });

  test("another member's press on a list of a share that its link opens gives them a copy in their own name, and leaves the list alone", async () => {
    const at = createGroupApp();
    const listing = await at.at.see(there(mia), { do: "open-share", text: "https://share.example/s/open1" }, "listing");
    const copy = await at.at.see(there(jun), { do: "turn", view: listing.view, page: 2 }, "listing");
    expect(copy).toMatchObject({ for: "asker", page: { number: 2 } });
    expect(copy.view.id).not.toBe(listing.view.id);
    expect((await at.at.shelves.sessions.get(listing.view.id))?.revision).toBe(listing.view.revision);
  });
});

describe.each(presses({ id: "zzzzzzzzzz", revision: 1 }).map((press) => [press.do, press] as const))(
  "the button %s of a member's list",
  (_do, press) => {
    test("a button of a member's list gives other members a copy or a refusal, outsiders nothing, and is never driven by either", async () => {
      const at = createGroupApp();
      await lent(at);
      const first = await at.at.see(there(jun), { do: "browse" }, "listing");
      const before = await at.at.shelves.sessions.get(first.view.id);
      const lending = await at.at.shelves.places.get(group);
      const theirs = await at.at.do(there(lena), { ...press, view: first.view });
      const shown = "view" in theirs.screen ? theirs.screen.view?.id : undefined;
      expect(shown).not.toBe(first.view.id);
      // A form is asked of its asker alone by what asks it; everything else says so.
      expect([theirs.screen.show, "for" in theirs.screen && theirs.screen.for]).toEqual(
        theirs.screen.show === "form" ? ["form", false] : [theirs.screen.show, "asker"],
      );
      const linked: Action = { do: "start", payload: encodeButton({ ...press, view: first.view }) };
      for (const [visit, action] of [
        [nox, { ...press, view: first.view }],
        [there(nox), { ...press, view: first.view }],
        [nox, linked],
      ] as const) {
        // Telegram lets nobody act in a group they are not in; a forged update may.
        const isForged = visit.place.kind === "group";
        const answer = await at.at.do(visit, action);
        expect(isForged || answer.screen.show === "notice").toBe(true);
      }
      expect(await at.at.shelves.sessions.get(first.view.id)).toEqual(before);
      expect(await at.at.shelves.places.get(group)).toEqual(lending);
      expect(at.at.logged).toEqual([]);
    });
  },
);

describe("taking back", () => {
  /** What Jun is told, and what is left of the lending. */
  const left = async (at: GroupApp) => {
    const { notice } = await at.at.see(there(jun), { do: "browse" }, "notice");
    return [notice, (await at.at.shelves.places.get(group))?.lent ?? []];
  };
  const nothing = ["nothing-lent", []];
  const start = async () => {
    const at = createGroupApp();
    const card = await lent(at);
    const listing = await at.at.see(there(jun), { do: "browse" }, "listing");
    const mount = await at.at.services.storage.find(card.mount.id);
    if (!mount) throw new Error("no mount");
    expect(await mayFetch(at.at.services, mount, jun.person.id)).toBe(true);
    return { at, card, listing, mount };
  };

  test.each<readonly [string, (started: Awaited<ReturnType<typeof start>>) => Promise<unknown>]>([
    ["/unbind by the lender", ({ at }) => at.at.see(there(mia), { do: "unbind" }, "notice")],
    ["the button", ({ at, card }) => at.at.see(there(mia), { do: "unlend", view: card.view }, "notice")],
    ["the bot's removal", ({ at }) => placeNews(at.at.services).gone(group)],
    ["the lender's leaving, told", ({ at }) => placeNews(at.at.services).left(group, mia.person.id)],
    ["the lender's leaving, untold", async ({ at }) => at.roles.delete(mia.person.id)],
  ])("taking back by %s ends lists, and links that were given out", async (_, take) => {
    const started = await start();
    const { at, listing, mount } = started;
    await take(started);
    expect((await at.at.see(there(jun), { do: "refresh", view: listing.view }, "notice")).notice).toBe("mount-gone");
    expect(await left(at)).toEqual(nothing);
    const now = await at.at.services.storage.find(mount.id);
    expect(now?.audience).toEqual([]);
    expect(now && (await mayFetch(at.at.services, now, jun.person.id))).toBe(false);
    expect(now && (await mayFetch(at.at.services, now, mia.person.id))).toBe(true);
  });

  test("taking back by removing or forgetting the drive leaves nothing in the group", async () => {
    const { at } = await start();
    const question = await at.at.see(mia, { do: "forget" }, "question");
    await at.at.see(mia, { do: "confirm", view: question.view }, "notice");
    expect(await left(at)).toEqual(nothing);
  });

  test("taking back is for the lender, and for those who run the group", async () => {
    const { at } = await start();
    expect((await at.at.see(there(jun), { do: "unbind" }, "notice")).notice).toBe("admins-only");
    at.roles.set(lena.person.id, "admin");
    expect((await at.at.see(there(lena), { do: "unbind" }, "notice")).notice).toBe("taken-back");
    expect(await left(at)).toEqual(nothing);
  });

  test("taking back follows a group to its new id", async () => {
    const { at, mount } = await start();
    await placeNews(at.at.services).moved(group, "telegram:-200");
    expect((await at.at.services.storage.find(mount.id))?.audience).toEqual(["telegram:-200"]);
    expect((await at.at.shelves.places.get("telegram:-200"))?.lent).toHaveLength(1);
    expect(await at.at.shelves.places.get(group)).toBeUndefined();
  });
});

describe("a link that was given out", () => {
  test("a link that was given out ends when its person leaves the group, or is not among those who may any more", async () => {
    const at = createGroupApp();
    const card = await lent(at);
    const mount = await at.at.services.storage.find(card.mount.id);
    if (!mount) throw new Error("no mount");
    const may = (visit: Visit) => mayFetch(at.at.services, mount, visit.person.id);
    expect([await may(jun), await may(nox)]).toEqual([true, false]);
    await at.at.see(
      there(mia),
      { do: "set-policy", view: card.view, capability: "link", audience: "admins" },
      "lending",
    );
    expect(await may(jun)).toBe(false);
  });
});

describe("the settings of a group", () => {
  test("the settings of a group are its admins' to see and to change, whoever opened them", async () => {
    const at = createGroupApp();
    expect(await at.at.see(there(jun), { do: "show-settings" }, "notice")).toMatchObject({ notice: "admins-only" });
    const settings = await at.at.see(there(mia), { do: "show-settings" }, "place-settings");
    const press: Action = { do: "set-rows", view: settings.view, rows: 5 };
    expect((await at.at.see(there(jun), press, "notice")).notice).toBe("admins-only");
    at.roles.set(lena.person.id, "admin");
    expect((await at.at.see(there(lena), press, "place-settings")).rows).toBe(5);
    at.roles.set(mia.person.id, "member");
    const silent: Action = { do: "set-private-links", view: settings.view, privateLinks: true };
    expect((await at.at.see(there(mia), silent, "notice")).notice).toBe("admins-only");
  });

  test("the settings of a group hold for all of it: language, rows and order of what everybody sees", async () => {
    const at = createGroupApp();
    await lent(at);
    let settings = await at.at.see(there(mia), { do: "show-settings" }, "place-settings");
    settings = await at.at.see(there(mia), { do: "set-rows", view: settings.view, rows: 5 }, "place-settings");
    settings = await at.at.see(there(mia), { do: "set-order", view: settings.view, by: "size" }, "place-settings");
    await at.at.see(there(mia), { do: "set-language", view: settings.view, index: 1 }, "place-settings");
    const answer = await at.at.do(there(jun), { do: "browse" });
    expect(answer.language).toBe("zh");
    expect(answer.screen).toMatchObject({ order: { by: "size", descending: false } });
    expect(answer.screen.show === "listing" && answer.screen.rows).toHaveLength(5);
    const hidden = await at.at.do(there(jun), { do: "find-link", words: "Films/beach.mp4" });
    expect(hidden.language).toBe("en");
    expect((await at.at.do(jun, { do: "help" })).language).toBe("en");
  });

  test("the settings of a group have what was shown removed after a time, and later when it is used; ephemeral messages are not touched", async () => {
    const at = createGroupApp();
    await lent(at);
    const settings = await at.at.see(there(mia), { do: "show-settings" }, "place-settings");
    await at.at.see(there(mia), { do: "set-clear", view: settings.view, minutes: 30 }, "place-settings");
    const answer = await at.at.do(there(jun), { do: "browse" });
    expect(answer.clearAt).toBe(at.now + 30 * 60_000);
    expect((await at.at.do(there(jun), { do: "find-link", words: "Films/beach.mp4" })).clearAt).toBeUndefined();
    expect((await at.at.do(jun, { do: "help" })).clearAt).toBeUndefined();
  });
});

test("an answer that its asker alone sees in a server can use what is lent to the server", async () => {
  const at = createGroupApp();
  await lent(at);
  const alone: Visit = { ...jun, place: { ...jun.place, within: { id: group, title: "Town" } } };
  expect(names(await at.at.see(alone, { do: "browse" }, "listing"))).toContain("Films");
  expect(await at.at.see(alone, { do: "show-mounts" }, "mounts")).toMatchObject({ lent: true });
  expect((await at.at.see(alone, { do: "bind" }, "notice")).notice).toBe("admins-only");
  const admin: Visit = { ...mia, place: { ...mia.place, within: { id: group, role: "admin" } } };
  expect((await at.at.see(admin, { do: "bind" }, "lending")).mount.title).toBe("mia");
  expect((await at.at.see(admin, { do: "show-place-settings" }, "place-settings")).clearAfter).toBe(0);
  expect((await at.at.see(alone, { do: "show-place-settings" }, "notice")).notice).toBe("admins-only");
});

describe("a form opened from a screen of one's own in a group", () => {
  /** Jun's copy of Mia's list, which only he sees. */
  async function copied({ at }: GroupApp): Promise<Listing> {
    const listing = await at.see(there(mia), { do: "browse" }, "listing");
    return at.see(there(jun), { do: "turn", view: listing.view, page: 1 }, "listing");
  }

  test("a page that is asked for by its number is shown to the asker alone, like the list it is of", async () => {
    const at = createGroupApp();
    await lent(at);
    const mine = await copied(at);
    const form = await at.at.see(there(jun), { do: "ask-page", view: mine.view }, "form");
    const submit: Action = { do: "submit", form: form.form, values: { page: "2" } };
    expect(await at.at.see(there(jun), submit, "listing")).toMatchObject({ page: { number: 2 }, for: "asker" });
  });

  test.each([
    ["ask-page", { page: "2" }],
    ["find", { words: "file" }],
  ] as const)("%s works on a list of a lent drive that is in a private chat", async (press, values) => {
    const at = createGroupApp();
    await lent(at);
    const mine = await copied(at);
    const form = await at.at.see(jun, { do: press, view: mine.view }, "form");
    const listing = await at.at.see(jun, { do: "submit", form: form.form, values }, "listing");
    expect(listing.rows.length).toBeGreaterThan(0);
  });

  test("a search on somebody else's list finds for who asked, and shows it to them alone", async () => {
    const at = createGroupApp();
    await lent(at);
    const listing = await at.at.see(there(mia), { do: "browse" }, "listing");
    const form = await at.at.see(there(jun), { do: "find", view: listing.view }, "form");
    const submit: Action = { do: "submit", form: form.form, values: { words: "file" } };
    expect(await at.at.see(there(jun), submit, "listing")).toMatchObject({ for: "asker" });
  });
});

import { describe, expect, test } from "vitest";
import { type Action } from "../../src/actions/action.ts";
import { formIds } from "../../src/actions/model/form.ts";
import { type ViewRef } from "../../src/actions/model/session.ts";
import { encodeButton } from "../../src/actions/buttons.ts";
import { forms } from "../../src/actions/forms.ts";
import { presses } from "./every-press.ts";
import { app, inGroup, jun, mia, signInAs, usualCloud } from "./test-app.ts";

const nowhere: ViewRef = { id: "zzzzzzzzzz", revision: 1 };

describe.each(presses(nowhere).map((press) => [press.do, press] as const))("the button %s", (_do, press) => {
  test("a button of somebody else is refused, in private and in a group, and changes nothing", async () => {
    const at = app(usualCloud());
    const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const before = await at.shelves.sessions.get(view.id);
    const calls = at.cloud.asked.length;
    for (const visit of [jun, inGroup(jun)]) {
      const notice = await at.see(visit, { ...press, view }, "notice");
      expect(notice.for).toBe("asker");
      expect(["not-yours", "admins-only", "groups-only"]).toContain(notice.notice);
      const linked = await at.see(visit, { do: "start", payload: encodeButton({ ...press, view }) }, "notice");
      expect(["not-yours", "admins-only", "groups-only"]).toContain(linked.notice);
    }
    expect(await at.shelves.sessions.get(view.id)).toEqual(before);
    expect(at.cloud.asked).toHaveLength(calls);
  });

  test("a button of a screen that never was is told to have expired", async () => {
    const at = app(usualCloud());
    expect(await at.see(mia, press, "notice")).toMatchObject({ notice: "view-expired", for: "asker" });
  });

  test("a button on any screen of one's own answers with a screen, and never with what nobody foresaw", async () => {
    const at = app(usualCloud());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const openings: readonly Action[] = [
      { do: "start" },
      { do: "browse" },
      { do: "browse", path: "Films/beach.mp4" },
      { do: "browse", path: "nowhere" },
      { do: "find-link", words: "beach.mp4" },
      { do: "show-mounts" },
      { do: "show-settings" },
      { do: "log-out" },
      { do: "forget" },
    ];
    for (const action of openings) {
      const { screen } = await at.do(mia, action);
      if (!("view" in screen) || !screen.view || press.do === "confirm") continue;
      const answer = await at.do(mia, { ...press, view: screen.view });
      expect(answer.screen).not.toMatchObject({ notice: "unexpected" });
    }
    expect(at.logged).toEqual([]);
  });
});

describe("in a group", () => {
  const secluded: readonly Action[] = [
    { do: "sign-in" },
    { do: "log-out" },
    { do: "forget" },
    { do: "find-inline", words: "x", from: 0 },
    { do: "keep-card", card: "abcdefghij" },
    ...formIds
      .filter((id) => !forms[id].rule.places.includes("group") && !forms[id].rule.hiddenAs)
      .map((id): Action => ({ do: "submit", form: { id }, values: {} })),
  ];

  test.each(secluded.map((action) => [JSON.stringify(action), action] as const))(
    "the action %s is for private chats only",
    async (_, action) => {
      const at = app(usualCloud());
      expect(await at.see(inGroup(mia), action, "notice")).toMatchObject({ notice: "private-only", for: "asker" });
    },
  );

  test("a private screen is not shown by a button either", async () => {
    const at = app(usualCloud());
    const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(await at.see(inGroup(mia), { do: "mounts", view }, "notice")).toMatchObject({ notice: "nothing-lent" });
    expect(await at.see(inGroup(mia), { do: "refresh", view }, "notice")).toMatchObject({ notice: "private-only" });
  });
});

describe("somebody else's mount", () => {
  test("a mount of somebody else cannot be renamed, renewed or signed in to by its id", async () => {
    const at = app(usualCloud());
    const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const tries: readonly Action[] = [
      { do: "sign-in", mount: mount.id },
      {
        do: "submit",
        form: { id: "sign-in", kind: "pikpak", subject: mount.id },
        values: { username: "jun", password: "battery" },
      },
      { do: "submit", form: { id: "mount-title", subject: mount.id }, values: { title: "mine" } },
    ];
    for (const action of tries) expect((await at.see(jun, action, "notice")).notice).toBe("mount-gone");
    expect(await at.services.storage.find(mount.id)).toMatchObject({ title: "mia", owner: mia.person.id });
  });
});

describe("a button behind a deep link", () => {
  test("a button behind a deep link goes on in a screen of its own and leaves the first alone", async () => {
    const at = app(usualCloud());
    const first = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const payload = encodeButton({ do: "turn", view: first.view, page: 2 });
    const second = await at.see(mia, { do: "start", payload }, "listing");
    expect(second.page.number).toBe(2);
    expect(second.view.id).not.toBe(first.view.id);
    expect(await at.shelves.sessions.get(first.view.id)).toMatchObject({ revision: first.view.revision });
    expect(await at.see(jun, { do: "start", payload }, "notice")).toMatchObject({ notice: "not-yours" });
  });
});

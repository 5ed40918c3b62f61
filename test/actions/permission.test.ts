import { describe, expect, test } from "vitest";
import { formIds, type Action, type Press, type ViewRef } from "../../src/actions/action.ts";
import { encodePress } from "../../src/actions/press.ts";
import { formRules } from "../../src/actions/permission.ts";
import { house, inGroup, jun, mia, signInAs, usualCloud } from "./house.ts";

/** One of each button there is; a missing one does not compile. */
const presses = (view: ViewRef): readonly Press[] => {
  const each: { [Do in Press["do"]]: Extract<Press, { do: Do }> } = {
    open: { do: "open", view, index: 0 },
    turn: { do: "turn", view, page: 2 },
    up: { do: "up", view },
    refresh: { do: "refresh", view },
    sort: { do: "sort", view, by: "size" },
    back: { do: "back", view },
    link: { do: "link", view },
    mounts: { do: "mounts", view },
    mount: { do: "mount", view, index: 0 },
    "open-mount": { do: "open-mount", view },
    "choose-mount": { do: "choose-mount", view },
    "rename-mount": { do: "rename-mount", view },
    "check-mount": { do: "check-mount", view },
    "renew-mount": { do: "renew-mount", view },
    "set-method": { do: "set-method", view, method: "proxy" },
    "remove-mount": { do: "remove-mount", view },
    confirm: { do: "confirm", view },
    dismiss: { do: "dismiss", view },
    "set-language": { do: "set-language", view, index: 1 },
    "set-rows": { do: "set-rows", view, rows: 5 },
    "set-order": { do: "set-order", view, by: "size" },
    "add-account": { do: "add-account", view },
    "add-share": { do: "add-share", view },
    retry: { do: "retry", view },
    send: { do: "send", view },
    "cancel-transfer": { do: "cancel-transfer", view },
    "list-folder": { do: "list-folder", view },
    "list-as": { do: "list-as", view, format: "aria2" },
    "revoke-links": { do: "revoke-links", view },
    "admin-go": { do: "admin-go", view, room: "people" },
    "admin-turn": { do: "admin-turn", view, page: 2 },
    "admin-pick": { do: "admin-pick", view, index: 0 },
    "find-person": { do: "find-person", view },
    admit: { do: "admit", view },
    expel: { do: "expel", view },
    ban: { do: "ban", view },
    unban: { do: "unban", view },
    "ask-quota": { do: "ask-quota", view },
    "set-access": { do: "set-access", view, mode: "open" },
    invite: { do: "invite", view },
    "withdraw-invitations": { do: "withdraw-invitations", view },
    "set-maintenance": { do: "set-maintenance", view, on: false },
    "set-log-level": { do: "set-log-level", view, index: 2 },
    "compose-broadcast": { do: "compose-broadcast", view },
    "stop-broadcast": { do: "stop-broadcast", view },
    "about-state": { do: "about-state", view },
  };
  return Object.values(each);
};

const nowhere: ViewRef = { id: "zzzzzzzzzz", revision: 1 };

describe.each(presses(nowhere).map((press) => [press.do, press] as const))("the button %s", (_do, press) => {
  test("of somebody else is refused, in private and in a group, and changes nothing", async () => {
    const at = house(usualCloud());
    const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const before = await at.shelves.sessions.get(view.id);
    const calls = at.cloud.asked.length;
    for (const visit of [jun, inGroup(jun)]) {
      const notice = await at.see(visit, { ...press, view }, "notice");
      expect(notice).toMatchObject({ notice: "not-yours", for: "asker" });
      const linked = await at.see(visit, { do: "start", payload: encodePress({ ...press, view }) }, "notice");
      expect(linked.notice).toBe("not-yours");
    }
    expect(await at.shelves.sessions.get(view.id)).toEqual(before);
    expect(at.cloud.asked).toHaveLength(calls);
  });

  test("of a screen that never was is told to have expired", async () => {
    const at = house(usualCloud());
    expect(await at.see(mia, press, "notice")).toMatchObject({ notice: "view-expired", for: "asker" });
  });

  test("on any screen of one's own answers with a screen, and never with what nobody foresaw", async () => {
    const at = house(usualCloud());
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
    { do: "show-mounts" },
    { do: "show-settings" },
    { do: "log-out" },
    { do: "forget" },
    ...formIds
      .filter((id) => id !== "pikpak-share" && !formRules[id].hidden)
      .map((id): Action => ({ do: "submit", form: { id }, values: {} })),
  ];

  test.each(secluded.map((action) => [JSON.stringify(action), action] as const))(
    "%s is for private chats only",
    async (_, action) => {
      const at = house(usualCloud());
      expect(await at.see(inGroup(mia), action, "notice")).toMatchObject({ notice: "private-only", for: "asker" });
    },
  );

  test("what is private is not shown by a button either", async () => {
    const at = house(usualCloud());
    const { view } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(await at.see(inGroup(mia), { do: "mounts", view }, "notice")).toMatchObject({ notice: "private-only" });
    expect(await at.see(inGroup(mia), { do: "refresh", view }, "notice")).toMatchObject({ notice: "private-only" });
  });
});

describe("somebody else's mount", () => {
  test("cannot be renamed, renewed or signed in to by its id", async () => {
    const at = house(usualCloud());
    const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const tries: readonly Action[] = [
      { do: "sign-in", mount: mount.id },
      { do: "submit", form: { id: "pikpak", subject: mount.id }, values: { username: "jun", password: "battery" } },
      { do: "submit", form: { id: "mount-title", subject: mount.id }, values: { title: "mine" } },
    ];
    for (const action of tries) expect((await at.see(jun, action, "notice")).notice).toBe("mount-gone");
    expect(await at.services.storage.find(mount.id)).toMatchObject({ title: "mia", owner: mia.person.id });
  });
});

describe("a button behind a deep link", () => {
  test("goes on in a screen of its own and leaves the first alone", async () => {
    const at = house(usualCloud());
    const first = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const payload = encodePress({ do: "turn", view: first.view, page: 2 });
    const second = await at.see(mia, { do: "start", payload }, "listing");
    expect(second.page.number).toBe(2);
    expect(second.view.id).not.toBe(first.view.id);
    expect(await at.shelves.sessions.get(first.view.id)).toMatchObject({ revision: first.view.revision });
    expect(await at.see(jun, { do: "start", payload }, "notice")).toMatchObject({ notice: "not-yours" });
  });
});

import { afterEach, describe, expect, test } from "vitest";
import { type Action } from "../../src/actions/action.ts";
import { formIds } from "../../src/actions/model/form.ts";
import { type Visit } from "../../src/users/visit.ts";
import { adminButtons } from "../../src/actions/admin/buttons.ts";
import { none } from "../../src/actions/context/button.ts";
import { createRateLimit } from "../../src/users/rate-limit.ts";
import { encodeButton } from "../../src/actions/buttons.ts";
import { forms } from "../../src/actions/forms.ts";
import type { LinksOf, Services } from "../../src/actions/context/services.ts";
import { app, inGroup, jun, mia, signInAs, usualCloud, visitOf, type TestApp } from "./test-app.ts";

// Mia (telegram:1) is the operator of the configuration; Jun and everybody else are people.

const group = inGroup(jun).place.id;
const admin = (words?: string): Action => ({ do: "admin", ...(words !== undefined && { words }) });
const apps: TestApp[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map(({ services }) => services.admin.stop()));
});

function opened(...given: Parameters<typeof app> | []): TestApp {
  const at = app(given[0] ?? usualCloud(), given[1]);
  apps.push(at);
  return at;
}

async function audited({ services }: TestApp): Promise<readonly string[]> {
  const { entries } = await services.admin.audit.page(1, 100);
  return entries.map(({ act, subject, detail }) => [act, subject, detail].filter((part) => part).join(" "));
}

describe("nobody else learns that there is /admin", () => {
  const words = [
    "",
    "people",
    "ban telegram:1",
    "invite",
    "broadcast hello",
    "maintenance on",
    "log trace",
    "revoke",
    "nonsense",
  ];

  test.each(words)("an /admin %s is an unknown command for people, and for everybody in a group", async (text) => {
    const at = opened();
    for (const visit of [jun, inGroup(jun), inGroup(mia)]) {
      expect(await at.see(visit, admin(text), "notice")).toMatchObject({ notice: "unknown-command", for: "asker" });
    }
    expect(await audited(at)).toEqual([]);
    expect(await at.services.admin.access.standing("telegram:1")).toEqual({ id: "telegram:1" });
  });

  test("the operators' buttons are too old on a screen of one's own, forged or not", async () => {
    const at = opened();
    const { view } = await at.see(jun, { do: "start" }, "welcome");
    const plain = Object.entries(adminButtons).filter(([, { argument }]) => argument === none);
    for (const [press] of plain) {
      const code = { do: press, view } as Extract<Action, { do: "ban" }>;
      expect((await at.see(jun, code, "notice")).notice).toBe("view-expired");
      expect((await at.see(jun, { do: "start", payload: encodeButton(code) }, "notice")).notice).toBe("view-expired");
    }
    expect(await audited(at)).toEqual([]);
  });

  test("the operators' forms are too old for people", async () => {
    const at = opened();
    const hidden = formIds.filter((id) => forms[id].rule.hiddenAs);
    expect(hidden).toHaveLength(3);
    for (const id of hidden) {
      const values = { who: "1", gigabytes: "1", text: "hello" };
      const sent: Action = { do: "submit", form: { id, subject: "telegram:2" }, values };
      for (const visit of [jun, inGroup(jun), inGroup(mia)]) {
        expect((await at.see(visit, sent, "notice")).notice).toBe("view-expired");
      }
    }
    expect(await audited(at)).toEqual([]);
  });

  test("the deep link admin greets people, and opens the panel for an operator", async () => {
    const at = opened();
    const payload = "admin";
    expect(await at.do(jun, { do: "start", payload })).toHaveProperty("screen.show", "welcome");
    expect(await at.do(mia, { do: "start", payload })).toHaveProperty("screen.show", "admin");
    expect(await at.do(mia, { do: "start", payload: "admin find 2" })).toHaveProperty("screen.show", "people");
    expect(await at.do(jun, { do: "start", payload: "admin find 2" })).toHaveProperty("screen.show", "welcome");
  });

  test("a person who is an operator no more cannot press what was drawn when they were, whatever the button", async () => {
    const at = opened();
    const { access } = at.services.admin;
    await access.decide("telegram:2", (standing) => ({ ...standing, operator: { at: 1, by: "telegram:1" } }));
    const panel = await at.see(jun, admin(), "admin");
    await at.services.admin.chats.note(visitOf(5));
    const question = await at.see(jun, admin("broadcast hello"), "question");
    await access.decide("telegram:2", ({ operator: _before, ...standing }) => standing);
    const presses: readonly Action[] = [
      { do: "refresh", view: panel.view },
      { do: "back", view: panel.view },
      { do: "retry", view: panel.view },
      { do: "admin-go", view: panel.view, room: "people" },
      { do: "confirm", view: question.view },
      { do: "dismiss", view: question.view },
    ];
    for (const press of presses) expect((await at.see(jun, press, "notice")).notice).toBe("view-expired");
    expect(await at.services.admin.broadcasts.latest()).toBeUndefined();
  });
});

describe("the first operator", () => {
  test("the first operator is made by the printed code, once, and stays one", async () => {
    const at = opened(usualCloud(), { changes: { admins: [] } });
    const code = await at.services.admin.access.operatorCode();
    expect(code).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    // Whoever reads the store cannot use it.
    expect(await at.shelves.admin.get("access")?.get("operator-code")).toMatch(/^[0-9a-f]{64}$/);
    expect((await at.see(inGroup(jun), { do: "start", payload: code }, "notice")).notice).toBe("code-void");
    expect((await at.see(jun, { do: "start", payload: code }, "notice")).notice).toBe("operator-made");
    expect((await at.see(visitOf(3), { do: "start", payload: code }, "notice")).notice).toBe("code-void");
    expect(at.noted).toMatchObject([{ event: "operator code redeemed", by: "telegram:2", subject: "telegram:2" }]);
    expect(JSON.stringify(at.noted)).not.toContain(code);
    const later = at.restarted();
    apps.push(later);
    await later.see(jun, admin(), "admin");
    expect((await later.see(visitOf(3), admin(), "notice")).notice).toBe("unknown-command");
    expect(await audited(at)).toEqual(["operator telegram:2"]);
  });

  test("the newer of two codes works alone, and a guess does not", async () => {
    const at = opened(usualCloud(), { changes: { admins: [] } });
    const old = await at.services.admin.access.operatorCode();
    const code = await at.services.admin.access.operatorCode();
    for (const wrong of [old, `op-${"0".repeat(20)}`, `inv-${code.slice(3)}`]) {
      expect((await at.see(jun, { do: "start", payload: wrong }, "notice")).notice).toBe("code-void");
    }
    expect((await at.see(jun, { do: "start", payload: code }, "notice")).notice).toBe("operator-made");
  });
});

describe("with an allowlist", () => {
  const closed = () => opened(usualCloud(), { admin: { access: "allowlist" } });

  test("people whom the allowlist does not name are told what to do, and nothing is done for them", async () => {
    const at = closed();
    for (const action of [{ do: "start" }, { do: "help" }, signInAs("jun", "battery")] as const) {
      expect(await at.see(jun, action, "notice")).toMatchObject({ notice: "not-admitted", for: "asker" });
    }
    expect(at.cloud.asked).toEqual([]);
    await at.see(mia, { do: "start" }, "welcome");
  });

  test("an invitation lets one person in, for good, and nobody a second time", async () => {
    const at = closed();
    const { invitation } = await at.see(mia, admin("invite"), "access");
    const payload = invitation?.code ?? "";
    expect(payload).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    const both = await Promise.all([jun, visitOf(3)].map((visit) => at.see(visit, { do: "start", payload }, "notice")));
    expect(both.map(({ notice }) => notice).toSorted()).toEqual(["admitted", "code-void"]);
    expect(at.noted).toMatchObject([{ event: "operator action" }, { event: "invitation redeemed" }]);
    const [guest, other] = both[0]?.notice === "admitted" ? [jun, visitOf(3)] : [visitOf(3), jun];
    const later = at.restarted();
    apps.push(later);
    await later.see(guest, { do: "start" }, "welcome");
    expect((await later.see(other, { do: "start" }, "notice")).notice).toBe("not-admitted");
    expect(await audited(at)).toEqual([`redeem ${guest.person.id}`, "invite"]);
  });

  test("withdrawn invitations are void", async () => {
    const at = closed();
    const { invitation, view } = await at.see(mia, admin("invite"), "access");
    const { open } = await at.see(mia, { do: "invite", view }, "access");
    expect(open).toBe(2);
    const after = await at.see(mia, admin("access"), "access");
    expect(after.invitation).toBeUndefined();
    expect((await at.see(mia, { do: "withdraw-invitations", view: after.view }, "access")).open).toBe(0);
    const payload = invitation?.code ?? "";
    expect((await at.see(jun, { do: "start", payload }, "notice")).notice).toBe("code-void");
  });

  test("an invitation used in a group admits the group: there everybody may, elsewhere nobody", async () => {
    const at = closed();
    const { invitation } = await at.see(mia, admin("invite"), "access");
    expect((await at.see(inGroup(jun), { do: "start" }, "notice")).notice).toBe("not-admitted");
    const payload = invitation?.code ?? "";
    expect((await at.see(inGroup(jun), { do: "start", payload }, "notice")).notice).toBe("admitted");
    await at.see(inGroup(visitOf(7)), { do: "help" }, "help");
    expect((await at.see(visitOf(7), { do: "help" }, "notice")).notice).toBe("not-admitted");
  });

  test("operators admit people and groups by id, and take it back", async () => {
    const at = closed();
    expect(await at.see(mia, admin("admit 2"), "person")).toMatchObject({
      admitted: true,
      guest: { id: "telegram:2" },
    });
    await at.see(jun, { do: "start" }, "welcome");
    expect(await at.see(mia, admin(`admit ${group}`), "person")).toMatchObject({ guest: { kind: "group" } });
    await at.see(inGroup(visitOf(9)), { do: "help" }, "help");
    const { view } = await at.see(mia, admin("find telegram:2"), "person");
    expect(await at.see(mia, { do: "expel", view }, "person")).toMatchObject({ admitted: false });
    expect((await at.see(jun, { do: "start" }, "notice")).notice).toBe("not-admitted");
  });

  test("the mode of access is changed at run time, and kept", async () => {
    const at = opened();
    await at.see(jun, { do: "start" }, "welcome");
    const { view, access } = await at.see(mia, admin("access"), "access");
    expect(access).toBe("open");
    expect((await at.see(mia, { do: "set-access", view, mode: "allowlist" }, "access")).access).toBe("allowlist");
    expect((await at.see(jun, { do: "start" }, "notice")).notice).toBe("not-admitted");
    const later = at.restarted();
    apps.push(later);
    expect((await later.see(jun, { do: "start" }, "notice")).notice).toBe("not-admitted");
    expect((await later.see(mia, admin("access open"), "access")).access).toBe("open");
    await later.see(jun, { do: "start" }, "welcome");
  });
});

describe("a ban", () => {
  test("a ban keeps somebody out of everything, everywhere, after a restart, and takes their links back", async () => {
    const withdrawn: string[] = [];
    const at = opened(usualCloud(), { admin: { revokeLinks: async (person) => void withdrawn.push(person) } });
    const { view } = await at.see(jun, signInAs("jun", "battery"), "listing");
    const card = await at.see(mia, admin("find telegram:2"), "person");
    expect(card).toMatchObject({ mounts: 1, banned: false, guest: { standing: "usual", kind: "person" } });
    expect(await at.see(mia, { do: "ban", view: card.view }, "person")).toMatchObject({
      banned: true,
      guest: { standing: "banned" },
    });
    expect(withdrawn).toEqual(["telegram:2"]);
    const later = at.restarted();
    apps.push(later);
    const calls = at.cloud.asked.length;
    for (const visit of [jun, inGroup(jun)]) {
      for (const action of [{ do: "start" }, { do: "refresh", view }, { do: "forget" }] as const) {
        expect(await later.see(visit, action, "notice")).toMatchObject({ notice: "banned", for: "asker" });
      }
    }
    expect(at.cloud.asked).toHaveLength(calls);
    await later.see(mia, admin("unban telegram:2"), "person");
    await later.see(jun, { do: "refresh", view }, "listing");
    expect(await audited(at)).toEqual(["unban telegram:2", "ban telegram:2"]);
  });

  test("a ban cannot be undone by an invitation, nor by asking to be forgotten", async () => {
    const at = opened();
    await at.see(jun, { do: "forget" }, "question");
    const { invitation } = await at.see(mia, admin("invite"), "access");
    await at.see(mia, admin("ban telegram:2"), "person");
    const payload = invitation?.code ?? "";
    expect((await at.see(jun, { do: "start", payload }, "notice")).notice).toBe("banned");
    expect((await at.see(visitOf(3), { do: "start", payload }, "notice")).notice).toBe("admitted");
  });

  test("a ban of a group silences the group, and leaves its people alone elsewhere", async () => {
    const at = opened();
    await at.see(mia, admin(`ban ${group}`), "person");
    expect((await at.see(inGroup(jun), { do: "help" }, "notice")).notice).toBe("banned");
    await at.see(jun, { do: "help" }, "help");
  });

  test("a ban does not reach operators of the configuration, or oneself; one made by a code it does", async () => {
    const at = opened();
    expect((await at.see(mia, admin("ban telegram:1"), "notice")).notice).toBe("operator-stays");
    const { access } = at.services.admin;
    await access.decide("telegram:2", (standing) => ({ ...standing, operator: { at: 1, by: "telegram:2" } }));
    expect((await at.see(jun, admin("ban telegram:1"), "notice")).notice).toBe("operator-stays");
    expect((await at.see(jun, admin("ban 2"), "notice")).notice).toBe("operator-stays");
    await at.see(mia, admin("ban 2"), "person");
    expect((await at.see(jun, admin(), "notice")).notice).toBe("banned");
    await at.see(mia, admin("unban 2"), "person");
    expect((await at.see(jun, admin(), "notice")).notice).toBe("unknown-command");
  });
});

test("maintenance closes the app to people, with a clear sentence, until it is opened again", async () => {
  const at = opened();
  const { view } = await at.see(mia, admin(), "admin");
  const closed = await at.see(mia, { do: "set-maintenance", view, on: true }, "admin");
  expect(closed.maintenanceSince).toBe(1_000_000);
  const later = at.restarted();
  apps.push(later);
  for (const visit of [jun, inGroup(jun)]) {
    expect(await later.see(visit, { do: "help" }, "notice")).toMatchObject({ notice: "maintenance", for: "asker" });
  }
  await later.see(mia, { do: "start" }, "welcome");
  expect((await later.see(mia, admin("maintenance off"), "admin")).maintenanceSince).toBeUndefined();
  await later.see(jun, { do: "help" }, "help");
  expect(await audited(at)).toEqual(["maintenance off", "maintenance on"]);
});

describe("every link taken back", () => {
  const withTickets = (taken: LinksOf[], changes: Partial<Services> = {}) =>
    opened(usualCloud(), {
      changes: { hasTickets: true, revokeLinks: async (which) => void taken.push(which), ...changes },
    });

  test("taking every link back is asked first, written down, and done once", async () => {
    const taken: LinksOf[] = [];
    const at = withTickets(taken);
    const panel = await at.see(mia, admin(), "admin");
    expect(panel.revocable).toBe(true);
    const asked = await at.see(mia, { do: "revoke-every-link", view: panel.view }, "question");
    expect(asked.question).toBe("revoke-every-link");
    await at.see(mia, { do: "dismiss", view: asked.view }, "admin");
    expect((await at.see(mia, { do: "confirm", view: asked.view }, "notice")).notice).toBe("view-expired");
    expect([taken, await audited(at)]).toEqual([[], []]);

    const { view } = await at.see(mia, admin("revoke"), "question");
    expect(await at.see(mia, { do: "confirm", view }, "notice")).toMatchObject({
      notice: "every-link-revoked",
      level: "done",
    });
    expect((await at.see(mia, { do: "confirm", view }, "notice")).notice).toBe("view-expired");
    expect(taken).toEqual(["all"]);
    expect(await audited(at)).toEqual(["revoke-every-link"]);
    expect((await at.see(mia, admin("revoke telegram:2"), "notice")).notice).toBe("admin-usage");
  });

  test("taking every link back is written down also when it fails", async () => {
    const at = withTickets([], { revokeLinks: () => Promise.reject(new Error("no store")) });
    const { view } = await at.see(mia, admin("revoke"), "question");
    expect((await at.see(mia, { do: "confirm", view }, "notice")).notice).toBe("unexpected");
    expect(await audited(at)).toEqual(["revoke-every-link"]);
  });

  test("taking every link back is nobody else's: not by a word, a button, or the question of one who is an operator no more", async () => {
    const taken: LinksOf[] = [];
    const at = withTickets(taken);
    const own = await at.see(jun, { do: "start" }, "welcome");
    expect((await at.see(jun, { do: "revoke-every-link", view: own.view }, "notice")).notice).toBe("view-expired");
    const { access } = at.services.admin;
    await access.decide("telegram:2", (standing) => ({ ...standing, operator: { at: 1, by: "telegram:1" } }));
    const { view } = await at.see(jun, admin("revoke"), "question");
    await access.decide("telegram:2", ({ operator: _before, ...standing }) => standing);
    for (const press of ["confirm", "dismiss", "refresh", "back"] as const) {
      expect((await at.see(jun, { do: press, view }, "notice")).notice).toBe("view-expired");
    }
    expect([taken, await audited(at)]).toEqual([[], []]);
  });

  test("taking every link back is not offered where links are the drives' own", async () => {
    const at = opened();
    const panel = await at.see(mia, admin(), "admin");
    expect(panel.revocable).toBeUndefined();
    for (const action of [admin("revoke"), { do: "revoke-every-link", view: panel.view }] as const) {
      expect((await at.see(mia, action, "notice")).notice).toBe("no-links-to-revoke");
    }
    expect(await audited(at)).toEqual([]);
  });
});

test("the log level is set at run time", async () => {
  const set: string[] = [];
  const level = { get: () => set.at(-1) ?? "info", set: (to: string) => void set.push(to) };
  const at = opened(usualCloud(), { admin: { level } });
  const panel = await at.see(mia, admin(), "admin");
  const index = panel.logLevels.indexOf("debug");
  expect((await at.see(mia, { do: "set-log-level", view: panel.view, index }, "admin")).logLevel).toBe("debug");
  expect((await at.see(mia, admin("log warn"), "admin")).logLevel).toBe("warn");
  expect((await at.see(mia, admin("log loud"), "notice")).notice).toBe("admin-usage");
  expect(await audited(at)).toEqual(["log-level warn", "log-level debug"]);
});

describe("the numbers", () => {
  test("the numbers tell people, groups, drives, links, failures and calls, and outlive the process", async () => {
    const at = opened();
    const listing = await at.see(jun, signInAs("jun", "battery"), "listing");
    const file = listing.rows.findIndex(({ name }) => name === "file 1.txt");
    const { view } = await at.see(jun, { do: "open", view: listing.view, index: file }, "file");
    await at.see(jun, { do: "link", view }, "link");
    await at.see(inGroup(visitOf(3)), { do: "help" }, "help");
    await at.see(visitOf(4), { do: "open-share", text: "https://share.example/s/gone1" }, "notice");
    await at.see(visitOf(4), { do: "open-share", text: "https://share.example/s/code1" }, "form");
    at.services.admin.counters.count("calls", 7);
    at.services.admin.allowance.spend("telegram:2", 1000);
    await at.services.admin.stop();
    const later = at.restarted();
    apps.push(later);
    const { numbers } = await later.see(mia, admin(), "admin");
    expect(numbers).toEqual({
      people: 4,
      groups: 1,
      mounts: 1,
      failing: 0,
      links: 1,
      bytes: 1000,
      calls: 7,
      coolDowns: 0,
      errors: [
        { code: "share-not-found", count: 1 },
        { code: "pass-code-needed", count: 1 },
      ],
    });
  });

  test("the numbers forget whom is to be forgotten", async () => {
    const at = opened();
    const { view } = await at.see(jun, { do: "forget" }, "question");
    await at.see(jun, { do: "confirm", view }, "notice");
    expect(await at.services.admin.chats.find("telegram:2")).toBeUndefined();
  });
});

describe("people", () => {
  test("people are listed those seen last first, page by page, and found by a part of their id", async () => {
    let time = 0;
    const at = opened(usualCloud(), { now: () => time });
    for (let n = 101; n <= 120; n++) {
      time = n * 10_000_000;
      await at.see(visitOf(n), { do: "help" }, "help");
    }
    const first = await at.see(mia, admin("people"), "people");
    expect(first).toMatchObject({ page: 1, pages: 3 });
    expect(first.rows.map(({ id }) => id)).toContain("telegram:120");
    const last = await at.see(mia, { do: "admin-turn", view: first.view, page: 3 }, "people");
    expect(last.rows.map(({ id }) => id)).toContain("telegram:101");
    await at.see(mia, { do: "find-person", view: last.view }, "form");
    const found = await at.see(mia, { do: "submit", form: { id: "find-person" }, values: { who: "11" } }, "people");
    expect(found.rows.map(({ id }) => id)).toEqual(
      [119, 118, 117, 116, 115, 114, 113, 112].map((n) => `telegram:${n}`),
    );
    const card = await at.see(mia, { do: "admin-pick", view: found.view, index: 0 }, "person");
    expect(card.guest.id).toBe(found.rows[0]?.id);
    // The row that was seen is meant, on whatever page one is now.
    expect((await at.see(mia, { do: "admin-pick", view: last.view, index: 1 }, "person")).guest.id).toBe(
      last.rows[1]?.id,
    );
  });

  test("a person never seen has a card, and can be decided about", async () => {
    const at = opened();
    const values = { who: "discord:77" };
    const card = await at.see(mia, { do: "submit", form: { id: "find-person" }, values }, "person");
    expect(card.guest).toEqual({ id: "discord:77", kind: "person", standing: "usual" });
    expect(await at.see(mia, { do: "admit", view: card.view }, "person")).toMatchObject({ admitted: true });
  });

  test("people get so many bytes a day, from midnight to midnight", async () => {
    let time = 3 * 86_400_000 + 1000;
    const at = opened(usualCloud(), { now: () => time });
    const { view } = await at.see(mia, admin("find telegram:2"), "person");
    await at.see(mia, { do: "ask-quota", view }, "form");
    const form = { id: "quota", subject: "telegram:2" } as const;
    for (const gigabytes of ["many", "-1", "1e9"]) {
      const again = await at.see(mia, { do: "submit", form, values: { gigabytes } }, "form");
      expect(again.problem).toEqual({ field: "gigabytes", code: "not-a-number" });
    }
    const card = await at.see(mia, { do: "submit", form, values: { gigabytes: "0.5" } }, "person");
    expect(card.quota).toBe(512 * 1024 ** 2);
    const { allowance } = at.services.admin;
    expect(await allowance.admit("telegram:2")).toEqual({ ok: true });
    allowance.spend("telegram:2", 300 * 1024 ** 2);
    allowance.spend("telegram:2", 300 * 1024 ** 2);
    expect(await allowance.admit("telegram:2")).toEqual({ ok: false, retryAfter: 86_400_000 - 1000 });
    expect(await allowance.admit("telegram:3")).toEqual({ ok: true });
    time += 86_400_000;
    expect(await allowance.admit("telegram:2")).toEqual({ ok: true });
    expect(await at.see(mia, admin("quota telegram:2 none"), "person")).toMatchObject({ quota: undefined });
    expect(await audited(at)).toEqual(["quota telegram:2", "quota telegram:2 0.5 GB"]);
  });
});

describe("everybody's drives", () => {
  test("everybody's drives are listed, the failing ones first, and looked at again", async () => {
    const at = opened();
    await at.see(jun, signInAs("jun", "battery"), "listing");
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const { view, rows } = await at.see(mia, admin("mounts"), "admin-mounts");
    expect(rows.map(({ owner, health }) => [owner, health.state])).toEqual([
      ["telegram:2", "working"],
      ["telegram:1", "working"],
    ]);
    at.cloud.accounts["jun"] = { password: "other", tree: { name: "", children: [] } };
    const after = await at.see(mia, { do: "admin-pick", view, index: 0 }, "admin-mounts");
    expect(after.rows[0]).toMatchObject({
      owner: "telegram:2",
      health: { state: "failing", code: "wrong-credentials" },
    });
    expect((await at.see(mia, admin(), "admin")).numbers).toMatchObject({ mounts: 2, failing: 1 });
  });
});

describe("a broadcast", () => {
  test("a broadcast is written, shown once more with its reach, sent, reported, and leaves the banned and the gone alone", async () => {
    const sent: string[] = [];
    const at = opened(usualCloud(), {
      admin: {
        announce: async (place, text) => {
          if (place === "telegram:5") return "gone";
          sent.push(`${place} ${text}`);
          return "sent";
        },
      },
    });
    for (const n of [2, 3, 4, 5]) await at.see(visitOf(n), { do: "help" }, "help");
    await at.see(inGroup(visitOf(6)), { do: "help" }, "help");
    await at.see(mia, admin("ban telegram:3"), "person");
    await at.see(mia, admin("broadcast"), "form");
    const { view } = await at.see(mia, admin(), "admin");
    await at.see(mia, { do: "compose-broadcast", view }, "form");
    const form = { id: "broadcast-text" } as const;
    const question = await at.see(mia, { do: "submit", form, values: { text: "New: /search\nEnjoy" } }, "question");
    // Jun, 4, 5, the group, and the operator herself; 6 has no chat with the bot.
    expect(question).toMatchObject({ question: "broadcast", subject: "New: /search\nEnjoy", count: 5 });
    expect(sent).toEqual([]);
    const { screen, updates } = await at.do(mia, { do: "confirm", view: question.view });
    expect(screen).toMatchObject({ show: "broadcast", broadcast: { total: 5 } });
    const followed = await Array.fromAsync(updates ?? []);
    expect(followed.at(-1) ?? screen).toMatchObject({
      show: "broadcast",
      broadcast: { state: "done", tally: { sent: 4, gone: 1, failed: 0 } },
    });
    expect(sent.toSorted()).toEqual(
      [group, "telegram:1", "telegram:2", "telegram:4"].map((place) => `${place} New: /search\nEnjoy`),
    );
    expect(await audited(at)).toContain("broadcast 5");
    // The one that is gone is left out next time, until it is seen again.
    expect((await at.see(mia, admin("broadcast again"), "question")).count).toBe(4);
    await at.see(visitOf(5), { do: "help" }, "help");
    expect((await at.see(mia, admin("broadcast again"), "question")).count).toBe(5);
  });

  test("a broadcast can be declined, and confirmed only once", async () => {
    const at = opened();
    await at.see(jun, { do: "help" }, "help");
    const first = await at.see(mia, admin("broadcast hello"), "question");
    expect((await at.see(mia, { do: "dismiss", view: first.view }, "broadcast")).broadcast).toBeUndefined();
    expect((await at.see(mia, { do: "confirm", view: first.view }, "notice")).notice).toBe("view-expired");
    const second = await at.see(mia, admin("broadcast hello"), "question");
    await at.see(mia, { do: "confirm", view: second.view }, "broadcast");
    expect((await at.see(mia, { do: "confirm", view: second.view }, "notice")).notice).toBe("view-expired");
  });

  test("a broadcast whose press is brought again, as the process was killed before it kept that, is sent once", async () => {
    const sent: string[] = [];
    const announce = async (place: string) => (sent.push(place), "sent" as const);
    const at = opened(usualCloud(), { admin: { announce } });
    await at.see(jun, { do: "help" }, "help");
    const press = { ...mia, update: "update-7" };
    const { view } = await at.see(mia, admin("broadcast hello"), "question");
    const asked = await at.services.sessions.get(view.id);
    const { updates } = await at.do(press, { do: "confirm", view });
    await Array.fromAsync(updates ?? []);
    expect(sent).toHaveLength(2);
    if (asked) await at.services.sessions.set(view.id, asked);
    const again = await at.do(press, { do: "confirm", view });
    await Array.fromAsync(again.updates ?? []);
    expect(again.screen).toMatchObject({ show: "broadcast", broadcast: { state: "done", tally: { sent: 2 } } });
    expect(sent).toHaveLength(2);
    const next = await at.see(mia, admin("broadcast hello"), "question");
    const another = await at.do({ ...mia, update: "update-8" }, { do: "confirm", view: next.view });
    await Array.fromAsync(another.updates ?? []);
    expect(sent).toHaveLength(4);
  });

  test("a broadcast is stopped by its button, and another waits until then", async () => {
    const stuck = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const at = opened(usualCloud(), {
      admin: {
        announce: async () => {
          stuck.resolve();
          await free.promise;
          return "sent";
        },
      },
    });
    for (let n = 2; n < 40; n++) await at.see(visitOf(n), { do: "help" }, "help");
    const { view } = await at.see(mia, admin("broadcast hello"), "question");
    const running = await at.see(mia, { do: "confirm", view }, "broadcast");
    await stuck.promise;
    expect((await at.see(mia, admin("broadcast more"), "notice")).notice).toBe("broadcast-running");
    const stopping = at.see(mia, { do: "stop-broadcast", view: running.view }, "broadcast");
    free.resolve();
    const { broadcast } = await stopping;
    expect(broadcast).toMatchObject({ state: "stopped", total: 39 });
    expect(broadcast?.tally.sent).toBeLessThanOrEqual(5);
    await at.see(mia, admin("broadcast more"), "question");
  });

  test("a broadcast with an allowlist is for those on it", async () => {
    const at = opened(usualCloud(), { admin: { access: "allowlist" } });
    expect((await at.see(jun, { do: "help" }, "notice")).notice).toBe("not-admitted");
    expect((await at.see(mia, admin("broadcast hello"), "question")).count).toBe(1);
    await at.see(mia, admin("admit telegram:2"), "person");
    expect((await at.see(mia, admin("broadcast hello"), "question")).count).toBe(2);
  });
});

describe("who asks for too much at once", () => {
  const slow = (most: number) =>
    opened(usualCloud(), { admin: { rateLimit: createRateLimit({ most, seconds: 600 }) } });
  const help: Action = { do: "help" };

  test("a person who asks for too much at once is told once, alike in every chat, and others are not slowed", async () => {
    const at = slow(3);
    for (let n = 0; n < 3; n++) await at.see(jun, help, "help");
    expect(await at.see(jun, help, "notice")).toMatchObject({ notice: "too-fast", for: "asker" });
    expect(await at.see(inGroup(jun), help, "notice")).toMatchObject({ notice: "too-fast", again: true });
    await at.see(visitOf(3), help, "help");
  });

  test("a group that asks for too much at once is held back as a group", async () => {
    const at = slow(3);
    for (const n of [11, 12, 13]) await at.see(inGroup(visitOf(n)), help, "help");
    const refused: Visit = inGroup(visitOf(14));
    expect((await at.see(refused, help, "notice")).notice).toBe("too-fast");
    await at.see(visitOf(14), help, "help");
  });
});

test("the audit log is read page by page, newest first", async () => {
  const at = opened();
  for (let n = 10; n < 30; n++) await at.see(mia, admin(`admit ${n}`), "person");
  const first = await at.see(mia, admin("audit"), "audit");
  expect(first).toMatchObject({ page: 1, pages: 3 });
  expect(first.entries[0]).toEqual({ at: 1_000_000, by: "telegram:1", act: "admit", subject: "telegram:29" });
  const last = await at.see(mia, { do: "admin-turn", view: first.view, page: 3 }, "audit");
  expect(last.entries.map(({ subject }) => subject)).toEqual([13, 12, 11, 10].map((n) => `telegram:${n}`));
});

test("every page of the operators is reached by its button, and back leads to the panel", async () => {
  const at = opened();
  const panel = await at.see(mia, admin(), "admin");
  for (const room of ["people", "access", "admin-mounts", "broadcast", "audit"] as const) {
    const screen = await at.see(mia, { do: "admin-go", view: panel.view, room }, room);
    await at.see(mia, { do: "back", view: screen.view }, "admin");
    await at.see(mia, { do: "refresh", view: screen.view }, "admin");
  }
  expect((await at.see(mia, { do: "about-state", view: panel.view }, "notice")).notice).toBe("state-by-shell");
});

test("an unknown sub-command is answered with those there are", async () => {
  const at = opened();
  for (const words of ["dance", "ban", "ban mia", "quota 2 lots", "access ajar", "maintenance", "log"]) {
    expect((await at.see(mia, admin(words), "notice")).notice).toBe("admin-usage");
  }
  expect(await audited(at)).toEqual([]);
});

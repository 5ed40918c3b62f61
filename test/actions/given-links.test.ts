import { Keyv } from "keyv";
import { beforeEach, describe, expect, test } from "vitest";
import { createGivenLinks, type GivenLinks } from "../../src/users/given-links.ts";
import { app, inGroup, jun, mia, signInAs, usualCloud, type TestApp } from "./test-app.ts";

const aDay = 86_400_000;
const strict = {
  throwOnErrors: true,
  serialize: JSON.stringify,
  deserialize: (text: string) => JSON.parse(text) as never,
};

let at: TestApp;
let clock: { now: number };
let kept: Keyv;
let links: GivenLinks;

beforeEach(() => {
  clock = { now: 1_000_000 };
  kept = new Keyv(strict);
  start();
});

function start(longest = 30 * aDay): void {
  let ids = 0;
  links = createGivenLinks({
    kept,
    counts: new Keyv(strict),
    longest,
    takenBackAt: async () => 0,
    exclusive: (_key, work) => work(),
    now: () => clock.now,
    newId: () => `link${String((ids += 1)).padStart(6, "0")}`,
    onError: (error) => expect.unreachable(String(error)),
  });
  at = app(usualCloud(), {
    changes: {
      hasTickets: true,
      givenLinks: links,
      revokeLinks: async () => undefined,
      issueLink: async (mount, entry, _visit, { given }) => ({
        url: `https://drive.example/d/${mount.id}-${entry.id}-${given?.id ?? "usual"}/x`,
        via: "redirect",
        ...(given && { expiresAt: given.endsAt }),
      }),
    },
    now: () => clock.now,
  });
}

async function linkCard() {
  const top = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const films = await at.see(mia, { do: "open", view: top.view, index: 1 }, "listing");
  const file = await at.see(mia, { do: "open", view: films.view, index: 1 }, "file");
  return at.see(mia, { do: "link", view: file.view, variant: 0 }, "link");
}

async function givenCard() {
  const card = await linkCard();
  return at.see(mia, { do: "give-link", view: card.view }, "given-link");
}

describe("one press on a file's link", () => {
  test("makes one that lives for a week, asks for nothing, and stays the same however often it is pressed", async () => {
    const card = await linkCard();
    expect(card.can).toContain("give-link");
    const given = await at.see(mia, { do: "give-link", view: card.view }, "given-link");
    expect(given).toMatchObject({
      entry: { name: "beach.mp4" },
      variant: { name: "720P" },
      life: 7 * aDay,
      endsAt: clock.now + 7 * aDay,
      isLocked: false,
      opens: 0,
      isNew: true,
    });
    const again = await at.see(mia, { do: "give-link", view: card.view }, "given-link");
    expect(again.url).toBe(given.url);
    expect(await links.list(mia.person.id)).toHaveLength(1);
    expect(await at.see(mia, { do: "back", view: again.view }, "link")).toMatchObject({ variant: { name: "720P" } });
  });

  test("never makes one that lives longer than the operator allows", async () => {
    start(2 * aDay);
    expect(await givenCard()).toMatchObject({ lives: [3_600_000, aDay], life: aDay });
  });

  test("makes no two hundred and first", async () => {
    const card = await linkCard();
    const { entry } = card;
    for (let n = 0; n < 200; n += 1)
      await links.make({ person: mia.person.id, mount: "m", entry, folder: "", by: String(n) });
    expect(await at.see(mia, { do: "give-link", view: card.view }, "notice")).toMatchObject({
      notice: "given-links-full",
    });
  });
});

test("its life and its password are changed while its address stays", async () => {
  const given = await givenCard();
  clock.now += 1000;
  const hour = await at.see(mia, { do: "set-link-life", view: given.view, index: 0 }, "given-link");
  expect(hour).toMatchObject({ url: given.url, life: 3_600_000, endsAt: clock.now + 3_600_000 });
  const form = await at.see(mia, { do: "ask-link-password", view: hour.view }, "form");
  expect(form).toMatchObject({ form: { id: "link-password" }, fields: [{ kind: "secret", role: "credential" }] });
  const short = await at.see(mia, { do: "submit", form: form.form, values: { password: "abc" } }, "form");
  expect(short.problem).toEqual({ field: "password", code: "password-too-short" });
  const locked = await at.see(mia, { do: "submit", form: form.form, values: { password: "abcd" } }, "given-link");
  expect(locked).toMatchObject({ url: given.url, isLocked: true });
  const [link] = await links.list(mia.person.id);
  expect(await links.verify(mia.person.id, link?.id ?? "", "abcd")).toBe(true);
  expect(await links.verify(mia.person.id, link?.id ?? "", "abce")).toBe(false);
  expect(await links.verify(jun.person.id, link?.id ?? "", "abcd")).toBe(false);
  const open = await at.see(mia, { do: "clear-link-password", view: locked.view }, "given-link");
  expect(open.isLocked).toBe(false);
});

test("the password stands nowhere: not with the messages, and with the links only as what it is compared with", async () => {
  const given = await givenCard();
  const { form } = await at.see(mia, { do: "ask-link-password", view: given.view }, "form");
  await at.see(mia, { do: "submit", form, values: { password: "open sesame" } }, "given-link");
  expect(JSON.stringify([await at.services.sessions.get(given.view.id), at.noted, at.logged])).not.toContain("sesame");
  for await (const [, record] of kept.iterator?.(undefined) ?? [])
    expect(JSON.stringify(record)).not.toContain("sesame");
});

describe("the links one gave away", () => {
  test("are listed newest first with how they do, and one is taken back after a question", async () => {
    const first = await givenCard();
    clock.now += 1000;
    await givenCard();
    links.opened((await links.list(mia.person.id)).at(-1)?.id ?? "");
    const list = await at.see(mia, { do: "links" }, "given-links");
    expect(list).toMatchObject({ total: 2, page: { number: 1, count: 1 } });
    expect(list.links.map(({ opens }) => opens)).toEqual([0, 1]);
    const card = await at.see(mia, { do: "given-link", view: list.view, index: 1 }, "given-link");
    expect(card).toMatchObject({ url: first.url, isNew: false, opens: 1 });
    const question = await at.see(mia, { do: "take-back-link", view: card.view }, "question");
    expect(question).toMatchObject({ question: "take-back-link", subject: "beach.mp4" });
    const kept = await at.see(mia, { do: "dismiss", view: question.view }, "given-link");
    const again = await at.see(mia, { do: "take-back-link", view: kept.view }, "question");
    const left = await at.see(mia, { do: "confirm", view: again.view }, "given-links");
    expect(left).toMatchObject({ isTakenBack: true, total: 1 });
    expect(left.links.map(({ opens }) => opens)).toEqual([0]);
    // It is said once, and an old button of it leads to those that are left.
    expect((await at.see(mia, { do: "refresh", view: left.view }, "given-links")).isTakenBack).toBeUndefined();
    expect((await at.see(mia, { do: "set-link-life", view: card.view, index: 0 }, "given-links")).total).toBe(1);
  });

  test("are turned page by page, and those that have ended are gone", async () => {
    const { entry } = await linkCard();
    for (let n = 0; n < 9; n += 1)
      await links.make({ person: mia.person.id, mount: "m", entry, folder: "", by: String(n) });
    const list = await at.see(mia, { do: "links" }, "given-links");
    expect(list).toMatchObject({ total: 9, page: { number: 1, count: 2 } });
    expect((await at.see(mia, { do: "turn", view: list.view, page: 2 }, "given-links")).links).toHaveLength(1);
    clock.now += 7 * aDay;
    expect((await at.see(mia, { do: "links" }, "given-links")).total).toBe(0);
  });

  test("end with their drive, and with everything that is kept about a person", async () => {
    await givenCard();
    const mounts = await at.see(mia, { do: "show-mounts" }, "mounts");
    const drive = await at.see(mia, { do: "mount", view: mounts.view, index: 0 }, "mount");
    const question = await at.see(mia, { do: "remove-mount", view: drive.view }, "question");
    await at.do(mia, { do: "confirm", view: question.view });
    expect(await links.list(mia.person.id)).toEqual([]);
    await givenCard();
    const sure = await at.see(mia, { do: "forget" }, "question");
    await at.do(mia, { do: "confirm", view: sure.view });
    for await (const [key] of kept.iterator?.(undefined) ?? []) expect.unreachable(String(key));
  });
});

test("a group, another person, and a bot without an address of its own have no such links", async () => {
  const card = await linkCard();
  expect(await at.see(inGroup(mia), { do: "links" }, "notice")).toMatchObject({ notice: "private-only" });
  expect(await at.see(jun, { do: "give-link", view: card.view }, "notice")).toMatchObject({ notice: "not-yours" });
  at = app(usualCloud());
  expect((await linkCard()).can).not.toContain("give-link");
  expect(await at.see(mia, { do: "links" }, "notice")).toMatchObject({ notice: "no-links-to-revoke" });
});

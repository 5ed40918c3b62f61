import { describe, expect, test } from "vitest";
import { createContext, draw } from "../../src/actions/context/context.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import type { Person } from "../../src/users/person.ts";
import { app, mia, signInAs, usualCloud, visitOf } from "./test-app.ts";

describe("the language", () => {
  test("the language is what the client says until one is chosen, and then that, also after a restart", async () => {
    const at = app(usualCloud());
    const wei = visitOf(3, { locale: "zh-hans" });
    expect((await at.do(wei, { do: "start" })).language).toBe("zh");
    expect((await at.do(visitOf(4, { locale: "pt-br" }), { do: "start" })).language).toBe("en");
    const settings = await at.see(wei, { do: "show-settings" }, "settings");
    expect(settings).toMatchObject({ languages: ["en", "zh"], language: "zh" });
    const answer = await at.do(wei, { do: "set-language", view: settings.view, index: 0 });
    expect(answer.language).toBe("en");
    expect(answer.screen).toMatchObject({ show: "settings", language: "en" });
    expect((await at.restarted().do(wei, { do: "help" })).language).toBe("en");
  });

  test("a language that does not exist changes nothing", async () => {
    const at = app(usualCloud());
    const settings = await at.see(mia, { do: "show-settings" }, "settings");
    expect((await at.see(mia, { do: "set-language", view: settings.view, index: 9 }, "settings")).language).toBe("en");
  });
});

test("settings that are asked for while the same person does something else undo nothing of it", async () => {
  const at = app(usualCloud());
  const { people } = at.shelves;
  await at.see(mia, { do: "start" }, "welcome");
  let answer: Promise<{ readonly view: ViewRef }> | undefined;
  await at.services.exclusive(`person:${mia.person.id}`, async () => {
    const before = await people.get(mia.person.id);
    answer = at.see(mia, { do: "show-settings" }, "settings");
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await people.set(mia.person.id, { ...before, language: "zh" } as Person);
  });
  const shown = await answer;
  const after = await people.get(mia.person.id);
  expect(after).toMatchObject({ language: "zh", sessions: expect.arrayContaining([shown?.view.id]) });
});

test("a setting is kept that was changed while something urgent of the same person, which waits for nothing, drew its screen", async () => {
  const at = app(usualCloud());
  const { people } = at.shelves;
  const settings = await at.see(mia, { do: "show-settings" }, "settings");
  const read = Promise.withResolvers<undefined>();
  const get = people.get.bind(people);
  let [holds, reads] = [false, 0];
  people.get = (async (id: string) => {
    const person = await get(id);
    reads += 1;
    // The urgent action has read the record, and is slow to write it.
    if (holds) await read.promise;
    return person;
  }) as typeof people.get;
  const context = await createContext(at.services, mia, new AbortController().signal);
  holds = true;
  const urgent = draw(context, { at: "settings" });
  await expect.poll(() => reads).toBe(2);
  holds = false;
  const change = at.see(mia, { do: "set-rows", view: settings.view, rows: 5 }, "settings");
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  read.resolve(undefined);
  await Promise.all([urgent, change]);
  expect(await get(mia.person.id)).toMatchObject({ rows: 5 });
});

test("rows a page are the person's choice among what fits the platform", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const settings = await at.see(mia, { do: "show-settings" }, "settings");
  expect(settings).toMatchObject({ rows: 8, rowChoices: [5, 8, 10] });
  const five = await at.see(mia, { do: "set-rows", view: settings.view, rows: 5 }, "settings");
  expect(five.rows).toBe(5);
  const still = await at.see(mia, { do: "set-rows", view: five.view, rows: 500 }, "settings");
  expect(still.rows).toBe(5);
  expect((await at.see(mia, { do: "browse" }, "listing")).rows).toHaveLength(5);
});

test("the order is turned round when chosen again, and new listings have it", async () => {
  const at = app(usualCloud());
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const settings = await at.see(mia, { do: "show-settings" }, "settings");
  const down = await at.see(mia, { do: "set-order", view: settings.view, by: "name" }, "settings");
  expect(down.order).toEqual({ by: "name", descending: true });
  const listing = await at.see(mia, { do: "browse" }, "listing");
  expect(listing.rows[2]?.name).toBe("file 12.txt");
});

test("/start greets, and counts the mounts there are", async () => {
  const at = app(usualCloud());
  expect(await at.see(mia, { do: "start" }, "welcome")).toMatchObject({ mounts: 0 });
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  expect(await at.see(mia, { do: "start", payload: "garbage!" }, "welcome")).toMatchObject({ mounts: 1 });
});

test("/help knows operators", async () => {
  const at = app(usualCloud());
  expect(await at.see(mia, { do: "help" }, "help")).toMatchObject({ place: "private", admin: true });
  expect(await at.see(visitOf(9), { do: "help" }, "help")).toMatchObject({ admin: false });
});

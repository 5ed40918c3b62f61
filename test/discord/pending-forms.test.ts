import { expect, test } from "vitest";
import type { MessageRef } from "../../src/messaging/messenger.ts";
import { createPendingForms, type PendingForm } from "../../src/discord/pending-forms.ts";

const person = { id: "discord:1", name: "Mia", locale: "en" };
const page: PendingForm = {
  visit: { person, place: { id: person.id, kind: "private" }, rows: { usual: 10, most: 20 }, uploadLimit: 1 },
  screen: {
    show: "form",
    form: { id: "sign-in", kind: "pikpak" },
    fields: [],
    values: {},
    page: { url: "https://drive.example.com/s/code", expiresAt: 1 },
  },
};
const message: MessageRef = { place: person.id, kind: "private", language: "en", message: "7" };

/** A store whose next answer to a question waits, after it was found, until the test lets it go. */
function slowStore() {
  const kept = new Map<string, unknown>();
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  let isSlow = false;
  return {
    asked: asked.promise,
    release,
    slowDown: () => (isSlow = true),
    async get(key: string) {
      const found = kept.get(key);
      if (isSlow) {
        isSlow = false;
        asked.resolve();
        await held;
      }
      return found;
    },
    set: async (key: string, value: unknown) => kept.set(key, value),
    delete: async (key: string) => kept.delete(key),
  };
}

test("a page that is left while its message is noted is over", async () => {
  const store = slowStore();
  const forms = createPendingForms(store);
  await forms.put("a", page);
  store.slowDown();
  const noted = forms.placed("a", message);
  await store.asked;
  const left = forms.drop("a");
  store.release();
  await Promise.all([noted, left]);
  expect(await forms.find("a")).toBeUndefined();
  expect(await forms.openPage(person.id)).toBeUndefined();
});

test("what came of a page stays when its message is noted at the same time", async () => {
  const store = slowStore();
  const forms = createPendingForms(store);
  const result = { screen: { show: "notice", notice: "cancelled", level: "info" }, language: "en" } as const;
  await forms.put("a", page);
  store.slowDown();
  const noted = forms.placed("a", message);
  await store.asked;
  const put = forms.put("a", { ...page, result });
  store.release();
  await Promise.all([noted, put]);
  expect((await forms.find("a"))?.result).toEqual(result);
});

test("a form whose change could not be written can be changed again", async () => {
  const store = slowStore();
  const { set } = store;
  const forms = createPendingForms(store);
  store.set = (...given) => {
    store.set = set;
    return Promise.reject(new Error(`away: ${given[0]}`));
  };
  const failed = forms.put("a", page);
  const written = forms.put("a", page);
  await expect(failed).rejects.toThrow("away");
  await written;
  await forms.placed("a", message);
  expect(await forms.find("a")).toEqual({ ...page, message });
});

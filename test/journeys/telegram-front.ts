import type { Field } from "../../src/storage/field.ts";
import { app as desk, usualCloud, type TestApp as Desk } from "../actions/test-app.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { mia } from "../telegram/double.ts";
import { openTestApp, words as usualWords } from "../telegram/test-app.ts";
import type { Front, OpenFront } from "./front.ts";

/** Mia in her private chat with the Telegram bot. */
export const openTelegram: OpenFront = async (cloud = usualCloud(), { words = usualWords, changes = {} } = {}) => {
  let at: Desk = desk(cloud, { now: Date.now, changes });
  const app = await openTestApp((action, visit, signal) => at.do(visit, action, signal), { words });
  const { double } = app;
  await app.telegram.start();
  const say = words.in("en");
  const read = ({ text, buttons }: Shown) => [text, ...buttons.map((button) => button.text)].join("\n");
  const fieldsOf = (driver: string): readonly Field[] =>
    at.services.storage.kinds.find(({ name }) => name === driver)?.fields ?? [];

  const front: Front = {
    name: "Telegram",
    async command(name, given = {}) {
      double.sends(mia, mia.id, [`/${name}`, ...Object.values(given)].join(" "));
    },
    async fill(form, answers) {
      for (const [name, answer] of Object.entries(answers)) {
        await front.sees(`❔ ${say(`field-${form}-${name}`)}`);
        double.sends(mia, mia.id, answer);
      }
      const asked = fieldsOf(form).filter(({ aside, required }) => !aside && !required);
      for (const { name } of asked.filter((field) => answers[field.name] === undefined && "password" in answers)) {
        await front.sees(`❔ ${say(`field-${form}-${name}`)}`, "⏭");
        double.taps(mia, "⏭");
      }
    },
    press: async (label) => double.taps(mia, label),
    async address(label) {
      const { buttons } = await double.sees(({ buttons: all }) =>
        all.some((one) => isLink(one) && one.text.includes(label)),
      );
      return buttons.filter(isLink).find(({ text }) => text.includes(label))?.url ?? "";
    },
    open: async (name) => double.taps(mia, name),
    sees: async (...said) =>
      String((await double.sees((message) => said.every((one) => read(message).includes(one)))).id),
    get did() {
      return app.asked.map(({ action }) => action.do);
    },
    async restart() {
      at = at.restarted();
      await app.restart();
    },
    async close() {
      const { complaints } = double.telegram;
      await app.close();
      if (complaints.length > 0) throw new Error(complaints.join("\n"));
    },
  };
  return front;
};

const isLink = (button: object): button is { readonly text: string; readonly url: string } => "url" in button;

import { fieldWith } from "../../src/storage/form.ts";
import type { Field, Values } from "../../src/storage/field.ts";
import { openTestApp } from "../discord/test-app.ts";
import { words as usualWords } from "../telegram/test-app.ts";
import type { MessageView } from "../../emulators/stage.ts";
import type { Front, OpenFront } from "./front.ts";

/** Mia in a server's channel, where the Discord bot answers her alone. */
export const openDiscord: OpenFront = async (cloud, { words = usualWords, changes = {} } = {}) => {
  const app = await openTestApp({ words, ...(cloud && { cloud }), changes });
  const { mia, emulator } = app;
  const here = { in: app.hall };
  await app.discord.start();
  await app.known();
  const say = words.in("en");

  const front: Front = {
    name: "Discord",
    async command(name, given = {}) {
      const options = Object.entries(given).map(([option, value]) => `${option}:${value}`);
      await mia.uses([`/${name}`, ...options].join(" "), here);
    },
    async fill(form, answers) {
      if (isOnPage(form)) return void (await sendPage(form, answers));
      if (!mia.modal()) {
        await front.sees(say("press-fill-in"));
        await mia.presses(/Fill in/, here);
      }
      await mia.fills(answers);
    },
    press: async (label) => void (await mia.presses(matching(label), here)),
    async address(label) {
      const found = await mia.waitsFor((view) => linkOn(view, label) !== undefined, here);
      return (
        linkOn(
          mia.views(here).find(({ id }) => id === found.id),
          label,
        ) ?? ""
      );
    },
    open: async (name) => void (await mia.selects(matching(name), here)),
    async sees(...said) {
      const has = (text: string) => said.every((one) => text.includes(one));
      return (await mia.waitsFor((view) => has(app.textOf(view)), here)).id;
    },
    get did() {
      return app.asked.map(({ action }) => action.do);
    },
    async restart() {
      await app.restart();
      await app.known();
    },
    async close() {
      const { complaints } = emulator;
      await app.close();
      if (complaints.length > 0) throw new Error(complaints.join("\n"));
    },
  };

  /** On the page what is known already stands in its fields; its own challenge comes back on the page as well. */
  async function sendPage(kind: string, answers: Readonly<Record<string, string>>): Promise<void> {
    if (!hasProof(kind, answers)) await front.sees("do not belong in Discord");
    const asked = app.pages.findLast(({ form }) => form.kind === kind);
    await app.sendPage({ ...asked?.values, ...answers }, asked?.form);
  }

  function fieldsOf(kind: string): readonly Field[] {
    return app.desk.services.storage.kinds.find(({ name }) => name === kind)?.fields ?? [];
  }

  function isOnPage(kind: string): boolean {
    return fieldWith("credential", fieldsOf(kind)) !== undefined;
  }

  function hasProof(kind: string, answers: Values): boolean {
    return answers[fieldWith("proof", fieldsOf(kind))?.name ?? ""] !== undefined;
  }

  return front;
};

function matching(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

function linkOn(view: MessageView | undefined, label: string): string | undefined {
  return view?.rows
    .flat()
    .flatMap((widget) => ("url" in widget && widget.label.includes(label) ? [widget.url] : []))[0];
}

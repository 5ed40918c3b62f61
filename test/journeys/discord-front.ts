import { openTestApp } from "../discord/test-app.ts";
import { words } from "../telegram/test-app.ts";
import type { Front, OpenFront } from "./front.ts";

/** Mia in a server's channel, where the Discord bot answers her alone. */
export const openDiscord: OpenFront = async (cloud, changes = {}) => {
  const app = await openTestApp({ ...(cloud && { cloud }), changes });
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
      if (form === "pikpak" || form === "verification") return void (await sendPage(form, answers));
      if (!mia.modal()) {
        await front.sees(say("press-fill-in"));
        await mia.presses(/Fill in/, here);
      }
      await mia.fills(answers);
    },
    press: async (label) => void (await mia.presses(matching(label), here)),
    async address(label) {
      const of = (view: unknown) => linksIn(view).find((one) => one.label.includes(label))?.url;
      const message = await mia.waitsFor((view) => of(view.components) !== undefined, here);
      return of(message.components) ?? "";
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
  async function sendPage(form: "pikpak" | "verification", answers: Readonly<Record<string, string>>): Promise<void> {
    if (form === "pikpak") await front.sees("do not belong in Discord");
    const asked = app.pages.findLast((page) => page.form.id === form);
    await app.sendPage({ ...asked?.values, ...answers }, asked?.form);
  }

  return front;
};

function matching(text: string): RegExp {
  return new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}

/** Buttons that lead to an address, wherever they stand in a message. */
function linksIn(part: unknown): readonly { readonly label: string; readonly url: string }[] {
  if (Array.isArray(part)) return part.flatMap(linksIn);
  if (typeof part !== "object" || part === null) return [];
  const { label, url, components } = part as Readonly<Record<string, unknown>>;
  const own = typeof label === "string" && typeof url === "string" ? [{ label, url }] : [];
  return [...own, ...linksIn(components)];
}

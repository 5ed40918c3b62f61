import { screenOf, type Traffic, type TrafficParts } from "./traffic.ts";

/** Mia changes how many rows a page has: it is what she was told last, or what she pressed since. Jun's dialogue is left. */
export function settings({ program: { world }, random }: TrafficParts): Traffic {
  const { mia, jun } = world.people;
  let told = 8;
  let pressed: number | undefined;
  const shown = (timeout?: number) => {
    const comes = screenOf(mia);
    mia.sends("/settings");
    return comes(({ text }) => text.includes("Rows a page:"), ...(timeout === undefined ? [] : [{ timeout }]));
  };
  const rowsIn = (text: string) => Number(/Rows a page: (\d+)/.exec(text)?.[1]);
  return {
    name: "the settings",
    async prepare() {
      told = rowsIn((await shown()).text);
    },
    async use() {
      jun.sends(random() < 0.3 ? "/login" : "/browse");
      const wanted = told === 5 ? 8 : 5;
      const message = await shown();
      pressed = wanted;
      mia.taps(new RegExp(`^\\D*${wanted}$`), { on: message });
      await mia.waitsFor(({ id, text }) => id === message.id && rowsIn(text) === wanted, { timeout: 5000 });
      told = wanted;
      pressed = undefined;
    },
    async settled(within) {
      const faults: string[] = [];
      // What Telegram brings again comes first: one person's updates are done in order, and nothing else asks for this.
      const helps = screenOf(mia);
      mia.sends("/help");
      await helps(({ text }) => text.includes("/browse"), { timeout: within }).catch(() => undefined);
      const rows = await shown(within).then(
        ({ text }) => rowsIn(text),
        () => undefined,
      );
      if (rows === undefined) faults.push("Mia's settings are not shown");
      else if (rows !== told && rows !== pressed) faults.push(`rows are ${rows}, and Mia was told ${told}`);
      told = rows ?? told;
      pressed = undefined;
      const comes = screenOf(jun);
      jun.sends("/cancel");
      await comes(({ byBot }) => byBot, { timeout: within }).catch(() =>
        faults.push("Jun's dialogue is stuck: /cancel has no answer"),
      );
      return faults;
    },
  };
}

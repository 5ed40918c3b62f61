import { setTimeout as sleep } from "node:timers/promises";
import type { Node } from "../../emulators/pikpak/node.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { World } from "../../emulators/world.ts";
import type { Program } from "../journeys/program.ts";
import { askPageOnDiscord, openPage } from "../journeys/sign-in.ts";
import type { Random } from "./random.ts";

/** Work of one kind that people ask for while the program is killed, and what must be so of it afterwards. */
export interface Traffic {
  /** Asks for one more thing; ends early when the program dies. */
  use(n: number): Promise<unknown>;
  /** How often somebody signed in; absent = nobody does. */
  signIns?(): number;
  /** Waits until all that was asked for is over; what is lost or doubled. */
  settled(within: number): Promise<readonly string[]>;
}

interface TrafficParts {
  readonly program: Program;
  readonly random: Random;
}

/** Every kind there is. Mia and Lena have a drive on Telegram; Jun signs in to his on Discord, again and again. */
export function jobTraffic({ program, random }: TrafficParts): readonly Traffic[] {
  const { world } = program;
  return [downloads(world), saves(world, random), broadcasts(world, random), renames(world), pages(program, random)];
}

/** Drives' files of a name that are not in the trash. */
function filesNamed({ pikpak }: World, name: string): readonly Node[] {
  return [...pikpak.state.accounts.values()]
    .flatMap(({ userId }) => pikpak.state.nodes.all(userId))
    .filter((node) => node.name === name && !node.trashed);
}

async function until(isSo: () => boolean, within: number): Promise<boolean> {
  const end = performance.now() + within;
  while (!isSo() && performance.now() < end) await sleep(50);
  return isSo();
}

/** Mia lets her drive fetch an address: it is begun once, and its message says how it ended. */
function downloads(world: World): Traffic {
  const { mia } = world.people;
  const asked: string[] = [];
  world.pikpak.rules.offlineTakes = 700;
  const isOver =
    (name: string) =>
    ({ text }: Shown) =>
      text.includes(name) && /✅|⚠️|✖️/.test(text);
  return {
    async use(n) {
      const name = `fetched-${n}.iso`;
      asked.push(name);
      mia.sends(`/download https://files.example/${name}`);
    },
    async settled(within) {
      const faults: string[] = [];
      for (const name of asked.splice(0)) {
        const isTold = await until(() => mia.messages.some(isOver(name)), within);
        if (!isTold) faults.push(`nothing came of ${name}: ${textsWith(mia.messages, name)}`);
        const begun = [...world.pikpak.state.tasks.values()].filter(({ url }) => url.includes(name)).length;
        if (begun > 1) faults.push(`${name} was begun ${begun} times: ${textsWith(mia.messages, name)}`);
        const isFetched = filesNamed(world, name).length === 1;
        if (!isFetched && mia.messages.some(({ text }) => text.includes(`✅ ${name}`)))
          faults.push(`${name} was told of and is not there`);
      }
      return faults;
    },
  };
}

function textsWith(messages: readonly Shown[], name: string): string {
  return messages
    .filter(({ text }) => text.includes(name))
    .map((message) => JSON.stringify(String(message)))
    .join(" and ");
}

/** Mia opens a share of one file and saves it: it is in her drive once, if she was told so. */
function saves(world: World, random: Random): Traffic {
  const { mia } = world.people;
  const asked: string[] = [];
  const { build } = world.pikpak;
  const sharer = build.account({ username: "sharer@example.com", email: "sharer@example.com", password: "p-a-s-s" });
  world.pikpak.rules.workTakes = 300;
  return {
    async use(n) {
      const name = `saved-${n}.txt`;
      const file = build.file(sharer, undefined, { name, size: 100 + n });
      const { id } = build.share(sharer, { title: name, nodes: [file] });
      asked.push(name);
      mia.sends(`https://mypikpak.com/s/${id}`);
      const hasSave = (shown: Shown) => shown.text.includes(name) && shown.labels.some((label) => label.includes("💾"));
      const list = await mia.waitsFor(
        (shown) => hasSave(shown) || (shown.labels.some((label) => label.includes(name)) && hasSaveButton(shown)),
        { timeout: 3000 },
      );
      await sleep(random() * 100);
      await mia.presses("💾", { on: list, timeout: 3000 });
    },
    async settled(within) {
      const faults: string[] = [];
      for (const name of asked.splice(0)) {
        const isUnderWay = () => mia.messages.some(({ text }) => text.startsWith(`💾 ${name}`) && !isSaid(text));
        if (!(await until(() => !isUnderWay(), within)))
          faults.push(`the saving of ${name} goes on for ever: ${textsWith(mia.messages, name)}`);
        const kept = filesNamed(world, name).length - 1;
        if (kept > 1) faults.push(`${name} was saved ${kept} times: ${textsWith(mia.messages, name)}`);
        const isTold = mia.messages.some(({ text }) => text.includes(name) && text.includes("Saved to your drive"));
        if (isTold && kept < 1) faults.push(`${name} was told of and is not there`);
      }
      return faults;
    },
  };
}

const hasSaveButton = ({ labels }: Shown) => labels.some((label) => label.includes("💾"));
const isSaid = (text: string) => /Saved to|already|Cancelled|again|lost sight|⚠️/.test(text);

/** Otto writes to everybody now and then: nobody gets it twice. */
function broadcasts(world: World, random: Random): Traffic {
  const { otto, mia, jun, lena } = world.people;
  const sent: string[] = [];
  return {
    async use(n) {
      if (random() > 0.2) return;
      const text = `News number ${n}.`;
      sent.push(text);
      otto.sends(`/admin broadcast ${text}`);
      const question = await otto.waitsFor((shown) => shown.text.includes(text) && /Send this/.test(shown.text), {
        timeout: 3000,
      });
      await otto.presses("📣 Yes", { on: question, timeout: 3000 });
    },
    async settled() {
      return sent.flatMap((text) =>
        [otto, mia, jun, lena].flatMap(({ person, messages }) => {
          const times = messages.filter((message) => message.byBot && message.text === text).length;
          return times > 1 ? [`${person.user.first_name} got "${text}" ${times} times`] : [];
        }),
      );
    },
  };
}

/** Lena gives a file of hers another name: it has the one she was told, or the one she asked for since. */
function renames(world: World): Traffic {
  const { lena } = world.people;
  const file = filesNamed(world, "Garden in May.mp4")[0];
  let told = file?.name ?? "";
  let asked = told;
  return {
    async use(n) {
      if (asked !== told) return;
      const newest = lena.messages.at(-1)?.id ?? 0;
      const isNew = ({ id }: Shown) => id > newest;
      lena.sends(`/browse ${told}`);
      const card = await lena.waitsFor((shown) => isNew(shown) && shown.labels.some((label) => label.includes("⋯")), {
        timeout: 3000,
      });
      await lena.presses("⋯", { on: card, timeout: 3000 });
      await lena.waitsFor((shown) => isNew(shown) && shown.labels.some((label) => label.includes("✏️")), {
        timeout: 3000,
      });
      await lena.presses("✏️", { timeout: 3000 });
      await lena.waitsFor((shown) => isNew(shown) && shown.text.includes("❔"), { timeout: 3000 });
      asked = `Garden ${n}.mp4`;
      lena.sends(asked);
      await lena.waitsFor((shown) => isNew(shown) && shown.text.includes("Renamed."), { timeout: 3000 });
      told = asked;
    },
    async settled() {
      const before = lena.messages.at(-1)?.id ?? 0;
      lena.sends("/cancel");
      await lena.waitsFor(({ id, byBot }) => id > before && byBot, { timeout: 30_000 });
      const name = file?.name ?? "";
      const faults = name === told || name === asked ? [] : [`the file is called ${name}, and Lena was told ${told}`];
      told = name;
      asked = name;
      return faults;
    },
  };
}

/** Jun signs in on the one-time page that Discord leads to: what the page said is so, and there is one drive of it. */
function pages(program: Program, random: Random): Traffic {
  const { jun } = program.world.members;
  let isTold = false;
  let sent = 0;
  return {
    signIns: () => sent,
    async use() {
      if (random() > 0.3) return;
      const page = await openPage(await askPageOnDiscord(program, "jun"));
      sent += 1;
      const answer = await page.send(program.world.shelf.accounts.jun);
      if (answer.ok) isTold = true;
    },
    async settled(within) {
      if (!isTold) return [];
      const here = { in: jun.dm };
      const after = jun.messages(here).at(-1);
      await jun.uses("/mounts", here);
      const isThere = await jun
        .waitsFor(/Jun/, { ...here, within, ...(after && { after }) })
        .then(() => true)
        .catch(() => false);
      return isThere ? [] : ["the page said that Jun is signed in, and there is no drive of his"];
    },
  };
}

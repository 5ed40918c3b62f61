import { setTimeout as sleep } from "node:timers/promises";
import type { Shown } from "../../emulators/telegram/shown.ts";
import { askPageOnDiscord, openPage } from "../journeys/sign-in.ts";
import { discordFiles, severalFiles, telegramFiles, uploads } from "./files.ts";
import { settings } from "./settings.ts";
import { accountOf, filesNamed, offers, longTimeout, says, screenOf, textsWith, until } from "./traffic.ts";
import type { Traffic, TrafficParts } from "./traffic.ts";

/** Every kind there is. Mia, Lena and Otto have drives on Telegram, Mia has hers on Discord too; Jun signs in there again and again. */
export function allTraffic(parts: TrafficParts): readonly Traffic[] {
  return [
    settings,
    telegramFiles,
    discordFiles,
    severalFiles,
    uploads,
    downloads,
    saves,
    shares,
    follows,
    pushes,
    broadcasts,
    renames,
    pages,
  ].map((make) => make(parts));
}

/** Mia lets her drive fetch an address: it is begun once, and its message says how it ended. */
function downloads({ program: { world } }: TrafficParts): Traffic {
  const { mia } = world.people;
  const asked: string[] = [];
  world.pikpak.rules.offlineTakes = 700;
  const isOver =
    (name: string) =>
    ({ text }: Shown) =>
      text.includes(name) && /✅|⚠️|✖️/.test(text);
  return {
    name: "an offline download",
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

/** Mia opens a share of one file and saves it: it is in her drive once, if she was told so. */
function saves({ program: { world }, random }: TrafficParts): Traffic {
  const { mia } = world.people;
  const asked: string[] = [];
  const { build } = world.pikpak;
  const sharer = build.account({ username: "sharer@example.com", email: "sharer@example.com", password: "p-a-s-s" });
  world.pikpak.rules.workTakes = 300;
  return {
    name: "something saved from a share",
    async use(n) {
      const name = `saved-${n}.txt`;
      const file = build.file(sharer, undefined, { name, size: 100 + n });
      const { id } = build.share(sharer, { title: name, nodes: [file] });
      asked.push(name);
      mia.sends(`https://mypikpak.com/s/${id}`);
      const list = await mia.waitsFor((shown) => says(shown, name) && offers("💾")(shown), longTimeout);
      await sleep(random() * 100);
      await mia.presses("💾", { on: list, ...longTimeout });
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

const isSaid = (text: string) => /Saved to|already|Cancelled|again|lost sight|⚠️/.test(text);

/** Otto writes to everybody now and then: nobody gets it twice, whoever was counted has it, and it comes to its end. */
function broadcasts({ program: { world }, random }: TrafficParts): Traffic {
  const { otto } = world.people;
  const everybody = [
    ...Object.values(world.people).map((person) => ({
      name: `${person.person.user.first_name} on Telegram`,
      times: (text: string) => person.messages.filter((message) => message.byBot && message.text === text).length,
    })),
    ...Object.values(world.members).map((person) => ({
      name: `${person.user.name} on Discord`,
      times: (text: string) =>
        person
          .messages({ in: person.dm })
          .filter(({ content, components }) => `${content} ${JSON.stringify(components)}`.includes(text)).length,
    })),
  ];
  const sent: string[] = [];
  return {
    name: "a broadcast",
    async use(n) {
      if (random() > 0.4) return;
      const text = `News number ${n}.`;
      sent.push(text);
      const comes = screenOf(otto);
      otto.sends(`/admin broadcast ${text}`);
      const question = await comes((shown) => shown.text.includes(text) && /Send this/.test(shown.text));
      await otto.presses("📣 Yes", { on: question, ...longTimeout });
    },
    async settled(within) {
      const text = sent.pop();
      if (text === undefined) return [];
      const faults = everybody.flatMap(({ name, times }) =>
        times(text) > 1 ? [`${name} got "${text}" ${times(text)} times`] : [],
      );
      const comes = screenOf(otto);
      otto.sends("/admin");
      await otto.presses("📣", { on: await comes(offers("📣"), { timeout: within }), timeout: within });
      const isOver = ({ text: said }: Shown) => /Done|Stopped|Nothing has been sent/.test(said);
      const report = await comes(isOver, { timeout: within }).catch(() => undefined);
      if (!report) return [...faults, `"${text}" is under way for ever: ${otto.sees().slice(-300)}`];
      const counted = Number(/Sent: (\d+)/.exec(report.text)?.[1] ?? 0);
      const got = everybody.filter(({ times }) => times(text) > 0).length;
      return report.text.includes(text) && got < counted
        ? [...faults, `"${text}" went to ${got}, and Otto was told ${counted}`]
        : faults;
    },
  };
}

/** Mia makes a link to a file, each time another: there is one at most, and it is there if she was told so. */
function shares({ program: { world }, kills }: TrafficParts): Traffic {
  const { mia } = world.people;
  const { build, state } = world.pikpak;
  const owner = accountOf(world, "mia");
  const folder = build.folder(owner, undefined, "Outgoing");
  build.many(owner, folder, kills + 1, (n) => ({ name: `given ${n}.txt`, size: 10 + n }));
  const asked: string[] = [];
  return {
    name: "a link for others",
    async use(n) {
      const name = `given ${n}.txt`;
      asked.push(name);
      const comes = screenOf(mia);
      mia.sends(`/browse Outgoing/${name}`);
      const card = await comes((shown) => says(shown, name) && offers("📤")(shown));
      await mia.presses("📤", { on: card, ...longTimeout });
      const question = await comes((shown) => says(shown, name) && offers("Make the link")(shown));
      await mia.presses("Make the link", { on: question, ...longTimeout });
    },
    async settled() {
      return asked.splice(0).flatMap((name) => {
        const made = [...state.shares.values()].filter(({ title }) => title === name).length;
        const isTold = mia.messages.some((shown) => says(shown, name) && shown.text.includes("The link is there"));
        if (made > 1) return [`${made} links were made to ${name}: ${textsWith(mia.messages, name)}`];
        return isTold && made === 0 ? [`a link to ${name} was told of and is not there`] : [];
      });
    },
  };
}

/** Something new comes into a folder that Mia follows: it is told once at most. */
function follows({ program: { world } }: TrafficParts): Traffic {
  const { mia } = world.people;
  const { build } = world.pikpak;
  const owner = accountOf(world, "mia");
  const folder = build.folder(owner, undefined, "Post box");
  const asked: string[] = [];
  let card: Shown | undefined;
  const times = (name: string) => mia.messages.filter((shown) => shown.byBot && says(shown, name)).length;
  return {
    name: "a look at what is followed",
    async prepare() {
      const comes = screenOf(mia);
      mia.sends("/browse Post box");
      await mia.presses("🔔", { on: await comes(offers("🔔")), ...longTimeout });
      card = await comes(({ text }) => text.includes("Followed."), { timeout: 20_000 });
    },
    async use(n) {
      const name = `post-${n}.txt`;
      build.file(owner, folder, { name, size: 1000 + n });
      asked.push(name);
      if (card) await mia.presses("Look now", { on: card, ...longTimeout });
    },
    async settled(within) {
      const newest = asked.at(-1);
      if (newest === undefined || !card) return [];
      // What a kill left is told by the next look.
      if (times(newest) === 0) await mia.presses("Look now", { on: card, timeout: within });
      await until(() => times(newest) > 0, 3000);
      return asked.splice(0).flatMap((name) => {
        const told = times(name);
        return told > 1 ? [`${name} was told ${told} times: ${textsWith(mia.messages, name)}`] : [];
      });
    },
  };
}

/** Otto sends a folder of three to his aria2: what it says it took is there, and each push is there once. */
function pushes({ program: { world }, kills }: TrafficParts): Traffic {
  const { otto } = world.people;
  const { build } = world.pikpak;
  const owner = accountOf(world, "otto");
  const outbox = build.folder(owner, undefined, "Outbox");
  for (let n = 1; n <= kills; n += 1) {
    const folder = build.folder(owner, outbox, `pushed ${n}.`);
    build.many(owner, folder, 3, (m) => ({ name: `pushed ${n} ${m}.txt`, bytes: Buffer.from(`${n} ${m}`) }));
  }
  const asked: number[] = [];
  const isUnderWay = (n: number) =>
    otto.messages.some(
      (shown) =>
        says(shown, `pushed ${n}.`) && /sent|Reading|reading/.test(shown.text) && !/taken|lost sight/.test(shown.text),
    );
  return {
    name: "files to an aria2",
    async prepare() {
      const comes = screenOf(otto);
      otto.sends("/settings");
      await otto.presses("📡", { on: await comes(offers("📡")), ...longTimeout });
      await comes(({ text }) => text.includes("❔ JSON-RPC address"));
      otto.sends(world.aria2.address);
      await comes(({ text }) => text.includes("❔ Secret"));
      otto.sends(world.aria2.secret);
      await comes(({ text }) => text.includes("aria2 1."));
    },
    async use(n) {
      asked.push(n);
      const comes = screenOf(otto);
      otto.sends(`/browse Outbox/pushed ${n}.`);
      await otto.presses("⋯", {
        on: await comes((shown) => says(shown, `pushed ${n}.`) && offers("⋯")(shown)),
        ...longTimeout,
      });
      await otto.presses("📡", {
        on: await comes((shown) => says(shown, `pushed ${n}.`) && offers("📡")(shown)),
        ...longTimeout,
      });
    },
    async settled(within) {
      const faults: string[] = [];
      for (const n of asked.splice(0)) {
        const name = `pushed ${n}.`;
        if (!(await until(() => !isUnderWay(n), within)))
          faults.push(`the push ${n} goes on for ever: ${textsWith(otto.messages, name)}`);
        const outs = [...world.aria2.downloads.values()]
          .map(({ out }) => out)
          .filter((out) => out.includes(`pushed ${n} `));
        if (new Set(outs).size < outs.length)
          faults.push(`aria2 was given files of push ${n} twice: ${outs.join(", ")}`);
        const isTold = otto.messages.some((shown) => says(shown, name) && shown.text.includes("has taken 3"));
        if (isTold && outs.length < 3) faults.push(`the push ${n} was told of, and aria2 has ${outs.length} of 3`);
      }
      return faults;
    },
  };
}

/** Lena gives a file of hers another name: it has the one she was told, or the one she asked for since. */
function renames({ program: { world } }: TrafficParts): Traffic {
  const { lena } = world.people;
  const file = filesNamed(world, "Garden in May.mp4")[0];
  let told = file?.name ?? "";
  let asked = told;
  return {
    name: "another name",
    async use(n) {
      if (asked !== told) return;
      const comes = screenOf(lena);
      lena.sends(`/browse ${told}`);
      await lena.presses("⋯", { on: await comes(offers("⋯")), ...longTimeout });
      await lena.presses("✏️", { on: await comes(offers("✏️")), ...longTimeout });
      await comes(({ text }) => text.includes("❔"));
      asked = `Garden ${n}.mp4`;
      lena.sends(asked);
      await comes(({ text }) => text.includes("Renamed."));
      told = asked;
    },
    async settled(within) {
      const comes = screenOf(lena);
      lena.sends("/cancel");
      const faults: string[] = [];
      await comes(({ byBot }) => byBot, { timeout: within }).catch(() =>
        faults.push("Lena's dialogue is stuck: /cancel has no answer"),
      );
      const name = file?.name ?? "";
      if (name !== told && name !== asked) faults.push(`the file is called ${name}, and Lena was told ${told}`);
      told = name;
      asked = name;
      return faults;
    },
  };
}

/** Jun signs in on the one-time page that Discord leads to: what the page said is so, and there is one drive of it. */
function pages({ program, random, signIns }: TrafficParts): Traffic {
  const { jun } = program.world.members;
  let isTold = false;
  return {
    name: "a sign-in on a page",
    async use() {
      if (random() > 0.3) return;
      const page = await openPage(await askPageOnDiscord(program, "jun"));
      signIns.asked("jun");
      const answer = await page.send(program.world.shelf.accounts.jun);
      if (answer.ok) isTold = true;
    },
    async settled(within) {
      if (!isTold) return [];
      const { discord } = program.world;
      // What is asked while no process has the socket, Discord brings to nobody.
      if (discord.endpoint.url() === undefined) await discord.ready(within);
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

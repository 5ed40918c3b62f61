import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// The whole program in a group and in a server: what is lent there belongs to those who are there, to the last download.

vi.setConfig({ testTimeout: 90_000 });
let program: Program;
afterEach(() => program.close());

/** Mia, Jun and Lena where they are together. */
interface Club {
  /** Mia lends what she opened. */
  lend(): Promise<void>;
  /** The address of a file, as it is handed to one of them alone. */
  link(who: "jun" | "lena", path: string): Promise<string>;
  leaves(who: "jun"): void;
}

const addressIn = (text: string) => /http:\/\/127\.0\.0\.1:\d+\/d\/[\w-]+\/[^>\s"\\)]+/.exec(text)?.[0] ?? "";

function onTelegram({ world }: Program): Club {
  const { people, group, shelf } = world;
  return {
    async lend() {
      people.mia.sends(shelf.shares.open.url);
      await people.mia.waitsFor("› Holiday 2026");
      people.mia.in(group).sends("/bind");
      await people.mia.in(group).presses("✅", { on: await people.mia.in(group).waitsFor("Share with this group?") });
      await people.mia.in(group).waitsFor("Shared with this group");
    },
    async link(who, path) {
      people[who].in(group).sends(`/link ${path}`);
      const card = await people[who].in(group).waitsFor(({ text }) => addressIn(text) !== "");
      expect(card.receiver).toBeDefined();
      return addressIn(card.text);
    },
    leaves: (who) => people[who].in(group).leaves(),
  };
}

function onDiscord({ world }: Program): Club {
  const { members, server, hall, shelf, discord } = world;
  const here = { in: hall };
  members.jun.speaks("en-US");
  return {
    async lend() {
      await members.mia.uses(`/share link:${shelf.shares.open.url}`);
      await members.mia.waitsFor("› Holiday 2026");
      await members.mia.uses("/bind", here);
      await members.mia.presses(/✅/, { message: await members.mia.waitsFor("Share with this server?", here) });
      await members.mia.waitsFor("Shared with this server", here);
    },
    async link(who, path) {
      await members[who].uses(`/link file:${path}`, here);
      const card = await members[who].waitsFor("/d/", here);
      expect(card.onlyFor).toBe(members[who].user.id);
      return addressIn(JSON.stringify(card.components));
    },
    leaves: (who) => discord.leaves(server, members[who]),
  };
}

describe.each([
  ["Telegram", onTelegram],
  ["Discord", onDiscord],
])("on %s", (_name, clubOf) => {
  test("Jun's link ends when he leaves, and Lena's goes on, also after a kill", async () => {
    program = await prepareProgram();
    const club = clubOf(program);
    await program.start({ PUBLIC_URL: program.gateway });
    await program.discordReady();
    await club.lend();
    const path = "Holiday 2026/Packing list.txt";
    const [his, hers] = [await club.link("jun", path), await club.link("lena", path)];
    expect(his).not.toBe(hers);
    const read = async (url: string) => (await fetch(url)).text();
    expect(await read(hers)).toBe("towel\nsun cream\nbooks\n");
    club.leaves("jun");
    // What was asked a moment ago is believed for a minute; a new process asks.
    await program.kill();
    await program.start({ PUBLIC_URL: program.gateway });
    expect((await fetch(his, { redirect: "manual" })).status).toBe(410);
    expect(await read(hers)).toBe("towel\nsun cream\nbooks\n");
  });
});

/** A group whose members may have five addresses a day fetched into Mia's films. */
interface FilmClub {
  lendDownloads(): Promise<void>;
  asks(who: "jun" | "lena", address: string): unknown;
  /** Waits until one of them sees it. */
  sees(who: "jun" | "lena", what: RegExp): Promise<unknown>;
  opens(who: "jun" | "lena", name: RegExp): Promise<unknown>;
  takesBack(): Promise<void>;
}

function filmClubOnTelegram(program: Program): FilmClub {
  const { people, group } = program.world;
  const mia = people.mia.in(group);
  return {
    async lendDownloads() {
      await signInOnTelegram(program, "mia");
      await people.mia.waitsFor("6 entries");
      mia.sends("/bind Films");
      await mia.presses("✅", { on: await mia.waitsFor("Share with this group?") });
      await mia.presses("⏬ 5 a day", { on: await mia.waitsFor(/Shared with[\s\S]*Downloads into it: off/) });
      await mia.waitsFor("all members together: 5");
    },
    asks: (who, address) => people[who].in(group).sends(`/download ${address}`),
    sees: (who, what) => people[who].in(group).waitsFor(what, { timeout: 30_000 }),
    opens: (who, name) => people[who].in(group).presses(name),
    async takesBack() {
      mia.sends("/unbind");
      await mia.waitsFor("not shared any more");
    },
  };
}

function filmClubOnDiscord(program: Program): FilmClub {
  const { members, hall } = program.world;
  const here = { in: hall };
  return {
    async lendDownloads() {
      await signInOnDiscord(program, "mia");
      await members.mia.waitsFor("6 entries", { in: members.mia.dm });
      await members.mia.uses("/bind", { ...here, options: { folder: "Films" } });
      await members.mia.presses(/✅/, { message: await members.mia.waitsFor("Share with this server?", here) });
      const card = await members.mia.waitsFor(/Shared with[\s\S]*Downloads into it: off/, here);
      await members.mia.presses(/⏬ 5 a day/, { message: card });
      await members.mia.waitsFor("all members together: 5", here);
    },
    asks: (who, address) => members[who].uses("/download", { ...here, options: { links: address } }),
    sees: (who, what) => members[who].waitsFor(what, { ...here, within: 30_000 }),
    opens: (who, name) => members[who].selects(name, here),
    async takesBack() {
      await members.mia.uses("/unbind", here);
      await members.mia.waitsFor("not shared any more", here);
    },
  };
}

const running = /Beach[\s\S]*▓.*%/;

describe.each([
  ["Telegram", filmClubOnTelegram, /private chat with me/],
  ["Discord", filmClubOnDiscord, /no drive of your own/],
])("on %s", (_name, clubOf, refused) => {
  test.each([
    ["jun", "Chinese", /✅[\s\S]*Beach/, /不够了/],
    ["lena", "English", /✅[\s\S]*Beach/, /not so many downloads left/],
  ] as const)(
    "what %s asks for in %s is fetched into the lent folder through a kill",
    async (who, _tongue, done, spent) => {
      program = await prepareProgram();
      const { world } = program;
      const club = clubOf(program);
      await program.start({ PUBLIC_URL: program.gateway });
      await program.discordReady();
      await club.lendDownloads();
      world.pikpak.rules.offlineTakes = 12_000;
      await club.asks(who, "https://files.example/Beach.mp4");
      await club.sees(who, running);
      await program.isReplaced();
      await club.sees(who, done);
      const calls = () =>
        world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files");
      expect(calls()).toHaveLength(1);
      await club.opens(who, /Beach/);
      await club.sees(who, /Films[\s\S]*Beach/);
      await club.asks(who, Array.from({ length: 5 }, (_, n) => `https://files.example/${n}.iso`).join(" "));
      await club.sees(who, spent);
      await club.takesBack();
      await club.asks("lena", "https://files.example/late.iso");
      await club.sees("lena", refused);
      expect(calls()).toHaveLength(1);
    },
  );
});

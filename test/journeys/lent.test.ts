import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

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

import { afterEach, describe, expect, test } from "vitest";
import type { Services } from "../../src/actions/context/services.ts";
import { Cloud, file, folder } from "../actions/test-app.ts";
import { openDiscord } from "./discord-front.ts";
import type { Front } from "./front.ts";
import { openTelegram } from "./telegram-front.ts";

// How often Mia has to tap, and what she has to send, until she has what she came for: as few as there can be.

const deep = ["1", "2", "3", "4", "5", "6", "7"].reduceRight((inside, name) => folder(name, inside), file("end.txt"));

const cloud = () =>
  new Cloud({
    accounts: {
      mia: {
        password: "correct-horse",
        tree: folder(
          "",
          folder("Films", file("one.mp4"), file("two.mp4")),
          folder("Deep", deep),
          folder("Heap", ...Array.from({ length: 6000 }, (_, n) => file(`file ${n + 1}.txt`))),
        ),
      },
    },
    shares: { lone1: { tree: folder("", folder("Season 1", file("pilot.mp4"))) } },
  });

/** With a gateway that people can reach. */
const changes: Partial<Services> = {
  hasTickets: true,
  issueLink: async (_mount, { name }) => ({
    url: `https://bot.example/d/ticket/${name}`,
    via: "redirect",
    watch: `https://bot.example/w/ticket/${name}`,
  }),
};

/** What one job cost. */
interface Cost {
  taps: number;
  messages: number;
}

/** The same front, counting. */
function counting(front: Front, cost: Cost): Pick<Front, "press" | "open" | "address" | "command" | "fill"> {
  const tap = () => (cost.taps += 1);
  const send = () => (cost.messages += 1);
  return {
    press: (label) => (tap(), front.press(label)),
    open: (name) => (tap(), front.open(name)),
    address: (label) => (tap(), front.address(label)),
    command: (name, given) => (send(), front.command(name, given)),
    fill: (form, answers) => (send(), front.fill(form, answers)),
  };
}

describe.each([
  ["Telegram", openTelegram],
  ["Discord", openDiscord],
])("on %s", (_name, openFront) => {
  let front: Front;
  let cost: Cost;
  afterEach(() => front.close());

  const begun = async () => {
    front = await openFront(cloud(), { changes });
    cost = { taps: 0, messages: 0 };
    return counting(front, cost);
  };
  const signedIn = async () => {
    const counted = await begun();
    await front.command("login");
    await front.fill("pikpak", { username: "mia", password: "correct-horse" });
    await front.sees("🏠 mia", "Films");
    return counted;
  };

  test("a share's only file is at its link by one message and one tap", async () => {
    const mine = await begun();
    await mine.command("share", { link: "https://share.example/s/lone1" });
    await front.sees("pilot.mp4");
    expect(await mine.address("🔗")).toBe("https://bot.example/d/ticket/pilot.mp4");
    expect(cost).toEqual({ taps: 1, messages: 1 });
  });

  test.each([
    ["its link", "🔗", "d"],
    ["the page where it plays", "📺", "w"],
  ])("a film in a list is at %s by two taps", async (_what, sign, way) => {
    const mine = await signedIn();
    await front.open("Films");
    await front.sees("› Films", "one.mp4");
    await mine.open("one.mp4");
    await front.sees("Video · 100 B");
    expect(await mine.address(sign)).toBe(`https://bot.example/${way}/ticket/one.mp4`);
    expect(cost).toEqual({ taps: 2, messages: 0 });
  });

  test("the next file's link is two taps away from a link", async () => {
    const mine = await signedIn();
    await front.open("Films");
    await front.sees("› Films", "one.mp4");
    await front.open("one.mp4");
    await front.address("🔗");
    await mine.press("Next ▶");
    await front.sees("two.mp4", "Video · 100 B");
    expect(await mine.address("🔗")).toBe("https://bot.example/d/ticket/two.mp4");
    expect(cost).toEqual({ taps: 2, messages: 0 });
  });

  test("one's own files are one tap away from the greeting", async () => {
    const mine = await signedIn();
    await front.command("start");
    await front.sees("two ways in", "📁 mia");
    await mine.press("📁 mia");
    await front.sees("🏠 mia", "3 entries");
    expect(cost).toEqual({ taps: 1, messages: 0 });
  });

  test("a favourite folder is one tap away from the greeting, and from the drives", async () => {
    const mine = await signedIn();
    await front.open("Films");
    await front.sees("› Films", "⭐ Favourite");
    await mine.press("⭐");
    await front.sees("⭐ Unfavourite");
    for (const command of ["start", "mounts"]) {
      await front.command(command);
      await front.sees("⭐ Films", "🗄");
      await mine.press("⭐ Films");
      await front.sees("› Films", "one.mp4", "⭐ Unfavourite");
    }
    expect(cost).toEqual({ taps: 3, messages: 0 });
  });

  test("page 200 is one tap and one number away", async () => {
    const mine = await signedIn();
    await front.open("Heap");
    await front.sees("6,000 entries", "page 1/");
    await mine.press("1/");
    await mine.fill("page-number", { page: "200" });
    await front.sees("page 200/");
    expect(cost).toEqual({ taps: 1, messages: 1 });
  });

  test("the top of the drive is one tap away from a folder eight deep", async () => {
    const mine = await signedIn();
    for (const name of ["Deep", "1", "2", "3", "4", "5", "6", "7"]) {
      await front.open(`📁 ${name}`);
      await front.sees(`› ${name}`);
    }
    await mine.press("🏠");
    await front.sees("3 entries", "Films");
    expect(cost).toEqual({ taps: 1, messages: 0 });
  });
});

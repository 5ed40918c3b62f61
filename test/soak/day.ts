import type { Shown } from "../../emulators/telegram/shown.ts";
import type { World } from "../../emulators/world.ts";
import type { Random } from "../crash/random.ts";

/** What was asked for, and what went wrong on purpose. */
export interface Met {
  faults: number;
  asked: number;
  /** Had no answer in the time people wait. */
  unanswered: number;
}

interface DayOptions {
  readonly round: number;
  readonly random: Random;
  readonly met: Met;
}

/** Milliseconds people wait before they do something else. */
const timeout = 4000;

/** Everybody does everything once, and sometimes something goes wrong meanwhile. */
export async function day(world: World, options: DayOptions): Promise<void> {
  if (options.random() < 0.4) misbehave(world, options);
  await Promise.all([mias(world, options), juns(world, options), members(world, options), groups(world, options)]);
}

/** Short troubles of each service. */
function misbehave({ telegram, discord, pikpak }: World, { random, met }: DayOptions): void {
  met.faults += 1;
  random.of([
    () => pikpak.fail({ times: 2, status: 429, error: "too_many_requests", code: 10, headers: { "retry-after": "1" } }),
    () => pikpak.fail({ times: 3, reset: true }),
    () => pikpak.fail({ times: 4, status: 502, body: "<html>Bad Gateway</html>" }),
    () => pikpak.fail({ times: 1, half: true }),
    () => pikpak.tokens.expireAccess(),
    () => telegram.fail({ method: "sendMessage", times: 2, status: 500, description: "Internal Server Error" }),
    () => telegram.fail({ method: "editMessageText", times: 2, reset: true }),
    () =>
      telegram.fail({
        method: "sendMessage",
        status: 429,
        description: "Too Many Requests: retry after 1",
        parameters: { reattemptafter: 1 },
      }),
    () => telegram.cutConnections(),
    () => discord.fail({ times: 2, status: 500 }),
    () => discord.fail({ times: 1, reset: true }),
    () => discord.gateway.drop(),
  ])();
}

/** Browses a drive of her own, searches it, takes a link, gets a file and lets one be fetched. */
async function mias({ people: { mia }, pikpak }: World, { round, random, met }: DayOptions): Promise<void> {
  const asks = asker(met, mia);
  pikpak.rules.offlineTakes = 200;
  await asks("/browse", ({ text }) => text.includes("6 entries"));
  await asks(random.of(["/browse Archive", "/browse Films", "/browse Holiday 2026/Day 1"]), ({ text }) =>
    /entries/.test(text),
  );
  await asks(`/search ${random.of(["beach", "report 12", "nothing like it", "лодка"])}`, ({ text }) =>
    /🔎|found/i.test(text),
  );
  await asks("/link Holiday 2026/Packing list.txt", ({ text }) => text.includes("Download link"));
  await asks("/get Holiday 2026/Packing list.txt", ({ text }) => /Sent in|again|already/.test(text));
  if (round % 5 === 0)
    await asks(`/download https://files.example/soak-${round}.iso`, ({ text }) => /✅|⚠️/.test(text));
}

/** Begins to sign in, and thinks better of it. */
async function juns({ people: { jun } }: World, { met }: DayOptions): Promise<void> {
  const asks = asker(met, jun);
  await asks("/login", ({ labels }) => labels.some((label) => label.includes("🔑")));
  await jun.presses(/密码/, { timeout }).catch(() => (met.unanswered += 1));
  await asks("/cancel", ({ byBot }) => byBot);
}

/** The same on Discord: a share, a folder of it, a link, the settings. */
async function members({ members: { mia, lena }, hall, shelf }: World, { met }: DayOptions): Promise<void> {
  const here = { in: hall };
  const attempt = async (act: () => Promise<unknown>) => {
    met.asked += 1;
    await act().catch(() => (met.unanswered += 1));
  };
  await attempt(async () => {
    await mia.uses("/share", { ...here, options: { link: shelf.shares.open.url } });
    await mia.waitsFor("Packing list.txt", { ...here, within: timeout });
  });
  await attempt(() => mia.selects(/Day 1/, here));
  await attempt(() => lena.uses("/settings", here));
  await attempt(() => lena.uses("/login", { in: lena.dm }));
}

/** A share in the group. */
async function groups({ people: { lena }, group, shelf }: World, { round, met }: DayOptions): Promise<void> {
  if (round % 3 !== 0) return;
  const there = lena.in(group);
  met.asked += 1;
  there.sends(`/share ${shelf.shares.open.url}`);
  await there.waitsFor("› Holiday 2026", { timeout }).catch(() => (met.unanswered += 1));
}

type Person = World["people"]["mia"];

/** Types it and waits for an answer that is newer. */
function asker(met: Met, person: Person): (text: string, wanted: (shown: Shown) => boolean) => Promise<void> {
  return async (text, wanted) => {
    met.asked += 1;
    const sent = person.sends(text);
    await person
      .waitsFor((shown) => shown.id > sent.id && wanted(shown), { timeout })
      .catch(() => (met.unanswered += 1));
  };
}

import { Keyv } from "keyv";
import { describe, expect, test } from "vitest";
import { UploadError } from "../../src/actions/model/upload.ts";
import {
  createDestinations,
  type Destination,
  type DestinationCheck,
  type Runs,
} from "../../src/users/destinations.ts";
import { createBatchApp, limit, opened, type BatchApp } from "./batch-app.ts";
import { choose } from "./choosing.ts";
import { file, folder, inGroup, jun, mia, usualCloud, type Cloud } from "./test-app.ts";
import { sending } from "./transfer-app.ts";

// Files to another chat of one's own: what a platform says of it is a test's to say.

const here = sending(mia);
const news: Destination = { id: "telegram:-1005", title: "Harbour news", kind: "channel" };
const club: Destination = { id: "telegram:-1006", title: "Film club", kind: "group" };

interface Elsewhere {
  readonly at: BatchApp;
  readonly kept: Keyv<Runs>;
  readonly people: Keyv<readonly string[]>;
  /** What the platform says of each chat. */
  readonly says: Map<string, DestinationCheck | Error>;
}

const open = (destination: Destination): DestinationCheck => ({ is: "open", destination });

function cloudWith(...children: ReturnType<typeof file | typeof folder>[]): Cloud {
  const cloud = usualCloud();
  cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children } };
  return cloud;
}

const usual = () => cloudWith(folder("Notes", file("n.txt", 10), file("o.txt", 10)), file("a.txt", 10));

async function ready({ cloud = usual(), chats = [news, club] } = {}): Promise<Elsewhere> {
  const at = await createBatchApp({ cloud });
  const says = new Map<string, DestinationCheck | Error>(chats.map((chat) => [chat.id, open(chat)]));
  const kept = new Keyv<Runs>({ throwOnErrors: true });
  const people = new Keyv<readonly string[]>({ throwOnErrors: true });
  const check = async (id: string): Promise<DestinationCheck> => {
    const said = says.get(id) ?? { is: "closed", why: "gone-there" };
    if (said instanceof Error) throw said;
    return said;
  };
  at.check = check;
  const destinations = createDestinations({
    kept,
    people,
    checkDestination: check,
    destinationsIn: async (place) =>
      [await check(place)].flatMap((said) => (said.is === "open" ? said.destination : [])),
    exclusive: (_key, work) => work(),
    now: () => at.time,
  });
  Object.assign(at.at.services, { destinations });
  for (const { id } of chats) await destinations.note(mia.person.id, id);
  return { at, kept, people, says };
}

/** The question before the chat of that name gets the folder `Notes`. */
async function asked({ at }: Elsewhere, title: string) {
  const { view } = await opened(at, here);
  const card = await choose(at.at, here, view, ["Notes"]);
  expect(card.can).toContain("deliver");
  const list = await at.at.see(here, { do: "deliver", view: card.view }, "destinations");
  const index = list.rows.findIndex((row) => row.title === title);
  return at.at.see(here, { do: "deliver-to", view: list.view, index }, "question");
}

describe("another chat of one's own", () => {
  test("gets what is chosen after one question, and the asker's message tells", async () => {
    const elsewhere = await ready();
    const { at } = elsewhere;
    const question = await asked(elsewhere, "Harbour news");
    expect(question).toMatchObject({ question: "deliver", destination: news, count: 2 });
    const card = await at.send(here, { do: "confirm", view: question.view });
    expect(card).toMatchObject({ destination: news, count: 2, state: { is: "waiting" } });
    expect(await at.last()).toMatchObject({ done: 2, destination: news, unsent: [] });
    expect(at.arrived).toEqual([["n.txt"], ["o.txt"]]);
    expect(new Set(at.targets)).toEqual(new Set([news.id]));
  });

  test("gets the file of a card, and the whole of a folder", async () => {
    const { at } = await ready();
    const listing = await opened(at, here);
    const index = listing.rows.findIndex(({ name }) => name === "a.txt");
    const card = await at.at.see(here, { do: "open", view: listing.view, index }, "file");
    expect(card.can).toContain("deliver");
    const list = await at.at.see(here, { do: "deliver", view: card.view }, "destinations");
    expect(list.entry?.name).toBe("a.txt");
    const question = await at.at.see(here, { do: "deliver-to", view: list.view, index: 0 }, "question");
    await at.send(here, { do: "confirm", view: question.view });
    await at.last();
    expect(at.arrived).toEqual([["a.txt"]]);
    at.shown.length = 0;
    const again = await at.at.see(here, { do: "browse" }, "listing");
    const tidy = await at.at.see(here, { do: "tidy", view: again.view }, "tidy");
    const chats = await at.at.see(here, { do: "deliver", view: tidy.view }, "destinations");
    const all = await at.at.see(here, { do: "deliver-to", view: chats.view, index: 0 }, "question");
    expect(all.count).toBe(3);
    await at.send(here, { do: "confirm", view: all.view });
    expect(await at.last()).toMatchObject({ done: 3 });
  });

  test("is offered only where the bot has seen one, in private, on a drive of one's own", async () => {
    const { at } = await ready({ chats: [] });
    const { view } = await opened(at, here);
    expect((await choose(at.at, here, view, ["Notes"])).can).not.toContain("deliver");
    const elsewhere = await ready();
    const listing = await opened(elsewhere.at, here);
    const press = { do: "deliver", view: listing.view } as const;
    expect(await elsewhere.at.at.see(sending(inGroup(mia)), press, "notice")).toMatchObject({ notice: "private-only" });
    expect(await elsewhere.at.at.see(sending(jun), press, "notice")).toMatchObject({ notice: "not-yours" });
  });

  test("used last stands first, and a No leads back to what was to be sent", async () => {
    const elsewhere = await ready();
    const { at } = elsewhere;
    const first = await asked(elsewhere, "Harbour news");
    await at.send(here, { do: "confirm", view: first.view });
    await at.last();
    const again = await asked(elsewhere, "Film club");
    expect(await at.at.see(here, { do: "dismiss", view: again.view }, "tidy")).toMatchObject({ about: "selection" });
    const { view } = await at.at.see(here, { do: "browse" }, "listing");
    const card = await choose(at.at, here, view, ["Notes"]);
    const list = await at.at.see(here, { do: "deliver", view: card.view }, "destinations");
    expect(list.rows.map(({ title }) => title)).toEqual(["Harbour news", "Film club"]);
    expect(at.arrived).toHaveLength(2);
  });

  test.each(["not-admin-there", "not-allowed-there", "gone-there"] as const)(
    "that is %s by the time of the press, or of the yes, is refused in words, and nothing goes",
    async (why) => {
      const elsewhere = await ready();
      const { at, says } = elsewhere;
      const question = await asked(elsewhere, "Harbour news");
      says.set(news.id, { is: "closed", why });
      expect(await at.at.see(here, { do: "confirm", view: question.view }, "notice")).toMatchObject({
        notice: why,
        level: "refused",
      });
      expect(await at.open()).toBe(0);
    },
  );

  test("that is closed when the job begins gets nothing, and the message says why; a later try can bring all", async () => {
    const elsewhere = await ready();
    const { at, says } = elsewhere;
    const question = await asked(elsewhere, "Harbour news");
    at.check = async () => ({ is: "closed", why: "not-allowed-there" });
    await at.send(here, { do: "confirm", view: question.view });
    const last = await at.last();
    expect(last).toMatchObject({ done: 0, count: 2 });
    expect(last.unsent.map(({ why }) => why)).toEqual([
      { is: "failed", code: "not-allowed-there" },
      { is: "failed", code: "not-allowed-there" },
    ]);
    at.check = async () => open(news);
    at.shown.length = 0;
    says.set(news.id, open(news));
    await at.send(here, { do: "retry-batch", view: last.view });
    expect(await at.last()).toMatchObject({ done: 2, destination: news });
    expect(new Set(at.targets)).toEqual(new Set([news.id]));
  });

  test("whose platform is out of reach for a while gets its files when it is back", async () => {
    const elsewhere = await ready();
    const { at } = elsewhere;
    const question = await asked(elsewhere, "Harbour news");
    let times = 0;
    at.check = async () => {
      times += 1;
      if (times < 3) throw new Error("out of reach");
      return open(news);
    };
    await at.send(here, { do: "confirm", view: question.view });
    const later = () => {
      at.time += 10_000;
      return times;
    };
    await expect.poll(later).toBe(3);
    expect(await at.last()).toMatchObject({ done: 2 });
  });

  test("that shuts the bot out in the middle ends the rest, in words for elsewhere", async () => {
    const elsewhere = await ready();
    const { at } = elsewhere;
    at.take = async ([name]) => {
      if (name === "o.txt") throw new UploadError("forbidden");
    };
    const question = await asked(elsewhere, "Harbour news");
    await at.send(here, { do: "confirm", view: question.view });
    expect(await at.last()).toMatchObject({
      done: 1,
      unsent: [{ entry: { name: "o.txt" }, why: { is: "failed", code: "not-allowed-there" } }],
    });
  });

  test("has a limit of its own", async () => {
    const cloud = cloudWith(folder("Notes", file("big.mkv", limit * 2), file("small.txt", 10)));
    const roomy = { ...news, uploadLimit: limit * 3 };
    const elsewhere = await ready({ cloud, chats: [roomy] });
    const question = await asked(elsewhere, "Harbour news");
    await elsewhere.at.send(here, { do: "confirm", view: question.view });
    expect(await elsewhere.at.last()).toMatchObject({ done: 2 });
  });

  test("cannot be asked about while its platform is out of reach: the list says so", async () => {
    const { at, says } = await ready();
    says.set(news.id, new Error("out of reach"));
    const { view } = await opened(at, here);
    const card = await choose(at.at, here, view, ["Notes"]);
    expect(await at.at.see(here, { do: "deliver", view: card.view }, "destinations")).toMatchObject({
      rows: [],
      isOutOfReach: true,
    });
    says.set(news.id, open(news));
    const list = await at.at.see(here, { do: "deliver", view: card.view }, "destinations");
    says.set(news.id, new Error("out of reach"));
    expect(await at.at.see(here, { do: "deliver-to", view: list.view, index: 1 }, "notice")).toMatchObject({
      notice: "chats-out-of-reach",
    });
  });

  test("goes on through a kill with what is not there yet", async () => {
    const elsewhere = await ready();
    const { at } = elsewhere;
    const { promise: reached, resolve } = Promise.withResolvers<void>();
    at.take = async ([name]) => {
      if (name !== "o.txt") return;
      resolve();
      await new Promise(() => undefined);
    };
    const question = await asked(elsewhere, "Harbour news");
    await at.send(here, { do: "confirm", view: question.view });
    await reached;
    const next = await at.restarts();
    next.check = async () => open(news);
    await next.at.see(here, { do: "help" }, "help");
    expect(await next.last()).toMatchObject({ done: 2, destination: news });
    expect(next.arrived).toEqual([["o.txt"]]);
  });
});

describe("what is kept of it", () => {
  test("is bounded, by person and by place, and goes with the place, who leaves it, and /forget", async () => {
    const { at, kept, people } = await ready({ chats: [] });
    const { destinations } = at.at.services;
    if (!destinations) throw new Error("no destinations");
    for (let n = 0; n < 25; n++) await destinations.note(mia.person.id, `telegram:-${n}`);
    expect((await kept.get(mia.person.id))?.places).toHaveLength(20);
    for (let n = 0; n < 120; n++) await destinations.note(`telegram:${n}`, news.id);
    expect(await people.get(news.id)).toHaveLength(100);
    await destinations.gone(news.id);
    expect(await people.get(news.id)).toBeUndefined();
    expect(await destinations.mayHave("telegram:119")).toBe(false);
    await destinations.left("telegram:-24", mia.person.id);
    expect((await kept.get(mia.person.id))?.places).not.toContain("telegram:-24");
    await destinations.forget(mia.person.id);
    expect(await kept.get(mia.person.id)).toBeUndefined();
    expect(await people.get("telegram:-23")).toBeUndefined();
  });

  test("moves with a group that has another id", async () => {
    const { at, kept, people } = await ready({ chats: [club] });
    const { destinations } = at.at.services;
    await destinations?.used(mia.person.id, club.id);
    await destinations?.moved(club.id, "telegram:-1009");
    expect(await kept.get(mia.person.id)).toEqual({ places: ["telegram:-1009"], used: ["telegram:-1009"] });
    expect(await people.get(club.id)).toBeUndefined();
  });

  test("goes with /forget through the front door", async () => {
    const { at, kept } = await ready();
    await opened(at, here);
    const question = await at.at.see(here, { do: "forget" }, "question");
    await at.at.see(here, { do: "confirm", view: question.view }, "notice");
    expect(await kept.get(mia.person.id)).toBeUndefined();
  });
});

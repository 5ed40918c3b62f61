import { describe, expect, test } from "vitest";
import { UploadError } from "../../src/actions/model/upload.ts";
import { StorageError } from "../../src/storage/error.ts";
import { createBatchApp, limit, opened, type BatchApp } from "./batch-app.ts";
import { choose } from "./choosing.ts";
import { file, folder, mia, usualCloud, type Cloud } from "./test-app.ts";
import { gate, sending } from "./transfer-app.ts";

const here = sending(mia);

/** Two pictures, a film, two pictures and, in a folder, a text. */
function album(): Cloud {
  const cloud = usualCloud();
  const children = [
    folder("Notes", file("n.txt", 10)),
    file("a.jpg", 100),
    file("b.png", 100),
    file("c.mkv", 100),
    file("d.jpg", 100),
    file("e.webp", 100),
  ];
  cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children } };
  return cloud;
}

async function ready(cloud = album()): Promise<BatchApp> {
  return createBatchApp({ cloud });
}

async function all(at: BatchApp) {
  const listing = await opened(at, here);
  expect(listing.can).toContain("send-folder");
  return at.send(here, { do: "send-folder", view: listing.view });
}

describe("several files in the chat", () => {
  test("a folder comes file by file, pictures that follow each other together, and one message tells", async () => {
    const at = await ready();
    expect(await all(at)).toMatchObject({ count: 6, more: false, done: 0, state: { is: "waiting" }, unsent: [] });
    expect(await at.last()).toMatchObject({ done: 6, state: { is: "over" }, unsent: [] });
    expect(at.arrived).toEqual([["a.jpg", "b.png"], ["c.mkv"], ["d.jpg", "e.webp"], ["n.txt"]]);
    expect(at.plain).toEqual([]);
  });

  test("what is chosen comes, also as files, each by itself", async () => {
    const at = await ready();
    const { view } = await opened(at, here);
    const card = await choose(at.at, here, view, ["a.jpg", "b.png", "Notes"]);
    expect(card.can).toEqual(expect.arrayContaining(["send-entries", "send-as-files"]));
    await at.send(here, { do: "send-as-files", view: card.view });
    expect(await at.last()).toMatchObject({ done: 3, count: 3 });
    expect(at.arrived).toEqual([["a.jpg"], ["b.png"], ["n.txt"]]);
    expect(at.plain).toEqual(["a.jpg", "b.png", "n.txt"]);
  });

  test("a file too large and one that is empty are named at the end, and lead to their cards", async () => {
    const cloud = album();
    const children = [file("big.mkv", limit + 1), file("nil.txt", 0), file("ok.txt", 10)];
    cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children } };
    const at = await ready(cloud);
    await all(at);
    const last = await at.last();
    expect(last).toMatchObject({ done: 1, count: 3, state: { is: "over" } });
    expect(last.unsent.map(({ entry, why }) => [entry.name, "code" in why && why.code])).toEqual([
      ["big.mkv", "too-large"],
      ["nil.txt", "empty"],
    ]);
    const press = { do: "open-unsent", view: last.view, index: 0 } as const;
    expect((await at.at.see(here, press, "file")).entry.name).toBe("big.mkv");
  });

  test("what the chat refuses is named, the rest comes, and what failed can be sent once more, once", async () => {
    const at = await ready();
    at.take = async ([name]) => {
      if (name === "c.mkv") throw new UploadError("refused");
    };
    await all(at);
    const last = await at.last();
    expect(last).toMatchObject({
      done: 5,
      unsent: [{ entry: { name: "c.mkv" }, why: { is: "failed", code: "refused" } }],
    });
    at.take = async () => undefined;
    at.arrived.length = 0;
    at.shown.length = 0;
    await at.send(here, { do: "retry-batch", view: last.view });
    expect(await at.last()).toMatchObject({ done: 1, count: 1 });
    expect(at.arrived).toEqual([["c.mkv"]]);
    expect(await at.at.see(here, { do: "retry-batch", view: last.view }, "notice")).toMatchObject({
      notice: "transfer-over",
    });
  });

  test("pictures that are not taken together come one by one", async () => {
    const at = await ready();
    at.take = async (names) => {
      if (names.length > 1) throw new UploadError("refused");
    };
    await all(at);
    expect(await at.last()).toMatchObject({ done: 6, unsent: [] });
    expect(at.arrived.flat()).toEqual(["a.jpg", "b.png", "c.mkv", "d.jpg", "e.webp", "n.txt"]);
  });

  test("a cancelled batch keeps what is there, lets go of the rest, and says so", async () => {
    const at = await ready();
    const [reached, never] = [gate(), gate()];
    at.take = async ([name]) => {
      if (name !== "c.mkv") return;
      reached.open();
      await never.opened;
    };
    const { view } = await all(at);
    await reached.opened;
    expect(await at.at.see(here, { do: "cancel-batch", view }, "notice")).toMatchObject({ level: "done" });
    const last = await at.last();
    expect(last).toMatchObject({ done: 2, state: { is: "cancelled" } });
    expect(last.unsent.map(({ entry }) => entry.name)).toEqual(["c.mkv", "d.jpg", "e.webp", "n.txt"]);
    expect(at.arrived).toEqual([["a.jpg", "b.png"]]);
  });

  test("an empty folder has nothing to send, and says so", async () => {
    const cloud = album();
    cloud.accounts["mia"] = { password: "correct-horse", tree: { name: "", children: [folder("Empty")] } };
    const at = await ready(cloud);
    const { view } = await opened(at, here);
    expect(await at.at.see(here, { do: "send-folder", view }, "notice")).toMatchObject({ notice: "nothing-to-send" });
  });

  test("a drive that is signed out in the middle ends the rest at once", async () => {
    const at = await ready();
    at.take = async () => {
      at.at.cloud.failing = new StorageError("signed-out");
    };
    await all(at);
    const last = await at.last();
    expect(at.arrived).toEqual([["a.jpg", "b.png"]]);
    expect(last.unsent.map(({ why }) => "code" in why && why.code)).toEqual(
      Array.from({ length: 4 }, () => "signed-out"),
    );
  });
});

describe("over the end of a process", () => {
  test("a batch goes on with what is not there, and sends nothing twice", async () => {
    const at = await ready();
    const reached = gate();
    at.take = async ([name]) => {
      if (name !== "c.mkv") return;
      reached.open();
      await new Promise(() => undefined);
    };
    await all(at);
    await reached.opened;
    const next = await at.restarts();
    expect(await next.last()).toMatchObject({ done: 6, unsent: [] });
    expect([...at.arrived, ...next.arrived]).toEqual([["a.jpg", "b.png"], ["c.mkv"], ["d.jpg", "e.webp"], ["n.txt"]]);
  });

  test("a file whose every byte was given is not sent again, and says why", async () => {
    const at = await ready();
    const reached = gate();
    at.answer = async ([name]) => {
      if (name !== "c.mkv") return;
      reached.open();
      await new Promise(() => undefined);
    };
    await all(at);
    await reached.opened;
    const next = await at.restarts();
    expect(await next.last()).toMatchObject({
      done: 5,
      unsent: [{ entry: { name: "c.mkv" }, why: { is: "interrupted" } }],
    });
    expect(next.arrived).toEqual([["d.jpg", "e.webp"], ["n.txt"]]);
  });
});

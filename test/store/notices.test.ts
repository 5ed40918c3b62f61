import { createClient } from "@keyv/redis";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Notices } from "../../src/store/notices.ts";
import { openStore } from "../../src/store/store.ts";
import { hasRedis, startRedis } from "./own-server.ts";
import { sharedStores, type StorePlace } from "./shared-stores.ts";

// What processes tell each other. Each store here stands for a process.

const keys = [new Uint8Array(32)];

async function noticesAt(place: StorePlace): Promise<Notices> {
  const store = await openStore({ ...place, keys, onError: () => undefined });
  onTestFinished(() => store.close());
  if (!store.notices) throw new Error("nothing is told over this store");
  return store.notices;
}

/** What is heard of a topic; undefined = something was missed. */
function heardBy(notices: Notices, topic = "drives"): readonly (string | undefined)[] {
  const heard: (string | undefined)[] = [];
  notices.hear(topic, (text) => heard.push(text));
  return heard;
}

test("a store of one process has nobody to tell", async () => {
  const store = await openStore({ url: "memory://", keys, onError: () => undefined });
  onTestFinished(() => store.close());
  expect(store.notices).toBeUndefined();
});

describe.each(sharedStores.filter(({ isHere }) => isHere))("processes over $name", ({ place }) => {
  test("each hears what another tells of its topic, and nothing of its own", async () => {
    const at = await place("notices");
    const [one, other] = [await noticesAt(at), await noticesAt(at)];
    const [ownWords, theirs, elsewhere] = [heardBy(one), heardBy(other), heardBy(other, "levels")];
    one.tell("drives", "first");
    one.tell("levels", "debug");
    one.tell("drives", "second");
    await expect.poll(() => theirs).toEqual(["first", "second"]);
    expect(elsewhere).toEqual(["debug"]);
    expect(ownWords).toEqual([]);
  });

  test("databases of one server hear nothing of each other", async () => {
    const at = await place("notices");
    const [one, neighbour] = [await noticesAt(at), await noticesAt(await place("balanced"))];
    const [heard, neighbours] = [heardBy(await noticesAt(at)), heardBy(neighbour)];
    one.tell("drives", "first");
    await expect.poll(() => heard).toEqual(["first"]);
    expect(neighbours).toEqual([]);
  });

  test("what is no notice, on the same channel, counts as something missed", async () => {
    const at = await place("notices");
    const heard = heardBy(await noticesAt(at));
    const url = at.redisUrl ?? at.url;
    const client = createClient({ url });
    await client.connect();
    onTestFinished(() => client.destroy());
    const channel = `chatdrive:notices:${new URL(url).pathname.slice(1)}`;
    for (const message of ["{", "null", '{"a":1}', "[1,2,3]"]) await client.publish(channel, message);
    await expect.poll(() => heard).toEqual([undefined, undefined, undefined, undefined]);
  });

  test("a process that starts makes the others look anew: it may have been killed before it told what it did", async () => {
    const at = await place("notices");
    const heard = heardBy(await noticesAt(at));
    await noticesAt(at);
    await expect.poll(() => heard).toEqual([undefined]);
  });
});

describe.skipIf(!hasRedis)("a Redis that goes away", () => {
  test("makes everybody look anew when it is back, and carries words again", async () => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const [one, other] = [await noticesAt(server), await noticesAt(server)];
    const heard = heardBy(other);
    await server.kill();
    one.tell("drives", "lost");
    await server.start();
    await expect.poll(() => heard, { timeout: 10_000 }).toContain(undefined);
    await expect
      .poll(
        () => {
          one.tell("drives", "told");
          return heard;
        },
        { timeout: 10_000 },
      )
      .toContain("told");
    expect(heard).not.toContain("lost");
  }, 30_000);
});

import { afterEach, expect, test } from "vitest";
import { startFeedSite, type FeedSite } from "../../../emulators/feeds/site.ts";

let site: FeedSite;
afterEach(() => site.close());

test("a site publishes its films newest first, escapes what XML would take for its own, and says what has not changed", async () => {
  site = await startFeedSite({ title: "Films & <more>", entries: [{ title: "Old" }] });
  const first = await fetch(site.url);
  expect(await first.text()).toContain("<title>Films &amp; &lt;more></title>");
  const etag = first.headers.get("etag") ?? "";
  expect((await fetch(site.url, { headers: { "if-none-match": etag } })).status).toBe(304);
  site.publish({ title: "New", infoHash: "a".repeat(40) });
  const second = await fetch(site.url, { headers: { "if-none-match": etag } });
  expect(second.status).toBe(200);
  expect(await second.text()).toMatch(/New[^]*Old/);
  expect(site.asked.map(({ status }) => status)).toEqual([200, 304, 200]);
});

test("a site refuses what is no reading of its feed, and can be out of order", async () => {
  site = await startFeedSite({ title: "Films" });
  expect((await fetch(site.url.replace("/rss", "/other"))).status).toBe(404);
  expect((await fetch(site.url, { method: "POST" })).status).toBe(405);
  site.status = 503;
  expect((await fetch(site.url)).status).toBe(503);
});

import { expect, test } from "vitest";
import { linkIssuer } from "../../src/app/links.ts";
import { readConfig, type Config } from "../../src/config.ts";
import { createHostCheck } from "../../src/gateway/host-check.ts";
import { createTickets } from "../../src/gateway/ticket.ts";
import { createUpstream } from "../../src/gateway/upstream/upstream.ts";
import type { Link } from "../../src/storage/driver.ts";
import type { Mount } from "../../src/storage/mount.ts";
import { answer } from "./file-host.ts";
import { fileOf, mia, openHost, secretKey } from "./test-app.ts";

const publicUrl = "https://drive.example.com";
const visit = {
  person: { id: mia, name: "Mia" },
  place: { id: mia, kind: "private" },
  rows: { usual: 10, most: 20 },
} as const;
const mount: Mount = {
  id: "m1",
  driver: "pikpak",
  options: {},
  title: "Films",
  owner: mia,
  audience: [],
  createdAt: 0,
  health: { state: "working", at: 0 },
};
const entry = fileOf("The film.mkv", 5);

interface Given {
  /** False = people do not reach the gateway. */
  readonly isPublic?: boolean;
  readonly settings?: Partial<Config>;
  /** What the file host says of the name. */
  readonly disposition?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Links of one drive, over a file host that is watched. */
async function drive({ isPublic = true, settings = {}, disposition, headers }: Given = {}) {
  const clock = { now: Date.UTC(2026, 10, 27) };
  const state = { isDead: false };
  const host = await openHost((asked, socket) => {
    if (state.isDead && asked.target === "/old") return answer(socket, { status: 403 });
    const named = disposition === undefined ? {} : { "content-disposition": disposition };
    answer(socket, { status: 206, headers: { "content-range": "bytes 0-0/5", ...named }, body: "h" });
  });
  const given: (string | undefined)[] = [];
  const config: Config = {
    ...readConfig({ TELEGRAM_BOT_TOKEN: "1:a", PUBLIC_URL: isPublic ? publicUrl : undefined }),
    ...settings,
  };
  const hosts = createHostCheck({ upstream: createUpstream({ reach: "anywhere" }), now: () => clock.now });
  const issue = linkIssuer({
    config,
    hosts,
    tickets: createTickets({ keys: [secretKey], now: () => clock.now }),
    revocations: { last: async () => 0 },
    storage: {
      link: async (_mount, _entry, { refused } = {}): Promise<Link> => {
        given.push(refused);
        const path = given.some((address) => address !== undefined) ? "new" : "old";
        return { kind: "url", url: `${host.url}/${path}`, ...(headers && { headers }) };
      },
    },
  });
  const { signal } = new AbortController();
  return {
    host,
    clock,
    state,
    given,
    link: (more: { unasked?: boolean; given?: { id: string; createdAt: number; endsAt: number } } = {}) =>
      issue(mount, entry, visit, { folder: "", signal, ...more }),
  };
}

test("a link to a host that does not name its files comes with an address that does, and the host is asked once", async () => {
  const { link, host } = await drive();
  const first = await link();
  expect(first.url).toMatch(/^https:\/\/drive\.example\.com\/d\/[\w-]+\/The%20film\.mkv$/);
  expect(first.named).toBe(first.url.replace("/d/", "/p/"));
  expect(first.named?.length).toBeLessThanOrEqual(256);
  await link();
  expect(host.asked).toHaveLength(1);
});

test("a link to a host that names its files needs no other", async () => {
  const { link } = await drive({ disposition: `attachment; filename="The film.mkv"` });
  expect(await link()).not.toHaveProperty("named");
});

test("many links at once ask no host, and offer the name until it is known that nobody needs to", async () => {
  const { link, host } = await drive({ disposition: `attachment; filename="The film.mkv"` });
  expect(await link({ unasked: true })).toHaveProperty("named");
  expect(host.asked).toEqual([]);
  await link();
  expect(await link({ unasked: true })).not.toHaveProperty("named");
});

test("a link whose bytes come through the gateway anyway needs no other address", async () => {
  const wanting = await drive({ headers: { referer: "https://mypikpak.com/" } });
  expect(await wanting.link()).not.toHaveProperty("named");
  const proxied = await drive({ settings: { downloadMethod: "proxy" } });
  expect(await proxied.link()).not.toHaveProperty("named");
  const always = await drive({ settings: { namedDownloads: "always" } });
  expect(await always.link()).not.toHaveProperty("named");
});

test("an operator who wants no bytes through the gateway gets no such address, and no host is asked for it", async () => {
  const { link, host } = await drive({ settings: { namedDownloads: "off" } });
  expect(await link()).not.toHaveProperty("named");
  expect(host.asked).toEqual([]);
});

test("a fresh press replaces an address that its host refuses, also without a public address", async () => {
  const { link, host, clock, state, given } = await drive({ isPublic: false });
  expect((await link()).url).toBe(`${host.url}/old`);
  state.isDead = true;
  clock.now += 6 * 60_000;
  expect((await link()).url).toBe(`${host.url}/new`);
  expect(given.at(-1)).toBe(`${host.url}/old`);
});

test("a link that is given away has the same address however often it is shown and its end is changed", async () => {
  const { link, clock } = await drive();
  const given = { id: "given00001", createdAt: clock.now, endsAt: clock.now + 3_600_000 };
  const first = await link({ given });
  expect(first).toMatchObject({ expiresAt: given.endsAt, via: "redirect" });
  clock.now += 60_000;
  const later = await link({ given: { ...given, endsAt: given.endsAt + 86_400_000 }, unasked: true });
  expect(later.url).toBe(first.url);
  expect(first.url.length).toBeLessThanOrEqual(256);
});

test("a link that is given away begins at the gateway, also where a download proxy has the drive's others", async () => {
  const downloadProxy = { url: "https://dl.example.com", token: "shared" };
  const { link, clock } = await drive({ settings: { downloadMethod: "proxy-url", downloadProxy } });
  expect((await link()).url).toMatch(/^https:\/\/dl\.example\.com\//);
  const given = { id: "given00001", createdAt: clock.now, endsAt: clock.now + 3_600_000 };
  expect((await link({ given })).url).toMatch(/^https:\/\/drive\.example\.com\/d\//);
});

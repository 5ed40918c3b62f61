import { createGateway } from "../../../src/gateway/server.ts";
import { createTickets } from "../../../src/gateway/ticket.ts";
import { ticketUrl } from "../../../src/gateway/ticket-url.ts";
import { createLinks } from "../../../src/storage/links.ts";
import { loadWords } from "../../../src/i18n/words.ts";
import { announce, readTask } from "./contender.ts";

// The gateway with nothing behind it: tickets, limits and links as ever, but no database to ask, as the others ask nobody.
const task = readTask();
const urls = new Map(Object.entries(task.urls));
const tickets = createTickets({ keys: [new Uint8Array(32)], now: Date.now });
const links = createLinks({ now: Date.now, monotonic: () => performance.now() });
let calls = 0;
const driver = {
  link: async (id: string) => {
    calls += 1;
    return { kind: "url", url: urls.get(id) ?? "", expiresAt: Date.now() + 3_600_000 } as const;
  },
  list: () => Promise.reject(new Error("not needed")),
  stat: () => Promise.reject(new Error("not needed")),
};
const quiet = {
  debug() {},
  info() {},
  warn() {},
  error: (fields: object) => process.stderr.write(`${JSON.stringify(fields)}\n`),
};
const gateway = createGateway({
  host: "127.0.0.1",
  port: 0,
  words: loadWords(),
  tickets,
  log: quiet,
  ready: async () => ({ ok: true, parts: {} }),
  upstream: { reach: "anywhere" },
  limits: { streamsPerPerson: 1000 },
  visitors: { requests: 1_000_000 },
  resolve: async ({ entry }) => ({
    link: await links.find({ mount: "bench", entry, driver }),
    entry: { id: entry, kind: "file", name: "film.mkv" },
    mount: { id: "bench", title: "bench", owner: "telegram:1" },
    method: "proxy",
  }),
});
const { url } = await gateway.start();
const paths = [...urls.keys()].map((entry) => {
  const ticket = tickets.issue({ mount: "bench", entry, person: "telegram:1", expiresAt: Date.now() + 3_600_000 });
  return [entry, new URL(ticketUrl(ticket, { publicUrl: url, way: "p", name: "film.mkv" })).pathname] as const;
});
process.on("message", () => process.send?.({ calls }));
announce({ port: Number(new URL(url).port), paths: Object.fromEntries(paths) });

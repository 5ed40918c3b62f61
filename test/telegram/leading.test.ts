import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import { afterEach, expect, test, vi } from "vitest";
import type { Lead } from "../../src/messaging/lead.ts";
import { listing, openTestApp, type TestApp } from "./test-app.ts";

let app: TestApp | undefined;
afterEach(() => app?.close());

/** A lead that another process has, until it is given here, and taken away again. */
function otherLeads() {
  const given = Promise.withResolvers<void>();
  const taken = new AbortController();
  const lead: Lead = async (work, until) => {
    const ends = new Promise<void>((resolve) => until.addEventListener("abort", () => resolve(), { once: true }));
    await Promise.race([given.promise, ends]);
    if (!until.aborted) await work(AbortSignal.any([taken.signal, until]));
    await ends;
  };
  return { lead, give: () => given.resolve(), takeAway: () => taken.abort() };
}

test("a process says when it stands by, when it begins to poll, and when it stands by again", async () => {
  const said: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void said.push(String(JSON.parse(line).msg)) });
  const { lead, give, takeAway } = otherLeads();
  app = await openTestApp(() => listing(), { lead, log, wait: () => setImmediate() });
  await app.telegram.start();
  await vi.waitFor(() => expect(said).toContain("telegram stands by: another process polls"));
  expect(said).not.toContain("telegram begins polling");
  give();
  await vi.waitFor(() => expect(said).toContain("telegram begins polling"));
  takeAway();
  await vi.waitFor(() => expect(said.filter((line) => line.startsWith("telegram stands by"))).toHaveLength(2));
  await app.telegram.stop();
  expect(said.filter((line) => line.startsWith("telegram stands by"))).toHaveLength(2);
});

test("a process that polls at once never stands by", async () => {
  const said: string[] = [];
  const log = pino({ level: "info" }, { write: (line: string) => void said.push(String(JSON.parse(line).msg)) });
  const { lead, give } = otherLeads();
  give();
  app = await openTestApp(() => listing(), { lead, log, wait: () => setImmediate() });
  await app.telegram.start();
  await vi.waitFor(() => expect(said).toContain("telegram begins polling"));
  await app.telegram.stop();
  expect(said.join()).not.toContain("stands by");
});

import { once } from "node:events";
import { expect, test } from "vitest";
import { createLeadership } from "../../src/store/lead.ts";
import type { Leases } from "../../src/store/lock.ts";
import { createFences } from "../../src/store/fence.ts";

// Leading over a database that says what each test wants.

function leadershipOver(leases: Partial<Leases>) {
  const errors: unknown[] = [];
  const leadership = createLeadership({
    leases: { take: async () => true, renew: async () => true, release: async () => undefined, ...leases },
    fences: createFences(),
    lifetime: 60,
    timeout: 1000,
    onError: (error) => errors.push(error),
  });
  return { leadership, errors };
}

/** Leads until told to end, and begins again as often as it may; resolves when it has begun so often. */
async function beginnings(leases: Partial<Leases>, wanted: number) {
  const { leadership, errors } = leadershipOver(leases);
  const until = new AbortController();
  let begun = 0;
  await leadership.lead(
    "updates",
    async (signal) => {
      begun += 1;
      if (begun === wanted) return until.abort();
      await once(signal, "abort");
    },
    until.signal,
  );
  return { begun, errors };
}

test("who leads is told to end when another process has taken the lease, and leads again when it can", async () => {
  expect(await beginnings({ renew: async () => false }, 2)).toEqual({ begun: 2, errors: [] });
});

test("who leads is told to end before its lease does when the database is away", async () => {
  const away = new Error("connection refused");
  const { begun, errors } = await beginnings({ renew: () => Promise.reject(away) }, 2);
  expect([begun, errors.includes(away)]).toEqual([2, true]);
});

test("who cannot tell whether the lease is free asks again, and ends when asked to", async () => {
  const until = new AbortController();
  let asked = 0;
  const { leadership, errors } = leadershipOver({
    take: async () => {
      asked += 1;
      if (asked === 2) until.abort();
      throw new Error("connection refused");
    },
  });
  await leadership.lead("updates", () => Promise.reject(new Error("led")), until.signal);
  expect([asked, errors.length]).toEqual([2, 2]);
});

test("work that fails ends the leading, and the lease is given back", async () => {
  let released = 0;
  const { leadership } = leadershipOver({ release: async () => void (released += 1) });
  const failing = leadership.lead(
    "updates",
    () => Promise.reject(new Error("token refused")),
    new AbortController().signal,
  );
  await expect(failing).rejects.toThrow("token refused");
  expect(released).toBe(1);
});

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createMeters } from "../src/gateway/meters.ts";

// What the docs name is there: metrics in the files that operators load into Prometheus and Grafana, and tests.

const read = (file: string) => readFileSync(join(import.meta.dirname, "..", "docs", "monitoring", file), "utf8");
const metrics = /\b(?:chatdrive|process|nodejs)_[a-z0-9_]+/g;

async function counted(): Promise<ReadonlySet<string>> {
  const { registry } = createMeters({ streams: () => 0, upstreamConnections: () => 0, onCut: () => undefined });
  const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
  return new Set(names.flatMap((name) => [name, `${name}_bucket`, `${name}_count`, `${name}_sum`]));
}

test.each(["alerts.yaml", "grafana-dashboard.json"])(
  "%s asks for metrics that the gateway has, and for no others",
  async (file) => {
    const asked = new Set(read(file).match(metrics));
    const known = await counted();
    expect(asked.size).toBeGreaterThan(5);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  },
);

test("the dashboard shows every metric of ChatDrive's own", async () => {
  const shown = read("grafana-dashboard.json");
  const own = [...(await counted())].filter((name) => /^chatdrive_(?!.*_(?:bucket|count|sum)$)/.test(name));
  expect(own.filter((name) => !shown.includes(name))).toEqual([]);
});

test("every test that the threat model names is there", () => {
  const root = join(import.meta.dirname, "..");
  const named = readFileSync(join(root, "docs", "threat-model.md"), "utf8").match(/(?<=`)test\/[\w/.-]+(?=`)/g) ?? [];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

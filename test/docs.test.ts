import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { publicRoutes } from "../src/gateway/handler.ts";
import { createMeters } from "../src/gateway/meters.ts";

// What the docs name is there: metrics in the files that operators load into Prometheus and Grafana, tests, the kinds of
// jobs, and the gateway's paths for the public.

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

const root = join(import.meta.dirname, "..");
const rootText = (file: string) => readFileSync(join(root, file), "utf8");

const written = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  ...readdirSync(join(root, "docs"))
    .filter((file) => file.endsWith(".md"))
    .map((file) => join("docs", file)),
];

test.each(written)("every file of the tests that %s names is there", (page) => {
  const named = rootText(page).match(/(?<=`)test\/[\w/.-]+(?=`)/g) ?? [];
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("the threat model names the tests that guard its boundaries", () => {
  expect(rootText("docs/threat-model.md").match(/`test\/[\w/.-]+`/g)?.length).toBeGreaterThan(20);
});

test("the page about jobs has every kind there is, where it is, and no other", () => {
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const kinds = sources.flatMap((file) =>
    [...rootText(join("src", file)).matchAll(/ = (?:jobKind|lastWordKind)(?:<.*?>)?\("([\w-]+)"/g)].map(
      ([, kind]) => `${kind} ${file.replaceAll("\\", "/")}`,
    ),
  );
  const rows = [...rootText("docs/jobs.md").matchAll(/^\| `([\w-]+)` +\| `([\w/.-]+)` +\|/gm)];
  expect(rows.map(([, kind, file]) => `${kind} ${file}`).toSorted()).toEqual(kinds.toSorted());
});

test.each([
  ["the README's Caddyfile", /@public path (.+)/, "README.md"],
  ["the page for operators", /Put only `(.+?)`/, "docs/operating.md"],
])("%s lets through the gateway's public routes, and no others but the webhook", (_where, named, file) => {
  const paths = (named.exec(rootText(file))?.[1] ?? "").split(" ");
  const routes = paths.map((path) => path.split("/")[1] ?? "").filter((route) => route !== "telegram");
  expect(routes.toSorted()).toEqual(publicRoutes.toSorted());
});

test("the balancer of compose.scale.yaml lets through the gateway's public routes, and no others", () => {
  const pattern = /location ~ (\S+) \{/.exec(rootText("compose.scale.yaml"))?.[1] ?? "$^";
  const isPublic = (path: string) => new RegExp(pattern.replaceAll("$$", "$")).test(path);
  const whole: Readonly<Record<string, string>> = {
    api: "/api/fs/link",
    discord: "/discord/interactions",
    "robots.txt": "/robots.txt",
  };
  const path = (route: string) => whole[route] ?? `/${route}/x`;
  expect(publicRoutes.filter((route) => !isPublic(path(route)))).toEqual([]);
  expect(["/healthz", "/readyz", "/metrics", "/api/fs/linked", "/"].filter(isPublic)).toEqual([]);
});

test.each(["compose.yaml", "compose.scale.yaml"])("the program takes what %s sets for it", (file) => {
  const block = /^ {4}environment:\n((?: {6}.*\n)+)/m.exec(rootText(file))?.[1] ?? "";
  const set = Object.fromEntries(
    [...block.matchAll(/^ {6}([A-Z_]+): "?(.*?)"?$/gm)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll(/\$\{[^}]*\}/g, "filled1n"),
    ]),
  );
  expect(Object.keys(set)).toContain("GATEWAY_HOST");
  const config = readConfig({ ...set, TELEGRAM_BOT_TOKEN: "1:A", PUBLIC_URL: "https://drive.example.com" });
  expect(config.gateway.host).toBe("0.0.0.0");
  const places = [config.storeUrl, config.redisUrl].flatMap((url) => /@?(\w+):\d+/.exec(url ?? "")?.[1] ?? []);
  expect(places.filter((service) => !rootText(file).includes(`\n  ${service}:\n`))).toEqual([]);
});

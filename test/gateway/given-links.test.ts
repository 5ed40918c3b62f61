import { existsSync } from "node:fs";
import { Keyv } from "keyv";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { createGivenLinks, oldestLink, type GivenLink } from "../../src/users/given-links.ts";
import { serve } from "./file-host.ts";
import { ask, browser, fileOf, mia, openHost, openTestApp, type AskOptions } from "./test-app.ts";

const aDay = 86_400_000;
const password = "open sesame 芝麻";

/** A gateway over links that are given away, with one of them. */
async function givenLink({
  method = "redirect" as const,
  now = { is: Date.UTC(2026, 10, 28) },
  taken = { at: 0 },
} = {}) {
  let ids = 0;
  const links = createGivenLinks({
    kept: new Keyv(),
    counts: new Keyv(),
    longest: 30 * aDay,
    takenBackAt: async () => taken.at,
    exclusive: (_key, work) => work(),
    now: () => now.is,
    newId: () => String((ids += 1)).padStart(10, "0"),
    onError: (error) => expect.unreachable(String(error)),
  });
  onTestFinished(() => links.stop());
  const host = await openHost(serve(Buffer.from("hello")));
  const app = await openTestApp({ given: links, now: () => now.is, look: async () => ({ entry, beside: [] }) });
  const entry = fileOf("film.mkv", 5);
  const link = await links.make({ person: mia, mount: "m1", entry, folder: "", by: "s-1" });
  if (link === "full") throw new Error("no link");
  const ticketOf = ({ id, createdAt }: GivenLink) => ({
    given: id,
    issuedAt: createdAt,
    expiresAt: createdAt + oldestLink,
  });
  const file = { entry, method, link: () => ({ kind: "url" as const, url: `${host.url}/f` }) };
  const at = (way: "d" | "p" | "w" = "d") => app.place(file, way, ticketOf(link)).replace(/(\/w\/[^/]+).*/, "$1");
  return { app, links, link, at, now, taken, host };
}

const form = (said: string): AskOptions => ({
  method: "POST",
  headers: { ...browser, "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams({ password: said }).toString(),
});
const basic = (said: string) => ({ authorization: `Basic ${Buffer.from(`anybody:${said}`).toString("base64")}` });

test("a given link leads to its file until its end, which can be changed while the link is out", async () => {
  const { app, links, link, at, now } = await givenLink();
  expect((await app.ask(at())).status).toBe(302);
  now.is += 7 * aDay;
  expect((await app.ask(at())).status).toBe(410);
  now.is -= 1;
  await links.setLife(mia, link.id, aDay);
  now.is += aDay - 1;
  expect((await app.ask(at())).status).toBe(302);
  now.is += 1;
  expect((await app.ask(at())).status).toBe(410);
});

test("a given link that is taken back is over at once, by itself and with all others of its drive", async () => {
  const { app, links, link, at, taken, now } = await givenLink();
  const [path, through] = [at("d"), at("p")];
  await links.end("telegram:2", link.id);
  expect((await app.ask(path)).status).toBe(302);
  await links.end(mia, link.id);
  expect([(await app.ask(path)).status, (await app.ask(through)).status]).toEqual([410, 410]);
  const again = await givenLink({ taken, now });
  taken.at = now.is;
  expect((await again.app.ask(again.at())).status).toBe(410);
  expect(await again.links.list(mia)).toEqual([]);
});

test("a program is asked for the password by HTTP Basic, and any user name does", async () => {
  const { app, links, link, at } = await givenLink();
  await links.setPassword(mia, link.id, password);
  const challenged = await app.ask(at());
  expect(challenged.status).toBe(401);
  expect(challenged.headers["www-authenticate"]).toBe(`Basic realm="link", charset="UTF-8"`);
  expect(JSON.parse(challenged.text)).toMatchObject({ error: "password-needed" });
  expect((await app.ask(at(), { headers: basic("wrong") })).status).toBe(401);
  expect((await app.ask(at(), { headers: basic(password) })).status).toBe(302);
  expect((await app.ask(at("p"), { headers: basic(password) })).text).toBe("hello");
  expect(app.asked).toHaveLength(2);
});

test("a browser is asked on a page, in its language, and the right password leads on to the file for hours", async () => {
  const { app, links, link, at, now } = await givenLink();
  await links.setPassword(mia, link.id, password);
  const page = await app.ask(at(), { headers: { ...browser, "accept-language": "zh" } });
  expect(page.status).toBe(401);
  expect(page.text).toContain("此链接需要密码");
  expect(page.text).not.toContain("film");
  expect(page.headers["content-security-policy"]).toContain("form-action 'self' https: http:");
  const wrong = await app.ask(at(), form("no"));
  expect(wrong).toMatchObject({ status: 401, text: expect.stringContaining("That is not the password") });
  const right = await app.ask(at(), form(password));
  expect(right.status).toBe(303);
  const { location = "" } = right.headers;
  expect(location).toMatch(/\/d\/[\w-]+\/film\.mkv$/);
  expect(location.length).toBeLessThanOrEqual(256);
  expect(location).not.toBe(app.url + at());
  const opened = location.slice(app.url.length);
  expect((await app.ask(opened)).status).toBe(302);
  now.is += 6 * 3_600_000 - 1;
  expect((await app.ask(opened)).status).toBe(302);
  now.is += 1;
  expect((await app.ask(opened)).status).toBe(410);
});

test("another password, or taking the link back, ends what was opened with the one before", async () => {
  const { app, links, link, at, now } = await givenLink();
  await links.setPassword(mia, link.id, password);
  const { location = "" } = (await app.ask(at(), form(password))).headers;
  now.is += 1;
  await links.setPassword(mia, link.id, "another one");
  expect((await ask(location)).status).toBe(401);
  expect((await app.ask(at(), { headers: basic(password) })).status).toBe(401);
  await links.setPassword(mia, link.id, undefined);
  expect((await app.ask(at())).status).toBe(302);
  await links.end(mia, link.id);
  expect((await ask(location)).status).toBe(410);
});

test("the watch page asks for the password too, and its player goes on with what was opened", async () => {
  const { app, links, link, at } = await givenLink();
  await links.setPassword(mia, link.id, password);
  expect((await app.ask(at("w"), { headers: browser })).text).toContain("asks for a password");
  const { location = "" } = (await app.ask(at("w"), form(password))).headers;
  const watched = await ask(location, { headers: browser });
  expect(watched.status).toBe(200);
  const [, source = ""] = /<video[^>]* src="\.\.(\/d\/[^"]+)"/.exec(watched.text) ?? [];
  expect((await app.ask(source)).status).toBe(302);
});

test("who guesses is stopped after twenty tries, at one link and from one address, and what was opened works on", async () => {
  const { app, links, link, at } = await givenLink();
  await links.setPassword(mia, link.id, password);
  const { location = "" } = (await app.ask(at(), form(password))).headers;
  const statuses = await Promise.all(
    Array.from({ length: 25 }, async (_, n) => (await app.ask(at(), form(`guess ${n}`))).status),
  );
  expect(statuses.filter((status) => status === 401)).toHaveLength(20);
  expect(statuses.filter((status) => status === 429)).toHaveLength(5);
  const late = await app.ask(at(), {
    ...form("another"),
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(late.status).toBe(429);
  expect(Number(late.headers["retry-after"])).toBeGreaterThan(60);
  expect((await ask(location)).status).toBe(302);
  // The right one, said before, is known.
  expect((await app.ask(at(), form(password))).status).toBe(303);
});

test("a link is opened as often as its file is asked for from its beginning, and not when a player seeks", async () => {
  const { app, links, link, at } = await givenLink();
  await app.ask(at());
  await app.ask(at("p"), { headers: { range: "bytes=0-" } });
  await app.ask(at("p"), { headers: { range: "bytes=2-" } });
  await app.ask(at(), { method: "HEAD" });
  await app.ask(at(), { headers: { "user-agent": "TelegramBot (like TwitterBot)" } });
  expect(await links.opens(link.id)).toBe(2);
});

test("a link that was taken back asks neither the drive nor its host", async () => {
  const { app, links, link, at } = await givenLink();
  await links.end(mia, link.id);
  expect((await app.ask(at("p"))).status).toBe(410);
  expect(app.asked).toEqual([]);
});

test("no other link takes a form, and what is no form is refused", async () => {
  const { app, at, links, link } = await givenLink();
  const usual = app.place({ entry: fileOf("a", 1), link: () => ({ kind: "url", url: "https://h.example/a" }) }, "d");
  expect(await app.ask(usual, form("x"))).toMatchObject({ status: 405 });
  await links.setPassword(mia, link.id, password);
  expect(
    (await app.ask(at(), { method: "POST", body: "{}", headers: { "content-type": "application/json" } })).status,
  ).toBe(400);
  expect((await app.ask(at(), { ...form("x".repeat(9000)) })).status).toBe(413);
});

test("nothing that is logged has the password in it", async () => {
  const { app, at, links, link } = await givenLink();
  await links.setPassword(mia, link.id, password);
  await app.ask(at(), form(password));
  await app.ask(at(), { headers: basic(password) });
  expect(app.logged.length).toBeGreaterThan(0);
  expect(JSON.stringify(app.logged)).not.toContain("sesame");
});

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
if (!program) process.stderr.write("a test in a browser is left out: no Chromium here\n");

test.runIf(program)(
  "in Chromium the page takes the password and leads on to the file host, and no window asks",
  async () => {
    const { app, links, link, at, host } = await givenLink();
    await links.setPassword(mia, link.id, password);
    const browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox"] });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    await page.goto(app.url + at());
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button").click();
    await page.getByText("That is not the password").waitFor();
    complaints.length = 0;
    await page.getByLabel("Password").fill(password);
    const arriving = page.waitForResponse(`${host.url}/f`, { timeout: 8000 });
    await page.getByRole("button").click();
    expect((await arriving).status()).toBe(200);
    expect(complaints).toEqual([]);
  },
);

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumHere, startDemo } from "./demo-program.ts";

// `npm run screenshots`: the pictures in the README, taken of the demo.

const folder = join(import.meta.dirname, "..", "docs", "screenshots");
const executablePath = chromiumHere();
if (executablePath === undefined) {
  process.stderr.write("there is no Chromium here to take pictures with\n");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const demo = await startDemo();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
try {
  const page = await open(browser, demo.url);
  await onTelegram(page);
  await onWatchPage(browser, page);
  await inTheGroup(page);
  await onDiscord(page);
  await onOneTimePage(browser, page);
} finally {
  await browser.close();
  await demo.stop();
}

async function open(browser: Browser, url: string): Promise<Page> {
  // Without movement there is no picture of something half-way.
  const page = await browser.newPage({ viewport: { width: 980, height: 620 }, reducedMotion: "reduce" });
  await page.goto(url);
  await sees(page, "two ways in");
  return page;
}

async function onTelegram(page: Page): Promise<void> {
  await plays(page, "Start here");
  await press(page, "📁 Films");
  await sees(page, "A Quiet Harbour");
  await picture(page, "telegram");
  await press(page, "⋯ More");
  await sees(page, "What shall be done?");
  await picture(page, "tidy");
  await page.getByLabel("Message", { exact: true }).fill("/login");
  await page.keyboard.press("Enter");
  await sees(page, "How would you like to sign in?");
  await picture(page, "sign-in");
}

async function inTheGroup(page: Page): Promise<void> {
  await plays(page, "Group: Mia shares her drive");
  await sees(page, "Shared with this group");
  await plays(page, "Group: Lena browses it");
  await sees(page, "Holiday 2026");
  await page.locator("#people").getByRole("button", { name: "Jun" }).click();
  await page.locator(".chat", { hasText: "Film night" }).click();
  await press(page, "📁 Holiday 2026");
  await sees(page, "Packing list.txt");
  await picture(page, "group");
}

async function onDiscord(page: Page): Promise<void> {
  await plays(page, "Discord: open a share");
  await sees(page, "Holiday 2026");
  await picture(page, "discord");
}

async function onOneTimePage(browser: Browser, page: Page): Promise<void> {
  await plays(page, "Discord: sign in on a one-time page");
  const link = page.locator("#messages").getByRole("link", { name: "Enter it in the browser" });
  const address = (await link.getAttribute("href")) ?? "";
  const own = await browser.newPage({ viewport: { width: 720, height: 790 } });
  await own.goto(address);
  await picture(own, "one-time-page");
}

async function onWatchPage(browser: Browser, page: Page): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill("/link /Music/Morning.wav");
  await page.keyboard.press("Enter");
  const link = page.locator("#messages a[href*='Morning.wav']").last();
  const address = (await link.getAttribute("href")) ?? "";
  const own = await browser.newPage({ viewport: { width: 1000, height: 580 } });
  await own.goto(address.replace(/\/[dp]\//, "/w/"));
  await own.locator("audio").waitFor();
  await picture(own, "watch");
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Plays a tip to its end. */
async function plays(page: Page, label: string): Promise<void> {
  const tip = page.locator("#tips").getByRole("button", { name: label });
  await tip.click();
  await page.locator("#tips [aria-busy=true]").waitFor({ state: "detached" });
}

async function press(page: Page, label: string): Promise<void> {
  await page.locator("#messages").getByRole("button", { name: label }).last().click();
}

async function sees(page: Page, text: string): Promise<void> {
  await page.locator("#messages > li.bot", { hasText: text }).last().waitFor();
}

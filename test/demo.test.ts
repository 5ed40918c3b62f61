import { createHash } from "node:crypto";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { chromiumHere, startDemo, type Demo } from "./demo-program.ts";

// `npm run demo`, as a visitor has it: the real program, the page in a real browser. Everybody in here is another person
// of the cast, so that no story needs the one before.

const program = chromiumHere();
if (!program) process.stderr.write("the demo page is not looked at: no Chromium here\n");

const packingList = "towel\nsun cream\nbooks\n";

describe.runIf(program)("the demo", () => {
  let demo: Demo;
  let browser: Browser;
  beforeAll(async () => {
    demo = await startDemo();
    browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox", "--disable-gpu"] });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await demo.stop();
  });

  /** The page with somebody at it, in their private chat on a platform. */
  async function sit(person: string, platform: "telegram" | "discord" = "telegram") {
    const context = await browser.newContext({ viewport: { width: 1200, height: 850 } });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    await page.goto(demo.url);
    await page.getByRole("group", { name: "You are" }).getByRole("button", { name: person }).click();
    await page.locator(`.chat.${platform}`).first().click();
    const visitor: Visitor = {
      page,
      complaints,
      say: async (text) => {
        await page.getByLabel("Message", { exact: true }).fill(text);
        await page.getByLabel("Message", { exact: true }).press("Enter");
      },
      press: (label) => page.locator("#messages").getByRole("button", { name: label }).last().click(),
      sees: (text) => page.locator("#messages > li.bot", { hasText: text }).last().waitFor(),
    };
    return visitor;
  }

  test("Mia signs in, opens folders, takes a link, and the link gives the file", async () => {
    const { page, say, press, sees, complaints } = await sit("Mia");
    await say("/login");
    await press("User name and password");
    await sees("User name");
    await say("mia@example.com");
    await sees("Password");
    await noteWhatIsShown(page);
    await say("correct-horse");
    await press("📁 Holiday 2026");
    await press("Packing list.txt");
    // The card has the link already.
    const link = page.locator("#messages a[href*='/d/']").last();
    await link.waitFor();
    // What the press cost stands under the press.
    const cost = page.locator("#calls section", { hasText: "Packing list.txt" }).last();
    await cost.locator("h3", { hasText: /PikPak 1 · Telegram \d/ }).waitFor();
    expect(await cost.locator("li.pikpak").textContent()).toMatch(/GET drive \/drive\/v1\/files.*200\d+ ms/);

    const answer = await fetch((await link.getAttribute("href")) ?? "");
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBe(packingList.length);
    expect(sha256(bytes)).toBe(sha256(packingList));

    // The password was on the page, and is not any more.
    expect(await whatWasShown(page)).toContain("correct-horse");
    expect(await page.locator("#messages", { hasText: "correct-horse" }).count()).toBe(0);
    expect(await page.locator("#panel").textContent()).not.toMatch(/(?<!→ )correct-horse/);
    expect(complaints).toEqual([]);
  });

  test("Lena opens a share with a pass code, and a file comes into the chat", async () => {
    const { page, say, press, sees, complaints } = await sit("Lena");
    const tip = page.locator("#tips").getByRole("button", { name: "A share with a pass code" });
    const [link = "", code = ""] = (await tip.locator("small").textContent())?.split(" → ") ?? [];
    await say(link);
    await sees("pass code");
    await say("nope");
    await sees("not right");
    await say(code);
    await press("Packing list.txt");
    await press("📥");
    const file = page.locator("#messages .file").getByRole("link", { name: "Download Packing list.txt" });
    const address = new URL((await file.getAttribute("href")) ?? "", demo.url);
    expect(await (await fetch(address)).text()).toBe(packingList);
    expect(complaints).toEqual([]);
  });

  test("Otto changes his language, and the bot and its commands do", async () => {
    const { page, say, sees, complaints } = await sit("Otto");
    await say("/help");
    await sees("What I can do");
    await page.getByLabel("Language").selectOption("简体中文");
    await say("/help");
    await sees("我能做什么");
    await page.getByLabel("Message", { exact: true }).fill("/sett");
    await page.getByRole("option", { name: /\/settings .*语言/ }).waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe("/settings");
    await page.keyboard.press("Escape");
    await page.locator("#hints").waitFor({ state: "hidden" });
    // What the server knows is there after a reload, and so is one's participant.
    await page.reload();
    await sees("我能做什么");
    expect(await page.getByLabel("Language").inputValue()).toBe("zh-hans");
    expect(complaints).toEqual([]);
  });

  test("Jun opens a share on Discord by form and menu, and signs in on a page of its own", async () => {
    const { page, say, press, sees, complaints } = await sit("Jun", "discord");
    await page.getByLabel("Language").selectOption("English");
    const tip = page
      .locator("#tips")
      .getByRole("button", { name: /^.*Open a share/ })
      .first();
    await say("/share");
    const form = page.getByRole("dialog");
    await form.getByLabel("Share link").fill((await tip.locator("small").textContent()) ?? "");
    await form.getByRole("button", { name: "Submit" }).click();
    await sees("Packing list.txt · 22 B");

    await say("/login");
    await press("User name and password");
    const popup = page.waitForEvent("popup");
    await page.locator("#messages").getByRole("link", { name: "Enter it in the browser" }).click();
    const form2 = await popup;
    await form2.locator("[name=username]").fill("jun@example.com");
    await form2.locator("[name=password]").fill("battery-staple");
    await form2.getByRole("button").first().click();
    await form2.waitForLoadState();
    await form2.close();
    await sees("合同（最终版）.pdf");
    expect(await page.locator("body").textContent()).not.toMatch(/(?<!→ )battery-staple/);
    expect(complaints).toEqual([]);
  });

  test("Lena's tip gives her a code, and her drive opens where she waits once she approves it on PikPak's page", async () => {
    const { page, sees, complaints } = await sit("Lena");
    await plays(page, "Lena approves in PikPak");
    await sees("Waiting for your approval");
    const popup = page.waitForEvent("popup");
    await page
      .locator("#messages")
      .getByRole("link", { name: /user_code=/ })
      .click();
    const pikpak = await popup;
    await pikpak.getByLabel("Signed in as").selectOption("lena@example.com");
    await pikpak.getByRole("button", { name: "Approve" }).click();
    await pikpak.getByRole("status").waitFor();
    await pikpak.close();
    await sees("Recipes");
    expect(complaints).toEqual([]);
  });

  test("Otto's tip signs him in with an access token, which is on the page no longer than it takes", async () => {
    const { page, sees, complaints } = await sit("Otto");
    await page.getByLabel("Language").selectOption("English");
    await noteWhatIsShown(page);
    await plays(page, "Otto's access token");
    await sees("The sign-in is good until");
    expect(await whatWasShown(page)).toContain("eyJ");
    await page.locator("#messages", { hasText: "eyJ" }).waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  test("a tip that stands on another waits until that has been answered", async () => {
    const { page, sees, complaints } = await sit("Mia");
    await noteWhatIsShown(page, "#toast");
    await plays(page, "Choose where a download goes");
    await sees("Night ferry");
    expect(await whatWasShown(page)).toBe("");
    expect(complaints).toEqual([]);
  });

  test("a tip plays from beginning to end, and a draft waits where it was written", async () => {
    const { page, sees, complaints } = await sit("Otto", "discord");
    await page.getByLabel("Message", { exact: true }).fill("half a thought");
    // A question that is still open does not get the tip's texts.
    await page.locator("#tips").getByRole("button", { name: "must prove to be human" }).click();
    await sees("Address you ended on");
    await page.locator("#tips [aria-busy=true]").waitFor({ state: "detached" });
    await page.locator("#tips").getByRole("button", { name: "A share that is over" }).click();
    await sees("expired");
    expect(await page.locator("#people").getByRole("button", { name: "Mia" }).getAttribute("aria-pressed")).toBe(
      "true",
    );
    await page.locator("#people").getByRole("button", { name: "Otto" }).click();
    await page.locator(".chat.discord").first().click();
    expect(await page.getByLabel("Message", { exact: true }).inputValue()).toBe("half a thought");
    expect(complaints).toEqual([]);
  });
});

describe.runIf(program)("a demo of their own", () => {
  test("three people share a group: what Mia lends, Lena lists, and Jun's press is for Jun alone; in the end the page says so", async () => {
    const demo = await startDemo();
    const browser = await chromium.launch({ executablePath: program ?? "", args: ["--no-sandbox", "--disable-gpu"] });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const messages = page.locator("#messages");
    const folder = messages.getByRole("button", { name: "📁 Holiday 2026" }).last();
    await page.goto(demo.url);
    await messages.getByText("two ways in").waitFor();
    await plays(page, "Start here");
    await folder.waitFor();
    await plays(page, "Group: Mia shares her drive");
    await messages.getByText("Shared with this group").waitFor();
    await plays(page, "Group: Lena browses it");
    await folder.waitFor();

    // Jun has news; Lena's listing is on his page, and his press gives him one of his own.
    await page.locator("#people").getByRole("button", { name: "Jun has news" }).click();
    await page.locator(".chat", { hasText: "Film night" }).click();
    await folder.click();
    const own = messages.locator("li", { hasText: "Only you can see this" });
    await own.getByRole("button", { name: /Packing list.txt/ }).waitFor();
    await page.locator("#people").getByRole("button", { name: "Lena" }).click();
    await page.locator(".chat", { hasText: "Film night" }).click();
    await folder.waitFor();
    expect(await own.count()).toBe(0);

    expect(await page.getByRole("alert").count()).toBe(0);
    expect(await demo.stop()).toBe(0);
    await page.getByRole("alert").getByText("The demo has ended").waitFor();
  });
});

async function plays(page: Page, label: string): Promise<void> {
  await page.locator("#tips").getByRole("button", { name: label }).click();
  await page.locator("#tips [aria-busy=true]").waitFor({ state: "detached" });
}

interface Visitor {
  readonly page: Page;
  /** Errors the page ran into. */
  readonly complaints: readonly string[];
  say(text: string): Promise<void>;
  /** Presses the lowest button of that name. */
  press(label: string): Promise<void>;
  /** Waits for a message of the bot. */
  sees(text: string): Promise<void>;
}

/** Keeps every text that comes up in the chat, or elsewhere, from now on. */
async function noteWhatIsShown(page: Page, where = "#messages"): Promise<void> {
  await page.evaluate(`
    globalThis.shown = [];
    const watched = document.querySelector("${where}");
    new MutationObserver(() => shown.push(watched.textContent)).observe(watched, { childList: true, subtree: true });
  `);
}

async function whatWasShown(page: Page): Promise<string> {
  return String(await page.evaluate("shown.join()"));
}

function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

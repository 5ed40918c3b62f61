import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { prepareProgram, type Program } from "./program.ts";

let program: Program | undefined;
afterEach(() => program?.close());

/** The packages the whole program has loaded once it is ready. */
async function loadedWith(variables: Readonly<Record<string, string>>): Promise<ReadonlySet<string>> {
  program = await prepareProgram(variables);
  const file = join(program.dataDir, "..", "loaded");
  const preload = join(import.meta.dirname, "loaded-packages.ts");
  await program.start({ NODE_OPTIONS: `--import=${preload}`, LOADED_PACKAGES: file });
  return new Set(readFileSync(file, "utf8").split("\n"));
}

test("a program with Telegram alone loads nothing of Discord's library, and the other way round", async () => {
  const telegram = await loadedWith({ DISCORD_BOT_TOKEN: "" });
  expect([telegram.has("grammy"), telegram.has("discord.js")]).toEqual([true, false]);
  await program?.close();
  const discord = await loadedWith({ TELEGRAM_BOT_TOKEN: "" });
  expect([discord.has("grammy"), discord.has("discord.js")]).toEqual([false, true]);
});

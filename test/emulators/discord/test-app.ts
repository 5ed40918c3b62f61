import { Client, Options, type ClientOptions, type Interaction } from "discord.js";
import { onTestFinished } from "vitest";
import { startDiscord, type DiscordEmulator } from "../../../emulators/discord/discord.ts";
import { virtualClock, type VirtualClock } from "../../../emulators/clock.ts";
import type { Person } from "../../../emulators/discord/person.ts";
import type { Channel, Guild } from "../../../emulators/discord/state.ts";

export interface TestApp {
  readonly discord: DiscordEmulator;
  readonly clock: VirtualClock;
  readonly mia: Person;
  readonly jun: Person;
  readonly guild: Guild;
  readonly general: Channel;
}

/** A Discord with Mia, who owns a server with the bot in it, and Jun, who is a member. */
export async function openTestApp(): Promise<TestApp> {
  const clock = virtualClock();
  const discord = await startDiscord({ clock });
  onTestFinished(() => discord.close());
  const mia = discord.person({ name: "Mia", id: "1001" });
  const jun = discord.person({ name: "Jun", id: "1002", locale: "zh-CN" });
  const guild = discord.guild({ name: "Films", owner: mia, members: [jun] });
  const general = guild.channels[0];
  if (!general) throw new Error("the guild has no channel");
  return { discord, clock, mia, jun, guild, general };
}

/** The real discord.js, told only where to go. */
export async function logIn(
  { discord }: Pick<TestApp, "discord">,
  on?: (interaction: Interaction) => Promise<unknown>,
  options: Partial<ClientOptions> = {},
): Promise<Client<true>> {
  const client = new Client({
    intents: [],
    allowedMentions: { parse: [] },
    makeCache: Options.cacheEverything(),
    rest: { api: discord.apiRoot, timeout: 5000 },
    ...options,
  });
  const failures: unknown[] = [];
  client.on("error", (error) => void failures.push(error));
  onTestFinished(async () => {
    await client.destroy();
    if (failures.length > 0) throw new Error(`the bot failed: ${failures.map(String).join("; ")}`);
  });
  if (on)
    client.on(
      "interactionCreate",
      (interaction) => void on(interaction).catch((error: unknown) => failures.push(error)),
    );
  const ready = new Promise<Client<true>>((resolve) => client.once("clientReady", resolve));
  await client.login(discord.token);
  return ready;
}

/** A raw request as the bot. */
/** What every request to Discord must say of itself. */
export const agent = { "user-agent": "DiscordBot (https://example.com, 1.0)" };

export async function call(
  { discord }: Pick<TestApp, "discord">,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(`${discord.apiRoot}/v10${path}`, {
    method,
    headers: { ...agent, authorization: `Bot ${discord.token}`, "content-type": "application/json" },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json: unknown = text === "" ? {} : JSON.parse(text);
  return { status: response.status, json: json as Record<string, unknown>, headers: response.headers };
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { cast } from "../../emulators/seed.ts";
import type { Program } from "../journeys/program.ts";
import type { SignIns } from "./sign-ins.ts";

interface Adding {
  readonly program: Program;
  readonly environment: Readonly<Record<string, string>>;
  readonly signIns: SignIns;
}

/** Everybody's drives, added from the shell: nobody types a password while kills go on. */
export async function addAccounts(adding: Adding): Promise<void> {
  for (const person of ["telegram:mia", "telegram:lena", "telegram:otto", "discord:mia"] as const)
    await add(adding, person);
}

async function add(
  { program, environment, signIns }: Adding,
  person: `${"telegram" | "discord"}:${"mia" | "lena" | "otto"}`,
) {
  const [chat, name] = person.split(":");
  // The type says what stands after the colon.
  const who = name as "mia" | "lena" | "otto";
  const { pikpak, telegram, discord } = program.world.config;
  const { username, password } = program.world.shelf.accounts[who];
  signIns.asked(who);
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../../src/cli/account.ts"), "add", `${chat}:${cast[who].id}`],
    {
      env: {
        PATH: process.env["PATH"] ?? "",
        DATA_DIR: program.dataDir,
        TELEGRAM_BOT_TOKEN: telegram?.token ?? "",
        DISCORD_BOT_TOKEN: discord?.token ?? "",
        PIKPAK_DRIVE_URL: pikpak.driveUrl ?? "",
        PIKPAK_USER_URL: pikpak.userUrl ?? "",
        PIKPAK_MCP_URL: pikpak.mcpUrl,
        ...environment,
      },
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdin?.end(`${username}\n${password}\n`);
  const [code] = (await once(child, "close")) as [number];
  if (code !== 0) throw new Error(`the account was not added (exit code ${code}): ${said}`);
}

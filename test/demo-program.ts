import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** A Chromium on this machine; undefined = there is none. */
export function chromiumHere(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
}

/** The demo as it runs. */
export interface Demo {
  readonly url: string;
  /** Ends it; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** The program itself, on any free port. */
export async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "emulators", "demo.ts")], {
    env: { PATH: process.env["PATH"], DEMO_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await addressOf(child);
  return {
    url,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      await ended;
      return child.exitCode;
    },
  };
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("exit", (code) => reject(new Error(`the demo ended with ${code}: ${said}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const url = /demo is at (http:\S+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { freePort } from "../emulators/free-port.ts";

/** Whether there is an aria2c to run; where there is none it says so. */
export function isAria2Here(): boolean {
  const isHere = spawnSync("aria2c", ["--version"]).status === 0;
  if (!isHere) process.stderr.write("tests with a real aria2 are left out: there is no aria2c here\n");
  return isHere;
}

/** A real aria2 that listens on loopback, and where it puts files. */
export interface RealAria2 {
  readonly address: string;
  readonly folder: string;
  /** How many of its downloads are complete, by its own word: a file has its name before it has all its bytes. */
  complete(): Promise<number>;
  close(): void;
}

export async function startRealAria2(secret: string): Promise<RealAria2> {
  const folder = mkdtempSync(join(tmpdir(), "chatdrive-aria2-"));
  const port = await freePort();
  const options = [
    "--enable-rpc",
    `--rpc-listen-port=${port}`,
    `--rpc-secret=${secret}`,
    `--dir=${folder}`,
    "--no-conf",
  ];
  const child: ChildProcess = spawn("aria2c", [...options, "--quiet"], { stdio: "ignore" });
  const address = `http://127.0.0.1:${port}/jsonrpc`;
  await expect
    .poll(
      () =>
        fetch(address).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  return {
    address,
    folder,
    async complete() {
      const params = [`token:${secret}`, 0, 1_000, ["status"]];
      const body = JSON.stringify({ jsonrpc: "2.0", id: "1", method: "aria2.tellStopped", params });
      const answer = await fetch(address, { method: "POST", body, headers: { "content-type": "application/json" } });
      const { result } = (await answer.json()) as { readonly result: readonly { readonly status: string }[] };
      return result.filter(({ status }) => status === "complete").length;
    },
    close() {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

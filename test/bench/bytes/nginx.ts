import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A running nginx of one process. */
export interface Nginx {
  readonly pid: number;
  stop(): Promise<void>;
}

/** Whether nginx is there, and which; undefined where it is not. */
export function nginxVersion(): string | undefined {
  const { status, stderr } = spawnSync("nginx", ["-v"], { encoding: "utf8" });
  return status === 0 ? /nginx\/\S+/.exec(stderr)?.[0] : undefined;
}

/** Starts nginx with these lines inside `http {}`, and resolves when it listens on `port`. */
export async function startNginx(lines: string, port: number): Promise<Nginx> {
  const home = mkdtempSync(join(tmpdir(), "chatdrive-nginx-"));
  const file = join(home, "nginx.conf");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${home}/${kind};`,
  );
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${home}/pid; error_log stderr error;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000; ${temporary.join(" ")}
${lines}
}`,
  );
  const child = spawn("nginx", ["-e", "stderr", "-c", file, "-p", home], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await listening(port);
  return {
    pid: child.pid ?? 0,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1");
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (answered) return;
    await sleep(50);
  }
  throw new Error(`nginx does not listen on port ${port}`);
}

import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk of a few megabytes: a file with ext4 in it, mounted. Nothing else is on it. */
export interface SmallDisk {
  /** Where it is mounted. */
  readonly folder: string;
  /** Leaves no byte of it free. */
  fill(): void;
  /** Takes away what filled it. */
  free(): void;
  /** As the system does where a disk fails: from now on nothing can be written, also by those who have files open. */
  fail(): void;
  /** Nobody may have files open there: it can be written to again. */
  repair(): void;
  /** The same for whoever looks only. */
  readOnly(is: boolean): void;
  close(): void;
}

/** Whether this machine lets one mount a file: root may, where the container does not forbid it. */
export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    openSmallDisk().close();
    return true;
  } catch {
    return false;
  }
}

/** Makes one of that many megabytes. */
export function openSmallDisk(megabytes = 8): SmallDisk {
  const above = mkdtempSync(join(tmpdir(), "chatdrive-disk-"));
  const [image, folder] = [join(above, "image"), mkdtempSync(join(above, "mounted-"))];
  const run = (command: string, ...words: readonly string[]) => void execFileSync(command, words, { stdio: "pipe" });
  const mount = () => run("mount", "-o", "loop", image, folder);
  closeSync(openSync(image, "w"));
  truncateSync(image, megabytes * 1_048_576);
  try {
    // Blocks of the size of a page, as disks have: SQLite allocates its shared memory by pages.
    run("mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096", image);
    mount();
  } catch (error) {
    rmSync(above, { recursive: true, force: true });
    throw error;
  }
  const filler = join(folder, "filler");
  return {
    folder,
    fill: () => fillWith(filler),
    free: () => rmSync(filler, { force: true }),
    fail: () => run("mount", "-o", "remount,abort", folder),
    repair() {
      run("umount", folder);
      // 1 = it has mended something.
      const { status } = spawnSync("e2fsck", ["-fy", image]);
      if (status !== 0 && status !== 1) throw new Error(`e2fsck ended with ${status}`);
      mount();
    },
    readOnly: (is) => run("mount", "-o", `remount,${is ? "ro" : "rw"}`, folder),
    close() {
      spawnSync("umount", ["-l", folder]);
      rmSync(above, { recursive: true, force: true });
    },
  };
}

function fillWith(file: string): void {
  const filler = openSync(file, "a");
  for (let size = 65_536; size >= 1; size = Math.floor(size / 16)) {
    try {
      for (;;) writeSync(filler, Buffer.alloc(size));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
    }
  }
  closeSync(filler);
}

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ConfigError, type Config } from "../config.ts";
import { driverKinds } from "../drivers/index.ts";
import { createOutbound } from "../outbound.ts";
import type { DriverContext, Probe } from "../storage/driver.ts";
import type { Values } from "../storage/field.ts";
import type { Mount } from "../storage/mount.ts";
import type { FolderRecord } from "../storage/name-index.ts";
import { createStorage, type Storage } from "../storage/storage.ts";
import { ownKey } from "../store/key.ts";
import type { Store } from "../store/store.ts";
import { peersOver } from "./peers.ts";

/** The configured keys; else the key file, which several processes over one database cannot share. */
export function keysOf(config: Config): readonly [Uint8Array, ...Uint8Array[]] {
  const [first, ...more] = config.secretKeys ?? [keyFile(config)];
  if (!first) throw new ConfigError("SECRET_KEY: holds no key");
  return [first, ...more];
}

function keyFile({ storeUrl, dataDir }: Config): Uint8Array {
  if (isSharedStore(storeUrl)) {
    throw new ConfigError(
      "SECRET_KEY: set it where STORE_URL is a server that others may use too (openssl rand -base64 32), and give every process the same.",
    );
  }
  try {
    return ownKey(dataDir);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const advice =
      error instanceof Error && "code" in error
        ? ". It has to be a folder that the user of the bot can write to, on a disk that is not full."
        : "";
    throw new ConfigError(`DATA_DIR: ${why}${advice}`, { cause: error });
  }
}

/** Several processes may work over such a store. */
function isSharedStore(storeUrl: string): boolean {
  return /^(rediss?|postgres(ql)?):/.test(storeUrl);
}

interface StorageDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly log: Logger;
  /** Told of what drivers ask of the services behind them; absent = nobody counts. */
  readonly count?: DriverContext["count"];
  /** Absent = addresses of files are not tried out. */
  readonly probe?: Probe;
  /** Told when a mount begins to fail as an account, and by whose call. */
  readonly onFailing?: (mount: Mount, asker: string | undefined) => void;
}

/** The mounts in a store, over the drives there are. */
export function openStorage({ config, store, log, count, probe, onFailing }: StorageDependencies): Storage {
  return createStorage({
    count,
    probe,
    onFailing,
    kinds: kindsOf(config),
    mounts: store.open<Mount>("mounts"),
    secrets: store.open<Values>("secrets", { sealed: true }),
    notes: store.open<string>("notes"),
    names: store.open<readonly FolderRecord[]>("names"),
    exclusive: (key, work) => store.exclusive(key, work),
    now: Date.now,
    monotonic: () => performance.now(),
    wait: async (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
    reserve: store.counts?.reserve,
    peers: peersOver(store, "drives"),
    randomHex: (bytes) => randomBytes(bytes).toString("hex"),
    newId,
    log: log.child({ part: "storage" }),
  });
}

function kindsOf({ pikpak, outbound, publicUrl }: Config): ReturnType<typeof driverKinds> {
  const { dispatcher } = createOutbound(outbound);
  try {
    const returnUrl = pikpak.oauth && publicUrl !== undefined ? `${publicUrl}/oauth/pikpak` : undefined;
    return driverKinds({ pikpak: { ...pikpak, returnUrl, openPool: (options) => dispatcher("other", options) } });
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** 10 base62 characters, 59 bits, each alike likely. */
export function newId(): string {
  let id = "";
  while (id.length < 10) {
    for (const byte of randomBytes(16)) {
      // 248 is the largest multiple of 62 in a byte: what is above would make the first letters likelier.
      if (byte < 248 && id.length < 10) id += base62[byte % 62];
    }
  }
  return id;
}

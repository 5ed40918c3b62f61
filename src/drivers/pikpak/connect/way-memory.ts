import { z } from "zod";
import type { DriverContext } from "../../../storage/driver.ts";
import { readNote } from "../note.ts";

/** The two ways to a drive whose token an app has: PikPak's drive API, and its MCP server. */
export type Way = "drive" | "mcp";

/** Which way takes a token, among the notes: it is known to every process, and after a restart. */
export interface WayMemory {
  read(): Promise<KnownWay>;
  /** A way has taken the token. */
  write(way: Way): Promise<void>;
}

export interface KnownWay {
  /** What the next call tries first. */
  readonly first: Way;
  /** What took the token last. Another than `first` where the drive API is due to be tried again. */
  readonly last: Way;
}

interface WayMemoryParts {
  /** `auto`: the drive API, and the MCP server where that alone takes the token. */
  readonly route: "auto" | Way;
  /** Names the token among the notes, in a form that tells nobody. */
  tokenName(): Promise<string>;
  readonly context: Pick<DriverContext, "notes" | "now">;
}

/** The drive API is tried again after this, ms. */
const retryDriveAfter = 24 * 3_600_000;
/** How long a way is known that nobody goes, ms: the first call of whoever comes later finds it out again. */
const keptFor = 30 * retryDriveAfter;
/** 0 = the drive API took the token last. */
const note = z.object({ until: z.number() });

export function createWayMemory({ route, tokenName, context: { notes, now } }: WayMemoryParts): WayMemory {
  const key = async () => `route:${await tokenName()}`;
  return {
    async read() {
      if (route !== "auto") return { first: route, last: route };
      const { until } = readNote(note, await notes.read(await key())) ?? { until: 0 };
      const isFresh = until > now() && until <= now() + retryDriveAfter;
      return { first: isFresh ? "mcp" : "drive", last: until > 0 ? "mcp" : "drive" };
    },
    async write(way) {
      const until = way === "mcp" ? now() + retryDriveAfter : 0;
      await notes.write(await key(), JSON.stringify({ until }), keptFor);
    },
  };
}

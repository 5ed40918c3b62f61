import { z } from "zod";
import type { DriverContext } from "../../storage/driver.ts";
import { StorageError, type StorageErrorCode } from "../../storage/error.ts";

/** What every request of an account passes: five a second, and nothing while the account has to cool down. */
export interface Gate {
  /** Resolves when it is this request's turn; `too-frequent` while cooling down. */
  pass(signal?: AbortSignal): Promise<void>;
  /** The service said "too often": 30 s, doubled each time up to 15 min, then hours. `ms` is the service's own widget action. Resolves with the ms to wait. */
  coolDown(ms: number | undefined): Promise<number>;
  /** Takes note of a sign-in; throws when there were too many within the hour, or when the last one said to stay away. */
  noteSignIn(most: number): Promise<void>;
  /** The service will not have this account sign in for now: until then every try ends with `code`, unasked. */
  holdSignIns(code: StorageErrorCode, ms: number): Promise<void>;
}

/** Requests within any second. */
const rate = 5;
const second = 1000;
const hour = 3_600_000;
const day = 24 * hour;
const steps = [30_000, 60_000, 120_000, 240_000, 480_000, 900_000, hour, 3 * hour, 6 * hour, 12 * hour, day];
/** A cool-down this long over is forgotten. */
const forgiven = 600_000;

const coolDownNote = z.object({ until: z.number(), level: z.number() });
const holdNote = z.object({ until: z.number(), code: z.enum(["sign-in-refused", "account-suspended"]) });
type CoolDown = z.infer<typeof coolDownNote>;

/** The gate of one account; its cool-down is kept in the notes, so that a restart does not forget it. */
export function createGate(
  account: string,
  { notes, now, wait, count }: Pick<DriverContext, "notes" | "now" | "wait" | "count">,
): Gate {
  const coolDownKey = `cool-down:${account}`;
  const signInsKey = `sign-ins:${account}`;
  const holdKey = `sign-in-hold:${account}`;
  let cooling: Promise<CoolDown | undefined> | undefined;
  const current = () => (cooling ??= notes.read(coolDownKey).then((text) => noted(coolDownNote, text)));
  const refuseWhileCooling = async () => {
    const { until = 0 } = (await current()) ?? {};
    if (until > now()) throw new StorageError("too-frequent", { retryAfter: until - now(), message: "cooling down" });
  };
  const turns = createTurns();
  return {
    async pass(signal) {
      signal?.throwIfAborted();
      await refuseWhileCooling();
      const early = turns.next(now()) - now();
      if (early <= 0) return;
      await wait(early, signal);
      // Somebody ahead may have been told "too often" meanwhile.
      await refuseWhileCooling();
    },
    async coolDown(ms) {
      count?.("cool-downs");
      const before = await current();
      const level = before && before.until + forgiven > now() ? before.level + 1 : 0;
      const pause = Math.min(ms ?? steps[Math.min(level, steps.length - 1)] ?? hour, day);
      const next: CoolDown = { until: now() + pause, level };
      cooling = Promise.resolve(next);
      await notes.write(coolDownKey, JSON.stringify(next), pause + forgiven);
      return pause;
    },
    async noteSignIn(most) {
      const hold = noted(holdNote, await notes.read(holdKey));
      if (hold && hold.until > now()) {
        throw new StorageError(hold.code, { retryAfter: hold.until - now(), message: "sign-in was refused before" });
      }
      const recent = times(await notes.read(signInsKey)).filter((at) => at > now() - hour);
      const first = recent[0];
      if (recent.length >= most && first !== undefined) {
        throw new StorageError("too-frequent", {
          retryAfter: first + hour - now(),
          message: "too many sign-ins within the hour",
        });
      }
      await notes.write(signInsKey, [...recent, now()].join(" "), hour);
    },
    holdSignIns: (code, ms) => notes.write(holdKey, JSON.stringify({ until: now() + ms, code }), ms),
  };
}

/** Hands out turns: at most `rate` of them within any second. */
function createTurns(): { next(now: number): number } {
  const taken: number[] = [];
  return {
    next(now) {
      const turn = taken.length < rate ? now : Math.max(now, (taken.shift() ?? 0) + second);
      taken.push(turn);
      return turn;
    },
  };
}

/** A note as it was written; what cannot be read is no note. */
function noted<T>(shape: z.ZodType<T>, text: string | undefined): T | undefined {
  if (text === undefined) return undefined;
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function times(text: string | undefined): number[] {
  return text ? text.split(" ").map(Number) : [];
}

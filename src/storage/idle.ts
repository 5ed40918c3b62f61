import { capabilities, type Capability, type CapabilityOf, type Driver } from "./driver.ts";
import { StorageError } from "./error.ts";

/** A driver that is closed while nobody needs it, and opened again by the next call. */
export interface IdleDriver {
  readonly driver: Driver;
  /** How many calls have been answered so far, failures aside. */
  answers(): number;
  /** Closes it as soon as no call is under way, and again after each later one. */
  rest(): void;
  /** Closes it for good. */
  close(): Promise<void>;
}

export function idling(open: () => Driver): IdleDriver {
  let current: Driver | undefined = open();
  const first = current;
  let underway = 0;
  let answers = 0;
  let isResting = false;
  let isClosed = false;
  /** What the drive calls itself, as far as it has told; the next driver is told so only when it lists the root. */
  let title: string | undefined;
  const restNow = () => {
    if (!isResting || underway > 0) return;
    const closing = current;
    current = undefined;
    title = closing?.title?.() || title;
    // What hangs at its end has nobody left to tell.
    void closing?.close?.().catch(() => undefined);
  };
  const hold = async <T>(work: (driver: Driver) => Promise<T>): Promise<T> => {
    if (isClosed) throw new StorageError("upstream", { message: "the drive was signed in to anew or removed" });
    current ??= open();
    underway += 1;
    try {
      return await work(current);
    } finally {
      underway -= 1;
      restNow();
    }
  };
  const use = async <T>(work: (driver: Driver) => Promise<T>): Promise<T> => {
    const answer = await hold(work);
    answers += 1;
    return answer;
  };
  const driver: Driver = {
    list: (folder, options) => use((it) => it.list(folder, options)),
    stat: (id, options) => use((it) => it.stat(id, options)),
    link: (id, options) => use((it) => it.link(id, options)),
    title: () => current?.title?.() || title,
  };
  // No answer of the service's: it says nothing of how the drive is.
  if (first.can) driver.can = () => hold(async (it) => it.can?.() ?? new Set());
  if (first.revoke) driver.revoke = (options) => use((it) => it.revoke?.(options) ?? Promise.resolve(true));
  for (const name of capabilities) if (first[name]) lend(driver, name, use);
  return {
    driver,
    answers: () => answers,
    rest() {
      isResting = true;
      restNow();
    },
    async close() {
      isClosed = true;
      await current?.close?.();
    },
  };
}

type Use = <T>(work: (driver: Driver) => Promise<T>) => Promise<T>;

/** Gives `driver` a capability that the one behind it has. */
function lend<K extends Capability>(driver: Partial<Record<K, unknown>>, name: K, use: Use): void {
  driver[name] = (...parameters: Parameters<CapabilityOf<K>>) =>
    use(async (it) => {
      const method = it[name] as ((...given: typeof parameters) => Promise<unknown>) | undefined;
      if (!method) throw new StorageError("unsupported");
      return method.apply(it, parameters);
    });
}

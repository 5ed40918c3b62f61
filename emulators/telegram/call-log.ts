import type { Until } from "./dependencies.ts";
import type { CallRecord } from "./server.ts";
import type { World } from "./world.ts";

/** ms one waits for a bot unless told otherwise. */
const defaultTimeout = 5000;

/** The calls bots made, and word of every new one. */
export interface CallLog {
  readonly calls: readonly CallRecord[];
  record(call: CallRecord): void;
  onCall(listener: (call: CallRecord) => void): () => void;
  summary(): string;
}

/** An empty log. */
export function createCallLog(): CallLog {
  const calls: CallRecord[] = [];
  const listeners = new Set<(call: CallRecord) => void>();
  return {
    calls,
    record(call) {
      calls.push(call);
      for (const listener of listeners) listener(call);
    },
    onCall(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    summary: () => calls.map(({ method, error }) => (error ? `${method} (${error.description})` : method)).join(", "),
  };
}

/** Looks again once the step in which something changed or was called is over; no sleeping. */
export function createUntil(world: World, onCall: CallLog["onCall"]): Until {
  return (find, { what, timeout = defaultTimeout }) =>
    new Promise((resolve, reject) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        end();
        resolve(found);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(typeof what === "string" ? what : what()));
      }, timeout);
      let due: NodeJS.Immediate | undefined;
      const lookSoon = () => {
        due ??= setImmediate(() => {
          due = undefined;
          look();
        });
      };
      const stops = [world.onChange(lookSoon), onCall(lookSoon)];
      const end = () => {
        clearTimeout(timer);
        clearImmediate(due);
        for (const stop of stops) stop();
      };
      look();
    });
}

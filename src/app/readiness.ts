import { setTimeout as sleep } from "node:timers/promises";
import type { Readiness } from "../gateway/handler.ts";
import type { Store } from "../store/store.ts";
import type { Frontends } from "./frontends.ts";

interface ReadinessParts {
  readonly store: Pick<Store, "check">;
  /** The chats; absent while they are made. */
  frontends(): Pick<Frontends, "all"> | undefined;
}

/** How long a question about being ready may take. */
const checkWithin = 2000;

/** Whether the app can serve: the store takes writes, and every chat is connected. */
export function readiness({ store, frontends }: ReadinessParts): () => Promise<Readiness> {
  return async () => {
    const chats = frontends()?.all ?? [];
    const reasons = [
      await inTime(store.check(), "the store takes no writes"),
      chats.length === 0 ? "no chat was started yet" : undefined,
      ...chats.map((chat) => chat.isUp()),
    ].filter((reason) => typeof reason === "string");
    return reasons.length === 0 ? { ok: true } : { ok: false, reasons };
  };
}

/** What is wrong when something fails or takes too long; undefined = nothing. */
function inTime(work: Promise<unknown>, wrong: string): Promise<string | undefined> {
  const done = work.then(
    () => undefined,
    () => wrong,
  );
  return Promise.race([done, sleep(checkWithin, wrong, { ref: false })]);
}

import { once } from "node:events";
import { openStore } from "../../src/store/store.ts";

// A process that takes a lock, says so, and writes under it once it is told to on its input: run by locks.test.ts.

const [url = "", key = "", lifetime = ""] = process.argv.slice(2);
const store = await openStore({
  url,
  keys: [new Uint8Array(32)],
  onError: () => undefined,
  lockLifetime: Number(lifetime),
});
const kept = store.open<string>("fenced");
const outcome = await store
  .exclusive(key, async () => {
    process.stdout.write("held\n");
    await once(process.stdin, "data");
    await kept.set(key, "written by the first holder");
    return "written";
  })
  .catch((error: unknown) => (error instanceof Error && "reason" in error ? String(error.reason) : String(error)));
process.stdout.write(`${outcome}\n`);
await store.close();
process.exit(0);

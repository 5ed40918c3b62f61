import { openStore } from "../../src/store/store.ts";

// A process that takes a place, says what came of it, and holds it until it is killed: run by counts.test.ts.

const [name = "", lifetime = "", url = "", redisUrl = ""] = process.argv.slice(2);
const store = await openStore({
  url,
  redisUrl: redisUrl || undefined,
  keys: [new Uint8Array(32)],
  onError: () => undefined,
  lockLifetime: Number(lifetime),
});
const claim = await store.counts?.claim([{ name, most: 1 }]);
process.stdout.write(`${claim?.is}\n`);
setInterval(() => undefined, 1000);

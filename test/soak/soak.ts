import { parseArgs } from "node:util";
import { soak, tableOf } from "./soaking.ts";

// `npm run soak`: what people do in a day, with what goes wrong in it, one thing after the other. `--rounds=600 --seed=1`.
// Prints what the program holds along the way; exits 1 when something of it grows with what was done.

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "600" }, seed: { type: "string", default: "1" } },
});
const soaked = await soak({ rounds: Number(values.rounds), seed: Number(values.seed) });
process.stdout.write(`${tableOf(soaked)}\n`);
process.exitCode = soaked.grows.length === 0 ? 0 : 1;

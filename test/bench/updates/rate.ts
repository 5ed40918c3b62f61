import { floorRate, updateRate, type UpdateRate } from "./updates.ts";

// Run by bench.ts, in a process of its own with the flags of `npm start`: `bot` or `grammy`, for what answers the presses.

const rateOf = process.argv[2] === "grammy" ? floorRate : updateRate;
/** Node compiles what runs often while it runs. */
await rateOf({ people: 50, turns: 400 });
const rounds: UpdateRate[] = [];
for (let round = 0; round < 5; round++) rounds.push(await rateOf({ people: 50, turns: 200 }));
process.stdout.write(JSON.stringify(rounds));

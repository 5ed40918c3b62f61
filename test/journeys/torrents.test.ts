import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { everyChatAndLanguage } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A download takes its time, and its message is changed every few seconds at the most.
vi.setConfig({ testTimeout: 60_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

const info = `d6:lengthi7e4:name15:Night train.mkv12:piece lengthi16384e6:pieces20:${"p".repeat(20)}e`;
const bytes = Buffer.from(`d8:announce23:udp://tracker.example/a4:info${info}e`);
const hash = createHash("sha1").update(info).digest("hex");

test.each(everyChatAndLanguage)(
  "a torrent file sent on %s is fetched by its hash, and its message outlives a kill (%#)",
  async (chat, alone, name) => {
    const { world } = program;
    const always = { PUBLIC_URL: program.gateway };
    await program.start(always);
    const person = alone(program, name);
    await person.signIn();
    await person.sees("🏠");
    world.pikpak.rules.offlineTakes = 2500;
    if (chat === "Telegram") world.people[name].sendsFile({ kind: "document", name: "Night train.torrent", bytes });
    else
      await world.members[name].uses("/download", {
        in: world.hall,
        files: { file: { name: "Night train.torrent", bytes } },
      });
    await person.sees("Night train.mkv");
    await expect.poll(() => world.pikpak.state.tasks.size, { timeout: 10_000 }).toBe(1);
    await program.kill();
    await program.start(always);
    await person.sees("✅", "Night train.mkv");
    const begun = world.pikpak.calls.filter(({ method, path }) => method === "POST" && path === "/drive/v1/files");
    expect(begun).toHaveLength(1);
    expect([...world.pikpak.state.tasks.values()].map(({ url }) => url)).toEqual([expect.stringContaining(hash)]);
  },
);

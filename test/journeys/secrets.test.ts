import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { askPageOnDiscord, askPasswordOnTelegram, signInOnTelegram } from "./sign-in.ts";

// What must not stay anywhere: looked for in every byte on the disk and in every line of the log at its most talkative.

let program: Program;
vi.setConfig({ testTimeout: 90_000 });
afterEach(() => program.close());

/** Passwords that are to be found nowhere, typed wrong and typed right. */
const wrong = "wrong-horse-staple-77";

/** What is kept besides the app's own: its schema and who keeps its jobs, what Discord was told, how PikPak wants to be paced. */
function personal(dataDir: string): string[] {
  const database = new DatabaseSync(join(dataDir, "chatdrive.sqlite"), { readOnly: true });
  const rows = database.prepare("SELECT key FROM keyv ORDER BY key").all();
  database.close();
  const own =
    /^(schema:(?:version|keys|jobs)|discord:commands\/\d+|discord:servers|transfers:open|notes:pikpak:sign-ins:(?:account:|person:)?[0-9a-f]{16}(?::[0-9a-f]{16})?|access:operator-code|counters:totals|handled-updates:recent)$/;
  return rows.map(({ key }) => String(key)).filter((key) => !own.test(key));
}

test("passwords, tokens and pass codes are in no file and no log line, and their messages go at once", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { mia } = world.people;
  const right = world.shelf.accounts.mia.password;
  const passCode = world.shelf.shares.coded.passCode ?? "";
  await program.start({ PUBLIC_URL: program.gateway });

  await askPasswordOnTelegram(program, "mia");
  const typed = mia.sends(wrong);
  await mia.waitsFor("does not accept this user name and password");
  expect(typed.stored.deleted).toBe(true);
  expect(program.stored()).not.toContain(wrong);
  const again = mia.sends(right);
  await mia.waitsFor("6 entries");
  expect(again.stored.deleted).toBe(true);

  const hasty = mia.sends(`/login mia@example.com ${wrong}`);
  await world.telegram.until(() => hasty.stored.deleted || undefined);
  mia.sends("/cancel");
  mia.sends(world.shelf.shares.coded.url);
  await mia.waitsFor("❔ Pass code");
  const code = mia.sends(passCode);
  await mia.waitsFor("🏠 Holiday 2026");
  expect(code.stored.deleted).toBe(true);
  await program.kill();

  for (const place of [program.stored(), program.log()])
    for (const secret of [wrong, right]) expect(place).not.toContain(secret);
  for (const place of [program.readable(), program.log()]) {
    // Refresh, captcha and access tokens, by their shapes.
    expect(place).not.toMatch(/\bos\.[\w.-]{10,}|\bck0\.[\w.-]{10,}|\beyJ[\w-]{10,}/);
  }
  expect(program.stored()).not.toMatch(new RegExp(`"${passCode}"`));
  expect(program.log()).not.toMatch(new RegExp(`\\b${passCode}\\b`));
});

test("who says /forget is found nowhere afterwards, in no file and under no key", async () => {
  program = await prepareProgram();
  const { world } = program;
  const { mia } = world.people;
  const { mia: member } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  await signInOnTelegram(program, "mia");
  await mia.waitsFor("6 entries");
  mia.sends(world.shelf.shares.open.url);
  await mia.waitsFor("🏠 Holiday 2026");
  mia.sends("/forget");
  const question = await mia.waitsFor("Delete everything");
  // A dialogue is begun, and a page opened for it, before she says yes.
  const before = mia.messages.length;
  mia.sends("/login");
  await world.telegram.until(() => mia.messages.length === before + 2 || undefined);
  await mia.presses("User name and password");
  await mia.waitsFor("❔ User name");
  const page = /http:\/\/127\S+\/s\/[\w-]{22}/.exec(mia.messages.at(-1)?.text ?? "");
  mia.taps("🗑", { on: question });
  await mia.waitsFor("is deleted");
  expect(personal(program.dataDir)).toEqual([]);
  for (const trace of ["mia@example.com", "telegram:1001", ":1001", "Holiday 2026"])
    expect(program.stored()).not.toContain(trace);
  expect((await fetch(page?.[0] ?? "")).status).toBe(410);
  await member.uses("/share", { in: world.hall });
  await askPageOnDiscord(program, "mia", { in: world.hall });
  await member.uses("/forget", { in: world.hall });
  await member.waitsFor("Delete everything", { in: world.hall });
  await member.presses(/🗑/, { in: world.hall });
  await member.waitsFor("is deleted", { in: world.hall });
  expect(personal(program.dataDir)).toEqual([]);

  // The dialogue is over as well: what comes now is no answer to it.
  mia.sends("an answer to a question that is forgotten");
  await mia.waitsFor("I did not understand");
});

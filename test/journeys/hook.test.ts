import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drawMessages } from "../../emulators/discord/sight.ts";
import { onDiscord } from "./alone.ts";
import { prepareProgram, type Program } from "./program.ts";

// A download takes its time, and its message is changed every few seconds at the most.
vi.setConfig({ testTimeout: 60_000 });

let program: Program;
beforeEach(async () => {
  program = await prepareProgram();
});
afterEach(() => program.close());

const hash = "0123456789abcdef0123456789abcdef01234567";
const magnet = `magnet:?xt=urn:btih:${hash}&dn=Night+train.mkv`;

async function post(address: string, body: object, key?: string): Promise<{ status: number; answer: unknown }> {
  const headers = { "content-type": "application/json", ...(key !== undefined && { "idempotency-key": key }) };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: response.status, answer: await response.json() };
}

const addressIn = (text: string): string => /http:\/\/127[^\s`"\\]+\/hook\/[\w-]{43}/.exec(text)?.[0] ?? "";

test("a script's call on Telegram fetches a film, the message outlives a kill, and the call made again begins nothing", async () => {
  const { world } = program;
  const { mia } = world.people;
  await program.start({ PUBLIC_URL: program.gateway });
  mia.sends("/login");
  await mia.presses("User name and password", { on: await mia.waitsFor("How would you like to sign in?") });
  await mia.waitsFor("❔ User name");
  mia.sends("mia@example.com");
  await mia.waitsFor("❔ Password");
  mia.sends(world.shelf.accounts.mia.password);
  await mia.waitsFor("6 entries");
  mia.sends("/settings");
  await mia.presses("🪝", { on: await mia.waitsFor("Settings") });
  await mia.presses("🪝", { on: await mia.waitsFor("You have none yet") });
  const address = addressIn((await mia.waitsFor("This address is shown once")).text);
  await mia.presses("⬆");
  await mia.waitsFor("Settings");
  world.pikpak.rules.offlineTakes = 12_000;
  expect(await post(address, { url: magnet, folder: "Nowhere" })).toMatchObject({
    status: 422,
    answer: { error: "hook-folder", message: expect.stringContaining("There is no such folder") },
  });
  const first = await post(address, { url: magnet, folder: "Films" }, "grab 1");
  expect(first).toMatchObject({ status: 202, answer: { task: expect.any(String) } });
  await mia.waitsFor(/Films[\s\S]*Night train\.mkv[\s\S]*▓.*%/, { timeout: 15_000 });
  await program.kill();
  await program.start({ PUBLIC_URL: program.gateway });
  expect(await post(address, { url: magnet, folder: "Films" }, "grab 1")).toEqual(first);
  await mia.waitsFor(/✅.*Night train\.mkv/s, { timeout: 30_000 });
  expect(world.pikpak.state.tasks.size).toBe(1);
  mia.sends("/settings");
  await mia.presses("🪝", { on: await mia.waitsFor("Settings") });
  const card = await mia.waitsFor("Last called");
  expect(card.text).not.toContain("/hook/");
  await mia.presses("🚫", { on: card });
  await mia.presses("Yes, take it back", { on: await mia.waitsFor("Take your hook back?") });
  await mia.waitsFor("You have none yet");
  expect((await post(address, { url: magnet })).status).toBe(401);
  const secret = address.slice(-43);
  expect([program.log().includes(secret), program.stored().includes(secret)]).toEqual([false, false]);
});

test("in Chinese, a hook made on Discord is seen by its person alone, and its downloads come to their own chat through a kill", async () => {
  const { world } = program;
  const { jun } = world.members;
  await program.start({ PUBLIC_URL: program.gateway });
  const front = onDiscord(program, "jun");
  await front.signIn();
  await front.command("settings");
  await front.sees("每页行数");
  await front.press("程序接口");
  await front.sees("你还没有接口");
  await front.press("创建接口");
  await front.sees("此地址只显示一次");
  let address = "";
  await jun.waitsFor((view) => (address = addressIn(drawMessages([view]))) !== "", { in: world.hall });
  const accept = { "content-type": "application/json", "accept-language": "zh" };
  const refused = await fetch(address, { method: "POST", headers: accept, body: JSON.stringify({ url: "x" }) });
  expect(await refused.json()).toMatchObject({ error: "hook-url", message: expect.stringContaining("磁力链接") });
  world.pikpak.rules.offlineTakes = 12_000;
  expect(await post(address, { url: magnet })).toMatchObject({ status: 202 });
  await jun.waitsFor(/Night train[\s\S]*▓.*%/, { in: jun.dm, within: 20_000 });
  await program.isReplaced();
  await jun.waitsFor(/✅.*Night train/s, { in: jun.dm, within: 30_000 });
  expect(world.pikpak.state.tasks.size).toBe(1);
});

import { afterEach, describe, expect, test, vi } from "vitest";
import { prepareProgram, type Program } from "./program.ts";
import { setClockOf } from "./set-clock.ts";
import { signInOnDiscord, signInOnTelegram } from "./sign-in.ts";

// The clock of the machine is set forwards or back under people: nothing waits by how much, is done twice, or is lost.

vi.setConfig({ testTimeout: 120_000 });
let program: Program;
afterEach(() => program.close());

const hour = 3_600_000;
const longTimeout = { timeout: 30_000 };

describe.each([
  ["back by an hour", -hour],
  ["back by a day", -24 * hour],
  ["forwards by an hour", hour],
  ["forwards by a day", 24 * hour],
])("a clock that is set %s", (_how, ms) => {
  test("under jobs that wait on Telegram lets them end in their time, and once", async () => {
    program = await prepareProgram({ DISCORD_BOT_TOKEN: "" });
    const { world } = program;
    const { mia, otto, lena } = world.people;
    const clock = setClockOf(program);
    const environment = { PUBLIC_URL: program.gateway, ...clock.environment };
    await program.start(environment);
    await signInOnTelegram(program, "mia");
    const list = await mia.waitsFor("6 entries");
    lena.sends("/help");
    await lena.waitsFor("/browse");
    world.pikpak.rules.offlineTakes = 300;
    // The drive asks to be let alone, and Telegram asks a broadcast to wait.
    world.pikpak.fail({
      path: "/drive/v1/files",
      method: "POST",
      status: 429,
      error: "too_many_requests",
      code: 10,
      times: 2,
      headers: { "retry-after": "1" },
    });
    mia.sends("/download https://files.example/a.iso");
    await mia.waitsFor(({ text, labels }) => text.includes("a.iso") && labels.some((label) => label.includes("✖️")));
    otto.sends("/admin broadcast Good news");
    await otto.waitsFor("Send this to");
    world.telegram.fail({
      method: "sendMessage",
      status: 429,
      description: "Too Many Requests: retry after 2",
      parameters: { retry_after: 2 },
    });
    await otto.presses("📣 Yes");
    await expect.poll(() => world.telegram.calls.some(({ method, ok }) => method === "sendMessage" && !ok)).toBe(true);

    await clock.step(ms);

    await mia.waitsFor(/✅ a\.iso/, longTimeout);
    for (const person of [mia, lena]) await person.waitsFor(({ text }) => text === "Good news", longTimeout);
    await mia.presses("📁 Films", { on: list, ...longTimeout });
    await mia.waitsFor("› Films", longTimeout);
    mia.sends("/get Holiday 2026/Packing list.txt");
    await mia.waitsFor(/Sent in/, longTimeout);
    await program.kill();
    await program.start(environment);
    mia.sends("/get Music/Morning.wav");
    await mia.waitsFor(({ text }) => text.includes("Morning.wav") && text.includes("Sent in"), longTimeout);
    expect([...world.pikpak.state.tasks.values()].filter(({ url }) => url.includes("a.iso"))).toHaveLength(1);
    for (const person of [mia, lena])
      expect(person.messages.filter(({ text }) => text === "Good news")).toHaveLength(1);
    expect(program.log()).not.toContain("unexpected failure");
  });

  test("under Jun on Discord, in Chinese, leaves his drive, his buttons and what is sent to him", async () => {
    program = await prepareProgram();
    const { world } = program;
    const { jun } = world.members;
    const here = { in: jun.dm };
    const clock = setClockOf(program);
    await program.start({ PUBLIC_URL: program.gateway, ...clock.environment });
    await signInOnDiscord(program, "jun");
    const list = await jun.waitsFor("🏠", here);
    await clock.step(ms);
    await jun.selects(/电影/, { message: list });
    await jun.waitsFor("夏日的尽头", here);
    await jun.uses("/get", { ...here, options: { file: "合同（最终版）.pdf" } });
    await jun.waitsFor(/用时|已发送/, { ...here, within: 30_000 });
    const card = await jun.uses("/login", here);
    expect(card.state).toBe("answered");
    await jun.waitsFor("请选择登录方式", here);
    expect(world.pikpak.calls.filter(({ path }) => path === "/v1/auth/signin")).toHaveLength(1);
    expect(program.log()).not.toContain("unexpected failure");
  });
});

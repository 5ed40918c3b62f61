import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { driverKinds } from "../../src/drivers/index.ts";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Action } from "../../src/actions/action.ts";
import type { FormScreen } from "../../src/actions/model/screen.ts";
import { namesShare } from "../../src/actions/shares/recognise.ts";
import { app, jun, mia, usualCloud, type TestApp, type TestAppOptions } from "./test-app.ts";

let pikpak: PikPakEmulator;

beforeEach(async () => {
  pikpak = await startPikPak();
});
afterEach(() => pikpak.close());

function pikpakApp({ wait, shelves }: Pick<TestAppOptions, "wait" | "shelves"> = {}): TestApp {
  const settings = {
    domain: "mypikpak.net",
    platform: "web",
    driveUrl: pikpak.driveUrl,
    userUrl: pikpak.userUrl,
    mcpUrl: pikpak.mcpUrl,
  };
  const kinds = driverKinds({ pikpak: settings });
  return app(usualCloud(), { kinds, now: Date.now, ...(wait && { wait }), ...(shelves && { shelves }) });
}

const asked = (path: RegExp) => pikpak.calls.filter((call) => path.test(call.path)).length;
const name = "mia@example.com";
/** The answers to the form of the way by a password. */
const byPassword = (password: string): Action => ({
  do: "submit",
  form: { id: "sign-in", kind: "pikpak", way: "password" },
  values: { username: name, password },
});

/** A share of one folder where PikPak wants to see a human first. */
function challengedShare(passCode?: string): { id: string } {
  const account = pikpak.build.account({ username: name, password: "correct-horse" });
  const folder = pikpak.build.folder(account, undefined, "Films");
  pikpak.rules.challengeAll = true;
  pikpak.rules.challengedReads = false;
  return pikpak.build.share(account, { title: "t", nodes: [folder], ...(passCode !== undefined && { passCode }) });
}

/** Proves to be human; the address the browser ends on. */
function solvedAddress({ reason }: FormScreen): string {
  const asked = new URL(reason?.verify ?? "").searchParams.get("captcha_token") ?? "";
  return pikpak.tokens.solve(asked) ?? "";
}

describe("over PikPak", () => {
  test.each([
    ["https://mypikpak.com/s/VNxAAAAAAAAAAAAAAAAAAAAAo1", true],
    ["mypikpak.com/s/other", true],
    ["https://a-mirror.example/s/other", true],
    ["this one VNxAAAAAAAAAAAAAAAAAAAAAo1", true],
    ["24rn", false],
    ["提取码：24rn", false],
    ["https://example.com/a/film", false],
    ["", false],
  ])("%s behind a command names a share by itself: %s", (text, does) => {
    expect(namesShare(pikpakApp(), text)).toBe(does);
  });

  test("a person signs in after a wrong password, which was sent once", async () => {
    const account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
    pikpak.build.file(account, undefined, { name: "notes.txt", size: 10 });
    const at = pikpakApp();
    const form = await at.see(mia, byPassword("wrong"), "form");
    expect(form).toMatchObject({ reason: { code: "wrong-credentials" }, values: { username: name } });
    expect(asked(/signin/)).toBe(1);
    const listing = await at.see(mia, byPassword("correct-horse"), "listing");
    expect(listing.rows.map((row) => row.name)).toEqual(["notes.txt"]);
    expect(listing.mount.title).toBe("PikPak");
  });

  test("a challenge is passed with the address the browser ended on, on the same device", async () => {
    pikpak.build.account({ username: name, email: name, password: "correct-horse", challenged: true });
    const at = pikpakApp();
    const form = await at.see(mia, byPassword("correct-horse"), "form");
    expect(form).toMatchObject({ form: { id: "verification" }, reason: { code: "verification-needed" } });
    const token = new URL(form.reason?.verify ?? "").searchParams.get("captcha_token") ?? "";
    const captchaToken = pikpak.tokens.solve(token);
    const again = at.restarted();
    const listing = await again.see(
      mia,
      { do: "submit", form: form.form, values: { captchaToken: captchaToken ?? "" } },
      "listing",
    );
    expect(listing.rows).toEqual([]);
    expect(asked(/captcha\/init/)).toBeLessThanOrEqual(2);
  });

  test("a share asks for its code, and a link to one of its files opens that file", async () => {
    const account = pikpak.build.account({ username: name, password: "correct-horse" });
    const folder = pikpak.build.folder(account, undefined, "Films");
    const film = pikpak.build.file(account, folder, { name: "beach.mp4", size: 1000, mimeType: "video/mp4" });
    const { id } = pikpak.build.share(account, { title: "Summer films", nodes: [folder], passCode: "ab12" });
    const at = pikpakApp();
    const form = await at.see(mia, { do: "open-share", text: `https://mypikpak.com/s/${id}` }, "form");
    expect(form.reason?.code).toBe("pass-code-needed");
    const wrong = await at.see(mia, { do: "submit", form: form.form, values: { passCode: "zz99" } }, "form");
    expect(wrong.reason?.code).toBe("pass-code-wrong");
    expect(asked(/drive\/v1\/share$/)).toBe(2);
    const top = await at.see(mia, { do: "submit", form: form.form, values: { passCode: "ab12" } }, "file");
    // The only file in the only folder: both are entered by themselves.
    expect([top.trail, top.entry.name]).toEqual([["Films"], "beach.mp4"]);
    // Called what its owner called it, and not by its id.
    expect(top.mount.title).toBe("Summer films");
    const text = `https://mypikpak.com/s/${id}/${film.id}?pwd=ab12`;
    const file = await at.see(mia, { do: "open-share", text }, "file");
    expect(file.entry).toMatchObject({ name: "beach.mp4", size: 1000 });
  });

  test("a share link to a part that is no file's id, or is gone, opens the whole share and says so", async () => {
    const account = pikpak.build.account({ username: name, password: "correct-horse" });
    const folder = pikpak.build.folder(account, undefined, "Films");
    const { id } = pikpak.build.share(account, { title: "Summer films", nodes: [folder], passCode: "ab12" });
    const at = pikpakApp();
    const link = `https://mypikpak.com/s/${id}`;
    for (const part of ["AAAAAAAAAAAAAAAAAAAAAAAAo1_VNx", "VNAAAAAAAAAAAAAAAAAAAAAAo1"]) {
      for (const text of [`${link}/${part}?pwd=ab12`, `${link}/${part} 提取码：ab12`, `${link}/${part} ab12`]) {
        const top = await at.see(mia, { do: "open-share", text }, "listing");
        expect(top).toMatchObject({ notice: "part-gone", mount: { title: "Summer films" } });
        expect(top.trail).toEqual(["Films"]);
      }
    }
    const form = await at.see(jun, { do: "say", text: `${link}/VNAAAAAAAAAAAAAAAAAAAAAAo1` }, "form");
    expect(form.reason?.code).toBe("pass-code-needed");
    const nothing = await at.see(
      mia,
      { do: "say", text: "https://mypikpak.com/s/VNnobodyhasthisone000000_o1/AAAA" },
      "notice",
    );
    expect(nothing.notice).toBe("share-not-found");
  });

  test.each([
    ["behind the link", (link: string) => ({ do: "open-share", text: `${link} 提取码：ab12` })],
    [
      "before the link, with another password",
      (link: string) => ({ do: "say", text: `密码: ab12 解压密码：q1w2 ${link}` }),
    ],
    ["in Discord's option", (link: string) => ({ do: "open-share", text: link, passCode: "提取码：ａｂ１２" })],
    ["without a label", (link: string) => ({ do: "open-share", text: `Films ${link} ab12` })],
    [
      "in the answer to the question for the link",
      (link: string) => ({
        do: "submit",
        form: { id: "open-link", kind: "pikpak-share" },
        values: { link: `${link}\n提取码：ab12` },
      }),
    ],
    [
      "in the answer to the question for the code",
      (link: string) => ({
        do: "submit",
        form: { id: "open-link", kind: "pikpak-share", subject: link },
        values: { passCode: "「提取码：ab12」 解压密码：q1w2" },
      }),
    ],
    [
      "in a whole message that answers the question for the code",
      (link: string) => ({
        do: "submit",
        form: { id: "open-link", kind: "pikpak-share", subject: link },
        values: { passCode: `链接：${link}\n提取码：ab12\n复制这段内容后打开手机应用，操作更方便` },
      }),
    ],
    [
      "in the link of another share that answers the question for the code",
      (link: string) => ({
        do: "submit",
        form: { id: "open-link", kind: "pikpak-share", subject: "https://mypikpak.com/s/VNkxSgH3q0oXw1b2c3d4e5f6o1" },
        values: { passCode: `${link}?pwd=ab12` },
      }),
    ],
    ["in a deep link", (link: string) => ({ do: "start", payload: `${link}?pwd=ab12` })],
  ] as const satisfies readonly (readonly [string, (link: string) => Action])[])(
    "a share's code is read %s",
    async (_where, actionOf) => {
      const account = pikpak.build.account({ username: name, password: "correct-horse" });
      const folder = pikpak.build.folder(account, undefined, "Films");
      const { id } = pikpak.build.share(account, { title: "Summer films", nodes: [folder], passCode: "ab12" });
      const at = pikpakApp();
      const top = await at.see(mia, actionOf(`https://mypikpak.com/s/${id}`), "listing");
      expect(top.trail).toEqual(["Films"]);
    },
  );

  test.each(["解压密码：q1w2", "unzip password: q1w2", "rar pwd: q1w2", "password: none", "Holiday"])(
    "a coded share with %s beside it asks for its code and calls none wrong",
    async (words) => {
      const account = pikpak.build.account({ username: name, password: "correct-horse" });
      const folder = pikpak.build.folder(account, undefined, "Films");
      const { id } = pikpak.build.share(account, { title: "t", nodes: [folder], passCode: "ab12" });
      const at = pikpakApp();
      const text = `https://mypikpak.com/s/${id} ${words}`;
      const form = await at.see(mia, { do: "open-share", text }, "form");
      expect(form.reason?.code).toBe("pass-code-needed");
    },
  );

  test("a share's challenge is passed with the address the browser ended on, and its code is not typed again", async () => {
    const { id } = challengedShare("ab12");
    const at = pikpakApp();
    const form = await at.see(
      mia,
      { do: "open-share", text: `https://mypikpak.com/s/${id}`, passCode: "ab12" },
      "form",
    );
    expect(form).toMatchObject({ form: { id: "verification" }, reason: { code: "verification-needed" } });
    expect(form.fields.map(({ name, required }) => [name, required])).toEqual([["captchaToken", true]]);
    const nonsense = await at.see(mia, { do: "submit", form: form.form, values: { captchaToken: "done!" } }, "form");
    expect(nonsense).toMatchObject({ problem: { field: "captchaToken", code: "not-a-verification" } });
    const values = { captchaToken: solvedAddress(form) };
    const top = await at.restarted().see(mia, { do: "submit", form: form.form, values }, "listing");
    expect([top.trail, top.rows]).toEqual([["Films"], []]);
  });

  test("a share that is mounted already asks for the human as well, and is the same drive afterwards", async () => {
    const { id } = challengedShare("ab12");
    pikpak.rules.challengeAll = false;
    const at = pikpakApp();
    const text = `https://mypikpak.com/s/${id}?pwd=ab12`;
    const { mount, view } = await at.see(mia, { do: "open-share", text }, "listing");
    pikpak.rules.challengeAll = true;
    pikpak.rules.challengedReads = false;
    const askedAgain: readonly Action[] = [
      { do: "refresh", view },
      { do: "open-share", text: `https://mypikpak.com/s/${id}` },
      { do: "open-share", text },
    ];
    // A process that has read nothing of it yet.
    const restarted = () => pikpakApp({ shelves: at.shelves });
    for (const action of askedAgain) {
      const form = await restarted().see(mia, action, "form");
      expect(form).toMatchObject({ form: { id: "verification" }, reason: { code: "verification-needed" } });
      const values = { captchaToken: solvedAddress(form) };
      const listing = await restarted().see(mia, { do: "submit", form: form.form, values }, "listing");
      expect(listing.mount.id).toBe(mount.id);
      expect([listing.trail, listing.rows]).toEqual([["Films"], []]);
    }
    expect(await at.shelves.people.get(mia.person.id)).toMatchObject({ mounts: [mount.id] });
  });

  test("a share's challenge is said in a group, and nobody is asked for its outcome there", async () => {
    const { id } = challengedShare();
    const visit = { ...mia, place: { id: "telegram:-100", kind: "group" as const, name: "Films" } };
    const sorry = await pikpakApp().see(visit, { do: "open-share", text: `https://mypikpak.com/s/${id}` }, "notice");
    expect(sorry).toMatchObject({ notice: "verification-needed", verify: expect.stringContaining("http") });
  });

  test("a share that is over says which way", async () => {
    const account = pikpak.build.account({ username: name, password: "correct-horse" });
    const { id } = pikpak.build.share(account, { title: "old", nodes: [], status: "EXPIRED" });
    const sorry = await pikpakApp().see(mia, { do: "open-share", text: `https://mypikpak.com/s/${id}` }, "notice");
    expect(sorry).toMatchObject({ notice: "share-expired", level: "failed" });
  });

  test("a root folder that is not there is named at its field, and nothing is kept", async () => {
    pikpak.build.account({ username: name, email: name, password: "correct-horse" });
    const at = pikpakApp();
    const values = { username: name, password: "correct-horse", rootFolder: "no such folder!" };
    const form = await at.see(mia, { do: "submit", form: { id: "sign-in", kind: "pikpak" }, values }, "form");
    expect(form.problem).toEqual({ field: "rootFolder", code: "not-a-folder-id" });
    const gone = { ...values, rootFolder: "VNaaaaaaaaaaaaaaaaaaaaaaaa" };
    const again = await at.see(mia, { do: "submit", form: { id: "sign-in", kind: "pikpak" }, values: gone }, "form");
    expect(again).toMatchObject({ problem: { field: "rootFolder" }, values: { username: name } });
    expect(await at.shelves.people.get(mia.person.id)).toBeUndefined();
  });

  test("a search of 20,000 files asks for each page once, within the account's pace, and a second one for nothing", async () => {
    const account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
    for (let n = 0; n < 20; n++) {
      const folder = pikpak.build.folder(account, undefined, `Series ${n}`);
      for (let k = 0; k < 1000; k++) pikpak.build.file(account, folder, { name: `Episode ${n}-${k}.mp4`, size: 1000 });
    }
    const at = pikpakApp({ wait: async (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}) });
    await at.see(mia, byPassword("correct-horse"), "listing");
    const lists = () => pikpak.calls.filter(({ path }) => path === "/drive/v1/files");
    const before = lists().length;
    const search: Action = { do: "search", words: "episode 13-777" };
    const { screen, updates } = await at.do(mia, search);
    const all = [screen, ...(await Array.fromAsync(updates ?? []))];
    const last = all.at(-1);
    expect(last).toMatchObject({ search: { state: "complete", looked: { folders: 21, entries: 20_020 } } });
    expect(last?.show === "listing" && last.rows[0]?.name).toBe("Episode 13-777.mp4");
    const times = lists()
      .slice(before)
      .map(({ at: when }) => when);
    expect(times).toHaveLength(20 * 2);
    // Five at once, then five a second: no window of two seconds holds more than that allows.
    const most = Math.max(...times.map((from) => times.filter((when) => when >= from && when < from + 2000).length));
    expect(most).toBeLessThanOrEqual(5 + 2 * 5 + 1);
    const again = await at.see(mia, search, "listing");
    expect(again.rows).toEqual(last?.show === "listing" && last.rows);
    expect(lists().length - before).toBe(40);
  }, 60_000);
});

describe("a credential that is pasted where none was asked for", () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jwt = (claims: object) => `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
  const ours = jwt({ iss: "https://user.mypikpak.com", sub: "u", iat: 1_790_000_000, exp: 1_799_000_000 });
  const refresh = `os.${"a1B2".repeat(20)}`;

  test.each([
    ["an access token", ours],
    [
      "the access token of a session",
      jwt({ iss: "https://user.mypikpak.com", iat: 1_790_000_000, exp: 1_790_007_200 }),
    ],
    ["one with the word before it that stands in a header", `Authorization: Bearer ${ours}`],
    ["one that was cut short", ours.slice(0, 60)],
    ["a refresh token", refresh],
    ["both as a client keeps them", JSON.stringify({ access_token: ours, refresh_token: refresh })],
  ])("%s is made nothing of, and the way to sign in is shown", async (_what, text) => {
    const at = pikpakApp();
    const said = await at.see(mia, { do: "say", text }, "notice");
    expect(said).toMatchObject({ notice: "credential-exposed", offer: ["add-account"] });
    expect(JSON.stringify(said)).not.toMatch(/eyJ|os\./);
    expect(pikpak.calls).toEqual([]);
  });

  test.each([
    ["a token of another service", jwt({ iss: "https://accounts.example.com", exp: 1_799_000_000 }), "not-understood"],
    ["an address that holds a token", `https://files.example.com/a.zip?token=${ours}`, "not-a-share-link"],
    ["words", "os.path and eyJ", "not-understood"],
  ])("%s is none", async (_what, text, notice) => {
    expect(await pikpakApp().see(mia, { do: "say", text }, "notice")).toMatchObject({ notice });
  });
});

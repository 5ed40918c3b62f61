import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { driverKinds } from "../../src/drivers/index.ts";
import { startPikPak, type PikPakEmulator } from "../../src/emulators/pikpak/pikpak.ts";
import { house, mia, signInAs, usualCloud, type House } from "./house.ts";

let pikpak: PikPakEmulator;

beforeEach(async () => {
  pikpak = await startPikPak();
});
afterEach(() => pikpak.close());

function pikpakHouse(): House {
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl: pikpak.driveUrl, userUrl: pikpak.userUrl };
  return house(usualCloud(), { kinds: driverKinds({ pikpak: settings }), now: Date.now });
}

const asked = (path: RegExp) => pikpak.calls.filter((call) => path.test(call.path)).length;
const name = "mia@example.com";

describe("over PikPak", () => {
  test("somebody signs in after a wrong password, which was sent once", async () => {
    const account = pikpak.build.account({ username: name, email: name, password: "correct-horse" });
    pikpak.build.file(account, undefined, { name: "notes.txt", size: 10 });
    const at = pikpakHouse();
    const form = await at.see(mia, signInAs(name, "wrong"), "form");
    expect(form).toMatchObject({ reason: { code: "wrong-credentials" }, values: { username: name } });
    expect(asked(/signin/)).toBe(1);
    const listing = await at.see(mia, signInAs(name, "correct-horse"), "listing");
    expect(listing.rows.map((row) => row.name)).toEqual(["notes.txt"]);
    expect(listing.mount.title).toBe(name);
  });

  test("a challenge is passed with the address the browser ended on, on the same device", async () => {
    pikpak.build.account({ username: name, email: name, password: "correct-horse", challenged: true });
    const at = pikpakHouse();
    const form = await at.see(mia, signInAs(name, "correct-horse"), "form");
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
    const at = pikpakHouse();
    const form = await at.see(mia, { do: "open-share", text: `https://mypikpak.com/s/${id}` }, "form");
    expect(form.reason?.code).toBe("pass-code-needed");
    const wrong = await at.see(mia, { do: "submit", form: form.form, values: { passCode: "zz99" } }, "form");
    expect(wrong.reason?.code).toBe("pass-code-wrong");
    expect(asked(/drive\/v1\/share$/)).toBe(2);
    const top = await at.see(mia, { do: "submit", form: form.form, values: { passCode: "ab12" } }, "listing");
    expect(top.rows.map((row) => row.name)).toEqual(["Films"]);
    // Called what its owner called it, and not by its id.
    expect(top.mount.title).toBe("Summer films");
    const text = `https://mypikpak.com/s/${id}/${film.id}?pwd=ab12`;
    const file = await at.see(mia, { do: "open-share", text }, "file");
    expect(file.entry).toMatchObject({ name: "beach.mp4", size: 1000 });
  });

  test("a share that is over says which way", async () => {
    const account = pikpak.build.account({ username: name, password: "correct-horse" });
    const { id } = pikpak.build.share(account, { title: "old", nodes: [], status: "EXPIRED" });
    const sorry = await pikpakHouse().see(mia, { do: "open-share", text: `https://mypikpak.com/s/${id}` }, "notice");
    expect(sorry).toMatchObject({ notice: "share-expired", level: "failed" });
  });

  test("a root folder that is not there is named at its field, and nothing is kept", async () => {
    pikpak.build.account({ username: name, email: name, password: "correct-horse" });
    const at = pikpakHouse();
    const values = { username: name, password: "correct-horse", rootFolder: "no such folder!" };
    const form = await at.see(mia, { do: "submit", form: { id: "pikpak" }, values }, "form");
    expect(form.problem).toEqual({ field: "rootFolder", code: "not-a-folder-id" });
    const gone = { ...values, rootFolder: "VNaaaaaaaaaaaaaaaaaaaaaaaa" };
    const again = await at.see(mia, { do: "submit", form: { id: "pikpak" }, values: gone }, "form");
    expect(again).toMatchObject({ problem: { field: "rootFolder" }, values: { username: name } });
    expect(await at.shelves.people.get(mia.person.id)).toBeUndefined();
  });
});

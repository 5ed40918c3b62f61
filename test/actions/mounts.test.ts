import { describe, expect, test } from "vitest";
import { StorageError } from "../../src/storage/error.ts";
import { Cloud, app, inGroup, jun, many, mia, signInAs, usualCloud } from "./test-app.ts";

const share = (text: string, passCode?: string) =>
  ({ do: "open-share", text, ...(passCode !== undefined && { passCode }) }) as const;

describe("signing in", () => {
  test("signing in begins with the driver's own form, which knows nothing yet", async () => {
    const at = app(usualCloud());
    const form = await at.see(mia, { do: "sign-in" }, "form");
    expect(form.form).toEqual({ id: "sign-in", kind: "pikpak" });
    expect(form.fields.map((field) => field.name)).toEqual(["username", "password", "rootFolder", "captchaToken"]);
    expect(form.values).toEqual({});
  });

  test("signing in with a wrong password asks again, says why, and keeps the user name but never the password", async () => {
    const at = app(usualCloud());
    const form = await at.see(mia, signInAs("mia", "wrong"), "form");
    expect(form).toMatchObject({ reason: { code: "wrong-credentials" }, values: { username: "mia" } });
    expect(JSON.stringify(form)).not.toContain('"wrong"');
    expect(at.cloud.asked).toHaveLength(1);
    expect(await at.shelves.people.get(mia.person.id)).toBeUndefined();
  });

  test("signing in names the answer that is missing, and keeps the others", async () => {
    const at = app(usualCloud());
    const form = await at.see(
      mia,
      { do: "submit", form: { id: "sign-in", kind: "pikpak" }, values: { username: "mia", password: "" } },
      "form",
    );
    expect(form).toMatchObject({ problem: { field: "password", code: "required" }, values: { username: "mia" } });
    expect(at.cloud.asked).toEqual([]);
  });

  test("signing in twice to one account keeps one mount", async () => {
    const at = app(usualCloud());
    const one = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const two = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(two.mount.id).toBe(one.mount.id);
    const list = await at.see(mia, { do: "show-mounts" }, "mounts");
    expect(list.mounts).toHaveLength(1);
  });

  test("signing in when nothing answers offers to begin anew", async () => {
    const cloud = usualCloud();
    const at = app(cloud);
    cloud.failing = new StorageError("unreachable", { retryAfter: 5000 });
    const sorry = await at.see(mia, signInAs("mia", "correct-horse"), "notice");
    expect(sorry).toMatchObject({ notice: "unreachable", retryAfter: 5000, offer: ["add-account"] });
  });

  test("signing in carries the address of a one-time page where there is one", async () => {
    const page = { url: "https://drive.example/s/x", expiresAt: 5 };
    const at = app(usualCloud(), { changes: { issuePage: async () => page } });
    expect((await at.see(mia, { do: "sign-in" }, "form")).page).toEqual(page);
  });
});

describe("a human is wanted", () => {
  const challenged = async () => {
    const cloud = usualCloud();
    cloud.challenge = "ck0.proof";
    const at = app(cloud);
    const form = await at.see(mia, signInAs("mia", "correct-horse"), "form");
    return { at, cloud, form };
  };

  test("a form shows where a human is wanted, and takes what the page ended with; nothing is typed again", async () => {
    const { at, cloud, form } = await challenged();
    expect(form.form.id).toBe("verification");
    expect(form.reason).toEqual({ code: "verification-needed", verify: "https://verify.example/1" });
    expect(form.fields.map((field) => field.name)).toEqual(["captchaToken"]);
    expect(JSON.stringify(form)).not.toContain("correct-horse");
    const values = { captchaToken: "ck0.proof" };
    const listing = await at.see(mia, { do: "submit", form: form.form, values }, "listing");
    expect(listing.mount.title).toBe("mia");
    expect(new Set(cloud.devices).size).toBe(1);
  });

  test("a verification can go on after a restart", async () => {
    const { at, form } = await challenged();
    const values = { captchaToken: "ck0.proof" };
    const listing = await at.restarted().see(mia, { do: "submit", form: form.form, values }, "listing");
    expect(listing.mount.title).toBe("mia");
  });

  test("a verification's outcome that is none is named at the field, with the page still there", async () => {
    const { at, form } = await challenged();
    const again = await at.see(mia, { do: "submit", form: form.form, values: { captchaToken: "hello" } }, "form");
    expect(again).toMatchObject({
      form: form.form,
      problem: { field: "captchaToken", code: "not-a-verification" },
      reason: { verify: "https://verify.example/1" },
    });
  });

  test("a wrong outcome brings the next challenge", async () => {
    const { at, form } = await challenged();
    const again = await at.see(mia, { do: "submit", form: form.form, values: { captchaToken: "ck0.no" } }, "form");
    expect(again.form.id).toBe("verification");
    const values = { captchaToken: "ck0.proof" };
    expect((await at.see(mia, { do: "submit", form: again.form, values }, "listing")).mount.title).toBe("mia");
  });

  test("a verification goes on for nobody else, and is gone when the dialogue is left", async () => {
    const { at, form } = await challenged();
    const submit = { do: "submit", form: form.form, values: { captchaToken: "ck0.proof" } } as const;
    expect((await at.see(jun, submit, "notice")).notice).toBe("view-expired");
    expect((await at.see(mia, { do: "cancel", left: form.form }, "notice")).notice).toBe("cancelled");
    expect((await at.see(mia, submit, "notice")).notice).toBe("view-expired");
    expect((await at.see(mia, { do: "cancel" }, "notice")).notice).toBe("nothing-to-cancel");
  });

  test("a mount that wants a human while browsing keeps its password and goes on", async () => {
    const cloud = usualCloud();
    const at = app(cloud);
    const first = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    cloud.challenge = "ck0.later";
    const form = await at.see(mia, { do: "refresh", view: first.view }, "form");
    expect(form.form.id).toBe("verification");
    const values = { captchaToken: "ck0.later" };
    const listing = await at.see(mia, { do: "submit", form: form.form, values }, "listing");
    expect(listing.mount.id).toBe(first.mount.id);
  });
});

describe("a share", () => {
  test("a share opens out of a link, becomes the current mount, and is mounted once", async () => {
    const at = app(usualCloud());
    const one = await at.see(mia, share("look: https://share.example/s/open1 !"), "listing");
    const calls = at.cloud.asked.length;
    const two = await at.see(mia, share("https://share.example/s/open1"), "listing");
    expect(two.mount.id).toBe(one.mount.id);
    expect(at.cloud.asked).toHaveLength(calls);
    expect((await at.see(mia, { do: "browse" }, "listing")).mount.id).toBe(one.mount.id);
  });

  test("a share asks for its code, says when it is wrong, and asks upstream once per answer", async () => {
    const at = app(usualCloud());
    const form = await at.see(mia, share("https://share.example/s/code1"), "form");
    expect(form).toMatchObject({
      reason: { code: "pass-code-needed" },
      values: { link: "https://share.example/s/code1" },
    });
    expect(form.fields.find((field) => field.name === "passCode")?.required).toBe(true);
    expect(at.cloud.asked).toHaveLength(1);
    const answer = (passCode: string) => ({ do: "submit", form: form.form, values: { passCode } }) as const;
    const again = await at.see(mia, answer("nope"), "form");
    expect(again.reason?.code).toBe("pass-code-wrong");
    expect(at.cloud.asked).toHaveLength(2);
    const listing = await at.see(mia, answer("abcd"), "listing");
    expect(listing.mount.title).toBe("code1");
  });

  test("a share whose code is one word too many is asked for its code, and nobody is told of a wrong one", async () => {
    const at = app(usualCloud());
    const form = await at.see(mia, share("https://share.example/s/code1 Holiday"), "form");
    expect(form).toMatchObject({
      form: { subject: "https://share.example/s/code1" },
      reason: { code: "pass-code-needed" },
    });
    const listing = await at.see(mia, share("https://share.example/s/open1 Holiday"), "listing");
    expect(listing.mount.title).toBe("open1");
    const secrets = await at.shelves.secrets.get(listing.mount.id);
    expect(secrets?.["passCode"]).toBeUndefined();
  });

  test("a share takes the code along with the link", async () => {
    const at = app(usualCloud());
    const apart = await at.see(mia, share("https://share.example/s/code1", "abcd"), "listing");
    const beside = await at.see(jun, share("https://share.example/s/code1 abcd"), "listing");
    expect([apart, beside].map(({ mount }) => mount.title)).toEqual(["code1", "code1"]);
  });

  test("a share whose code was changed asks for the new one, and keeps its mount", async () => {
    const cloud = usualCloud();
    const at = app(cloud);
    const first = await at.see(mia, share("https://share.example/s/code1", "abcd"), "listing");
    Object.assign(cloud.shares, { code1: { ...cloud.shares["code1"], code: "wxyz" } });
    const form = await at.see(mia, { do: "refresh", view: first.view }, "form");
    expect(form).toMatchObject({
      form: { id: "open-link", kind: "pikpak-share" },
      reason: { code: "pass-code-wrong" },
    });
    const values = { passCode: "wxyz" };
    const again = await at.see(mia, { do: "submit", form: form.form, values }, "listing");
    expect(again.mount.id).toBe(first.mount.id);
  });

  test("a share linked to at one file opens that file", async () => {
    const at = app(usualCloud());
    const file = await at.see(mia, share("https://share.example/s/film1/0"), "file");
    expect(file.entry.name).toBe("beach.mp4");
    const all = await at.see(mia, { do: "back", view: file.view }, "listing");
    expect(all.rows).toHaveLength(1);
  });

  test("a share that is gone says so; what is no share is told from one", async () => {
    const at = app(usualCloud());
    const gone = await at.see(mia, share("https://share.example/s/nothing"), "notice");
    expect(gone).toMatchObject({ notice: "share-not-found", level: "failed", offer: ["add-share"] });
    const other = await at.see(mia, share("https://other.example/s/open1"), "notice");
    expect(other).toMatchObject({ notice: "not-a-share-link", offer: ["add-share"] });
    const form = await at.see(
      mia,
      { do: "submit", form: { id: "open-link", kind: "pikpak-share" }, values: { link: "https://other.example/x" } },
      "form",
    );
    expect(form.problem).toEqual({ field: "link", code: "not-a-share" });
  });

  test("a share without a link asks for one, and for a code only if it is wanted", async () => {
    const at = app(usualCloud());
    const form = await at.see(mia, { do: "open-share" }, "form");
    expect(form.form).toEqual({ id: "open-link", kind: "pikpak-share" });
    expect(form.fields.filter((field) => !field.aside).map((field) => field.name)).toEqual(["link"]);
  });

  test("a share in a start payload opens", async () => {
    const at = app(usualCloud());
    const opened = await at.see(mia, { do: "start", payload: "https://share.example/s/open1" }, "listing");
    expect(opened.mount.title).toBe("open1");
  });
});

/** Mia has an account, and there are so many shares, `s1` and so on. */
function sharesCloud(count: number): Cloud {
  const { accounts } = usualCloud();
  const shares = Array.from({ length: count }, (_, n) => [`s${n + 1}`, { tree: many(3) }] as const);
  return new Cloud({ accounts, shares: Object.fromEntries(shares) });
}

describe("several links in one message", () => {
  test("several links in one message are each opened and shown by their titles; what cannot be opened is named with its reason", async () => {
    const at = app(usualCloud());
    const text = "https://share.example/s/open1 https://share.example/s/code1?pwd=abcd\nhttps://share.example/s/gone1";
    const list = await at.see(mia, { do: "say", text }, "mounts");
    expect(list.mounts.map(({ title }) => title)).toEqual(["open1", "code1"]);
    expect(list.opened).toEqual({
      refused: [{ link: "https://share.example/s/gone1", driver: "pikpak-share", reason: { code: "share-not-found" } }],
      left: 0,
    });
    const listing = await at.see(mia, { do: "mount", view: list.view, index: 1 }, "listing");
    expect(listing.mount.title).toBe("code1");
  });

  test("several links in one message are eight at most at once, and the rest is not passed over in silence", async () => {
    const at = app(sharesCloud(11));
    const text = Array.from({ length: 11 }, (_, n) => `https://share.example/s/s${n + 1}`).join("\n");
    const list = await at.see(mia, { do: "open-share", text }, "mounts");
    expect(list.mounts).toHaveLength(8);
    expect(list.opened?.left).toBe(3);
  });
});

describe("plain words in a private chat", () => {
  test("plain words in a private chat open a share they name, and are a search otherwise", async () => {
    const at = app(usualCloud());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const shared = await at.see(mia, { do: "say", text: "look: https://share.example/s/open1" }, "listing");
    expect(shared.mount.title).toBe("open1");
    const found = await at.see(mia, { do: "say", text: " beach \n" }, "listing");
    expect(found.search?.words).toBe("beach");
    expect(found.mount.title).toBe("mia");
  });

  test("plain words are not understood where there is no drive to search, and another address is named as what it is", async () => {
    const at = app(usualCloud());
    expect(await at.see(mia, { do: "say", text: "beach" }, "notice")).toMatchObject({ notice: "not-understood" });
    const text = "https://drive.google.com/file/d/abc";
    expect(await at.see(mia, { do: "say", text }, "notice")).toMatchObject({ notice: "not-a-share-link" });
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    for (const nothing of ["👍", "x".repeat(4096)])
      expect(await at.see(mia, { do: "say", text: nothing }, "notice")).toMatchObject({ notice: "not-understood" });
  });

  test("plain words that are an invitation's code let their sender in", async () => {
    const at = app(usualCloud(), { admin: { access: "allowlist" } });
    const { code } = await at.services.admin.access.invite(mia.person.id);
    expect(await at.see(jun, { do: "say", text: code }, "notice")).toMatchObject({ notice: "admitted" });
  });
});

describe("mounts", () => {
  const two = async (now = () => 1_000_000) => {
    const cloud = usualCloud();
    const at = app(cloud, { now });
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    await at.see(mia, share("https://share.example/s/open1"), "listing");
    const list = await at.see(mia, { do: "show-mounts" }, "mounts");
    const card = await at.see(mia, { do: "mount", view: list.view, index: 0 }, "mount");
    return { at, cloud, list, card };
  };

  test("mounts are listed with the current one marked, and each has a card", async () => {
    const { list, card } = await two();
    expect(list.mounts.map(({ title, current }) => [title, current])).toEqual([
      ["mia", true],
      ["open1", false],
    ]);
    expect(card).toMatchObject({
      mount: { title: "mia", health: { state: "working" } },
      quota: { used: 10 },
      usual: "redirect",
      methods: ["redirect", "proxy"],
      can: ["ask-root", "renew-mount"],
    });
  });

  test("mounts that are shares stand behind the accounts, the latest first, and never take their place", async () => {
    const cloud = sharesCloud(4);
    const at = app(cloud);
    await at.see(mia, share("https://share.example/s/s1"), "listing");
    expect((await at.see(mia, { do: "browse" }, "listing")).mount.title).toBe("s1");
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    for (const id of ["s2", "s3", "s1"]) await at.see(mia, share(`https://share.example/s/${id}`), "listing");
    expect((await at.see(mia, { do: "browse" }, "listing")).mount.title).toBe("mia");
    const list = await at.see(mia, { do: "show-mounts" }, "mounts");
    expect(list.mounts.map(({ title, current, recent = false }) => [title, current, recent])).toEqual([
      ["mia", true, false],
      ["s1", false, true],
      ["s3", false, true],
      ["s2", false, true],
    ]);
  });

  test("mounts have pages, and of shares the twenty latest are kept", async () => {
    const at = app(sharesCloud(25));
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const opened: string[] = [];
    for (let n = 1; n <= 25; n++)
      opened.push((await at.see(mia, share(`https://share.example/s/s${n}`), "listing")).mount.id);
    const first = await at.see(mia, { do: "show-mounts" }, "mounts");
    expect(first.page).toEqual({ number: 1, count: 3 });
    expect(first.mounts.map(({ title }) => title).slice(0, 3)).toEqual(["mia", "s25", "s24"]);
    const last = await at.see(mia, { do: "turn", view: first.view, page: 3 }, "mounts");
    expect(last.mounts.at(-1)?.title).toBe("s6");
    const card = await at.see(mia, { do: "mount", view: last.view, index: 4 }, "mount");
    expect(card.mount.title).toBe("s6");
    for (const id of opened.slice(0, 5)) {
      expect(await at.services.storage.find(id)).toBeUndefined();
      expect(await at.shelves.secrets.get(id)).toBeUndefined();
    }
  });

  test("mounts are opened and chosen", async () => {
    const { at, card } = await two();
    const chosen = await at.see(mia, { do: "choose-mount", view: card.view }, "mount");
    expect(chosen.mount.current).toBe(true);
    expect((await at.see(mia, { do: "browse" }, "listing")).mount.title).toBe("mia");
    const root = await at.see(mia, { do: "open-mount", view: chosen.view }, "listing");
    expect(root.mount.title).toBe("mia");
  });

  test("mounts take a new title, on one line", async () => {
    const { at, card } = await two();
    const form = await at.see(mia, { do: "rename-mount", view: card.view }, "form");
    const submit = (title: string) => ({ do: "submit", form: form.form, values: { title } }) as const;
    expect((await at.see(mia, submit("  \n "), "form")).problem?.field).toBe("title");
    expect((await at.see(mia, submit("x".repeat(61)), "form")).problem?.code).toBe("too-long");
    const done = await at.see(mia, submit(" Mia's\n<b>drive</b> "), "notice");
    expect(done).toMatchObject({ notice: "mount-renamed", subject: "Mia's <b>drive</b>", offer: ["mounts"] });
    expect((await at.see(jun, submit("mine"), "notice")).notice).toBe("mount-gone");
  });

  test("mounts are checked: the card says when each was seen last, and that it works", async () => {
    let now = 1_000_000;
    const { at, cloud, card } = await two(() => now);
    now = 9_000_000;
    const well = await at.see(mia, { do: "check-mount", view: card.view }, "mount");
    expect(well).toMatchObject({ checked: true, mount: { health: { state: "working", at: 9_000_000 } } });
    cloud.failing = new StorageError("signed-out");
    const ill = await at.see(mia, { do: "check-mount", view: card.view }, "mount");
    expect(ill).toMatchObject({ checked: false, mount: { health: { state: "failing", code: "signed-out" } } });
    cloud.failing = undefined;
    const again = await at.see(mia, { do: "check-mount", view: ill.view }, "mount");
    expect(again.mount.health.state).toBe("working");
  });

  test("mounts that are signed out offer to sign in again, where only the password is asked for", async () => {
    const { at, cloud } = await two();
    const listing = await at.see(mia, { do: "show-mounts" }, "mounts");
    const card = await at.see(mia, { do: "mount", view: listing.view, index: 0 }, "mount");
    cloud.failing = new StorageError("signed-out");
    await at.services.storage.check(card.mount.id);
    const sorry = await at.see(mia, { do: "open-mount", view: card.view }, "notice");
    expect(sorry).toMatchObject({ notice: "signed-out", offer: ["renew-mount", "retry", "mounts"] });
    cloud.failing = undefined;
    const form = await at.see(mia, { do: "renew-mount", view: sorry.view ?? card.view }, "form");
    expect(form).toMatchObject({
      form: { id: "sign-in", kind: "pikpak", subject: card.mount.id },
      values: { username: "mia" },
    });
    const again = await at.see(mia, { do: "submit", form: form.form, values: { password: "wrong" } }, "form");
    expect(again).toMatchObject({ form: form.form, reason: { code: "wrong-credentials" } });
    const values = { password: "correct-horse" };
    const root = await at.see(mia, { do: "submit", form: again.form, values }, "listing");
    expect(root.mount.id).toBe(card.mount.id);
  });

  test("mounts are downloaded from as one chooses, among what works here", async () => {
    const { at, card } = await two();
    const proxied = await at.see(mia, { do: "set-method", view: card.view, method: "proxy" }, "mount");
    expect(proxied.method).toBe("proxy");
    const refused = await at.see(mia, { do: "set-method", view: proxied.view, method: "proxy-url" }, "notice");
    expect(refused).toMatchObject({ notice: "gateway-needed", level: "refused", for: "asker" });
    expect((await at.shelves.mounts.get(card.mount.id))?.method).toBe("proxy");
    const usual = await at.see(mia, { do: "set-method", view: proxied.view, method: "redirect" }, "mount");
    expect(usual.method).toBeUndefined();
  });

  test("mounts say that a chosen way does not work any more, and have it again when it does", async () => {
    const { at, card } = await two();
    const proxied = await at.see(mia, { do: "set-method", view: card.view, method: "proxy" }, "mount");
    const bare = app(at.cloud, { shelves: at.shelves, changes: { methods: ["redirect"] } });
    const without = await bare.see(mia, { do: "check-mount", view: proxied.view }, "mount");
    expect(without).toMatchObject({ checked: true, lapsed: "proxy" });
    const { view } = await bare.see(mia, { do: "show-mounts" }, "mounts");
    const lapsed = await bare.see(mia, { do: "mount", view, index: 0 }, "mount");
    expect(lapsed).toMatchObject({ lapsed: "proxy", usual: "redirect", methods: ["redirect"] });
    expect(lapsed.method).toBeUndefined();
    const again = await at.see(mia, { do: "mounts", view: lapsed.view }, "mounts");
    expect((await at.see(mia, { do: "mount", view: again.view, index: 0 }, "mount")).method).toBe("proxy");
  });

  test("mounts have their links taken back by their owner, where links are ours to take", async () => {
    const taken: unknown[] = [];
    const at = app(usualCloud(), { changes: { revokeLinks: async (which) => void taken.push(which) } });
    const { mount } = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    const { view } = await at.see(mia, { do: "show-mounts" }, "mounts");
    const card = await at.see(mia, { do: "mount", view, index: 0 }, "mount");
    expect(card.can).toContain("revoke-links");
    const done = await at.see(mia, { do: "revoke-links", view: card.view }, "notice");
    expect(done).toMatchObject({ notice: "links-revoked", subject: "mia", for: "asker" });
    const settings = await at.see(mia, { do: "show-settings" }, "settings");
    const all = await at.see(mia, { do: "revoke-links", view: settings.view }, "question");
    expect(all.subject).toBeUndefined();
    const kept = await at.see(mia, { do: "dismiss", view: all.view }, "settings");
    const again = await at.see(mia, { do: "revoke-links", view: kept.view }, "question");
    await at.see(mia, { do: "confirm", view: again.view }, "notice");
    expect(taken).toEqual([{ mount: mount.id }, { person: "telegram:1" }]);
  });

  test("mounts have no links to take back where those are the drive's own", async () => {
    const { at, card } = await two();
    expect(card.can).not.toContain("revoke-links");
    const no = await at.see(mia, { do: "revoke-links", view: card.view }, "notice");
    expect(no.notice).toBe("no-links-to-revoke");
  });

  test("mounts are removed only when one is sure, with their secrets", async () => {
    const { at, card } = await two();
    const asked = await at.see(mia, { do: "remove-mount", view: card.view }, "question");
    expect(asked).toMatchObject({ question: "remove-mount", subject: "mia" });
    await at.see(mia, { do: "dismiss", view: asked.view }, "mount");
    expect((await at.see(mia, { do: "confirm", view: asked.view }, "notice")).notice).toBe("view-expired");
    const sure = await at.see(mia, { do: "remove-mount", view: card.view }, "question");
    const gone = await at.see(mia, { do: "confirm", view: sure.view }, "notice");
    expect(gone).toMatchObject({ notice: "mount-removed", subject: "mia", level: "done", offer: ["mounts"] });
    expect(await at.shelves.secrets.get(card.mount.id)).toBeUndefined();
    expect((await at.see(mia, { do: "show-mounts" }, "mounts")).mounts).toHaveLength(1);
  });

  test("mounts are logged out of: of several one chooses, the only one is asked about", async () => {
    const { at } = await two();
    await at.see(mia, { do: "log-out" }, "mounts");
    await at.see(jun, signInAs("jun", "battery"), "listing");
    const sure = await at.see(jun, { do: "log-out" }, "question");
    const out = await at.see(jun, { do: "confirm", view: sure.view }, "notice");
    expect(out).toMatchObject({ notice: "logged-out", subject: "jun", offer: ["add-account", "add-share"] });
    expect((await at.see(jun, { do: "log-out" }, "notice")).notice).toBe("no-mounts");
  });
});

test("/forget deletes everything kept about a person, and nothing about another", async () => {
  const at = app(usualCloud());
  const listing = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const other = await at.see(jun, signInAs("jun", "battery"), "listing");
  const sure = await at.see(mia, { do: "forget" }, "question");
  expect((await at.see(mia, { do: "confirm", view: sure.view }, "notice")).notice).toBe("forgotten");
  expect(await at.services.storage.find(listing.mount.id)).toBeUndefined();
  expect(await at.shelves.secrets.get(listing.mount.id)).toBeUndefined();
  expect(await at.shelves.people.get(mia.person.id)).toBeUndefined();
  for (const { id } of [listing.view, sure.view]) expect(await at.shelves.sessions.get(id)).toBeUndefined();
  expect((await at.see(jun, { do: "refresh", view: other.view }, "listing")).mount.title).toBe("jun");
});

test("/forget that broke off is gone on with by the same press", async () => {
  let failing = true;
  const forget = () => (failing ? Promise.reject(new Error("the store is away")) : Promise.resolve());
  const at = app(usualCloud(), { changes: { forget } });
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const sure = await at.see(mia, { do: "forget" }, "question");
  await at.do(mia, { do: "confirm", view: sure.view });
  expect(await at.shelves.people.get(mia.person.id)).toBeDefined();
  failing = false;
  expect((await at.see(mia, { do: "confirm", view: sure.view }, "notice")).notice).toBe("forgotten");
  expect(await at.shelves.people.get(mia.person.id)).toBeUndefined();
  expect(await at.shelves.sessions.get(sure.view.id)).toBeUndefined();
});

describe("in a group", () => {
  test("a group is shown a share, and not an account", async () => {
    const at = app(usualCloud());
    await at.see(mia, signInAs("mia", "correct-horse"), "listing");
    expect(await at.see(inGroup(mia), { do: "browse" }, "notice")).toMatchObject({
      notice: "private-only",
      for: "asker",
    });
    await at.see(inGroup(mia), share("https://share.example/s/open1"), "listing");
    await at.see(inGroup(mia), { do: "browse" }, "listing");
  });

  test("/start in a group says what can be done there", async () => {
    const at = app(usualCloud());
    expect(await at.see(inGroup(mia), { do: "start" }, "help")).toMatchObject({ place: "group", admin: false });
  });
});

import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  captchaSign,
  deviceSign,
  loadIdentities,
  userAgentOf,
  type Identity,
} from "../../../src/drivers/pikpak/identity.ts";
import { readConfig } from "../../../src/config.ts";
import { hostsOf } from "../../../src/drivers/pikpak/hosts.ts";
import vectors from "../../emulators/pikpak/vectors.json" with { type: "json" };
import { kindNamed, kindsOf, startService, username, type Service } from "./service.ts";

const named = (name: string, file?: string): Identity => {
  const found = loadIdentities(file).get(name);
  if (!found) throw new Error(`no identity ${name}`);
  return found;
};

describe("who we say we are", () => {
  test.each(vectors.captchaSign)("the signature of $platform is the known one", ({ platform, sign }) => {
    expect(captchaSign(named(platform), vectors.deviceId, vectors.timestamp)).toBe(sign);
  });

  test("the device's signature is the known one", () => {
    expect(deviceSign(vectors.deviceId, "com.pikcloud.pikpak")).toBe(vectors.deviceSign);
  });

  test("the user agent of Android tells device, signature, user and time, and ends in a blank", () => {
    const told = userAgentOf(named("android"), { deviceId: vectors.deviceId, userId: "ZE1", now: 5 });
    expect(told).toContain(`deviceid/${vectors.deviceId} `);
    expect(told).toContain(`devicesign/${vectors.deviceSign} `);
    expect(told).toContain("usrno/ZE1 ");
    expect(told).toContain("datetime/5 ");
    expect(told).toMatch(/devicemodel\/M2004J7AC $/);
    expect(told).not.toMatch(/[{}]/);
  });
});

describe("where PikPak is", () => {
  test.each(["mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com"])("both hosts follow %s", (domain) => {
    expect(hostsOf({ domain })).toEqual({ driveUrl: `https://api-drive.${domain}`, userUrl: `https://user.${domain}` });
  });

  test.each([
    ["http://127.0.0.1:1/drive/v1/", "http://127.0.0.1:1/v1"],
    ["http://127.0.0.1:1/", "http://127.0.0.1:1//"],
    ["http://127.0.0.1:1", "http://127.0.0.1:1"],
  ])("whole bases win over the domain: %s and %s", (driveUrl, userUrl) => {
    expect(hostsOf({ domain: "mypikpak.com", driveUrl, userUrl })).toEqual({
      driveUrl: "http://127.0.0.1:1",
      userUrl: "http://127.0.0.1:1",
    });
  });
});

describe("every identity shipped", () => {
  let at: Service;
  beforeEach(async () => {
    at = await startService();
  });
  afterEach(() => at.close());

  test.each([...loadIdentities().keys()])("the identity %s is taken by the service", async (platform) => {
    const driver = at.account({ username, platform });
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
  });
});

describe("a file of the operator's", () => {
  const fileOf = (content: unknown): string => {
    const file = join(mkdtempSync(join(tmpdir(), "identities-")), "identities.json");
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  const { clientSecret: _not, ...android } = named("android");

  test("a file of the operator's adds identities and replaces shipped ones", () => {
    const file = fileOf({ next: { ...android, clientVersion: "9.9.9" }, web: { ...android, clientVersion: "8.8.8" } });
    expect(named("next", file)).toEqual({ ...android, clientVersion: "9.9.9" });
    expect(named("web", file).clientVersion).toBe("8.8.8");
    expect(named("pc", file)).toEqual(named("pc"));
  });

  test("identities of the operator's file can be chosen when signing in, beside the three platforms", () => {
    const urls = { driveUrl: "http://127.0.0.1:1", userUrl: "http://127.0.0.1:1" };
    const choices = (settings: object) =>
      kindNamed(kindsOf(urls, settings), "pikpak").fields.find((field) => field.name === "platform")?.choices;
    expect(choices({})).toEqual(["web", "android", "pc"]);
    expect(choices({ identitiesFile: fileOf({ next: android }) })).toEqual(["web", "android", "pc", "next"]);
  });

  test("no file is needed for an identity that is shipped", () => {
    for (const name of loadIdentities().keys())
      expect(readConfig({ TELEGRAM_BOT_TOKEN: "1:a", PIKPAK_PLATFORM: name }).pikpak.platform).toBe(name);
  });

  test("an identity of the operator's file is what the driver then says", async () => {
    const at = await startService({ settings: { platform: "next", identitiesFile: fileOf({ next: android }) } });
    await expect(at.account().list(undefined)).resolves.toEqual({ items: [] });
    await at.close();
  });

  test.each([
    ["no JSON", "{"],
    ["no salts", { web: { ...android, salts: [] } }],
    ["another shape", { web: "YUMx" }],
  ])("a file of the operator's that cannot be used (%s) is named at the start", (_why, content) => {
    const file = fileOf(content);
    expect(() => loadIdentities(file)).toThrow(`PIKPAK_IDENTITIES: ${file}`);
  });

  test("a platform nobody describes is named, with those there are", () => {
    const urls = { driveUrl: "http://127.0.0.1:1", userUrl: "http://127.0.0.1:1" };
    expect(() => kindsOf(urls, { platform: "amiga" })).toThrow('no identity "amiga"; there are web, android, pc');
  });
});

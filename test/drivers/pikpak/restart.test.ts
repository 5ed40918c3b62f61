import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { lend, type LentContext } from "../context.ts";
import { kindNamed, kindsOf, password, startService, username, type Service } from "./service.ts";

let at: Service;
beforeEach(async () => {
  at = await startService();
});
afterEach(() => at.close());

/** A new process: everything made anew, over the vault and the notes of the old one. */
function restarted(before: LentContext) {
  const context = lend({}, before);
  return { context, driver: kindNamed(kindsOf(at.pikpak), "pikpak").open({ username }, context) };
}

describe("after a restart", () => {
  test("after a restart the session goes on with the same device: no sign-in, no refresh", async () => {
    await at.account().list(undefined);
    const { deviceId, refreshToken } = at.context.secrets;
    expect(deviceId).toMatch(/^[0-9a-f]{32}$/);
    const { driver, context } = restarted(at.context);
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
    expect(context.secrets).toMatchObject({ deviceId, refreshToken });
    expect(at.asked("/v1/auth/signin")).toBe(1);
    expect(at.asked("/v1/auth/token")).toBe(0);
    // Captcha tokens are kept nowhere: the new process asks for its own.
    expect(at.asked("/v1/shield/captcha/init")).toBe(3);
    await driver.close?.();
  });

  test("after a restart a rotated token is the one that is used", async () => {
    const old = at.account();
    await old.list(undefined);
    at.pikpak.tokens.expireAccess();
    await old.list(undefined);
    const { driver, context } = restarted(at.context);
    context.advance(0);
    at.pikpak.tokens.expireAccess();
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
    expect(at.asked("/v1/auth/signin")).toBe(1);
    await driver.close?.();
  });

  test("after a restart a cool-down goes on", async () => {
    at.pikpak.fail({ path: "/drive/v1/files", error: "operation_limited", code: 10 });
    await expect(at.account().list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
    const calls = at.pikpak.calls.length;
    const { driver, context } = restarted(at.context);
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
    expect(at.pikpak.calls).toHaveLength(calls);
    context.advance(31_000);
    at.context.advance(31_000);
    await expect(driver.list(undefined)).resolves.toEqual({ items: [] });
    await driver.close?.();
  });

  test("after a restart sign-ins within the hour are still counted", async () => {
    at.pikpak.fail({ path: "/v1/auth/signin", error: "mystery", code: 4016, times: 99 });
    for (let n = 0; n < 10; n++) {
      const { driver, context } = restarted(at.context);
      context.secrets["password"] = password;
      await expect(driver.list(undefined)).rejects.toMatchObject({ code: "upstream" });
      await driver.close?.();
    }
    const { driver } = restarted(at.context);
    await expect(driver.list(undefined)).rejects.toMatchObject({ code: "too-frequent" });
    expect(at.asked("/v1/auth/signin")).toBe(10);
    await driver.close?.();
  });

  test("after a restart an account whose sign-in was refused for our address is not asked again at once", async () => {
    at.mia.prohibited = true;
    await expect(at.account().list(undefined)).rejects.toMatchObject({ code: "sign-in-refused" });
    const { driver } = restarted(at.context);
    await expect(driver.list(undefined)).rejects.toMatchObject({
      code: "sign-in-refused",
      retryAfter: expect.any(Number),
    });
    expect(at.asked("/v1/auth/signin")).toBe(1);
    await driver.close?.();
  });
});

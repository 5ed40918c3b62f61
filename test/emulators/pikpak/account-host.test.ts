import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientId, device, deviceId, password, rawClient, signedMeta, username, type RawClient } from "./client.ts";
import vectors from "./vectors.json" with { type: "json" };

let at: RawClient;
beforeEach(async () => {
  at = await rawClient();
});
afterEach(() => at.pikpak.close());

const refusal = async (answer: Promise<{ body: Readonly<Record<string, unknown>>; status: number }>) => {
  const { body, status } = await answer;
  return [status, body["error"], body["error_code"], body["error_description"]];
};

describe("captcha/init", () => {
  test.each(vectors.captchaSign)(
    "a captcha token is given for the known signature of $platform, and for no other",
    async (vector) => {
      const then = await rawClient(Number(vectors.timestamp));
      const ask = (sign: string) =>
        then.send("POST", `${then.pikpak.userUrl}/v1/shield/captcha/init`, {
          headers: { "x-device-id": vectors.deviceId },
          body: {
            action: "GET:/drive/v1/files",
            client_id: vector.clientId,
            device_id: vectors.deviceId,
            meta: {
              captcha_sign: sign,
              client_version: vector.version,
              package_name: vector.package,
              timestamp: vectors.timestamp,
              user_id: "",
            },
          },
        });
      const good = await ask(vector.sign);
      expect(good.status).toBe(200);
      // The last part of a token tells whom it was made for.
      const told = Buffer.from(String(good.body["captcha_token"]).split(".")[2] ?? "", "base64url").toString();
      for (const fact of [vector.clientId, vector.version, vector.package, vectors.deviceId])
        expect(told).toContain(fact);
      expect(await refusal(ask(vector.sign.replace(/.$/, "x")))).toEqual([
        400,
        "captcha_invalid",
        4002,
        "captcha_sign is wrong",
      ]);
      await then.pikpak.close();
    },
  );

  test("a signature that is ten minutes off is refused, unless the rule says not to look", async () => {
    expect(await refusal(at.captcha(signedMeta(at.now() - 601_000)))).toEqual([
      400,
      "captcha_invalid",
      4002,
      "timestamp is off",
    ]);
    expect((await at.captcha(signedMeta(at.now() - 590_000))).status).toBe(200);
    at.pikpak.rules.checkSign = false;
    expect((await at.captcha(signedMeta(at.now() - 601_000))).status).toBe(200);
  });

  test.each([
    ["two names", { email: username, username }],
    ["no name and no signature", {}],
  ])("a captcha request with %s is refused", async (_what, meta) => {
    expect((await refusal(at.captcha(meta)))[1]).toBe("invalid_argument");
  });

  test("a captcha request of another device, an unknown client or without an action is refused", async () => {
    expect((await at.captcha({ username }, { headers: { "x-device-id": "f".repeat(32) } })).status).toBe(400);
    expect((await at.captcha({ username }, { action: "list" })).status).toBe(400);
    const body = { action: "GET:/x", client_id: "nobody", device_id: deviceId, meta: { username } };
    const url = `${at.pikpak.userUrl}/v1/shield/captcha/init`;
    expect(await refusal(at.send("POST", url, { headers: device, body }))).toEqual([
      400,
      "invalid_argument",
      3,
      "client_id is unknown",
    ]);
  });
});

describe("a challenge", () => {
  test("a challenge's page leads to the client's own address, with a token that a sign-in takes", async () => {
    at.mia.challenged = true;
    const { body } = await at.captcha();
    const page = String(body["url"]);
    expect((await at.send("GET", page)).text).toContain("<form method=post>");
    expect((await refusal(at.signIn({ captcha_token: body["captcha_token"] })))[3]).toContain("result:review");
    const solved = await at.send("POST", page);
    expect(solved.status).toBe(302);
    const ended = new URL(String(solved.headers["location"]));
    expect(ended.searchParams.get("expires_in")).toBe("600");
    expect((await at.signIn({ captcha_token: ended.searchParams.get("captcha_token") })).status).toBe(200);
    expect((await at.send("POST", page)).status).toBe(400);
  });
});

describe("signin", () => {
  test("a sign-in takes its captcha token from the body or the header, and leaves it good", async () => {
    const token = String((await at.captcha()).body["captcha_token"]);
    const inHeader = { ...device, "x-captcha-token": token };
    expect((await at.signIn({ captcha_token: undefined }, inHeader)).status).toBe(200);
    expect((await at.signIn({ captcha_token: token })).status).toBe(200);
    expect((await refusal(at.signIn({ captcha_token: "ck0.made.up" })))[3]).toBe("Code(4002) - captcha_token expired");
    expect((await refusal(at.signIn({ captcha_token: "" })))[1]).toBe("captcha_required");
  });

  test("a sign-in may be a form, and name a phone number", async () => {
    at.pikpak.build.account({ username: "jo", phone: "12345678901", password });
    const { body } = await at.captcha({ phone_number: "12345678901" });
    const form = new URLSearchParams({
      client_id: clientId,
      username: "12345678901",
      password,
      captcha_token: String(body["captcha_token"]),
    });
    const url = `${at.pikpak.userUrl}/v1/auth/signin`;
    const headers = { ...device, "content-type": "application/x-www-form-urlencoded" };
    expect((await at.send("POST", url, { headers, body: form.toString() })).status).toBe(200);
  });

  test("a sign-in with a captcha token that is over, of another device or of another name is refused", async () => {
    const { body } = await at.captcha();
    at.advance(301_000);
    expect((await refusal(at.signIn({ captcha_token: body["captcha_token"] })))[3]).toContain("expired");
    const fresh = (await at.captcha()).body["captcha_token"];
    expect((await refusal(at.signIn({ captcha_token: fresh }, { "x-device-id": "f".repeat(32) })))[3]).toBe(
      "device_id not match",
    );
    const others = (await at.captcha({ email: "jo@example.com" })).body["captcha_token"];
    expect((await refusal(at.signIn({ captcha_token: others })))[3]).toContain("meta.username expect");
  });

  test.each([
    ["a wrong password", {}, [400, "invalid_account_or_password", 4022]],
    ["an account that has none", { password: null }, [400, "invalid_account_or_password", 4022]],
    ["an address it does not like", { prohibited: true }, [400, "invalid_grant", 4126]],
    ["a banned account", { banned: true }, [400, "aborted", 10]],
  ])("a sign-in with %s is refused", async (_what, changes, expected) => {
    Object.assign(at.mia, changes);
    expect((await refusal(at.signIn({ password: "wrong" }))).slice(0, 3)).toEqual(expected);
  });

  test("an access token is a JWT that tells the user", async () => {
    const { body } = await at.signIn();
    const claims: unknown = JSON.parse(
      Buffer.from(String(body["access_token"]).split(".")[1] ?? "", "base64url").toString(),
    );
    expect(claims).toMatchObject({ sub: body["sub"], aud: clientId, iss: "https://user.mypikpak.com" });
  });
});

describe("token", () => {
  const refresh = (token: unknown, changes: object = {}) =>
    at.send("POST", `${at.pikpak.userUrl}/v1/auth/token`, {
      headers: device,
      body: { client_id: clientId, grant_type: "refresh_token", refresh_token: token, ...changes },
    });

  test("a refresh token rotates, and the old one dies at once", async () => {
    const { body } = await at.signIn();
    const next = await refresh(body["refresh_token"]);
    expect(next.body["refresh_token"]).not.toBe(body["refresh_token"]);
    expect((await refusal(refresh(body["refresh_token"]))).slice(0, 3)).toEqual([400, "invalid_grant", 4126]);
    expect((await refresh(next.body["refresh_token"])).status).toBe(200);
  });

  test("a refresh token is bound to its client, which may be named in the query alone", async () => {
    const { body } = await at.signIn();
    const url = `${at.pikpak.userUrl}/v1/auth/token?client_id=${clientId}`;
    const asked = { grant_type: "refresh_token", refresh_token: body["refresh_token"] };
    const next = await at.send("POST", url, { headers: device, body: asked });
    expect(next.status).toBe(200);
    expect((await refusal(refresh(next.body["refresh_token"], { client_id: "YNxT9w7GMdWvEOKa" })))[1]).toBe(
      "invalid_grant",
    );
    expect((await refusal(refresh(next.body["refresh_token"], { grant_type: "implicit" })))[1]).toBe("invalid_request");
    expect(await refusal(refresh(next.body["refresh_token"], { grant_type: "password" }))).toEqual([
      400,
      "invalid_argument",
      3,
      "currently not supported",
    ]);
  });
});

test("texts are in the caller's language", async () => {
  const zh = await at.signIn({ password: "wrong" }, { ...device, "accept-language": "zh-CN" });
  expect(zh.body).toMatchObject({
    error_description: "Incorrect account or password",
    details: [{}, { locale: "zh", message: "帐号或密码错误" }],
  });
  const en = await at.signIn({ password: "wrong" });
  expect(en.body).toMatchObject({ details: [{}, { locale: "en", message: "Incorrect account or password" }] });
  expect(
    (await at.drive("GET", "/drive/v1/files/VOnobody", { headers: { "accept-language": "zh" } })).body,
  ).toMatchObject({
    error: "file_not_found",
    error_description: "文件或文件夹不存在",
  });
});

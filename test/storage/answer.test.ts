import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pikPakKinds } from "../../src/drivers/pikpak/kinds.ts";
import { holdsSecret } from "../../src/storage/answer.ts";
import { readForm } from "../../src/storage/form.ts";
import { type Values } from "../../src/storage/field.ts";

const [account] = pikPakKinds({ domain: "mypikpak.net", platform: "web", mcpUrl: "http://127.0.0.1:1" });
if (!account) throw new Error("there is no kind of account");
const { fields } = account;
const token = `os.${"aB3_-".repeat(18)}`;

/** What a form's answers come to, as the drive is told them. */
function told(answers: Values): Values | string {
  const reading = readForm(fields, answers);
  if (!reading.ok) return reading.problem.code;
  const checked = account?.check(reading.values);
  return checked?.ok ? checked.values : (checked?.problem.code ?? "");
}

describe("credentials as people copy them", () => {
  test.each([
    token,
    ` ${token}\n`,
    `"${token}"`,
    `“${token}”`,
    `\u200b${token}\ufeff`,
    `${token.slice(0, 20)}\u200b${token.slice(20)}`,
    `${token.slice(0, 20)}\n${token.slice(20)}`,
    `refresh_token: ${token}`,
    `"refresh_token": "${token}",`,
    `刷新令牌：${token}`,
    JSON.stringify({ token_type: "Bearer", access_token: "eyJhbGciOi.x.y", refresh_token: token }),
    JSON.stringify({ credentials: { refresh_token: token } }, undefined, 2),
  ])("a pasted text holds the refresh token %j, wherever it stands", (given) => {
    expect(told({ refreshToken: given })).toEqual({ refreshToken: token });
    expect(told({ username: given })).toEqual({ refreshToken: token });
    expect(told({ username: "mia", password: given })).toEqual({ username: "mia", refreshToken: token });
  });

  test.each([
    "mia@example.com:correct-horse",
    "mia@example.com：correct-horse",
    "mia@example.com correct-horse",
    "mia@example.com | correct-horse",
    "mia@example.com\ncorrect-horse",
    "user: mia@example.com\npassword: correct-horse",
    "账号：mia@example.com\n密码：correct-horse",
    "账号：mia@example.com 密码：correct-horse",
    "邮箱 mia@example.com 密码 correct-horse",
    "mia@example.com----correct-horse",
    "mia@example.com / correct-horse",
    "<mia@example.com> correct-horse",
    "user=mia@example.com&password=correct-horse",
    '{"username":"mia@example.com","password":"correct-horse"}',
  ])("a user name and a password are found in %j, and that message is a secret", (given) => {
    expect(told({ username: given })).toEqual({ username: "mia@example.com", password: "correct-horse" });
    const [username] = fields;
    if (!username) throw new Error("the form asks nothing");
    expect(holdsSecret(username, fields, given)).toBe(true);
  });

  test.each(["+86 138 0013 8000:correct-horse", "0086 138-0013-8000 correct-horse"])(
    "a number in groups and a password are found in %j",
    (given) => expect(told({ username: given })).toEqual({ username: "+8613800138000", password: "correct-horse" }),
  );

  test("a password that was copied with its name loses the name", () => {
    const username = "mia@example.com";
    expect(told({ username, password: "Mia@example.com:correct-horse" })).toEqual({
      username,
      password: "correct-horse",
    });
  });

  test.each([
    ["<mia@example.com>", "mia@example.com"],
    ["[mia@example.com](mailto:mia@example.com)", "mia@example.com"],
    ["my mail is mia@example.com.", "mia@example.com"],
    ["+86 138-0013-8000", "+8613800138000"],
    ["0086 138 0013 8000", "+8613800138000"],
    ["138 0013 8000", "13800138000"],
    ["+1 (415) 555-2671", "+14155552671"],
    ["＋８６１３８００１３８０００", "+8613800138000"],
    ["mailto:mia@example.com", "mia@example.com"],
    ["\u200bmia@example.com ", "mia@example.com"],
    ["“mia@example.com”", "mia@example.com"],
    ["User name: mia", "mia"],
    ["mia.d", "mia.d"],
    ["twelve-and-3", "twelve-and-3"],
  ])("a user name is read out of %s", (given, username) => {
    expect(told({ username: given, password: "x" })).toEqual({ username, password: "x" });
  });

  test.each([
    ["os.secret-words", "os.secret-words"],
    ["密码：correct-horse", "correct-horse"],
    ["correct-horse\n", "correct-horse"],
    ["\u200bcorrect-horse", "correct-horse"],
    ["a:b c", "a:b c"],
    ['half"quoted', 'half"quoted'],
  ])("a password is read out of %j", (given, password) => {
    expect(told({ username: "mia", password: given })).toEqual({ username: "mia", password });
  });

  test("credentials that cannot be right are not sent", () => {
    expect(told({ refreshToken: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln" })).toBe("not-a-token");
    expect(told({ refreshToken: "I do not know" })).toBe("not-a-token");
  });

  test("credentials that are given by themselves come before what came along", () => {
    expect(told({ username: "mia@example.com:old", password: "new-one" })).toEqual({
      username: "mia@example.com",
      password: "new-one",
    });
  });

  test("credentials of ordinary letters stay as they are", () => {
    const plain = fc.stringMatching(/^[A-Za-z0-9!#$%&*+./?@^_~-]{6,40}$/).filter((text) => !text.startsWith("os."));
    fc.assert(
      fc.property(plain, (password) => {
        expect(told({ username: "mia", password })).toEqual({ username: "mia", password });
      }),
    );
  });
});

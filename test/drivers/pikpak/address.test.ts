import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folderIdOf, shareAddressesIn, shareAddressIn } from "../../../src/drivers/pikpak/address.ts";
import { passCodeIn } from "../../../src/drivers/pikpak/pass-code.ts";

const shareId = "VP2DqnzRhvxgiz05VFNLur_2o2";
const otherId = "VNkxSgH3q0oXw1b2c3d4e5f6o1";
const fileId = "VOASrVFTIQmaCBjEu8Y1VDbAo1";
const bare = `https://mypikpak.com/s/${shareId}`;
const other = `https://mypikpak.com/s/${otherId}`;

describe("a share link", () => {
  test.each([
    bare,
    `${bare}/`,
    `mypikpak.com/s/${shareId}`,
    `http://www.mypikpak.net/s/${shareId}`,
    `https://pikpak.me/s/${shareId}`,
    `https://pikpakdrive.com/s/${shareId}`,
    `https://PickPackApp.com/s/${shareId}`,
    `https://some-new-mirror.example/s/${shareId}`,
    `http://127.0.0.1:8080/s/${shareId}`,
    `${bare}?act=play`,
    `看看这个 ${shareId}，很好看`,
    `code review please: ${bare} thanks, all of you`,
    `${bare} is what I meant`,
    `The Long Way Round (2024) 1080p ${bare}`,
    `${bare} 解压密码：q1w2e3`,
    `${bare}\n压缩包密码: abcd1234`,
    `${bare} 解壓縮密碼【a1b2】`,
    `${bare} unzip password: abcd1`,
    `${bare} rar pwd: ab12`,
    `${bare} 7z-pass=ab12`,
    `${bare} archive password is ab12`,
    `${bare} password for the rar: ab12`,
    `${bare} password (zip): ab12`,
    `${bare} WiFi密码：ab12cd34`,
    `${bare} account password: ab12`,
    `${bare} password: none`,
    `${bare} no password needed`,
    `${bare} 提取码：无`,
    `${bare} 无密码`,
    `${bare} password: https://example.org/page`,
    `${bare} unpack password: ab12`,
    `${bare} пароль от архива: ab12`,
    `${bare} 解凍パスワード: ab12`,
    `${bare} 압축 암호: ab12`,
    `${bare} promo code: ab12`,
    `${bare} QR code: 1234`,
    `${bare} source code: abcd`,
    `${bare} pw: nope`,
    `${bare} password: not needed`,
  ])("a share link is found in %j, which tells no code", (text) => {
    expect(shareAddressIn(text)).toEqual({ shareId });
  });

  test.each([
    `${bare}?pwd=24rn`,
    `${bare}?pass_code=24rn`,
    `${bare}?act=play&pwd=24rn`,
    `${bare}?act=play&amp;pwd=24rn`,
    `look (${bare}?pwd=24rn).`,
    `${bare}?pwd=24rn，复制到浏览器`,
    `${bare}?pwd=24rn 解压密码：abcd`,
    `${bare} code: 24rn`,
    `${bare}\nPass code: 24rn\nenjoy`,
    `${bare} passcode 24rn`,
    `${bare} password is 24rn, have fun`,
    `${bare} pwd=24rn`,
    `password: 24rn link: ${bare}`,
    `链接：${bare}\n提取码: 24rn`,
    `链接:${bare} 提取码：24rn 复制这段内容`,
    `提取码：24rn\n链接：${bare}`,
    `${bare} 提取码24rn`,
    `${bare} 提取码：２４ｒｎ`,
    `${bare}【提取码】24rn`,
    `${bare} 提取码（pass code）：24rn`,
    `${bare}（密码：24rn）`,
    `${bare} 密码：「24rn」`,
    `${bare} 密码是24rn`,
    `分享连结 ${bare} 訪問碼 24rn`,
    `${bare} 提取码：24rn 解压密码：abcd`,
    `${bare} 解压密码：abcd 提取码：24rn`,
    `${bare} unzip password: abcd1 code: 24rn`,
    `${bare} 提取\u200b码：\u206024rn\u200b`,
    `${bare} extraction code: 24rn`,
    `${bare} пароль: 24rn`,
    `${bare} contraseña: 24rn`,
    `${bare} 码：24rn`,
    `${bare} 提取：24rn`,
    `${bare} 提 取 码：24rn`,
    `${bare} share password: 24rn`,
    `${bare} the password: 24rn`,
    `${bare} 资源密码：24rn`,
  ])("a share link is found in %j with the code 24rn", (text) => {
    expect(shareAddressIn(text)).toEqual({ shareId, passCode: "24rn" });
  });

  test.each([
    [`${bare} 提取码:code`, "code"],
    [`${bare} 提取码：code 复制这段内容`, "code"],
    [`提取码:code\n链接：${bare}`, "code"],
    [`${bare}（密码：pass）`, "pass"],
    [`${bare} pwd: code`, "code"],
    [`${bare} code：code`, "code"],
    [`${bare} Password: "password"`, "password"],
    [`${bare} 提取码: code: 24rn`, "24rn"],
    [`${bare} password: code=24rn`, "24rn"],
  ])("a code that is a word for a code is found in %j behind its label: %s", (text, passCode) => {
    expect(shareAddressIn(text)).toEqual({ shareId, passCode });
  });

  test.each([`${bare} password: code below`, `${bare} the code: password is in the post`])(
    "no code is found in %j, whose word for a code goes on as a sentence",
    (text) => expect(shareAddressIn(text)?.passCode).toBeUndefined(),
  );

  test.each([
    `${bare} 24rn`,
    `${bare} (24rn)`,
    `24rn ${bare}`,
    `${bare}\n24rn\nenjoy, all of you`,
    `The film\n${bare} 24rn`,
    `${bare}|24rn`,
    `${bare} 🔐24rn`,
    `${bare} Mật khẩu: 24rn`,
    `${bare} şifre：24rn`,
    `${bare} 后台密码：24rn`,
    `${bare} server password: 24rn`,
  ])("a share link is found in %j with a word that may be its code", (text) => {
    expect(shareAddressIn(text)).toEqual({ shareId, maybe: "24rn" });
  });

  test("a share link with a title of one word may have that for a code, and not for certain", () => {
    expect(shareAddressIn(`Holiday ${bare}`)).toEqual({ shareId, maybe: "Holiday" });
  });

  test("a share link can lead to a file or folder inside, however deep", () => {
    expect(shareAddressIn(`${bare}/${fileId}?pwd=24rn`)).toEqual({ shareId, inside: fileId, passCode: "24rn" });
    expect(shareAddressIn(`${bare}/${otherId}/${fileId}`)).toEqual({ shareId, inside: fileId });
    expect(shareAddressIn(`${bare}/AAAAAAAAAAAAAAAAAAAAAAAAo1_VNx`)).toEqual({
      shareId,
      inside: "AAAAAAAAAAAAAAAAAAAAAAAAo1_VNx",
    });
  });

  test.each([
    "",
    "hello",
    "https://example.com/s/abcdef",
    "https://notmypikpak.com.example/s/abcd",
    "mypikpak.com/drive/all",
    "VeryLongWordsWithoutSpaces",
  ])("a share link is not in %j", (text) => expect(shareAddressIn(text)).toBeUndefined());

  test("a share link may be a bare id or on any host when it was asked for", () => {
    const answered = (text: string) => shareAddressIn(text, { asked: true });
    expect(answered(shareId)).toEqual({ shareId });
    expect(answered(` ${shareId} 24rn`)).toEqual({ shareId, maybe: "24rn" });
    expect(answered(`${shareId} 提取码: 24rn`)).toEqual({ shareId, passCode: "24rn" });
    expect(answered("https://example.com/s/abcdef?pwd=24rn")).toEqual({ shareId: "abcdef", passCode: "24rn" });
    expect(answered("abcdef 24rn")).toEqual({ shareId: "abcdef", maybe: "24rn" });
    expect(answered("what is this?")).toBeUndefined();
  });
});

describe("several share links in one text", () => {
  test("several share links in one text are each found, with the code behind each", () => {
    expect(shareAddressesIn(`one ${bare} 提取码：24rn\ntwo ${other}?pwd=zq47`)).toEqual([
      { shareId, passCode: "24rn" },
      { shareId: otherId, passCode: "zq47" },
    ]);
    expect(shareAddressesIn(`提取码：24rn ${bare}\n提取码：zq47 ${other}`)).toEqual([
      { shareId, passCode: "24rn" },
      { shareId: otherId, passCode: "zq47" },
    ]);
  });

  test("several links to the same share are one, whichever of them tells the code", () => {
    expect(shareAddressesIn(`${bare}\n${bare}?pwd=24rn`)).toEqual([{ shareId, passCode: "24rn" }]);
    expect(shareAddressesIn(`press here, 提取码：24rn\n${bare}`)).toEqual([{ shareId, passCode: "24rn" }]);
  });
});

test.each([
  "24rn",
  " 24rn\n",
  "「24rn」",
  "提取码：24rn",
  "the code is: 24rn",
  "Code: 24rn",
  "２４ｒｎ",
  "\u200b24rn",
  "`24rn`",
  "提取码：24rn 解压密码：abcd",
  "码：24rn",
  "hasło: 24rn",
  "server password: 24rn",
  `${bare}?pwd=24rn`,
])("the answer %j to the question for a code is 24rn", (answer) => expect(passCodeIn(answer)).toBe("24rn"));

const ids = fc.stringMatching(/^V[A-Za-z0-9_-]{23}o[12]$/);
const codes = fc.oneof({ weight: 9, arbitrary: fc.stringMatching(/^[a-z0-9]{4}$/) }, fc.constantFrom("code", "pass"));
const wide = (text: string) =>
  text.replaceAll(/[!-~]/g, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) + 0xfee0));
const withWide = (arbitrary: fc.Arbitrary<string>) =>
  fc.tuple(arbitrary, fc.boolean()).map(([text, isWide]) => (isWide ? wide(text) : text));
const labels = withWide(
  fc.constantFrom("提取码", "密码", "訪問碼", "pwd", "Pwd", "code", "pass code", "Password", "passcode", "access code"),
);
const separators = fc.constantFrom(
  [":", ""],
  ["：", ""],
  [": ", ""],
  ["=", ""],
  ["： 【", "】"],
  [": (", ")"],
  [":\n", ""],
  [": `", "`"],
);
const others = fc.constantFrom(
  "解压密码：",
  "压缩包密码: ",
  "解壓密碼 ",
  "unzip password: ",
  "rar pwd: ",
  "zip密码：",
  "7z password is ",
  "archive passcode: ",
);
const spaces = fc.constantFrom(" ", "\n", " \n ", "，", " | ");
const root = fc.constantFrom("mypikpak.com", "mypikpak.net", "pikpak.me", "pikpakdrive.com");
const before = fc.constantFrom("", " ", "\n", "看看这个：", "look: ", "🎬 ");
const after = fc.constantFrom("", " ", "\n", "，复制到浏览器", " have fun", ").", "#");

describe("whatever people write", () => {
  test("the recogniser gives an address or nothing, quickly", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.string().map((text) => `${bare}${text}`),
        ),
        (text) => {
          for (const found of [shareAddressIn(text), shareAddressIn(text, { asked: true })]) {
            expect(found?.shareId ?? "none").toMatch(/^[A-Za-z0-9_-]{4,64}$/);
          }
        },
      ),
      { numRuns: 500 },
    );
    const started = performance.now();
    shareAddressIn("a".repeat(50_000) + "mypikpak.".repeat(5000) + "code ".repeat(5000));
    expect(performance.now() - started).toBeLessThan(500);
  });

  test("a link is found with its id and code wherever it stands", () => {
    fc.assert(
      fc.property(root, ids, codes, before, after, (host, id, code, lead, trail) => {
        const found = shareAddressIn(`${lead}https://${host}/s/${id}?pwd=${code}${trail}`);
        expect(found).toEqual({ shareId: id, passCode: code });
      }),
    );
  });

  test("an announced code is told from other passwords, whatever stands between them", () => {
    fc.assert(
      fc.property(
        fc.record({ own: labels, others, sep: separators, between: spaces, code: codes, place: fc.nat(3) }),
        (given) => {
          const { own, others: other, sep, between, code, place } = given;
          const announced = `${own}${sep[0]}${code}${sep[1]}`;
          const parts = [bare, announced, `${other}q1w2e3r4`];
          const turned = [...parts.slice(place % 3), ...parts.slice(0, place % 3)];
          expect(shareAddressIn(turned.join(between))).toEqual({ shareId, passCode: code });
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a password of something else alone is no code, not even one to be tried", () => {
    fc.assert(
      fc.property(others, spaces, fc.boolean(), (label, between, isBefore) => {
        const parts = isBefore ? [`${label}q1w2e3r4`, bare] : [bare, `${label}q1w2e3r4`];
        expect(shareAddressIn(parts.join(between))).toEqual({ shareId });
      }),
    );
  });

  test("a root folder is the drive's own, an id, or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const found = folderIdOf(text);
        expect(found ?? "").toMatch(/^[A-Za-z0-9_-]{0,64}$/);
      }),
    );
    fc.assert(
      fc.property(root, ids, (host, id) => {
        expect(folderIdOf(`https://${host}/drive/all/${id}`)).toBe(id);
        expect(folderIdOf(id)).toBe(id);
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { folderIdOf, isShareId, shareAddressIn, shareAddressOf } from "../../../src/drivers/pikpak/address.ts";

const shareId = "VP2DqnzRhvxgiz05VFNLur_2o2";
const fileId = "VOASrVFTIQmaCBjEu8Y1VDbAo1";
const bare = `https://mypikpak.com/s/${shareId}`;

describe("a share link", () => {
  test.each([
    [bare, undefined],
    [`${bare}/`, undefined],
    [`mypikpak.com/s/${shareId}`, undefined],
    [`http://www.mypikpak.net/s/${shareId}`, undefined],
    [`https://pikpak.me/s/${shareId}`, undefined],
    [`https://pikpakdrive.com/s/${shareId}`, undefined],
    [`https://PickPackApp.com/s/${shareId}`, undefined],
    [`https://some-new-mirror.example/s/${shareId}`, undefined],
    [`http://127.0.0.1:8080/s/${shareId}`, undefined],
    [`${bare}?act=play`, undefined],
    [`${bare}?pwd=24rn`, "24rn"],
    [`${bare}?pass_code=24rn`, "24rn"],
    [`${bare}?act=play&pwd=24rn`, "24rn"],
    [`${bare}?act=play&amp;pwd=24rn`, "24rn"],
    [`look (${bare}?pwd=24rn).`, "24rn"],
    [`${bare}?pwd=24rn，复制到浏览器`, "24rn"],
    [`${bare} 24rn`, "24rn"],
    [`${bare} (24rn)`, "24rn"],
    [`${bare} code: 24rn`, "24rn"],
    [`${bare}\nPass code: 24rn\nenjoy`, "24rn"],
    [`${bare} passcode 24rn`, "24rn"],
    [`${bare} password is 24rn, have fun`, "24rn"],
    [`${bare} pwd=24rn`, "24rn"],
    [`password: 24rn link: ${bare}`, "24rn"],
    [`链接：${bare}\n提取码: 24rn`, "24rn"],
    [`链接:${bare} 提取码：24rn 复制这段内容`, "24rn"],
    [`${bare} 提取码24rn`, "24rn"],
    [`${bare} 密码：「24rn」`, "24rn"],
    [`${bare} 密码是24rn`, "24rn"],
    [`分享连结 ${bare} 訪問碼 24rn`, "24rn"],
    [`code review please: ${bare} thanks`, undefined],
    [`${bare} is what I meant`, undefined],
  ])("%j", (text, passCode) => {
    expect(shareAddressIn(text)).toEqual({ shareId, ...(passCode !== undefined && { passCode }) });
  });

  test("can lead to a file or folder inside", () => {
    expect(shareAddressIn(`${bare}/${fileId}?pwd=24rn`)).toEqual({ shareId, inside: fileId, passCode: "24rn" });
  });

  test.each([
    "",
    "hello",
    "https://example.com/s/abcdef",
    "https://notmypikpak.com.example/s/abcd",
    "mypikpak.com/drive/all",
  ])("%j is none", (text) => expect(shareAddressIn(text)).toBeUndefined());

  test("answered to a question, a bare id will do, and any host", () => {
    expect(shareAddressOf(shareId)).toEqual({ shareId });
    expect(shareAddressOf(` ${shareId} 24rn`)).toEqual({ shareId, passCode: "24rn" });
    expect(shareAddressOf(`${shareId} 提取码: 24rn`)).toEqual({ shareId, passCode: "24rn" });
    expect(shareAddressOf("https://example.com/s/abcdef?pwd=24rn")).toEqual({ shareId: "abcdef", passCode: "24rn" });
    expect(shareAddressOf("what is this?")).toBeUndefined();
  });

  test("an id alone is taken for one only when it looks like one", () => {
    expect(isShareId(shareId)).toBe(true);
    expect(isShareId("VeryLongWordsWithoutSpaces")).toBe(false);
  });
});

const ids = fc.stringMatching(/^V[A-Za-z0-9_-]{23}o[12]$/);
const codes = fc.stringMatching(/^[a-z0-9]{4}$/);
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
          for (const found of [shareAddressIn(text), shareAddressOf(text)]) {
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

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toWebVtt } from "../../src/gateway/subtitles.ts";
import { subtitlesOf } from "../../src/gateway/watch.ts";
import { fileOf } from "./test-app.ts";

const srt =
  "1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> <font color=red>there</font>\r\nsecond line\r\n\r\n2\r\n01:00:00,5 --> 01:00:01,000\r\nLater -->\r\n";

test("SubRip becomes WebVTT: times, lines, the tags browsers know", () => {
  expect(toWebVtt(Buffer.from(srt), "srt")).toBe(
    "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Hello</i> there\nsecond line\n\n01:00:00.500 --> 01:00:01.000\nLater →\n",
  );
});

test("SubStation becomes WebVTT: events in order, without their styling", () => {
  const ass = [
    "[Script Info]",
    "[Events]",
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
    "Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an8}Second, with a comma",
    "Dialogue: 0,0:00:01.20,0:00:02.00,Default,,0,0,0,,First\\Nline",
    "Comment: 0,0:00:01.20,0:00:02.00,Default,,0,0,0,,Not shown",
  ].join("\n");
  expect(toWebVtt(Buffer.from(ass), "ass")).toBe(
    "WEBVTT\n\n00:00:01.200 --> 00:00:02.000\nFirst\nline\n\n00:00:05.000 --> 00:00:06.000\nSecond, with a comma\n",
  );
});

test("WebVTT stays as it is", () => {
  const vtt = "WEBVTT\n\nNOTE a\n\n00:01.000 --> 00:02.000\nHello\n";
  expect(toWebVtt(Buffer.from(vtt), "vtt")).toBe(vtt);
});

describe("old subtitles are read in the encoding they were written in", () => {
  const text = "1\n00:00:01,000 --> 00:00:02,000\n你好\n";
  test.each([
    ["UTF-8 with a mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)])],
    ["UTF-16", Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")])],
    [
      "GB 18030",
      Buffer.concat([Buffer.from("1\n00:00:01,000 --> 00:00:02,000\n"), Buffer.from([0xc4, 0xe3, 0xba, 0xc3])]),
    ],
  ])("old subtitles are read in %s", (_what, bytes) => {
    expect(toWebVtt(bytes, "srt")).toBe("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n你好\n");
  });
});

test("any bytes give WebVTT, quickly", () => {
  const check = (): void =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.constantFrom("srt", "ass", "vtt"), (bytes, extension) =>
        toWebVtt(bytes, extension).startsWith("WEBVTT"),
      ),
    );
  expect(check).not.toThrow();
  const began = performance.now();
  toWebVtt(Buffer.from(`${"\n".repeat(50_000)}${"<".repeat(50_000)}${"{".repeat(50_000)}`), "srt");
  expect(performance.now() - began).toBeLessThan(2000);
});

test("a film's subtitles are the files beside it that are named like it", () => {
  const film = fileOf("Film.2024.mkv", 1);
  const names = [
    "Film.2024.srt",
    "Film.2024.zh.ass",
    "Film.2024.txt",
    "Film.2025.srt",
    "Other.srt",
    "Film.2024.en.vtt",
  ];
  const found = subtitlesOf(film, [...names.map((name) => fileOf(name, 1)), film]);
  expect(found.map(({ found: { name }, label }) => [name, label])).toEqual([
    ["Film.2024.srt", "srt"],
    ["Film.2024.zh.ass", "zh"],
    ["Film.2024.en.vtt", "en"],
  ]);
});

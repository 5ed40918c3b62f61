import type { Builder } from "./pikpak/builder.ts";
import type { Film, Node } from "./pikpak/node.ts";
import type { Account } from "./pikpak/state.ts";

/** Somebody in the emulated world, on every platform at once. */
export interface Somebody {
  /** Number on Telegram and on Discord alike. */
  readonly id: number;
  readonly name: string;
  /** What their clients say. */
  readonly language: string;
}

/** The cast: Mia signs in with a password, Jun speaks Chinese, Lena approves in PikPak, Otto operates the bot and has a token. */
export const cast = {
  mia: { id: 1001, name: "Mia", language: "en" },
  jun: { id: 1002, name: "Jun", language: "zh-hans" },
  lena: { id: 1003, name: "Lena", language: "en" },
  otto: { id: 1004, name: "Otto", language: "en" },
} as const satisfies Record<string, Somebody>;

/** What a visitor of the demo can type: accounts and shares of the emulated PikPak. */
export interface Shelf {
  readonly accounts: Readonly<
    Record<"mia" | "jun" | "lena" | "otto" | "google" | "checked", { username: string; password: string }>
  >;
  /** Personal access tokens: Otto's may do all that one can, the second only read. */
  readonly tokens: Readonly<Record<"otto" | "reader", string>>;
  readonly shares: Readonly<Record<"open" | "coded" | "expired", { url: string; passCode?: string }>>;
}

/** A site whose feed has three films, and one more every minute. */
export const feedSeed = {
  title: "Harbour Films",
  entries: [
    { title: "Harbour Films - A Quiet Harbour [1080p]" },
    { title: "Harbour Films - Lighthouse S02E01 [720p]" },
    { title: "Harbour Films - Lighthouse S02E01 [1080p]" },
  ],
  series: {
    every: 60_000,
    titleOf: (n: number) => `Harbour Films - Lighthouse S02E${String(n + 1).padStart(2, "0")} [1080p]`,
  },
};

const giga = 1_073_741_824;
const mega = 1_048_576;

/** Fills the emulated PikPak: the same files, ids and shares every time. */
export function seedPikPak(build: Builder, root: string): Shelf {
  const accounts = {
    mia: { username: "mia@example.com", password: "correct-horse" },
    jun: { username: "jun@example.com", password: "battery-staple" },
    lena: { username: "lena@example.com", password: "tall-ship" },
    otto: { username: "otto@example.com", password: "night-train" },
    google: { username: "gina@example.com", password: "whatever" },
    checked: { username: "carl@example.com", password: "slide-me" },
  };
  const mia = build.account({ ...accounts.mia, email: accounts.mia.username });
  const jun = build.account({ ...accounts.jun, email: accounts.jun.username });
  build.account({ ...accounts.google, email: accounts.google.username, password: null });
  const checked = build.account({ ...accounts.checked, email: accounts.checked.username, challenged: true });
  build.file(checked, undefined, {
    name: "you are human.txt",
    bytes: Buffer.from("Proved.\n"),
    mimeType: "text/plain",
  });
  const holiday = fillMias(build, mia);
  fillJuns(build, jun);
  fillLenas(build, build.account({ ...accounts.lena, email: accounts.lena.username, plan: "novip" }));
  const otto = build.account({ ...accounts.otto, email: accounts.otto.username });
  fillOttos(build, otto);
  const tokens = {
    otto: build.pat(otto, { scopes: ["read", "write", "manage", "cloud_download", "share"] }),
    reader: build.pat(otto, { scopes: ["read"], days: 30 }),
  };
  const share = (title: string, nodes: readonly Node[], more: Partial<Parameters<Builder["share"]>[1]> = {}) => {
    const { id } = build.share(mia, { title, nodes, ...more });
    return { url: `${root}/s/${id}`, ...(more.passCode !== undefined && { passCode: more.passCode }) };
  };
  const shares = {
    open: share("Holiday 2026", [holiday]),
    coded: share("Holiday 2026", [holiday], { passCode: "zq47" }),
    expired: share("Old things", [], { status: "EXPIRED", statusText: "The share has expired" }),
  };
  return { accounts, tokens, shares };
}

function fillMias(build: Builder, mia: Account): Node {
  const at = (day: string) => Date.parse(`${day}T10:00:00Z`);
  const holiday = build.folder(mia, undefined, "Holiday 2026", { modifiedAt: at("2026-08-20") });
  for (const day of [1, 2, 3, 10]) {
    const folder = build.folder(mia, holiday, `Day ${day}`, { modifiedAt: at("2026-08-12") });
    build.many(mia, folder, 12 + day, (n) => ({
      name: `IMG_${String(day * 100 + n).padStart(4, "0")}.jpg`,
      size: 2 * mega + n * 91_003,
      mimeType: "image/jpeg",
      modifiedAt: at("2026-08-12") + n * 60_000,
    }));
    build.file(mia, folder, film(`Beach, day ${day}.mp4`, Math.round(1.2 * giga) * day, at("2026-08-13")));
  }
  build.file(mia, holiday, {
    name: "Packing list.txt",
    bytes: Buffer.from("towel\nsun cream\nbooks\n"),
    mimeType: "text/plain",
    modifiedAt: at("2026-07-30"),
  });
  build.file(mia, holiday, { name: "nothing yet.txt", size: 0, mimeType: "text/plain", modifiedAt: at("2026-07-30") });
  fillFilms(build, mia, at("2026-10-04"));
  const music = build.folder(mia, undefined, "Music", { modifiedAt: at("2026-03-02") });
  build.file(mia, music, { name: "Morning.wav", bytes: melody(), mimeType: "audio/wav", modifiedAt: at("2026-03-02") });
  build.many(mia, music, 9, (n) => ({
    name: `${n + 1}. Track.flac`,
    size: 31 * mega + n * 1_234_567,
    mimeType: "audio/flac",
    modifiedAt: at("2026-03-02"),
  }));
  const archive = build.folder(mia, undefined, "Archive", { modifiedAt: at("2025-01-15") });
  build.many(mia, archive, 3000, (n) => ({
    name: `report ${n + 1}.pdf`,
    size: 150_000 + n * 37,
    mimeType: "application/pdf",
    modifiedAt: at("2020-01-01") + n * 43_200_000,
  }));
  build.folder(mia, undefined, "Empty", { modifiedAt: at("2026-11-01") });
  build.file(mia, undefined, {
    name: "backup-2026-11.zip",
    size: Math.round(4.7 * giga),
    mimeType: "application/zip",
    modifiedAt: at("2026-11-02"),
  });
  return holiday;
}

function fillFilms(build: Builder, mia: Account, when: number): void {
  const films = build.folder(mia, undefined, "Films", { modifiedAt: when });
  for (const title of ["The Long Way Round", "A Quiet Harbour", "夏日的尽头", "Под дождём"]) {
    build.file(mia, films, film(`${title} (2024) 1080p.mkv`, Math.round(3.4 * giga), when));
    build.file(mia, films, {
      name: `${title} (2024) 1080p.srt`,
      bytes: Buffer.from("1\n00:00:01,000 --> 00:00:04,000\nIt begins.\n"),
      mimeType: "application/x-subrip",
      modifiedAt: when,
    });
  }
  const series = build.folder(mia, films, "Lighthouse – Season 1", { modifiedAt: when });
  for (let n = 1; n <= 10; n++)
    build.file(mia, series, film(`Lighthouse S01E${String(n).padStart(2, "0")}.mkv`, Math.round(0.9 * giga), when));
}

function fillJuns(build: Builder, jun: Account): void {
  const folder = build.folder(jun, undefined, "电影");
  build.file(jun, folder, film("夏日的尽头 1080p.mkv", Math.round(2.1 * giga), Date.parse("2026-09-01T00:00:00Z")));
  build.file(jun, undefined, { name: "合同（最终版）.pdf", size: 812_345, mimeType: "application/pdf" });
}

function fillLenas(build: Builder, lena: Account): void {
  const recipes = build.folder(lena, undefined, "Recipes");
  for (const name of ["Apple cake", "Lentil soup", "Rye bread"])
    build.file(lena, recipes, { name: `${name}.txt`, bytes: Buffer.from(`${name}\n`), mimeType: "text/plain" });
  build.file(lena, undefined, film("Garden in May.mp4", Math.round(0.4 * giga), Date.parse("2026-05-20T00:00:00Z")));
}

function fillOttos(build: Builder, otto: Account): void {
  const logs = build.folder(otto, undefined, "Server logs");
  build.many(otto, logs, 30, (n) => ({
    name: `2026-11-${String(n + 1).padStart(2, "0")}.log.gz`,
    size: 40_000 + n * 911,
  }));
  build.file(otto, undefined, {
    name: "inventory.csv",
    bytes: Buffer.from("id,name\n1,router\n"),
    mimeType: "text/csv",
  });
}

function film(name: string, size: number, modifiedAt: number) {
  const details: Film = { duration: 2924, width: 1920, height: 1080, transcodes: ["720P", "480P"] };
  return { name, size: Math.round(size), mimeType: "video/mp4", modifiedAt, film: details };
}

/** Four seconds of a tune as a WAV file: something that really plays on the watch page. */
function melody(): Buffer {
  const rate = 8000;
  const notes = [262, 330, 392, 523, 440, 392, 330, 262];
  const samples = rate / 2;
  const sound = Buffer.alloc(notes.length * samples * 2);
  notes.forEach((hertz, note) => {
    for (let n = 0; n < samples; n++) {
      const fading = Math.exp((-3 * n) / samples);
      const value = Math.sin((2 * Math.PI * hertz * n) / rate) * fading * 12_000;
      sound.writeInt16LE(Math.round(value), (note * samples + n) * 2);
    }
  });
  return Buffer.concat([waveHead(sound.length, rate), sound]);
}

function waveHead(length: number, rate: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(rate * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(length, 40);
  return head;
}

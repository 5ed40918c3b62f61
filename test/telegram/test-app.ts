import { pino } from "pino";
import type { Action } from "../../src/actions/action.ts";
import type { ViewRef } from "../../src/actions/model/session.ts";
import type { Visit } from "../../src/users/visit.ts";
import type { Answer, FormScreen, Listing, Screen } from "../../src/actions/model/screen.ts";
import { createTelegram, type Telegram, type TelegramParts } from "../../src/telegram/bot.ts";
import { type TelegramSettings } from "../../src/telegram/settings.ts";
import { loadWords } from "../../src/i18n/words.ts";
import { startDouble, token, type Double } from "./double.ts";

/** The real bot over the wire, with an action desk that a test writes. */
export interface TestApp {
  readonly double: Double;
  readonly asked: { visit: Visit; action: Action }[];
  /** The raw dialogue store, as it would be on disk. */
  readonly kept: Map<string, unknown>;
  readonly fatal: string[];
  telegram: Telegram;
  /** kill -9 and start again, over the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export type Desk = (action: Action, visit: Visit, signal: AbortSignal) => Screen | Answer | Promise<Screen | Answer>;

export const words = loadWords();
export const view: ViewRef = { id: "abcdefghij", revision: 1 };
const mount = { id: "mountmount", title: "Holiday", driver: "pikpak" };

export async function openTestApp(
  desk: Desk,
  more: Partial<TelegramParts> = {},
  webhook?: TelegramSettings["webhook"],
): Promise<TestApp> {
  const double = await startDouble();
  const asked: TestApp["asked"] = [];
  const kept = new Map<string, unknown>();
  const fatal: string[] = [];
  const build = () =>
    createTelegram({
      settings: { token, apiRoot: double.apiRoot, ...(webhook && { webhook }) },
      words,
      log: pino({ level: "silent" }),
      now: Date.now,
      onFatal: (reason) => fatal.push(reason),
      conversations: {
        // As a database would: text in, text out.
        get: async (key) => (kept.has(key) ? JSON.parse(String(kept.get(key))) : undefined),
        set: async (key, value) => kept.set(key, JSON.stringify(value)),
        delete: async (key) => kept.delete(key),
      },
      async perform(visit, action, signal) {
        asked.push({ visit, action });
        const given = await desk(action, visit, signal);
        return "screen" in given ? given : { screen: given, language: words.pick(visit.person.locale) };
      },
      namesShare: (text) => text.includes("https://mypikpak.com/s/"),
      ...more,
    });
  const app: TestApp = {
    double,
    asked,
    kept,
    fatal,
    telegram: build(),
    async restart() {
      await app.telegram.stop();
      app.telegram = build();
      await app.telegram.start();
    },
    async close() {
      await app.telegram.stop();
      await double.close();
    },
  };
  return app;
}

export function listing(more: Partial<Listing> = {}): Listing {
  return {
    show: "listing",
    view,
    mount,
    trail: ["Day 3"],
    rows: [
      { id: "1", kind: "folder", name: "raw" },
      { id: "2", kind: "file", name: "beach.mp4", size: 1_288_490_189, mimeType: "video/mp4" },
    ],
    page: { number: 2, count: 7, next: true },
    total: { known: 42, complete: true },
    order: { by: "name", descending: false },
    up: true,
    can: [],
    ...more,
  };
}

export function linkCard(url: string): Screen {
  return {
    show: "link",
    for: "asker",
    view,
    mount,
    entry: { id: "2", kind: "file", name: "beach.mp4" },
    url,
    via: "direct",
    can: [],
    expiresAt: Date.now() + 3_600_000,
  };
}

export function loginForm(more: Partial<FormScreen> = {}): FormScreen {
  return {
    show: "form",
    form: { id: "sign-in", kind: "pikpak" },
    fields: [
      { name: "username", kind: "text", role: "login", required: true, instead: "refreshToken", maxLength: 200 },
      { name: "password", kind: "secret", role: "credential", required: true, instead: "refreshToken", maxLength: 500 },
      { name: "refreshToken", kind: "secret", required: false, aside: true, maxLength: 4000 },
      { name: "rootFolder", kind: "folder", required: false, maxLength: 500 },
    ],
    values: {},
    ...more,
  };
}

import { run, type RunnerHandle } from "@grammyjs/runner";
import { Bot } from "grammy";
import { startTelegram, type TelegramEmulator } from "../../../emulators/telegram/telegram.ts";

type Options = Parameters<typeof startTelegram>[0];

/** A Telegram and what a test opened on it; closed in reverse. */
export interface TestApp {
  readonly telegram: TelegramEmulator;
  /** Calls a method as no library would. */
  call(method: string, parameters?: unknown, token?: string): Promise<Answer>;
  /** A grammY bot, taking updates as long as the app stands. */
  runs(build: (bot: Bot) => void, token?: string): Promise<Bot>;
  close(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly result?: never;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: Readonly<Record<string, number>>;
}

export async function openTestApp(options: Options = {}): Promise<TestApp> {
  const telegram = await startTelegram(options);
  const runners: RunnerHandle[] = [];
  return {
    telegram,
    async call(method, parameters = {}, token = telegram.token) {
      const response = await fetch(`${telegram.apiRoot}/bot${token}/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(parameters),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
    },
    async runs(build, token = telegram.token) {
      const bot = new Bot(token, { client: { apiRoot: telegram.apiRoot } });
      build(bot);
      bot.catch(() => undefined);
      await bot.init();
      runners.push(run(bot, { runner: { silent: true } }));
      return bot;
    },
    async close() {
      for (const runner of runners) if (runner.isRunning()) await runner.stop();
      await telegram.close();
    },
  };
}

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { Bot } from "grammy";
import { pino } from "pino";
import { Agent } from "undici";
import type { Update } from "grammy/types";
import type { RateLimit } from "../../../src/users/rate-limit.ts";
import { encodeButton } from "../../../src/actions/buttons.ts";
import type { Listing } from "../../../src/actions/model/screen.ts";
import { createTelegram } from "../../../src/telegram/bot.ts";
import { createTransport } from "../../../src/telegram/transport.ts";
import { loadWords } from "../../../src/i18n/words.ts";
import { app, usualCloud, visitOf } from "../../actions/test-app.ts";

export interface UpdateRate {
  readonly updates: number;
  readonly seconds: number;
  /** CPU seconds of the bot's own threads, the Bot API's left out. */
  readonly cpu: number;
}

/** Page turns from Telegram's poll to the edited message and the answered press, over the memory driver and loopback HTTP. */
export async function updateRate({ people = 50, turns = 100 } = {}): Promise<UpdateRate> {
  const desk = app(usualCloud(), { now: Date.now, admin: { rateLimit: unlimited } });
  const views = await Promise.all(
    Array.from({ length: people }, async (_, n) => {
      const answer = await desk.see(
        visitOf(n + 1),
        { do: "open-share", text: "https://share.example/s/open1" },
        "listing",
      );
      return answer.view;
    }),
  );
  const api = await serve(pressesOn(views, turns));
  const telegram = createTelegram({
    settings: { token: "1:BENCH", apiRoot: api.root },
    namesShare: () => false,
    words: loadWords(),
    conversations: shelf(),
    perform: (visit, action, signal) => desk.do(visit, action, signal),
    log: pino({ level: "silent" }),
    now: Date.now,
    onFatal: (reason) => {
      throw new Error(reason);
    },
    updatesPerPerson: 1_000_000,
  });
  await telegram.start();
  const rate = await api.rate();
  await telegram.stop();
  await api.close();
  return rate;
}

/**
 * The same presses answered by grammY alone, over our transport, with a message that is ready: an edit and an answer, and nothing
 * else. What is left of a core beside this is what the bot's own work can take.
 */
export async function floorRate({ people = 50, turns = 100 } = {}): Promise<UpdateRate> {
  const ids = Array.from({ length: people }, (_, n) => ({ id: `s${n}`, revision: 1 }));
  const api = await serve(pressesOn(ids, turns));
  const transport = createTransport({ dispatcher: (options) => new Agent(options) });
  const bot = new Bot("1:BENCH", { client: { apiRoot: api.root } });
  bot.api.config.use(transport.calls({ token: "1:BENCH", apiRoot: api.root }));
  const row = Array.from({ length: 4 }, (_, n) => ({ text: String(n), callback_data: encodeButton(open(n)) }));
  const keyboard = { inline_keyboard: [row, row, row] };
  bot.on("callback_query:data", async (ctx) => {
    await ctx.editMessageText("A line of the message.\n".repeat(20), { reply_markup: keyboard });
    await ctx.answerCallbackQuery();
  });
  await bot.init();
  const over = new AbortController();
  const poll = async () => {
    for (let offset = 0; !over.signal.aborted;) {
      const updates = await bot.api.getUpdates({ offset, limit: 100, timeout: 25 });
      offset = (updates.at(-1)?.update_id ?? offset - 1) + 1;
      await Promise.all(updates.map((update) => bot.handleUpdate(update)));
    }
  };
  const polling = poll().catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  const rate = await Promise.race([api.rate(), polling.then(() => undefined)]);
  over.abort();
  await transport.close();
  await polling;
  await api.close();
  if (!rate) throw new Error("polling ended before the updates did");
  return rate;
}

const open = (index: number) => ({ do: "open", view: { id: "s1", revision: 1 }, index }) as const;

interface ServedApi {
  readonly root: string;
  /** Hands out the updates, and tells what it took until the last press was answered. */
  rate(): Promise<UpdateRate>;
  close(): Promise<void>;
}

async function serve(updates: readonly Update[]): Promise<ServedApi> {
  const worker = new Worker(new URL("bot-api.ts", import.meta.url), { workerData: { updates } });
  const [{ port }] = (await once(worker, "message")) as [{ port: number }];
  return {
    root: `http://127.0.0.1:${port}`,
    async rate() {
      const started = performance.now();
      const before = threadCpu();
      worker.postMessage("go");
      await once(worker, "message");
      const seconds = (performance.now() - started) / 1000;
      return { updates: updates.length, seconds, cpu: threadCpu() - before };
    },
    close: async () => void (await worker.terminate()),
  };
}

/** How fast one person may ask is no part of what is measured. */
export const unlimited: RateLimit = { take: async () => "go" };

function threadCpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}

/** Everybody turns to the second page and back, all at once. An old revision's ▶ means the same page. */
function pressesOn(views: readonly Listing["view"][], turns: number): Update[] {
  return Array.from({ length: turns }, (_, turn) =>
    views.map((view, n): Update => {
      const from = { id: n + 1, is_bot: false, first_name: `Person ${n + 1}`, language_code: "en" };
      const chat = { id: n + 1, type: "private" as const, first_name: from.first_name };
      return {
        update_id: turn * views.length + n + 1,
        callback_query: {
          id: String(turn * views.length + n),
          from,
          chat_instance: "bench",
          data: encodeButton({ do: "turn", view: { ...view, revision: 1 }, page: 1 + ((turn + 1) % 2) }),
          message: { message_id: 1, date: 1, chat, text: "…" },
        },
      };
    }),
  ).flat();
}

function shelf() {
  const kept = new Map<string, unknown>();
  return {
    get: async (key: string) => kept.get(key),
    set: async (key: string, value: unknown) => kept.set(key, value),
    delete: async (key: string) => kept.delete(key),
  };
}

import type { RESTOptions } from "discord.js";
import { fetch, type Dispatcher, type RequestInit } from "undici";

/** How discord.js makes its requests, where they go out by a way of ours: its own library is of another version. */
export function restBy(dispatcher: Dispatcher | undefined): Partial<Pick<RESTOptions, "makeRequest">> {
  if (!dispatcher) return {};
  return {
    async makeRequest(url, init) {
      // What discord.js sends are bodies any fetch takes; the two versions' types differ.
      const answer = await fetch(url, { ...(init as unknown as RequestInit), dispatcher });
      return answer as unknown as Awaited<ReturnType<RESTOptions["makeRequest"]>>;
    },
  };
}

import type { RESTOptions } from "discord.js";
import { fetch, type Dispatcher, type RequestInit } from "undici";

/** How discord.js makes its requests, where they go out by a way of ours: its own library is of another version. */
export function restBy(dispatcher: Dispatcher | undefined): Partial<Pick<RESTOptions, "makeRequest">> {
  if (!dispatcher) return {};
  return {
    makeRequest(url, init) {
      // What discord.js sends are bodies any fetch takes; the two versions' types differ.
      return fetch(url, { ...(init as unknown as RequestInit), dispatcher });
    },
  };
}

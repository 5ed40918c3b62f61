import type { Transformer } from "grammy";

/** A group that became a supergroup has another id: the call is made again there, once. */
export function followingMigration(): Transformer {
  return async (prev, method, payload, signal) => {
    const result = await prev(method, payload, signal);
    const moved = result.ok ? undefined : result.parameters?.migrate_to_chat_id;
    return moved === undefined || !("chat_id" in payload)
      ? result
      : prev(method, { ...payload, chat_id: moved }, signal);
  };
}

import type { Handlers } from "../call.ts";
import { toMe } from "../messages.ts";
import { badRequest, Refusal, refusals } from "../refusal.ts";
import { updateKinds } from "../table.ts";
import { startWebhook } from "../webhook.ts";

/** How updates come to the bot, and who it is. */
export const receiving: Handlers<
  "getMe" | "getUpdates" | "setWebhook" | "deleteWebhook" | "getWebhookInfo" | "logOut" | "close" | "getFile"
> = {
  getMe: ({ bot }) => toMe(bot),
  getUpdates({ bot, signal }, { offset = 0, limit = 100, timeout = 0, allowed_updates }) {
    if (bot.webhook) {
      throw new Refusal(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    if (allowed_updates) bot.inbox.allowed = known(allowed_updates);
    return bot.inbox.poll({
      offset,
      limit: limit >= 1 && limit <= 100 ? limit : 100,
      timeout: Math.min(Math.max(0, timeout), 50),
      signal,
    });
  },
  setWebhook(
    call,
    {
      url,
      secret_token: secret,
      max_connections = 40,
      allowed_updates,
      drop_pending_updates,
      certificate,
      ip_address: ip,
    },
  ) {
    const { bot, clock } = call;
    bot.webhook?.stop();
    delete bot.webhook;
    if (drop_pending_updates) bot.inbox.dropAll();
    if (url === "") return true;
    checkWebhook(url);
    if (secret !== undefined && !/^[A-Za-z0-9_-]{1,256}$/.test(secret)) {
      throw badRequest("secret token contains unallowed characters");
    }
    if (allowed_updates) bot.inbox.allowed = known(allowed_updates);
    bot.inbox.endPoll(new Refusal(409, "Conflict: terminated by setWebhook request"));
    bot.webhook = startWebhook({
      url,
      ...(secret !== undefined && { secret }),
      ...(ip !== undefined && { ip }),
      certificate: certificate !== undefined,
      maxConnections: max_connections,
      inbox: bot.inbox,
      clock,
      route: (address) => call.route(address),
      onFailure: () => call.world.changed(),
      perform: async (method, parameters) => void (await call.perform(bot, method, parameters)),
    });
    return true;
  },
  deleteWebhook({ bot }, { drop_pending_updates }) {
    bot.webhook?.stop();
    delete bot.webhook;
    if (drop_pending_updates) bot.inbox.dropAll();
    return true;
  },
  getWebhookInfo({ bot: { webhook, inbox } }) {
    return {
      url: webhook?.url ?? "",
      has_custom_certificate: webhook?.certificate ?? false,
      pending_update_count: inbox.pending.length,
      ...(webhook && { max_connections: webhook.maxConnections }),
      ...(webhook?.ip !== undefined && { ip_address: webhook.ip }),
      ...(webhook?.failure && {
        last_error_date: Math.floor(webhook.failure.at / 1000),
        last_error_message: webhook.failure.message,
      }),
      ...(inbox.allowed.length > 0 && { allowed_updates: inbox.allowed }),
    };
  },
  logOut({ bot }) {
    bot.webhook?.stop();
    delete bot.webhook;
    bot.loggedOut = true;
    bot.inbox.endPoll(refusals.unauthorized());
    return true;
  },
  close({ bot }) {
    bot.inbox.endPoll(new Refusal(409, "Conflict: terminated by close request"));
    return true;
  },
  getFile({ files, rules }, { file_id }) {
    const { id, uniqueId, size, path } = files.get(file_id);
    if (size > rules.downloadLimit) throw badRequest("file is too big");
    return { file_id: id, file_unique_id: uniqueId, file_size: size, file_path: path };
  },
};

/** Kinds nobody knows are passed over, as the service does. */
function known(kinds: readonly string[]): string[] {
  return kinds.filter((kind) => (updateKinds as readonly string[]).includes(kind));
}

/** HTTPS on one of four ports; on loopback anything, as a server of one's own allows. */
function checkWebhook(address: string): void {
  const url = URL.parse(address);
  if (!url) throw badRequest("bad webhook: Failed to parse URL");
  if (isLoopback(url)) return;
  if (url.protocol !== "https:") throw badRequest("bad webhook: An HTTPS URL must be provided for webhook");
  if (!["", "443", "80", "88", "8443"].includes(url.port)) {
    throw badRequest("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443");
  }
}

/** Whether an address leads to this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

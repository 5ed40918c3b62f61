import { DefaultUserAgent } from "discord.js";

/** What stands behind the library's own in `User-Agent`. */
export const userAgentAppendix = "ChatDrive";

/** Discord's reference wants `DiscordBot (url, version)` first, and may block requests without it. */
export const userAgent = `${DefaultUserAgent} ${userAgentAppendix}`;

import { DefaultUserAgent } from "discord.js";
import manifest from "../../package.json" with { type: "json" };

/** What stands behind the library's own in `User-Agent`. */
export const userAgentAppendix = `ChatDrive/${manifest.version}`;

/** Discord's reference wants `DiscordBot (url, version)` first, and may block requests without it. */
export const userAgent = `${DefaultUserAgent} ${userAgentAppendix}`;

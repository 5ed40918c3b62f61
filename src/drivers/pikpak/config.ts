import { z } from "zod";
import shipped from "./identities.json" with { type: "json" };
import type { PikPakSettings } from "./kinds.ts";

const address = (example: string) =>
  z
    .url({ protocol: /^https?$/, error: `takes an address like ${example}` })
    .transform((url) => url.replace(/\/+$/, ""))
    .optional();

/** The variables this driver is told by; `config.ts` reads them with its own. */
export const pikPakVariables = {
  PIKPAK_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "takes a domain like mypikpak.net")
    .default("mypikpak.net"),
  PIKPAK_DRIVE_URL: address("https://api-drive.mypikpak.net"),
  PIKPAK_USER_URL: address("https://user.mypikpak.net"),
  PIKPAK_PLATFORM: z.string().default("web"),
  PIKPAK_IDENTITIES: z.string().optional(),
};

type Variables = z.infer<z.ZodObject<typeof pikPakVariables>>;

export function pikPakSettings(given: Variables): PikPakSettings {
  return {
    domain: given.PIKPAK_DOMAIN,
    driveUrl: given.PIKPAK_DRIVE_URL,
    userUrl: given.PIKPAK_USER_URL,
    platform: given.PIKPAK_PLATFORM,
    identitiesFile: given.PIKPAK_IDENTITIES,
  };
}

/** What only the variables together show, a line each. */
export function unfitPikPakVariables(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { PIKPAK_PLATFORM: platform, PIKPAK_IDENTITIES: file } = given;
  // A file of the operator's may bring identities of other names; it is read, and this name looked up, later.
  if (platform === undefined || file !== undefined || Object.hasOwn(shipped, platform)) return [];
  return [`  PIKPAK_PLATFORM: takes ${Object.keys(shipped).join(", ")}, or a name of PIKPAK_IDENTITIES`];
}

/** These variables as `.env.example` shows them. */
export const pikPakExample = `# mypikpak.net, mypikpak.com, pikpak.me, pikpakdrive.com, or another
#PIKPAK_DOMAIN=mypikpak.net
#PIKPAK_DRIVE_URL=
#PIKPAK_USER_URL=
# web, android, pc
#PIKPAK_PLATFORM=web
# A JSON file that replaces or adds client identities (see docs/operating.md).
#PIKPAK_IDENTITIES=
`;

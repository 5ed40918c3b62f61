import { z } from "zod";
import shipped from "./identities.json" with { type: "json" };
import { routes, type PikPakSettings } from "./kinds.ts";

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
  PIKPAK_ROUTE: z.enum(routes, { error: `takes ${routes.join(", ")}` }).default("auto"),
  PIKPAK_MCP_URL: address("https://pikpak.ai/mcp").default("https://pikpak.ai/mcp"),
  PIKPAK_OAUTH: z.enum(["on", "off"], { error: "takes on, off" }).default("off"),
  PIKPAK_OAUTH_CLIENT_ID: z
    .string()
    .regex(/^[\x21-\x7e]+$/, "takes the id of a client registered at PikPak, without blanks")
    .optional(),
};

type Variables = z.infer<z.ZodObject<typeof pikPakVariables>>;

export function pikPakSettings(given: Variables): PikPakSettings {
  return {
    domain: given.PIKPAK_DOMAIN,
    driveUrl: given.PIKPAK_DRIVE_URL,
    userUrl: given.PIKPAK_USER_URL,
    platform: given.PIKPAK_PLATFORM,
    identitiesFile: given.PIKPAK_IDENTITIES,
    route: given.PIKPAK_ROUTE,
    mcpUrl: given.PIKPAK_MCP_URL,
    oauth: given.PIKPAK_OAUTH === "on",
    oauthClientId: given.PIKPAK_OAUTH_CLIENT_ID,
  };
}

/** What only the variables together show, a line each. */
export function unfitPikPakVariables(given: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { PIKPAK_PLATFORM: platform, PIKPAK_IDENTITIES: file, PIKPAK_OAUTH: oauth, PUBLIC_URL: back } = given;
  const unfit: string[] = [];
  // A file of the operator's may bring identities of other names; it is read, and this name looked up, later.
  if (platform !== undefined && file === undefined && !Object.hasOwn(shipped, platform))
    unfit.push(`  PIKPAK_PLATFORM: takes ${Object.keys(shipped).join(", ")}, or a name of PIKPAK_IDENTITIES`);
  if (oauth === "on" && back === undefined)
    unfit.push("  PUBLIC_URL: PIKPAK_OAUTH=on needs the address PikPak sends people back to");
  return unfit;
}

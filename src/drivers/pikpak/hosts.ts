/** Where the two API hosts are. */
export interface HostSettings {
  /** Root of the two: `mypikpak.net`. */
  readonly domain: string;
  /** Complete bases; they win over the domain. The path the protocol begins with may be part of them. */
  readonly driveUrl?: string | undefined;
  readonly userUrl?: string | undefined;
}

/** The bases requests are built on, without the path the protocol begins with and without a slash at the end. */
export function hostsOf({ domain, driveUrl, userUrl }: HostSettings): { driveUrl: string; userUrl: string } {
  return {
    driveUrl: (driveUrl ?? `https://api-drive.${domain}`).replace(/\/*$/, "").replace(/\/drive\/v1$/, ""),
    userUrl: (userUrl ?? `https://user.${domain}`).replace(/\/*$/, "").replace(/\/v1$/, ""),
  };
}

/** Whether an address leads to a site of the service's own, whatever it says there. */
export function isOwnSite(url: string): boolean {
  return URL.canParse(url) && /(^|\.)(mypikpak|pikpak|pikpakdrive)\.[a-z]+$/i.test(new URL(url).hostname);
}

import ipaddr from "ipaddr.js";
import type { Logger } from "pino";
import type { Admin } from "../users/admin.ts";
import type { GivenLinks } from "../users/given-links.ts";
import type { Config } from "../config.ts";
import type { LimitOptions } from "../gateway/limits.ts";
import type { Pages } from "../gateway/pages.ts";
import type { Revocations } from "../gateway/revocations.ts";
import type { ProxyTarget } from "../gateway/proxy-url.ts";
import type { HostCheck } from "../gateway/host-check.ts";
import { LinkOver } from "../gateway/refusal.ts";
import type { HookTaker } from "../gateway/hook.ts";
import type { TakeReturn } from "../gateway/return-page.ts";
import { createGateway, type Gateway } from "../gateway/server.ts";
import type { Tickets } from "../gateway/ticket.ts";
import type { VisitorOptions } from "../gateway/visitors.ts";
import type { CallOptions, Link } from "../storage/driver.ts";
import type { Entry } from "../storage/entry.ts";
import { StorageError } from "../storage/error.ts";
import type { Mount } from "../storage/mount.ts";
import type { Storage } from "../storage/storage.ts";
import type { Store } from "../store/store.ts";
import type { Words } from "../i18n/words.ts";
import { webhookSecret, type Frontends } from "./frontends.ts";
import { methodOf, resolver } from "./links.ts";
import { readiness } from "./readiness.ts";

export interface GatewayParts {
  readonly config: Config;
  readonly store: Pick<Store, "check" | "counts">;
  readonly storage: Storage;
  readonly words: Words;
  readonly tickets: Tickets;
  readonly revocations: Revocations;
  readonly admin: Pick<Admin, "access" | "allowance">;
  /** The links people gave away; absent = there are none. */
  readonly givenLinks?: GivenLinks | undefined;
  /** Absent = there are no one-time pages. */
  readonly pages?: Pages;
  /** The key that calls of a webhook are recognised by, where the operator gave no secret. */
  readonly newest: Uint8Array;
  readonly log: Logger;
  /** Absent = what suits people. */
  readonly limits?: Omit<LimitOptions, "quota"> | undefined;
  /** Absent = what suits people. */
  readonly visitors?: VisitorOptions;
  /** Whether a mount is still somebody's to download from. */
  mayFetch(mount: Mount, person: string): Promise<boolean>;
  /** A redirect would not have worked; told once a day for each mount. */
  onFallback(mount: Pick<Mount, "id" | "title" | "owner">): void;
  /** Takes what a browser came back with from a sign-in; absent = no sign-in goes there. */
  readonly takeReturn?: TakeReturn;
  /** Calls of people's hooks; absent = there are none. */
  readonly hooks?: HookTaker | undefined;
  /** A drive gave no link; who waits for a download sees no chat. */
  onFailing?(mount: string): void;
  /** The chats; made later than the gateway, and there before anybody asks. */
  frontends(): Frontends | undefined;
}

/** The gateway over the app: who may fetch what is looked up at every request. It does not listen yet. */
export function gatewayOf(parts: GatewayParts): Gateway {
  const {
    config,
    store,
    storage,
    words,
    tickets,
    revocations,
    admin,
    pages,
    log,
    visitors,
    limits,
    mayFetch,
    onFallback,
    onFailing,
    frontends,
  } = parts;
  const { publicUrl, downloadProxy, telegram, pikpak, namedDownloads } = config;
  const { metricsToken, trustedProxies } = config.gateway;

  const gateway: Gateway = createGateway({
    host: config.gateway.host,
    port: config.gateway.port,
    publicUrl,
    metricsToken,
    namedDownloads,
    words,
    tickets,
    pages,
    hooks: parts.hooks,
    takeReturn: config.pikpak.oauth ? parts.takeReturn : undefined,
    resolve: resolver({ config, storage, mayFetch, ...(onFailing && { onFailing }) }),
    revoked: async (ticket) => {
      const [{ banned }, revoked] = await Promise.all([
        admin.access.standing(ticket.person),
        revocations.revoked(ticket),
      ]);
      return banned !== undefined || revoked;
    },
    takenBack: (ticket) => revocations.last(ticket),
    given: parts.givenLinks,
    limiter: store.counts?.limiter,
    limits: { ...limits, quota: admin.allowance, places: store.counts },
    visitors: { ...visitors, trusted: trustedProxies, limiter: store.counts?.limiter },
    ready: readiness(parts),
    downloadProxy,
    linkByPath: (target, { signal }) => linkByPath({ ...parts, hosts: () => gateway.hosts }, target, signal),
    look: async ({ mount, entry, folder, person: asker }, { signal }) => ({
      entry: await storage.stat(mount, entry, { signal, asker }),
      beside: folder === undefined ? [] : await beside(storage, { mount, folder }, { signal, asker }),
      method: methodOf(config, (await storage.find(mount)) ?? {}),
    }),
    onFallback: ({ mount }) => onFallback(mount),
    upstream: { client: config.gateway.client, reach: isLocal(pikpak.driveUrl) ? "anywhere" : "public" },
    ...(config.discord?.endpoint !== undefined && {
      takeInteraction: async (posted) => frontends()?.discord?.endpoint?.take(posted) ?? { status: 503 },
    }),
    ...(telegram?.webhook && {
      webhook: {
        path: new URL(telegram.webhook.url).pathname,
        secret: webhookSecret(telegram.webhook, parts.newest),
        handle: (request, response) =>
          frontends()?.telegram?.webhook?.handle(request, response) ?? void response.writeHead(503).end(),
      },
    }),
    log: log.child({ part: "gateway" }),
  });
  return gateway;
}

/** What a path of the download proxy leads to, looked up as a ticket is. The proxy tells nobody of a refusal, so the address is looked at before it gets it. */
async function linkByPath(parts: LinkParts, target: ProxyTarget, signal: AbortSignal): Promise<Link> {
  const { storage, admin, revocations, hosts, mayFetch } = parts;
  const [mount, { banned }, takenBack] = await Promise.all([
    storage.find(target.mount),
    admin.access.standing(target.person),
    revocations.last(target),
  ]);
  const isOver = !mount || banned !== undefined || takenBack > target.takenBack;
  if (isOver || !(await mayFetch(mount, target.person))) throw new LinkOver();
  const relink = (refused?: string) =>
    storage.link(mount.id, target.entry, {
      signal,
      asker: target.person,
      prefer: target.variant,
      refused,
    });
  return hosts().verified(await relink(), { mount: mount.id, relink, signal });
}

interface LinkParts extends GatewayParts {
  /** Made with the gateway. */
  hosts(): HostCheck;
}

interface FolderPlace {
  readonly mount: string;
  /** Empty = the root. */
  readonly folder: string;
}

/** What lies beside a file; a folder that cannot be read only costs the subtitles. */
async function beside(storage: Storage, place: FolderPlace, options: CallOptions): Promise<readonly Entry[]> {
  const { mount, folder } = place;
  try {
    return (await storage.folder(mount, folder === "" ? undefined : folder, options)).entries;
  } catch (error) {
    if (error instanceof StorageError) return [];
    throw error;
  }
}

/** An emulated or self-hosted service stands in one's own network, and so do its file hosts. */
export function isLocal(address: string | undefined): boolean {
  if (address === undefined) return false;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || (ipaddr.isValid(host) && ipaddr.process(host).range() !== "unicast");
}

import type { Services } from "../actions/context/services.ts";
import type { Config } from "../config.ts";
import { proxyUrl } from "../gateway/proxy-url.ts";
import type { HostCheck } from "../gateway/host-check.ts";
import { LinkOver } from "../gateway/refusal.ts";
import type { Revocations } from "../gateway/revocations.ts";
import type { Resolve } from "../gateway/resolve.ts";
import type { Tickets } from "../gateway/ticket.ts";
import { ticketUrl, watchUrl, type TicketWay } from "../gateway/ticket-url.ts";
import type { Link } from "../storage/driver.ts";
import type { Entry } from "../storage/entry.ts";
import { StorageError } from "../storage/error.ts";
import { kindOf } from "../storage/file-kind.ts";
import { downloadMethods, type DownloadMethod, type Mount } from "../storage/mount.ts";
import type { Storage } from "../storage/storage.ts";
import { oldestLink } from "../users/given-links.ts";

/** The download methods that work with this configuration, and the operator's default among them. */
export function methodsOf(config: Config): Pick<Services, "methods" | "usualMethod"> {
  return { methods: downloadMethods.filter((method) => works(config, method)), usualMethod: usualMethod(config) };
}

function works({ publicUrl, downloadProxy }: Config, method: DownloadMethod): boolean {
  switch (method) {
    case "redirect":
      return true;
    case "proxy":
      return publicUrl !== undefined;
    case "proxy-url":
      return publicUrl !== undefined && downloadProxy !== undefined;
  }
}

/** How a mount's files are handed out: a method of its own that does not work any more gives way to the operator's default. */
export function methodOf(config: Config, { method }: Pick<Mount, "method">): DownloadMethod {
  return method && works(config, method) ? method : usualMethod(config);
}

function usualMethod(config: Config): DownloadMethod {
  return works(config, config.downloadMethod) ? config.downloadMethod : "redirect";
}

interface IssuerParts {
  readonly config: Config;
  readonly storage: Pick<Storage, "link">;
  readonly tickets: Pick<Tickets, "issue">;
  readonly revocations: Pick<Revocations, "last">;
  readonly hosts: HostCheck;
}

/**
 * Addresses for files: the drive's own where there is no public address, else a ticket. Unless told otherwise the drive
 * is asked first, so that a refusal is said in the chat and not behind a dead link, and so is the file host, where its
 * address was not used for minutes or where it is not known whether it names its files.
 */
export function linkIssuer(parts: IssuerParts): Services["issueLink"] {
  const { config, storage, tickets, revocations, hosts } = parts;
  const { publicUrl, linkTtl, downloadProxy } = config;
  return async (mount, entry, { person }, { variant, folder, unasked, given, signal }) => {
    const method = methodOf(config, mount);
    const wantsName = publicUrl !== undefined && method === "redirect" && config.namedDownloads !== "off";
    const find = (refused?: string) =>
      storage.link(mount.id, entry.id, {
        signal,
        asker: person.id,
        ...(variant && { prefer: variant.id }),
        refused,
      });
    const checked = async () => hosts.verified(await find(), { mount: mount.id, wantsName, relink: find, signal });
    if (publicUrl === undefined) return direct(await checked());
    const link = unasked ? undefined : await checked();
    // What a given link says of its end may change: its record rules, and its address stays the same.
    const life = given
      ? { given: given.id, issuedAt: given.createdAt, expiresAt: given.createdAt + oldestLink }
      : { expiresAt: Date.now() + linkTtl };
    const expiresAt = given?.endsAt ?? life.expiresAt;
    const ids = { mount: mount.id, entry: entry.id, ...(variant && { variant: variant.id }) };
    const ticket = tickets.issue({ ...ids, person: person.id, folder, ...life });
    const address = (way: TicketWay) => ticketUrl(ticket, { publicUrl, way, name: entry.name });
    const more = { expiresAt, ...(isPlayable(entry) && { watch: watchUrl(ticket, publicUrl) }) };
    if (method === "proxy-url" && downloadProxy && !given) {
      const takenBack = await revocations.last({ mount: mount.id, person: person.id });
      const target = { ...ids, person: person.id, takenBack };
      return {
        url: proxyUrl(target, { ...downloadProxy, name: entry.name, expiresAt }),
        via: "proxy-url",
        ...more,
        ...extentOf(link),
      };
    }
    const isNameLost = method === "redirect" && losesName(parts, mount, link);
    return {
      url: address(method === "proxy" ? "p" : "d"),
      via: method === "proxy" ? "gateway" : "redirect",
      ...more,
      ...extentOf(link),
      ...(isNameLost && { named: address("p") }),
    };
  };
}

/** Whether what a redirect leads to is saved without its name; a host that could not be asked is taken for one that does not say it. */
function losesName({ config, hosts }: IssuerParts, mount: Pick<Mount, "id">, link: Link | undefined): boolean {
  const isStreamed = link?.kind === "empty" || link?.headers !== undefined;
  return (config.namedDownloads ?? "offer") === "offer" && !isStreamed && hosts.names(mount.id) !== true;
}

function isPlayable(entry: Entry): boolean {
  return ["video", "audio"].includes(kindOf(entry));
}

function direct(link: Link): Awaited<ReturnType<Services["issueLink"]>> {
  // An empty file has no address, and one that wants headers none for a browser: only our own gateway could serve them.
  if (link.kind === "empty" || link.headers) throw new StorageError("gateway-needed");
  const { url, expiresAt } = link;
  return { url, via: "direct", expiresAt, ...extentOf(link) };
}

/** What is to be said of a link that does not give the whole file. */
function extentOf(link: Link | undefined): { readonly extent?: "first-part" } {
  return link?.kind === "url" && link.extent === "first-part" ? { extent: link.extent } : {};
}

interface ResolverParts {
  readonly config: Config;
  readonly storage: Pick<Storage, "find" | "link" | "stat">;
  /** Whether a mount is still somebody's to download from: their own, or lent to them. */
  mayFetch(mount: Mount, person: string): Promise<boolean>;
  /** A drive gave no link. */
  onFailing?(mount: string): void;
}

/** Tickets back into files: what a ticket names, and whether it is still its person's, is looked up anew at every request. */
export function resolver({ config, storage, mayFetch, onFailing }: ResolverParts): Resolve {
  return async ({ mount: id, entry: entryId, variant, person }, { refused, signal }) => {
    const mount = await storage.find(id);
    if (!mount || !(await mayFetch(mount, person))) throw new LinkOver();
    const asked = {
      signal,
      asker: person,
      ...(variant !== undefined && { prefer: variant }),
      ...(refused !== undefined && { refused }),
    };
    const link = await storage.link(id, entryId, asked).catch((error: unknown) => {
      onFailing?.(id);
      throw error;
    });
    const entry = link.entry ?? (await storage.stat(id, entryId, { signal, asker: person }));
    return { link, entry, mount, method: methodOf(config, mount) };
  };
}

import { recordEvent } from "./events.ts";
import { isTrashed } from "./quota.ts";
import { refusals } from "./refusal.ts";
import { fileObject, timeText, viewOptionsIn, type Addresses } from "./shapes.ts";
import type { Node } from "./node.ts";
import type { Account, State } from "./state.ts";
import { text } from "./text.ts";

/** The switches of listings. */
export interface ListRules {
  /** Give the same page token again and again. */
  repeatToken: boolean;
}

const wellFormed = /^[A-Za-z0-9_-]{20,64}$/;
const maxPerPage = 500;

/** `GET /drive/v1/files`. */
export function listFiles(
  state: State,
  account: Account,
  query: URLSearchParams,
  { addresses, rules }: { addresses: Addresses; rules: ListRules },
): object {
  const parent = query.get("parent_id") ?? "";
  // A malformed id is an error, a well-formed unknown one an empty list.
  if (parent !== "" && parent !== "*" && !wellFormed.test(parent)) throw refusals.notFound();
  const keep = readFilters(query.get("filters") ?? "");
  const shown = viewOptionsIn(query);
  return {
    kind: "drive#fileList",
    ...pageOf(nodesBelow(state, account, parent), query, {
      rules,
      keep,
      show: (node) => fileObject(node, "list", addresses, shown),
    }),
    version: "MTcyOTk5OTk5OQ==",
    version_outdated: false,
    sync_time: timeText(state.now()),
  };
}

function nodesBelow(state: State, account: Account, parent: string): readonly Node[] {
  // What lies below a trashed folder is neither on the drive nor an entry of the trash.
  if (parent === "*") return state.nodes.all(account.userId).filter((node) => !isBelowTrash(state, node));
  const folder = parent === "" ? undefined : state.nodes.get(parent);
  if (folder && (folder.userId !== account.userId || isTrashed(state.nodes, folder))) return [];
  return state.nodes.children(account.userId, parent);
}

function isBelowTrash(state: State, node: Node): boolean {
  const parent = node.trashed ? undefined : state.nodes.get(node.parentId);
  return parent !== undefined && isTrashed(state.nodes, parent);
}

interface Paging {
  readonly rules: ListRules;
  keep?(node: Node): boolean;
  show(node: Node): object;
}

/** A page of nodes, and a token that is opaque and stable: it names the last node of the page. */
export function pageOf(
  nodes: readonly Node[],
  query: URLSearchParams,
  { rules, keep = () => true, show }: Paging,
): { next_page_token: string; files: object[] } {
  const limit = limitIn(query);
  const found: Node[] = [];
  for (let n = positionIn(nodes, query.get("page_token") ?? ""); n < nodes.length && found.length <= limit; n++) {
    const node = nodes[n];
    if (node && keep(node)) found.push(node);
  }
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = found.length > limit || (rules.repeatToken && last !== undefined);
  const marked = rules.repeatToken ? nodes[limit - 1] : last;
  return {
    next_page_token: more && marked ? tokenOf(marked, nodes.indexOf(marked)) : "",
    files: page.map(show),
  };
}

/** The starred view does not care for `limit` (measured 2026-09). */
function limitIn(query: URLSearchParams): number {
  if ((query.get("filters") ?? "").includes("system_tag")) return Number.POSITIVE_INFINITY;
  return Math.min(Math.max(Number(query.get("limit") ?? "100") || 100, 1), maxPerPage);
}

function tokenOf(last: Node, index: number): string {
  return Buffer.from(JSON.stringify([last.id, index])).toString("base64");
}

const marker = /^\["([A-Za-z0-9_-]+)",(\d+)\]$/;

/** Where to read on: behind the node the token names, or where that was when it is gone. */
function positionIn(nodes: readonly Node[], token: string): number {
  if (token === "") return 0;
  // A token of another service, or a marker of a client's own, is refused.
  const [, id, at] = marker.exec(Buffer.from(token, "base64").toString("utf8")) ?? [];
  if (id === undefined) throw refusals.argument("page_token is invalid");
  const index = Number(at);
  if (nodes[index]?.id === id) return index + 1;
  const moved = nodes.findIndex((node) => node.id === id);
  return moved === -1 ? index : moved + 1;
}

type Keep = (node: Node) => boolean;

/** The filters grammar: fields AND-ed, each with one or more operators; an unknown field is no endpoint of ours. */
function readFilters(json: string): Keep {
  if (json === "") return () => true;
  const filters = parsed(json);
  const keeps = Object.entries(filters).flatMap(([field, operators]) =>
    Object.entries(operators as object).map(([operator, value]) => filterOf(field, operator, value)),
  );
  return (node) => keeps.every((keep) => keep(node));
}

function parsed(json: string): object {
  try {
    const filters: unknown = JSON.parse(json);
    if (typeof filters === "object" && filters !== null) return filters;
  } catch {
    // falls through to the refusal
  }
  throw refusals.argument("filters is not JSON");
}

function filterOf(field: string, operator: string, value: unknown): Keep {
  switch (`${field} ${operator}`) {
    case "phase eq":
    case "phase in":
      return (node) => text(value).split(",").includes(node.phase);
    case "trashed eq":
      return (node) => String(node.trashed) === String(value);
    case "kind eq":
      return (node) => (node.folder ? "drive#folder" : "drive#file") === value;
    case "starred eq":
      return (node) => node.starred === (value === true);
    case "modified_time gt":
      return (node) => node.modifiedAt > Date.parse(text(value));
    case "modified_time lt":
      return (node) => node.modifiedAt < Date.parse(text(value));
    case "system_tag in":
      return (node) => text(value).split(",").includes("STAR") && node.starred;
    default:
      throw refusals.noEndpoint();
  }
}

/** `GET /drive/v1/files/{id}`. */
export function fileDetail(
  state: State,
  account: Account,
  { id, query }: { readonly id: string; readonly query: URLSearchParams },
  addresses: Addresses,
): object {
  const node = state.nodes.get(id);
  if (node?.userId !== account.userId) throw refusals.notFound();
  if (isTrashed(state.nodes, node)) throw refusals.trashed();
  const event = eventOf(query.get("usage"));
  if (event && !node.folder) recordEvent(state, event, node);
  const shown = { ...viewOptionsIn(query), audit: true };
  return fileObject(node, state.now() < node.linksFrom ? "list" : "detail", addresses, shown);
}

/** What the app's history calls it when a link is fetched to download, or to play. */
function eventOf(usage: string | null) {
  if (usage === "FETCH") return "TYPE_DOWNLOAD";
  return usage === "PLAY" ? "TYPE_PLAY" : undefined;
}

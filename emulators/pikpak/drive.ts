import { cidOf } from "./content.ts";
import { refusals } from "./refusal.ts";
import { fileObject, timeText, viewOptionsIn, type Addresses } from "./shapes.ts";
import type { Account, Node, State } from "./state.ts";
import { text } from "./tokens.ts";

/** The knobs of listings. */
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
  const options = viewOptionsIn(query);
  return {
    kind: "drive#fileList",
    ...pageOf(nodesBelow(state, account, parent), query, {
      rules,
      keep,
      show: (node) => fileObject(node, "list", addresses, options),
    }),
    version: "MTcyOTk5OTk5OQ==",
    version_outdated: false,
    sync_time: timeText(state.now()),
  };
}

function nodesBelow(state: State, account: Account, parent: string): readonly Node[] {
  if (parent === "*") return state.nodes.all(account.userId);
  const folder = parent === "" ? undefined : state.nodes.get(parent);
  if (folder && (folder.userId !== account.userId || folder.trashed)) return [];
  return state.nodes.children(account.userId, parent);
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
  if (node.trashed) throw refusals.trashed();
  const options = { ...viewOptionsIn(query), audit: true };
  return fileObject(node, state.now() < node.linksFrom ? "list" : "detail", addresses, options);
}

/** `GET /drive/v1/resource/cid`: the content hash of a file somebody has, by its cheap one. */
export function gcidByCid(state: State, query: URLSearchParams): object {
  const wanted = query.get("cid") ?? "";
  const size = Number(query.get("file_size") ?? "0");
  if (wanted === "" || size === 0) throw refusals.argument("cid and file_size is required");
  const known = [...state.accounts.values()]
    .flatMap((account) => state.nodes.all(account.userId))
    .find((node) => node.size === size && !node.folder && cidOf(node.content, size) === wanted);
  if (!known) throw refusals.lookUpMiss();
  return { gcid: known.gcid };
}

/** `GET /drive/v1/about`. */
export function about(state: State, account: Account): object {
  // Folders nobody has looked into yet take room, too.
  state.nodes.all(account.userId);
  return {
    kind: "drive#about",
    quota: {
      kind: "drive#quota",
      limit: String(account.quota.limit),
      usage: String(account.quota.usage),
      usage_in_trash: String(account.quota.trashed),
      play_times_limit: "-1",
      play_times_usage: "0",
    },
    expires_at: "",
    quotas: {},
  };
}

/** `GET /drive/v1/privilege/area_country_code`. */
export function areaCountryCode(): object {
  return { result: "ACCEPTED", message: "", redirect_uri: "", data: { countryCode: "SG", ip: "127.0.0.1" } };
}

/** `GET /drive/v1/privilege/vip`. */
export function vip(account: Account): object {
  const data = {
    expire: "2027-01-01T00:00:00+08:00",
    status: account.plan === "platinum" ? "ok" : "invalid",
    type: account.plan,
    user_id: account.userId,
  };
  return { result: "ACCEPTED", message: "", redirect_uri: "", data };
}

/** `GET /v1/user/me`. */
export function userMe(account: Account): object {
  return {
    sub: account.userId,
    name: masked(account.username),
    picture: "https://static.mypikpak.com/avatar/default.png",
    email: account.email === undefined ? "" : masked(account.email),
    phone_number: account.phone === undefined ? "" : masked(account.phone),
    password: account.password === null ? "" : "SET",
    status: "ACTIVE",
    created_at: "2022-09-17T14:31:06Z",
    password_updated_at: "2024-03-02T08:10:44Z",
    providers:
      account.password === null ? [{ id: "google.com", provider_user_id: "1", name: masked(account.username) }] : [],
  };
}

function masked(name: string): string {
  return `${name.slice(0, 1)}***${name.slice(-1)}`;
}

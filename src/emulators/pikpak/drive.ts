import { Refusal, refusals } from "./refusal.ts";
import { fileObject, type Addresses } from "./shapes.ts";
import type { Account, Node, State } from "./state.ts";
import { text } from "./tokens.ts";

/** The knobs of listings. */
export interface ListRules {
  /** Give the same page token again and again. */
  repeatToken: boolean;
}

const wellFormed = /^[A-Za-z0-9_-]{20,64}$/;
const mostPerPage = 500;

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
  const all = nodesBelow(state, account, parent).filter(keep);
  return {
    kind: "drive#fileList",
    ...pageOf(all, query, { rules, show: (node) => fileObject(node, "list", addresses) }),
    version: "MTcyOTk5OTk5OQ==",
    version_outdated: false,
    sync_time: "",
  };
}

function nodesBelow(state: State, account: Account, parent: string): Node[] {
  if (parent === "*") return [...account.children.values()].flat();
  const folder = parent === "" ? undefined : state.nodes.get(parent);
  if (folder && (folder.userId !== account.userId || folder.trashed)) return [];
  return account.children.get(parent) ?? [];
}

interface Paging {
  readonly rules: ListRules;
  show(node: Node): object;
}

/** A page of nodes, and a token that is opaque but stable. */
export function pageOf(
  nodes: readonly Node[],
  query: URLSearchParams,
  { rules, show }: Paging,
): { next_page_token: string; files: object[] } {
  const limit = Math.min(Math.max(Number(query.get("limit") ?? "100") || 100, 1), mostPerPage);
  const from = offsetIn(query.get("page_token") ?? "");
  const files = nodes.slice(from, from + limit).map(show);
  const more = from + limit < nodes.length;
  const next = rules.repeatToken && files.length > 0 ? tokenOf(limit) : more ? tokenOf(from + limit) : "";
  return { next_page_token: next, files };
}

function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify(["after", offset])).toString("base64");
}

function offsetIn(token: string): number {
  if (token === "") return 0;
  try {
    const [, offset] = JSON.parse(Buffer.from(token, "base64").toString("utf8")) as [string, number];
    if (Number.isInteger(offset)) return offset;
  } catch {
    // falls through to the refusal: a token of another service, or a marker of a client's own
  }
  throw refusals.argument("page_token is invalid");
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
      return () => value !== true;
    case "modified_time gt":
      return (node) => node.modifiedAt > Date.parse(text(value));
    case "modified_time lt":
      return (node) => node.modifiedAt < Date.parse(text(value));
    case "system_tag in":
      return () => false;
    default:
      throw refusals.noEndpoint();
  }
}

/** `GET /drive/v1/files/{id}`. */
export function fileDetail(state: State, account: Account, id: string, addresses: Addresses): object {
  const node = state.nodes.get(id);
  if (!node || node.userId !== account.userId) throw refusals.notFound();
  if (node.trashed) throw refusals.trashed();
  return fileObject(node, state.now() < node.linksFrom ? "list" : "detail", addresses);
}

/** `GET /drive/v1/about`. */
export function about(account: Account): object {
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
    providers: [],
  };
}

function masked(name: string): string {
  return `${name.slice(0, 1)}***${name.slice(-1)}`;
}

/** Batches are bounded; more ids are refused whole. */
export function checkBatch(ids: readonly string[]): void {
  if (ids.length > 200)
    throw new Refusal({
      error: "operating_file_count_exceeded",
      code: 11,
      description: "too many files in one operation",
    });
}

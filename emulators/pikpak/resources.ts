import { cidOf } from "./content.ts";
import { refusals } from "./refusal.ts";
import type { Node } from "./node.ts";
import type { State } from "./state.ts";
import { nameOfSource, offlineSize, sourceKind } from "./sources.ts";
import { text, type Body } from "./text.ts";

/** `GET /drive/v1/resource/cid`: the content hash of a file somebody has, by its cheap one. */
export function gcidByCid(state: State, query: URLSearchParams): object {
  const wanted = (query.get("cid") ?? "").toUpperCase();
  const size = Number(query.get("file_size") ?? "0");
  if (wanted === "" || !(size > 0)) throw refusals.argument("cid and file_size is required");
  const known = stored(state).find((node) => node.size === size && cidOf(node.content, size) === wanted);
  if (!known) throw refusals.lookUpMiss();
  return { gcid: known.gcid };
}

/** A complete file that anybody has, by its content hash in any case. */
export function storedWith(state: State, gcid: string, size: number): Node | undefined {
  const wanted = gcid.toUpperCase();
  return stored(state).find((node) => node.size === size && node.gcid === wanted);
}

function stored(state: State): Node[] {
  return [...state.accounts.values()]
    .flatMap((account) => state.nodes.all(account.userId))
    .filter((node) => !node.folder && node.phase === "PHASE_TYPE_COMPLETE");
}

/** What links bring beside what their names tell. */
export interface ResourceRules {
  /** What magnets hold, by info hash: paths with sizes; a magnet with an empty list is one that nobody knows yet. */
  magnets: Readonly<Record<string, readonly { readonly path: string; readonly size: number }[]>>;
}

/** `POST /drive/v1/resource/list`: what a link would bring, before it is downloaded. */
export function listResources(body: Body, { magnets }: ResourceRules): object {
  const url = text(body["urls"]).trim();
  if (sourceKind(url) === undefined) throw refusals.argument("urls holds no link of a known kind");
  const hash = /btih(?::|%3a)([0-9a-z]+)/i.exec(url)?.[1]?.toLowerCase() ?? "";
  const files = magnets[hash] ?? [{ path: nameOfSource(url), size: offlineSize(url) }];
  const size = Number(body["page_size"] ?? 500) || 500;
  return { list_id: "", list: resourcesOf(files, { url, size }) };
}

interface Held {
  readonly path: string;
  readonly size: number;
}

/** One level of the tree, and what is below it inside. */
function resourcesOf(files: readonly Held[], given: { readonly url: string; readonly size: number }): object {
  const tops = Map.groupBy(files, ({ path }) => path.split("/")[0] ?? "");
  const resources = [...tops].slice(0, given.size).map(([name, held], index) => {
    const inside = held.map(({ path, size }) => ({ path: path.slice(name.length + 1), size }));
    const isFolder = inside.some(({ path }) => path !== "");
    return {
      id: String(index),
      name,
      file_size: String(held.reduce((sum, { size }) => sum + size, 0)),
      file_count: held.length,
      file_index: index,
      is_dir: isFolder,
      resolver: "",
      meta: { url: given.url, icon: "", status: "", mime_type: "" },
      dir: isFolder ? resourcesOf(inside, given) : null,
    };
  });
  return { page_size: given.size, page_token: "", next_page_token: tops.size > given.size ? "more" : "", resources };
}

/** `GET /drive/v1/resource/status?url=`: whether a link can be taken at all. No session is wanted. */
export function resourceStatus(query: URLSearchParams): object {
  const url = query.get("url") ?? "";
  if (url === "") throw refusals.argument("url is empty");
  return { status: sourceKind(url) === undefined ? "UNSUPPORTED" : "OK" };
}

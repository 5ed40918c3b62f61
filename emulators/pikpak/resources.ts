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

/** `POST /drive/v1/resource/list`: what a link would bring, before it is downloaded. */
export function listResources(body: Body): object {
  const url = text(body["urls"]).trim();
  if (sourceKind(url) === undefined) throw refusals.argument("urls holds no link of a known kind");
  const name = nameOfSource(url);
  const file = {
    id: "0",
    name,
    file_size: offlineSize(url),
    file_count: 1,
    file_index: 0,
    is_dir: false,
    resolver: "",
    meta: { url, icon: "", status: "", mime_type: "" },
    dir: null,
  };
  const size = Number(body["page_size"] ?? 500) || 500;
  return { list_id: "", list: { page_size: size, page_token: "", next_page_token: "", resources: [file] } };
}

/** `GET /drive/v1/resource/status?url=`: whether a link can be taken at all. No session is wanted. */
export function resourceStatus(query: URLSearchParams): object {
  const url = query.get("url") ?? "";
  if (url === "") throw refusals.argument("url is empty");
  return { status: sourceKind(url) === undefined ? "UNSUPPORTED" : "OK" };
}

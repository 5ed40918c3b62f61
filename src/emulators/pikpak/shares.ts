import { pageOf, type ListRules } from "./drive.ts";
import { fileObject, type Addresses } from "./shapes.ts";
import type { Node, Share, State } from "./state.ts";

interface ShareParts {
  readonly addresses: Addresses;
  readonly rules: ListRules;
  /** Sharing is not available where the caller stands. */
  readonly prohibited: boolean;
}

/** `GET /drive/v1/share`: the top level, and the token every later call wants. */
export function openShare(state: State, query: URLSearchParams, { addresses, rules, prohibited }: ShareParts): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed = closedAnswer(share, prohibited) ?? (share && passAnswer(share, query.get("pass_code") ?? ""));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  const nodes = share.top.map((id) => state.nodes.get(id)).filter((node) => node !== undefined);
  const { next_page_token, files } = pageOf(nodes, query, {
    rules,
    show: (node) => fileObject(node, "share-list", addresses),
  });
  return {
    share_status: share.status,
    share_status_text: "",
    file_num: String(nodes.length),
    expiration_left: "-1",
    expiration_left_seconds: "-1",
    expiration_at: "-1",
    restore_count_left: "-1",
    files,
    user_info: { user_id: "", nickname: "m**a", avatar: "" },
    next_page_token,
    pass_code_token: tokenOf(share),
    title: share.title,
    icon_link: "",
    thumbnail_link: "",
    params: { anonymous_play_seconds: "120", auto_play: "false" },
  };
}

/** `GET /drive/v1/share/detail`: a folder inside; an empty parent is the top level. */
export function shareFolder(
  state: State,
  query: URLSearchParams,
  { addresses, rules, prohibited }: ShareParts,
): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed = closedAnswer(share, prohibited) ?? (share && tokenAnswer(share, query));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  const parent = query.get("parent_id") ?? "";
  const nodes =
    parent === ""
      ? share.top.map((id) => state.nodes.get(id)).filter((node) => node !== undefined)
      : childrenIn(state, share, parent);
  const page = pageOf(nodes, query, { rules, show: (node) => fileObject(node, "share-list", addresses) });
  return {
    share_status: "OK",
    share_status_text: "",
    files: page.files,
    next_page_token: page.next_page_token,
    pass_code_token: tokenOf(share),
  };
}

/** `GET /drive/v1/share/file_info`. */
export function shareFile(state: State, query: URLSearchParams, { addresses, prohibited }: ShareParts): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed = closedAnswer(share, prohibited) ?? (share && tokenAnswer(share, query));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  const node = state.nodes.get(query.get("file_id") ?? "");
  if (!node || !isInside(state, share, node)) return statusAnswer("NOT_FOUND", "File not found");
  return { share_status: "OK", share_status_text: "", file_info: fileObject(node, "share-detail", addresses) };
}

function childrenIn(state: State, share: Share, parent: string): Node[] {
  const folder = state.nodes.get(parent);
  if (!folder || !isInside(state, share, folder)) return [];
  return (state.accounts.get(folder.userId)?.children.get(parent) ?? []).filter((node) => !node.trashed);
}

function isInside(state: State, share: Share, node: Node): boolean {
  for (let at: Node | undefined = node; at; at = state.nodes.get(at.parentId))
    if (share.top.includes(at.id)) return true;
  return false;
}

function closedAnswer(share: Share | undefined, prohibited: boolean): object | undefined {
  if (prohibited) return statusAnswer("PROHIBITED", "Sorry, sharing is not available in the current region");
  if (!share) return statusAnswer("NOT_FOUND", "");
  if (share.status === "OK" || share.status === "MAX_RESTORE_COUNT") return undefined;
  return share.status === "SENSITIVE_RESOURCE"
    ? { share_status: share.status }
    : statusAnswer(share.status, share.statusText);
}

function passAnswer(share: Share, passCode: string): object | undefined {
  if (share.passCode === undefined || share.passCode === passCode) return undefined;
  return passCode === ""
    ? statusAnswer("PASS_CODE_EMPTY", "Incorrect password")
    : statusAnswer("PASS_CODE_ERROR", "Incorrect password");
}

/** The token is only looked at where the share is protected. */
function tokenAnswer(share: Share, query: URLSearchParams): object | undefined {
  if (share.passCode === undefined || query.get("pass_code_token") === tokenOf(share)) return undefined;
  return statusAnswer("PASS_CODE_EMPTY", "Incorrect password");
}

function statusAnswer(status: string, words: string): object {
  return { share_status: status, share_status_text: words, files: [], next_page_token: "", pass_code_token: "" };
}

/** Base64 with the characters that want escaping in a query. */
function tokenOf(share: Share): string {
  return Buffer.from(`\u00ff\u00fe\u00ff${share.id}?${share.passCode ?? ""}>\u00ff`, "latin1").toString("base64");
}

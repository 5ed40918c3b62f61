import { pageOf, type ListRules } from "./drive.ts";
import { assertRoom, copyTo } from "./mutations.ts";
import { recordEvent } from "./events.ts";
import { isTrashed } from "./quota.ts";
import { Refusal, refusals } from "./refusal.ts";
import { fileObject, timeText, viewOptionsIn, type Addresses } from "./shapes.ts";
import { idFrom, type Node } from "./node.ts";
import type { Account, Share, State } from "./state.ts";
import { beginTask, placeFor, type TaskRules } from "./tasks.ts";
import { idsIn, innerText, text, type Body } from "./text.ts";
import { say } from "./words.ts";

export interface ShareRules {
  /** Anonymous reading of shares demands a captcha token, too. */
  shareCaptcha: boolean;
  /** The token that stands beside an unsolved challenge is good enough to read shares with. */
  challengedReads: boolean;
  /** Who has to say a client id to read shares: the anonymous alone, or everybody. */
  shareClientId: "anonymous" | "everybody";
  /** Sharing is not available where the caller is. */
  sharesProhibited: boolean;
  /** A finished restore names the folder it landed in, as one client met it. */
  restoreNamesFolder: boolean;
  /** A finished restore tells which id became which; one client never found it. */
  restoreTraces: boolean;
}

interface ShareParts {
  readonly addresses: Addresses;
  readonly rules: ListRules;
  /** Sharing is not available where the caller stands. */
  readonly prohibited: boolean;
  readonly language: string;
}

/** `GET /drive/v1/share`: the top level, and the token every later call wants. `parent_id` is ignored here. */
export function openShare(state: State, query: URLSearchParams, parts: ShareParts): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed = closedAnswer(state, share, parts) ?? (share && passAnswer(share, query.get("pass_code") ?? "", parts));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  if ((query.get("page_token") ?? "") === "") share.views += 1;
  const nodes = topOf(state, share);
  const { next_page_token, files } = sharedPage(nodes, query, parts);
  const left = share.days === -1 ? -1 : Math.ceil((endOf(share) - state.now()) / 1000);
  return {
    share_status: share.status,
    share_status_text: "",
    file_num: String(nodes.length),
    expiration_left: left === -1 ? "-1" : String(Math.ceil(left / 86_400)),
    expiration_left_seconds: String(left),
    expiration_at: left === -1 ? "-1" : timeText(endOf(share)),
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
export function shareFolder(state: State, query: URLSearchParams, parts: ShareParts): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed =
    closedAnswer(state, share, parts) ?? (share && tokenAnswer(share, query.get("pass_code_token"), parts));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  const parent = query.get("parent_id") ?? "";
  const page = sharedPage(parent === "" ? topOf(state, share) : childrenIn(state, share, parent), query, parts);
  return {
    share_status: "OK",
    share_status_text: "",
    files: page.files,
    next_page_token: page.next_page_token,
    pass_code_token: tokenOf(share),
  };
}

/** `GET /drive/v1/share/file_info`. */
export function shareFile(state: State, query: URLSearchParams, parts: ShareParts): object {
  const share = state.shares.get(query.get("share_id") ?? "");
  const closed =
    closedAnswer(state, share, parts) ?? (share && tokenAnswer(share, query.get("pass_code_token"), parts));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  const node = state.nodes.get(query.get("file_id") ?? "");
  if (!node || isTrashed(state.nodes, node) || !isInside(state, share, node))
    return statusAnswer("NOT_FOUND", say("fileGone", parts.language));
  const file = fileObject(node, "share-detail", parts.addresses, viewOptionsIn(query));
  return { share_status: "OK", share_status_text: "", file_info: file };
}

function sharedPage(nodes: readonly Node[], query: URLSearchParams, { addresses, rules }: ShareParts) {
  const shown = viewOptionsIn(query);
  return pageOf(nodes, query, { rules, show: (node) => fileObject(node, "share-list", addresses, shown) });
}

function topOf(state: State, share: Share): Node[] {
  return share.top
    .map((id) => state.nodes.get(id))
    .filter((node) => node !== undefined)
    .filter((node) => !isTrashed(state.nodes, node));
}

function childrenIn(state: State, share: Share, parent: string): Node[] {
  const folder = state.nodes.get(parent);
  if (!folder || isTrashed(state.nodes, folder) || !isInside(state, share, folder)) return [];
  return state.nodes.children(folder.userId, parent).filter((node) => !node.trashed);
}

function isInside(state: State, share: Share, node: Node): boolean {
  for (let at: Node | undefined = node; at; at = state.nodes.get(at.parentId))
    if (share.top.includes(at.id)) return true;
  return false;
}

function endOf(share: Share): number {
  return share.createdAt + share.days * 86_400_000;
}

function closedAnswer(
  state: State,
  share: Share | undefined,
  { prohibited, language }: Pick<ShareParts, "prohibited" | "language">,
): object | undefined {
  if (prohibited) return statusAnswer("PROHIBITED", say("regionClosed", language));
  if (!share) return statusAnswer("NOT_FOUND", "");
  if (share.days !== -1 && endOf(share) < state.now()) return statusAnswer("EXPIRED", share.statusText);
  if (share.status === "OK" || share.status === "MAX_RESTORE_COUNT") return undefined;
  return share.status === "SENSITIVE_RESOURCE"
    ? { share_status: share.status }
    : statusAnswer(share.status, share.statusText);
}

function passAnswer(share: Share, passCode: string, { language }: Pick<ShareParts, "language">): object | undefined {
  if (share.passCode === undefined || share.passCode === passCode) return undefined;
  return statusAnswer(passCode === "" ? "PASS_CODE_EMPTY" : "PASS_CODE_ERROR", say("wrongCode", language));
}

/** The token is only looked at where the share is protected. */
function tokenAnswer(
  share: Share,
  token: string | null,
  { language }: Pick<ShareParts, "language">,
): object | undefined {
  if (share.passCode === undefined || token === tokenOf(share)) return undefined;
  return statusAnswer("PASS_CODE_EMPTY", say("wrongCode", language));
}

function statusAnswer(status: string, words: string): object {
  return { share_status: status, share_status_text: words, files: [], next_page_token: "", pass_code_token: "" };
}

/** Base64 with the characters that want escaping in a query. Changes when the share's generation does. */
function tokenOf(share: Share): string {
  const inner = `\u00ff\u00fe\u00ff${share.id}?${share.passCode ?? ""}>${share.tokenRound}\u00ff`;
  return Buffer.from(inner, "latin1").toString("base64");
}

interface RestoreParts {
  readonly rules: TaskRules & ShareRules;
  readonly language: string;
}

/** `POST /drive/v1/share/restore`: into the caller's drive. */
export function restoreShare(state: State, account: Account, body: Body, { rules, language }: RestoreParts): object {
  const share = state.shares.get(text(body["share_id"]));
  const told = { prohibited: rules.sharesProhibited, language };
  const closed = closedAnswer(state, share, told) ?? (share && tokenAnswer(share, text(body["pass_code_token"]), told));
  if (closed || !share) return closed ?? statusAnswer("NOT_FOUND", "");
  if (share.status === "MAX_RESTORE_COUNT") return statusAnswer("MAX_RESTORE_COUNT", "");
  if (share.owner === account.userId)
    throw new Refusal({ error: "file_restore_own", code: 9, description: "The share is your own" });
  const nodes = chosenIn(state, share, idsIn(body, "file_ids"));
  if (!nodes) return statusAnswer("NOT_FOUND", say("fileGone", language));
  const above = idsIn(body, "ancestor_ids");
  if (above.length > 0 && !nodes.every((node) => isBelow(state, share, node, above)))
    throw refusals.argument("ancestor_ids are not those of file_ids");
  assertRoom(state, account, nodes);
  const target = placeFor(state, account, targetIn(body), "RESTORE", language);
  const seed = { type: "restore", takes: rules.workTakes, name: share.title, count: nodes.length } as const;
  const task = beginTask(state, account, seed, (begun) => {
    const made = nodes.map((node) => [node.id, copyTo(state, account, node, target)] as const);
    for (const [, copy] of made) recordEvent(state, "TYPE_RESTORE", copy);
    if (rules.restoreTraces)
      begun.params = { trace_file_ids: JSON.stringify(Object.fromEntries(made.map(([id, copy]) => [id, copy.id]))) };
    if (rules.restoreNamesFolder) begun.fileId = target;
    share.restores += 1;
  });
  const restored = { share_status: "OK", share_status_text: "", file_id: "" };
  return { ...restored, restore_status: "RESTORE_START", restore_task_id: task.id, params: {} };
}

/** Whether those are the folders between a share's top and a node. What the service does with others nobody has tried: here they are refused. */
function isBelow({ nodes }: State, { top }: Share, node: Node, above: readonly string[]): boolean {
  const chain: string[] = [];
  for (let at = node; !top.includes(at.id);) {
    const parent = nodes.get(at.parentId);
    if (!parent) return false;
    chain.unshift(parent.id);
    at = parent;
  }
  return chain.join() === above.join();
}

/** The nodes asked for, all of them without ids; undefined = one of them is not of the share. */
function chosenIn(state: State, share: Share, ids: readonly string[]): Node[] | undefined {
  const nodes = (ids.length === 0 ? share.top : ids).map((id) => state.nodes.get(id));
  const own = nodes
    .filter((node) => node !== undefined)
    .filter((node) => !isTrashed(state.nodes, node) && isInside(state, share, node));
  return own.length === nodes.length ? own : undefined;
}

/** `parent_id` counts when `specify_parent_id` says so; another client's `to.parent_id` is taken, too. */
function targetIn(body: Body): string {
  const target = innerText(body, "to", "parent_id");
  return target ?? (String(body["specify_parent_id"]) === "true" ? text(body["parent_id"]) : "");
}

/** `POST /drive/v1/share`. */
export function createShare(state: State, account: Account, body: Body): object {
  const ids = idsIn(body, "file_ids");
  const nodes = ids.map((id) => state.nodes.get(id));
  const isOwn = (node: Node | undefined) => node?.userId === account.userId && !isTrashed(state.nodes, node);
  if (nodes.length === 0 || !nodes.every(isOwn)) throw refusals.notFound();
  const days = Number(body["expiration_days"] ?? -1);
  if (days !== -1 && !(Number.isInteger(days) && days > 0))
    throw refusals.argument("expiration_days takes -1 or a number of days");
  const coded = body["pass_code_option"] === "REQUIRED" || body["share_to"] === "encryptedlink";
  const passCode = coded ? text(body["custom_pass_code"]) || state.randomHex(2) : undefined;
  const share: Share = {
    id: idFrom(`share ${state.randomHex(8)}`),
    owner: account.userId,
    title: nodes[0]?.name ?? "",
    top: ids,
    status: "OK",
    statusText: "",
    createdAt: state.now(),
    days,
    tokenRound: 0,
    views: 0,
    restores: 0,
    passCode,
  };
  state.shares.set(share.id, share);
  return {
    share_id: share.id,
    share_url: urlOf(share),
    pass_code: passCode ?? "",
    share_text: `${urlOf(share)}${passCode === undefined ? "" : ` ${passCode}`}`,
    share_list: [],
    share_error_files: [],
  };
}

function urlOf(share: Share): string {
  return `https://mypikpak.com/s/${share.id}`;
}

/** `GET /drive/v1/share/list`. The last page has a token as well (recorded): a client has to notice. */
export function listShares(state: State, account: Account, query: URLSearchParams): object {
  const limit = Math.min(Number(query.get("limit") ?? "100") || 100, 100);
  const from = Number(query.get("page_token") ?? "") || 0;
  const ids = sharesNamed(query.get("filters") ?? "");
  const own = [...state.shares.values()].filter(
    (share) => share.owner === account.userId && share.status !== "DELETED" && (ids?.has(share.id) ?? true),
  );
  const page = own.slice(from, from + limit);
  return {
    data: page.map((share) => listedShare(state, share)),
    next_page_token: page.length === 0 ? "" : String(from + page.length),
  };
}

/** `filters={"id":{"in":"a,b"}}`; undefined = all. */
function sharesNamed(filters: string): ReadonlySet<string> | undefined {
  const words = /"id"\s*:\s*\{\s*"(?:in|eq)"\s*:\s*"([^"]*)"/.exec(filters)?.[1];
  return words === undefined ? undefined : new Set(words.split(","));
}

function listedShare(state: State, share: Share): object {
  const [first] = topOf(state, share);
  return {
    share_id: share.id,
    share_status: share.days !== -1 && endOf(share) < state.now() ? "EXPIRED" : share.status,
    share_status_text: share.statusText,
    title: share.title,
    pass_code: share.passCode ?? "",
    file_num: String(share.top.length),
    restore_limit: "-1",
    expiration_days: String(share.days),
    expiration_at: share.days === -1 ? "" : timeText(endOf(share)),
    restore_count: String(share.restores),
    view_count: String(share.views),
    create_time: timeText(share.createdAt),
    user_info: { user_id: share.owner, nickname: "m**a", avatar: "" },
    share_url: urlOf(share),
    file_id: first?.id ?? "",
    file_kind: first?.folder ? "drive#folder" : "drive#file",
    file_size: String(first?.size ?? 0),
    share_to: share.passCode === undefined ? "publiclink" : "encryptedlink",
    params: {},
  };
}

/** `POST /drive/v1/share:batchDelete`. */
export function deleteShares(state: State, account: Account, body: Body): object {
  for (const id of idsIn(body)) {
    const share = state.shares.get(id);
    if (share?.owner === account.userId) share.status = "DELETED";
  }
  return {};
}

import { fileObject, timeText, type Addresses } from "./shapes.ts";
import { idFrom, type Node } from "./node.ts";
import type { Account, DriveEvent, State } from "./state.ts";
import { text, type Body } from "./text.ts";

const typeNames: Readonly<Record<DriveEvent["type"], string>> = {
  TYPE_CREATE: "Cloud download",
  TYPE_DELETE: "Delete",
  TYPE_DOWNLOAD: "Download",
  TYPE_PLAY: "Play",
  TYPE_RESTORE: "Save from share",
  TYPE_UPDATE: "Update",
  TYPE_UPLOAD: "Upload",
  TYPE_VIEW: "View",
};

/** Older ones are forgotten. */
const maxKept = 10_000;

/** Adds to an account's history. */
export function recordEvent(state: State, type: DriveEvent["type"], node: Node): void {
  const { id, name, parentId, mimeType } = node;
  state.events.push({
    id: idFrom(`event ${state.randomHex(8)}`),
    userId: node.userId,
    type,
    at: state.now(),
    file: { id, name, parentId, mimeType },
  });
  if (state.events.length > maxKept) state.events.shift();
}

const maxPerPage = 100;

/** `GET /drive/v1/events`: newest first. One client sends the page's token as `next_page_token`. */
export function listEvents(state: State, account: Account, query: URLSearchParams, addresses: Addresses): object {
  const own = state.events.filter((event) => event.userId === account.userId).toReversed();
  const limit = Math.min(Number(query.get("limit") ?? "") || maxPerPage, maxPerPage);
  const from = Number(query.get("page_token") || query.get("next_page_token") || "0") || 0;
  const more = from + limit < own.length;
  return {
    next_page_token: more ? String(from + limit) : "",
    events: own.slice(from, from + limit).map((event) => eventObject(state, event, addresses)),
  };
}

function eventObject(state: State, event: DriveEvent, addresses: Addresses): object {
  const node = state.nodes.get(event.file.id);
  return {
    kind: "drive#event",
    type: event.type,
    type_name: typeNames[event.type],
    source: "",
    subject: "",
    device: "",
    id: event.id,
    created_time: timeText(event.at),
    mime_type: event.file.mimeType,
    file_id: event.file.id,
    file_name: event.file.name,
    icon_url: node ? addresses.icon(node) : "",
    params: {},
    updated_time: timeText(event.at),
    folder_id: event.file.parentId,
    label: "",
    progress: 100,
    reference_resource: node
      ? { "@type": "type.googleapis.com/drive.ReferenceFile", ...fileObject(node, "list", addresses) }
      : null,
    space: "",
  };
}

/** `POST /drive/v1/events:delete`. */
export function deleteEvents(state: State, account: Account, body: Body): object {
  const ids = new Set(Array.isArray(body["ids"]) ? body["ids"].map(text) : []);
  keepEvents(state, (event) => event.userId !== account.userId || !ids.has(event.id));
  return {};
}

/** `POST /drive/v1/events:clear`. */
export function clearEvents(state: State, account: Account): object {
  keepEvents(state, (event) => event.userId !== account.userId);
  return {};
}

function keepEvents(state: State, keep: (event: DriveEvent) => boolean): void {
  const kept = state.events.filter(keep);
  state.events.splice(0, state.events.length, ...kept);
}

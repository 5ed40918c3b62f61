import { isSince } from "../../storage/clock-skew.ts";
import { z } from "zod";
import type { CallOptions, CapabilityOf, SharingOptions } from "../../storage/driver.ts";
import type { SharedOut } from "../../storage/task.ts";
import type { WritingParts } from "./changes.ts";
import { shareCodes } from "./share.ts";
import { count, read, text, timeOf } from "./wire.ts";
import { written } from "./written.ts";

type SharingName = "shareOut" | "listSharedOut" | "revokeShared";

/** What shares entries of a signed-in account with others. */
export type Sharing = { readonly [K in SharingName]: CapabilityOf<K> };

const sharedShape = z.looseObject({
  share_id: z.string().min(1),
  share_status: text,
  title: text,
  pass_code: text,
  share_url: text,
  expiration_at: text,
  create_time: text,
  file_id: text,
  view_count: count,
  restore_count: count,
});
type Shared = z.infer<typeof sharedShape>;

interface SharingParts extends WritingParts {
  /** Shares whose ids were answered: of those, none is one whose answer was lost. */
  readonly told: Set<string>;
}

export function createSharing(given: WritingParts): Sharing {
  const parts: SharingParts = { ...given, told: new Set() };
  return {
    shareOut: (ids, options = {}) => shareOut(parts, ids, options),
    async listSharedOut({ cursor = "", ...options } = {}) {
      const { shares, next } = await list(parts, cursor, options);
      // The last page has a token as well, of a page that is empty or the same.
      return { items: shares.map(sharedOf), ...(next !== "" && next !== cursor && shares.length > 0 && { next }) };
    },
    async revokeShared(ids, options = {}) {
      const send = async () => {
        const path = "/drive/v1/share:batchDelete";
        await parts.client.call({ method: "POST", path, body: { ids }, ...options });
        return true;
      };
      const readBack = async () => {
        const { shares } = await list(parts, "", options, ids);
        return shares.some(({ share_id: id }) => ids.includes(id)) ? undefined : true;
      };
      await written(parts.context, { send, readBack, signal: options.signal });
    },
  };
}

async function list({ client }: WritingParts, cursor: string, options: CallOptions, ids?: readonly string[]) {
  const query = {
    limit: "100",
    page_token: cursor,
    thumbnail_size: "SIZE_SMALL",
    ...(ids && { filters: JSON.stringify({ id: { in: ids.join(",") } }) }),
  };
  const body = await client.call({ method: "GET", path: "/drive/v1/share/list", query, ...options });
  const shape = z.looseObject({ data: z.array(z.unknown()).nullish(), next_page_token: text });
  const { data, next_page_token: next } = read(shape, body, "a list of shares");
  return { shares: (data ?? []).flatMap((one) => sharedShape.safeParse(one).data ?? []), next };
}

async function shareOut(parts: SharingParts, ids: readonly string[], options: SharingOptions): Promise<SharedOut> {
  const { client, context, told } = parts;
  const { passCode, days } = options;
  const begun = context.now();
  const body = {
    file_ids: ids,
    share_to: passCode === undefined ? "publiclink" : "encryptedlink",
    expiration_days: days ?? -1,
    pass_code_option: passCode === undefined ? "NOT_REQUIRED" : "REQUIRED",
    ...(typeof passCode === "string" && { custom_pass_code: passCode }),
  };
  const send = async () => {
    const answer = await client.call({ method: "POST", path: "/drive/v1/share", body, ...options });
    const made = read(sharedShape, answer, "a share that was made");
    return { ...sharedOf(made), ...(days !== undefined && { expiresAt: begun + days * 86_400_000 }) };
  };
  const readBack = async () => {
    const { shares } = await list(parts, "", options);
    const same = shares.filter(
      (share) =>
        share.file_id === ids[0] &&
        !told.has(share.share_id) &&
        hasCode(share, passCode) &&
        isSince(timeOf(share.create_time), begun),
    );
    const last = same.toSorted((a, b) => (timeOf(b.create_time) ?? 0) - (timeOf(a.create_time) ?? 0))[0];
    return last && sharedOf(last);
  };
  const made = await written<SharedOut>(context, { send, readBack, signal: options.signal });
  told.add(made.id);
  return made;
}

/** It opens with the code that was asked for: absent = without one, true = with one of the service's making. */
function hasCode({ pass_code: code }: Shared, wanted: SharingOptions["passCode"]): boolean {
  return wanted === true ? code !== "" : code === (wanted ?? "");
}

function sharedOf(share: Shared): SharedOut {
  const expiresAt = timeOf(share.expiration_at);
  const createdAt = timeOf(share.create_time);
  const closed = closedBy(share.share_status);
  return {
    id: share.share_id,
    title: share.title,
    ...(share.file_id !== "" && { entry: share.file_id }),
    url: share.share_url || `https://mypikpak.com/s/${share.share_id}`,
    ...(share.pass_code !== "" && { passCode: share.pass_code }),
    expiresAt,
    createdAt,
    views: share.view_count,
    saves: share.restore_count,
    ...(closed && { closed }),
  };
}

function closedBy(status: string): SharedOut["closed"] {
  if (status === "" || status === "OK") return undefined;
  if (status === "MAX_RESTORE_COUNT") return "share-restore-limit";
  return (Object.hasOwn(shareCodes, status) ? shareCodes[status] : undefined) ?? "upstream";
}

import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { afresh, draw, type ActionContext, type Result } from "../context/context.ts";
import { reasonOf } from "../context/failure.ts";
import { answerWith, mountedAlready } from "../context/kinds.ts";
import type { Reason } from "../model/screen.ts";
import { lineOf } from "../mounts/views.ts";
import { mountShare } from "./mount-share.ts";
import type { RecognisedShare } from "./recognise.ts";
import { withShares } from "./recent-shares.ts";

/** Most shares of one message that are opened at once. */
const maxAtOnce = 8;

/** Opens several shares out of one text, to choose from by their own titles; says which of them cannot be opened, and why. */
export async function openShares(context: ActionContext, shares: readonly RecognisedShare[]): Promise<Result> {
  const tries = await Promise.all(shares.slice(0, maxAtOnce).map((share) => openOne(context, share)));
  const mounts = [...new Map(tries.flatMap(({ mount }) => (mount ? [[mount.id, mount] as const] : []))).values()];
  const refused = tries.flatMap(({ link, driver, reason }) => (reason ? [{ link, driver, reason }] : []));
  const richer = mounts.length > 0 ? await withShares(afresh(context), mounts) : afresh(context);
  const rows = mounts.map(({ id }) => id);
  const view = await draw(richer, { at: "mounts", opened: true }, rows);
  const lines = mounts.map((mount) => ({ ...lineOf(richer, mount, undefined), current: false }));
  const left = Math.max(0, shares.length - maxAtOnce);
  return { screen: { show: "mounts", view, mounts: lines, opened: { refused, left } } };
}

interface Tried {
  readonly driver: string;
  readonly link: string;
  readonly mount?: Mount;
  readonly reason?: Reason;
}

async function openOne(context: ActionContext, share: RecognisedShare): Promise<Tried> {
  const { kind, values, maybe, whole } = share;
  const link = answerWith("address", kind, values) ?? "";
  const checked = kind.check(values);
  if (!checked.ok) return { link, driver: kind.name, reason: { code: "share-not-found" } };
  try {
    const known = await mountedAlready(context, kind, checked.values);
    const { mount } = await mountShare(context, {
      kind,
      values: checked.values,
      mount: known,
      maybe,
      whole,
    });
    return { link, driver: kind.name, mount };
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { link, driver: kind.name, reason: reasonOf(error) };
  }
}

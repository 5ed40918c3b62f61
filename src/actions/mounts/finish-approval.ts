import { type ActionContext, type Result } from "../context/context.ts";
import { noticeWithWays } from "../context/failure.ts";
import { kindNamed, mountedAlready } from "../context/kinds.ts";
import { withMount } from "../context/with-mount.ts";
import type { Approved } from "./approval-end.ts";
import { carryOutAsMeant } from "./sign-in.ts";

/** Mounts what was approved, or renews the mount it was approved for. */
export async function finishApproval(context: ActionContext, approved: Approved): Promise<Result> {
  const { kind: name, mount: again, values, kept } = approved;
  const kind = kindNamed(context, name);
  if (!kind) return noticeWithWays(context, "view-expired", { level: "refused" });
  const attempt = { kind, values, kept };
  if (again !== undefined) return withMount(context, again, (mount) => carryOutAsMeant(context, { ...attempt, mount }));
  const mount = await mountedAlready(context, kind, values);
  return carryOutAsMeant(context, { ...attempt, mount });
}

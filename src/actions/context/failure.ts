import { StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { draw, type ActionContext, type Outcome, type Result } from "./context.ts";
import { takesProof, verificationForm } from "./form-screen.ts";
import { shareForm } from "./share-form.ts";
import { isRenewable } from "./kinds.ts";
import type { Notice, NoticeCode, Reason } from "../model/screen.ts";
import type { Resumable } from "../model/session.ts";

/** What was tried, so that a failure can offer a way on and a way out. */
export interface Attempt {
  readonly mount?: Mount;
  readonly retry?: Resumable;
  readonly back?: Resumable;
  /** The first way on to offer. */
  readonly offer?: Offer;
}

type Offer = NonNullable<Notice["offer"]>[number];

/** Does something with a drive; a failure becomes a screen that can be gone on from. */
export async function attempt<const R extends Result>(
  context: ActionContext,
  about: Attempt,
  work: () => Promise<R> | R,
): Promise<R | Outcome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return failed(context, error, about);
  }
}

/** The screen of a drive's failure: a form where the person can mend it there and then, else a sentence with offers. */
export async function failed(context: ActionContext, error: StorageError, about: Attempt = {}): Promise<Outcome> {
  const { mount } = about;
  if (!mount) return failure(context, error, about);
  if (!(await context.services.storage.find(mount.id))) return mountGone(context);
  const isHere = context.visit.place.kind === "private";
  switch (error.code) {
    case "pass-code-needed":
    case "pass-code-wrong":
      return shareForm(context, { link: mount.options["link"] ?? "", reason: reasonOf(error) });
    case "verification-needed":
      if (!isHere || mount.owner !== context.person.id || !takesProof(context, mount.driver)) {
        return failure(context, error, about);
      }
      return verificationForm(context, error, { driver: mount.driver, values: {}, mount: mount.id });
    default:
      return failure(context, error, about);
  }
}

/** A failure as the reason on a form or a listing. */
export function reasonOf({ code, retryAfter, verify }: Reason): Reason {
  return { code, ...(retryAfter !== undefined && { retryAfter }), ...(verify !== undefined && { verify }) };
}

async function failure(context: ActionContext, error: StorageError, about: Attempt): Promise<Outcome> {
  const { mount, retry, back } = about;
  const { code, ...more } = reasonOf(error);
  const offer = offersFor(context, code, about);
  const view = await draw(context, {
    at: "notice",
    ...(retry && { retry }),
    ...(back && { back }),
    ...(mount && { mount: mount.id }),
  });
  return { screen: { show: "notice", notice: code, level: "failed", ...more, view, offer } };
}

function offersFor(
  context: ActionContext,
  code: StorageErrorCode,
  { mount, retry, back, offer }: Attempt,
): readonly Offer[] {
  const isPrivate = context.visit.place.kind === "private";
  const offers: readonly (Offer | false | undefined)[] = [
    offer,
    isPrivate &&
      mount &&
      storageErrorKind(code).mends.includes("sign-in") &&
      isRenewable(context, mount) &&
      "renew-mount",
    retry && "retry",
    back && "back",
    isPrivate && context.person.mounts.length > 0 && "mounts",
  ];
  return [...new Set(offers)].filter((one) => one !== false && one !== undefined);
}

/** A sentence that stands by itself. */
export function notice(
  code: NoticeCode,
  rest: Omit<Notice, "show" | "notice" | "level"> & Partial<Pick<Notice, "level">> = {},
): Outcome {
  return { screen: { show: "notice", notice: code, level: "info", ...rest } };
}

/** A sentence for the asker alone; the screen they pressed on stays as it is. */
export function refused(code: NoticeCode): Outcome {
  return notice(code, { level: "refused", for: "asker" });
}

/** A sentence with the ways on that there are from everywhere. */
export async function noticeWithWays(
  context: ActionContext,
  code: NoticeCode,
  rest: Pick<Partial<Notice>, "level" | "subject" | "offer"> = {},
): Promise<Outcome> {
  if (context.visit.place.kind === "group" && !rest.offer) return notice(code, rest);
  const view = await draw(context, { at: "notice" });
  return notice(code, { offer: waysFor(context), ...rest, view });
}

function waysFor({ person }: ActionContext): readonly Offer[] {
  return person.mounts.length > 0 ? ["mounts"] : ["add-account", "add-share"];
}

/** The mount this screen was about is there no more. */
export function mountGone(context: ActionContext): Promise<Outcome> {
  return noticeWithWays(context, "mount-gone", { level: "failed" });
}

/** What nobody foresaw: logged once, with the reference the person sees. */
export function unexpected(
  { services, visit }: Pick<ActionContext, "services" | "visit">,
  error: unknown,
  doing: string,
): Outcome {
  const reference = services.newId();
  services.log.error({ err: error, reference, person: visit.person.id, action: doing }, "unexpected failure");
  return notice("unexpected", { level: "failed", reference });
}

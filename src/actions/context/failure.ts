import { isStoreFailure, StorageError, storageErrorKind, type StorageErrorCode } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import { draw, type ActionContext, type Outcome, type Result } from "./context.ts";
import { takesProof, verificationForm } from "./form-screen.ts";
import { shareForm } from "./share-form.ts";
import { answerWith, isRenewable, kindNamed, kindsAddedBy } from "./kinds.ts";
import type { Notice, NoticeCode, Reason } from "../model/screen.ts";
import type { Resumable } from "../model/session.ts";

/** What was tried, so that a failure can offer a way on and a way out. */
export interface Attempt {
  readonly mount?: Mount | undefined;
  readonly retry?: Resumable | undefined;
  readonly back?: Resumable | undefined;
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
  const kind = kindNamed(context, mount.driver);
  const { mends } = storageErrorKind(error.code);
  if (kind && mends.includes("pass-code")) {
    return shareForm(context, {
      kind,
      link: answerWith("address", kind, mount.options) ?? "",
      reason: reasonOf(error),
    });
  }
  const isTheirs = context.visit.place.kind === "private" && mount.owner === context.person.id;
  if (kind && isTheirs && mends.includes("proof") && takesProof(kind)) {
    return verificationForm(context, error, { kind, values: {}, mount: mount.id });
  }
  return failure(context, error, about);
}

/** A failure as the reason on a form or a listing. */
export function reasonOf({ code, retryAfter, verify }: Reason): Reason {
  return { code, retryAfter, verify };
}

async function failure(context: ActionContext, error: StorageError, about: Attempt): Promise<Outcome> {
  const { mount, retry, back } = about;
  const { code, ...more } = reasonOf(error);
  const offer = offersFor(context, code, about);
  const view = await draw(context, {
    at: "notice",
    retry,
    ...(back && { back }),
    ...(mount && { mount: mount.id }),
  });
  const { subject } = error;
  const named = subject === undefined ? {} : { subject };
  return {
    screen: {
      show: "notice",
      notice: code,
      level: "failed",
      ...named,
      ...more,
      ...(mount && { driver: mount.driver }),
      view,
      offer,
    },
  };
}

function offersFor(
  context: ActionContext,
  code: StorageErrorCode,
  { mount, retry, back, offer }: Attempt,
): readonly Offer[] {
  const isPrivate = context.visit.place.kind === "private";
  const { mends } = storageErrorKind(code);
  const offers: readonly (Offer | false | undefined)[] = [
    offer,
    isPrivate && mount && mends.includes("sign-in") && isRenewable(context, mount) && "renew-mount",
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
  rest: Pick<Partial<Notice>, "level" | "subject" | "offer" | "driver" | "retryAfter"> = {},
): Promise<Outcome> {
  if (context.visit.place.kind === "group" && !rest.offer) return notice(code, rest);
  const view = await draw(context, { at: "notice" });
  return notice(code, { offer: waysFor(context), ...rest, view });
}

function waysFor({ person }: ActionContext): readonly Offer[] {
  return person.mounts.length > 0 ? ["mounts"] : ["add-account", "add-share"];
}

/** What was pasted is no link of a share: the kind that is meant, where there is but one, says what its links look like. */
export function notAShareLink(context: ActionContext): Promise<Outcome> {
  const [only, ...others] = kindsAddedBy(context, "link");
  const driver = others.length === 0 ? only?.name : undefined;
  return noticeWithWays(context, "not-a-share-link", { level: "refused", offer: ["add-share"], driver });
}

/** The mount this screen was about is there no more. */
export function mountGone(context: ActionContext): Promise<Outcome> {
  return noticeWithWays(context, "mount-gone", { level: "failed" });
}

/** A failure that no action had a better screen for: logged once, with the reference the person sees. */
export function unexpected(
  { services, visit }: Pick<ActionContext, "services" | "visit">,
  error: unknown,
  doing: string,
): Outcome {
  const reference = services.newId();
  services.log.error({ err: error, reference, person: visit.person.id, action: doing }, "unexpected failure");
  return { screen: failureNotice(error, reference) };
}

/** What people are told then: the store's failure by its name, anything else by the reference it was logged with. */
export function failureNotice(error: unknown, reference: string): Notice {
  const notice = isStoreFailure(error) ? "store-unavailable" : "unexpected";
  return { show: "notice", notice, level: "failed", reference };
}

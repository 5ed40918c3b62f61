import { createHash, createHmac } from "node:crypto";
import { readForm } from "../storage/form.ts";
import type { Values } from "../storage/field.ts";
import type { Words } from "../i18n/words.ts";
import { type Asked, type Reply } from "./asked.ts";
import { approvalPage, formPage, messagePage } from "./form-page.ts";
import type { PageAsker, PageForm, PageReason } from "./page-form.ts";
import { equalTexts } from "./equal-texts.ts";
import { refusals, refuse } from "./refusal.ts";

/**
 * What became of the answers: it worked; the form again with what is wrong; it failed, and is worth another try with the
 * page as it is, or is not; or what the page was for is over, as after a cancel.
 */
export type SubmitOutcome =
  | { readonly came: "done" }
  | { readonly came: "again"; readonly form: PageForm }
  | { readonly came: "failed"; readonly reason: PageReason; readonly isMendable: boolean }
  /** It goes on at the service itself, with a code to compare there where it has one. */
  | { readonly came: "elsewhere"; readonly address: string; readonly code?: string | undefined }
  | { readonly came: "over" };

/** A page that was filled in. */
interface FilledPage extends PageAsker {
  readonly form: PageForm["form"];
  /** What `open` named it. */
  readonly code: string;
}

/**
 * Does what the form is for, in the asker's name, and shows what comes of it where it was asked for. Called once at a
 * time per page, and only with answers that the form accepts.
 */
export type SubmitPage = (
  page: FilledPage,
  values: Values,
  options: { readonly signal: AbortSignal },
) => Promise<SubmitOutcome>;

/** Where pages wait: an encrypted Keyv namespace fits. */
export interface PageStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown, ttl: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** One-time pages: a form behind an address nobody can guess, open until what it asks for has worked once. */
export interface Pages {
  /** Makes a page. Whoever has the address can fill it in, so it is shown to the asker alone. */
  open(asker: PageAsker, form: PageForm): Promise<OpenPage>;
  /** Answers a request for the page of that code. */
  answer(code: string, asked: Asked): Promise<Reply>;
  /** Ends a person's pages, or one of them by its code, and what was being done with its answers: wherever they cancelled. */
  cancel(which: { readonly person: string } | { readonly code: string }): Promise<void>;
}

/** A page that waits to be filled in. */
export interface OpenPage {
  readonly url: string;
  /** Names the page to `submit`; as secret as the address it is part of. */
  readonly code: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

interface PagesOptions {
  readonly store: PageStore;
  readonly words: Words;
  /** Derived for `pages`. */
  readonly key: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** That many random bytes. */
  readonly random: (bytes: number) => Uint8Array;
  /** The public address, or the local one, without a trailing slash. */
  readonly address: () => string;
  readonly submit: SubmitPage;
  /** Milliseconds a page stays open. */
  readonly openFor?: number;
}

interface Kept {
  readonly asker: PageAsker;
  readonly form: PageForm;
  readonly expiresAt: number;
  /** Times it was handed in; enough is enough. */
  readonly tries: number;
}

const codeBytes = 16;
const maxTries = 10;
/** Pages of a person that a cancel ends: they get a new one with each try. */
const maxListed = 20;
const longestBody = 64 * 1024;

/** The one-time pages of a process; they live in the store, so they outlive it. */
export function createPages(options: PagesOptions): Pages {
  const { store, now, random, address, openFor = 10 * 60_000 } = options;
  // By key: what is being done with answers, so that a cancel ends it.
  const busy = new Map<string, AbortController>();
  return {
    async open(asker, form) {
      const code = Buffer.from(random(codeBytes)).toString("base64url");
      const expiresAt = now() + openFor;
      await store.set(keyOf(code), { asker, form: withoutSecrets(form), expiresAt, tries: 0 } satisfies Kept, openFor);
      await noteOpen(options, asker.person.id, { key: keyOf(code), openFor });
      return { url: `${address()}/s/${code}`, code, expiresAt };
    },
    async answer(code, asked) {
      const kept = await find(options, code);
      if (!kept) return refuse(asked, refusals.pageOver, options.words);
      if (asked.method !== "POST") return show(options, code, kept);
      const key = keyOf(code);
      if (busy.has(key)) return refuse(asked, refusals.pageBusy, options.words, kept.asker.language);
      const cancelled = new AbortController();
      busy.set(key, cancelled);
      try {
        return await take(options, code, { ...asked, signal: AbortSignal.any([asked.signal, cancelled.signal]) });
      } catch (error) {
        if (!cancelled.signal.aborted) throw error;
        return refuse(asked, refusals.pageOver, options.words, kept.asker.language);
      } finally {
        busy.delete(key);
      }
    },
    async cancel(which) {
      const keys = "code" in which ? [keyOf(which.code)] : await openOf(options, which.person);
      for (const key of keys) {
        await store.delete(key);
        busy.get(key)?.abort(new Error("cancelled"));
      }
      if ("person" in which) await store.delete(listOf(which.person));
    },
  };
}

/** Keys of a person's pages, so that they can be ended without knowing the codes. */
interface OpenPages {
  readonly of: string;
  readonly keys: readonly string[];
}

async function openOf({ store }: PagesOptions, person: string): Promise<readonly string[]> {
  // Only `noteOpen` writes under this key.
  const list = (await store.get(listOf(person))) as OpenPages | undefined;
  return list?.keys ?? [];
}

async function noteOpen(
  options: PagesOptions,
  person: string,
  { key, openFor }: { readonly key: string; readonly openFor: number },
): Promise<void> {
  const keys = [...(await openOf(options, person)), key].slice(-maxListed);
  await options.store.set(listOf(person), { of: person, keys } satisfies OpenPages, openFor);
}

function listOf(person: string): string {
  return `of ${createHash("sha256").update(person).digest("base64url")}`;
}

/** Whether what the store keeps of pages is that person's. */
export function isPageOf(kept: unknown, person: string): boolean {
  // Only this file writes there.
  const record = kept as Kept | OpenPages;
  return ("of" in record ? record.of : record.asker.person.id) === person;
}

/** What is stored does not hold the code, so a stolen store opens no page. */
function keyOf(code: string): string {
  return createHash("sha256").update(code).digest("base64url");
}

async function find({ store, now }: PagesOptions, code: string): Promise<Kept | undefined> {
  if (!/^[A-Za-z0-9_-]{22}$/.test(code)) return undefined;
  // Only `open` and `keep` write under these keys.
  const kept = (await store.get(keyOf(code))) as Kept | undefined;
  return kept && kept.expiresAt > now() ? kept : undefined;
}

async function keep({ store, now }: PagesOptions, code: string, kept: Kept): Promise<void> {
  await store.set(keyOf(code), kept, Math.max(1, kept.expiresAt - now()));
}

function withoutSecrets(form: PageForm): PageForm {
  const open = new Set(form.fields.filter(({ kind }) => kind !== "secret").map(({ name }) => name));
  return { ...form, values: Object.fromEntries(Object.entries(form.values).filter(([name]) => open.has(name))) };
}

function show(options: PagesOptions, code: string, kept: Kept, status = 200): Reply {
  return formPage({
    words: options.words,
    token: tokenOf(options.key, code),
    status,
    minutes: minutesLeft(options, kept),
    ...kept,
  });
}

function minutesLeft({ now }: PagesOptions, { expiresAt }: Kept): number {
  return Math.max(1, Math.ceil((expiresAt - now()) / 60_000));
}

/** Known only to who was shown the page: a form on another site cannot hand it in. */
function tokenOf(key: Uint8Array, code: string): string {
  return createHmac("sha256", key).update(`hand in ${code}`).digest("base64url");
}

async function take(options: PagesOptions, code: string, asked: Asked): Promise<Reply> {
  const { words, store } = options;
  const kept = await find(options, code);
  if (!kept) return refuse(asked, refusals.pageOver, words);
  const { asker, form } = kept;
  if (!isOwnForm(options, asked)) return refuse(asked, refusals.pageForeign, words, asker.language);
  const answers = await readAnswers(asked);
  if (!answers) return refuse(asked, refusals.badRequest, words, asker.language);
  if (!equalTexts(answers.token ?? "", tokenOf(options.key, code))) {
    return refuse(asked, refusals.pageForeign, words, asker.language);
  }
  const page: FilledPage = { ...asker, form: form.form, code };
  const outcome = await handIn(options, { page, form, answers, signal: asked.signal });
  // It may have been cancelled meanwhile.
  if (!(await find(options, code))) return refuse(asked, refusals.pageOver, words, asker.language);
  switch (outcome.came) {
    case "done":
      await store.delete(keyOf(code));
      return messagePage({ words, asker, form: form.form, status: 200, message: "done" });
    case "again":
      return askAgain(options, code, { ...kept, form: withoutSecrets(outcome.form) });
    case "failed":
      return failed(options, code, { kept: { ...kept, form: withoutSecrets({ ...form, values: answers }) }, outcome });
    case "elsewhere":
      await store.delete(keyOf(code));
      return approvalPage({ words, asker, form: form.form, ...outcome });
    case "over":
      await store.delete(keyOf(code));
      return refuse(asked, refusals.pageOver, words, asker.language);
  }
}

/** What is worth another try leaves the page as it was, with the reason above it. */
async function failed(
  options: PagesOptions,
  code: string,
  { kept, outcome }: { readonly kept: Kept; readonly outcome: Extract<SubmitOutcome, { came: "failed" }> },
): Promise<Reply> {
  const { reason, isMendable } = outcome;
  const { form, asker } = kept;
  if (isMendable) return askAgain(options, code, { ...kept, form: { ...form, problem: undefined, reason } });
  await options.store.delete(keyOf(code));
  return messagePage({ words: options.words, asker, form: form.form, status: 422, message: "failed", reason });
}

interface Answered {
  readonly page: FilledPage;
  readonly form: PageForm;
  readonly answers: Values;
  readonly signal: AbortSignal;
}

async function handIn({ submit }: PagesOptions, { page, form, answers, signal }: Answered): Promise<SubmitOutcome> {
  const { way } = answers;
  if (way !== undefined && form.ways?.includes(way)) {
    const { kind, subject } = form.form;
    const chosen = {
      id: "sign-in-way",
      ...(kind !== undefined && { kind }),
      ...(subject !== undefined && { subject }),
    };
    return submit({ ...page, form: chosen }, { way }, { signal });
  }
  const reading = readForm(form.fields, answers);
  if (reading.ok) return submit(page, reading.values, { signal });
  const again = { form: form.form, fields: form.fields, values: answers, problem: reading.problem };
  return { came: "again", form: again };
}

/** The same page again, with what is wrong at its field; it stays open until it is over. */
async function askAgain(options: PagesOptions, code: string, kept: Kept): Promise<Reply> {
  const again: Kept = { ...kept, tries: kept.tries + 1 };
  if (again.tries >= maxTries) {
    await options.store.delete(keyOf(code));
    const { words } = options;
    return messagePage({ words, asker: kept.asker, form: kept.form.form, status: 410, message: "over" });
  }
  await keep(options, code, again);
  return show(options, code, again, 422);
}

/** A browser says where a form came from; a program says nothing, and has the token. */
function isOwnForm({ address }: PagesOptions, { headers }: Asked): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = headers;
  // A page with `no-referrer` sends `Origin: null` for its own forms too.
  if (origin === undefined || origin === "null") return true;
  return [new URL(address()).host, headers.host].includes(URL.parse(origin)?.host);
}

async function readAnswers({ headers, body }: Asked): Promise<Values | undefined> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(headers["content-type"] ?? "")) return undefined;
  const text = (await body(longestBody)).toString("utf8");
  return Object.fromEntries(new URLSearchParams(text));
}

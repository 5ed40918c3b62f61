import { createHash } from "node:crypto";
import type { Visit } from "../users/visit.ts";
import type { MessageRef } from "../messaging/messenger.ts";
import { isFormId } from "../actions/model/form.ts";
import type { FormScreen, Screen } from "../actions/model/screen.ts";

/** Where the frontend keeps what outlives the process; the app hands in an encrypted namespace. */
export interface KeptStore {
  get(key: string): Promise<unknown>;
  /** `ttl` in milliseconds; absent = for ever. */
  set(key: string, value: unknown, ttl?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** A form that was shown to somebody and waits: a widget carries its id. It holds no answer that is secret. */
export interface PendingForm {
  /** Who asked for it; nobody else may fill it in. */
  readonly visit: Visit;
  readonly screen: FormScreen;
  /** Of a page: the message that leads to it. */
  readonly message?: MessageRef;
  /** Of a page that was sent off: what came of it. */
  readonly result?: { readonly screen: Screen; readonly language: string };
}

/** The pending forms of a bot. */
export interface PendingForms {
  /** Undefined = it is over, or was of an older version that had another form. */
  find(id: string): Promise<PendingForm | undefined>;
  /** Written before anybody sees the widget. */
  put(id: string, pendingForm: PendingForm): Promise<void>;
  /** Notes which message leads to a page, unless that is over meanwhile or something came of it. */
  placed(id: string, message: MessageRef): Promise<void>;
  drop(id: string): Promise<void>;
  /** The page a person was led to last and that nothing came of yet; undefined = there is none. */
  openPage(person: string): Promise<OpenPage | undefined>;
}

/** A page that somebody was led to. */
export interface OpenPage {
  readonly id: string;
  readonly pendingForm: PendingForm;
}

/** How long a form can still be filled in, in ms. */
const life = 24 * 3_600_000;

/** Pending forms over a store. */
export function createPendingForms(store: KeptStore): PendingForms {
  const changing = createOrder();
  const find = async (id: string) => {
    // Only `put` writes under these keys.
    const kept = (await store.get(`form/${id}`)) as PendingForm | undefined;
    return kept && isFormId(kept.screen.form.id) ? kept : undefined;
  };
  const put = async (id: string, pendingForm: PendingForm) => {
    await store.set(`form/${id}`, pendingForm, life);
    if (pendingForm.screen.page) await store.set(`page/${pendingForm.visit.person.id}`, id, life);
  };
  return {
    find,
    put: (id, pendingForm) => changing(id, () => put(id, pendingForm)),
    placed: (id, message) =>
      changing(id, async () => {
        const known = await find(id);
        if (known && !known.result) await put(id, { ...known, message });
      }),
    drop: (id) => changing(id, async () => void (await store.delete(`form/${id}`))),
    async openPage(person) {
      const id = await store.get(`page/${person}`);
      const pendingForm = typeof id === "string" ? await find(id) : undefined;
      return typeof id === "string" && pendingForm && !pendingForm.result ? { id, pendingForm } : undefined;
    },
  };
}

/** Changes of one form, one at a time: what is over must not be written back by what had read it before. */
function createOrder(): (id: string, change: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return async (id, change) => {
    const changed = (last.get(id) ?? Promise.resolve()).then(change);
    const over = changed.catch(() => undefined);
    last.set(id, over);
    await changed.finally(() => last.get(id) === over && last.delete(id));
  };
}

/** Whether what the frontend keeps under this key is a form of that person's, or the way to one. */
export function isPendingFormOf(key: string, kept: unknown, person: string): boolean {
  if (key === `page/${person}`) return true;
  // Only `put` writes under these keys.
  return key.startsWith("form/") && (kept as PendingForm).visit.person.id === person;
}

/** The pending form of a page, by the code at the end of the page's address. Who has the pending form's id cannot open the page by it. */
export function pendingFormOfPage(code: string): string {
  return createHash("sha256").update(`page ${code}`).digest("base64url");
}

/** The code of a page: the end of its address. */
export function codeIn(address: string): string {
  return new URL(address).pathname.split("/").at(-1) ?? "";
}

import { createHash } from "node:crypto";
import type { Visit } from "../users/visit.ts";
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
  /** What comes of it may be shown to the others there too. */
  readonly canPost: boolean;
  /** Of a page: the message that leads to it, while its token can be used. */
  readonly message?: TokenedMessage;
  /** Of a page that was sent off: what came of it. */
  readonly result?: { readonly screen: Screen; readonly language: string };
}

/** A message that can be edited by the token of an interaction, also by another process. */
export interface TokenedMessage {
  readonly token: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The message of a text that was made of one; undefined for anything else. */
export function readToken(text: string): TokenedMessage | undefined {
  const match = /^\{"token":"([\w.-]+)","until":(\d+)\}$/.exec(text);
  return match ? { token: match[1] ?? "", until: Number(match[2]) } : undefined;
}

/** The pending forms of a bot. */
export interface PendingForms {
  find(id: string): Promise<PendingForm | undefined>;
  /** Written before anybody sees the widget. */
  put(id: string, pendingForm: PendingForm): Promise<void>;
  drop(id: string): Promise<void>;
}

/** How long a form can still be filled in, in ms. */
const life = 24 * 3_600_000;

/** Pending forms over a store. */
export function createPendingForms(store: KeptStore): PendingForms {
  return {
    // Only `put` writes under these keys.
    find: async (id) => (await store.get(`form/${id}`)) as PendingForm | undefined,
    put: async (id, pendingForm) => void (await store.set(`form/${id}`, pendingForm, life)),
    drop: async (id) => void (await store.delete(`form/${id}`)),
  };
}

/** Whether what the frontend keeps under this key is a form of that person's. */
export function isPendingFormOf(key: string, kept: unknown, person: string): boolean {
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

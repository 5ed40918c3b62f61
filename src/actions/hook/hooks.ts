import { createHash } from "node:crypto";
import type { Keyv } from "keyv";
import type { Messengers, Sent } from "../../messaging/messenger.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Admin } from "../../users/admin.ts";
import type { Visit } from "../../users/visit.ts";
import type { HookCall, HookOutcome, Hooks } from "../model/hook.ts";
import type { Answer, Screen } from "../model/screen.ts";
import type { HookDownload } from "./download-by-hook.ts";

/** A hook as it is kept, by its person. */
export interface KeptHook {
  /** Of its secret, which is kept nowhere. */
  readonly digest: string;
  readonly since: number;
  readonly usedAt?: number | undefined;
  /** What their client said when it was made: a call says nothing of its reader. */
  readonly locale?: string | undefined;
}

/** A call that was taken, for as long as the same one may come again. */
export interface KeptCall {
  readonly task: string;
  /** False = it was not known to be begun when this was written. */
  readonly isBegun: boolean;
}

export interface HooksParts {
  readonly hooks: Keyv<KeptHook>;
  /** Person ids by the digest of the secret. */
  readonly secrets: Keyv<string>;
  readonly calls: Keyv<KeptCall>;
  readonly chats: Pick<Admin["chats"], "find">;
  readonly messengers: Messengers;
  /** Begins a download in the name of its person. */
  begin(visit: Visit, download: HookDownload, signal: AbortSignal): Promise<Answer>;
  /** The address of the gateway, without a trailing slash. */
  address(): string;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** 256 bits, base64url. */
  newSecret(): string;
  newId(): string;
  readonly log: { info(fields: object, event: string): void };
}

/** ms in which the same address is the same call, and in which the same key is. */
const [sameAddress, sameKey] = [60_000, 24 * 3_600_000];

export function createHooks(parts: HooksParts): Hooks {
  const { hooks, secrets, exclusive, now } = parts;
  return {
    async make({ id, locale }) {
      const secret = parts.newSecret();
      const digest = digestOf(secret);
      await exclusive(`hook:${id}`, async () => {
        const before = await hooks.get(id);
        await secrets.set(digest, id);
        await hooks.set(id, { digest, since: now(), ...(locale !== undefined && { locale }) });
        if (before) await secrets.delete(before.digest);
      });
      return `${parts.address()}/hook/${secret}`;
    },
    of: (person) => hooks.get(person),
    revoke: (person) =>
      exclusive(`hook:${person}`, async () => {
        const before = await hooks.get(person);
        await hooks.delete(person);
        if (before) await secrets.delete(before.digest);
      }),
    async find(secret) {
      const digest = digestOf(secret);
      const person = await secrets.get(digest);
      if (person === undefined) return undefined;
      return (await hooks.get(person))?.digest === digest ? person : undefined;
    },
    take: (person, call, { signal }) => taken(parts, person, call, signal),
  };
}

/** One call, done once however often it comes: whoever sends it again gets what came of the first. */
function taken(parts: HooksParts, person: string, call: HookCall, signal: AbortSignal): Promise<HookOutcome> {
  const { calls, exclusive, newId } = parts;
  const key = `${person} ${digestOf(call.key === undefined ? addressOf(call) : `key ${call.key}`)}`;
  const life = call.key === undefined ? sameAddress : sameKey;
  return exclusive(`hook-call:${key}`, async () => {
    const before = await calls.get(key);
    if (before?.isBegun) return { is: "begun", task: before.task };
    const task = before?.task ?? newId();
    await calls.set(key, { task, isBegun: false }, life);
    const outcome = await begun(parts, person, { task, call }, signal);
    if (outcome.is === "begun") await calls.set(key, { task, isBegun: true }, life);
    else await calls.delete(key);
    return outcome;
  });
}

interface Begun {
  readonly task: string;
  readonly call: HookCall;
}

/** What a call's download comes to. It is begun once its message is there: nothing happens to a drive unseen. */
async function begun(
  parts: HooksParts,
  person: string,
  { task, call: { url, folder } }: Begun,
  signal: AbortSignal,
): Promise<HookOutcome> {
  const { messengers, log } = parts;
  const { screen, language, placed } = await parts.begin(
    await visitOf(parts, person),
    { do: "hook-download", task, url, folder },
    signal,
  );
  if (screen.show !== "download" || !placed) return refusalIn(screen);
  const sent = await messengers
    .of(person)
    ?.send({ place: person, kind: "private", language }, screen)
    .catch((err: unknown): Sent => {
      log.info({ err, person }, "download of a hook not shown");
      return { is: "later", after: unknownPause };
    });
  if (!sent || sent.is === "closed") return { is: "refused", code: "hook-chat-closed" };
  if (sent.is === "later") return { is: "refused", code: "chat-trouble", retryAfter: sent.after };
  await placed.at(sent.ref);
  await noteUse(parts, person);
  log.info({ person, task }, "download begun by a hook");
  return { is: "begun", task };
}

/** ms to wait where the platform says nothing. */
const unknownPause = 10_000;

/** Why nothing was begun. */
function refusalIn(screen: Screen): HookOutcome {
  if (screen.show === "notice") {
    const { notice: code, driver, retryAfter } = screen;
    return { is: "refused", code, driver, retryAfter };
  }
  const reason = screen.show === "form" ? screen.reason : undefined;
  return { is: "refused", code: reason?.code ?? "unexpected", retryAfter: reason?.retryAfter };
}

/** Its person in their own chat, by the name they were last seen with. */
async function visitOf({ chats, hooks }: HooksParts, id: string): Promise<Visit> {
  const [chat, hook] = await Promise.all([chats.find(id), hooks.get(id)]);
  const { locale } = hook ?? {};
  return {
    person: { id, name: chat?.name ?? "", username: chat?.username, ...(locale !== undefined && { locale }) },
    place: { id, kind: "private" },
    rows: { usual: 8, most: 8 },
  };
}

function noteUse({ hooks, exclusive, now }: HooksParts, person: string): Promise<void> {
  return exclusive(`hook:${person}`, async () => {
    const hook = await hooks.get(person);
    if (hook) await hooks.set(person, { ...hook, usedAt: now() });
  });
}

/** What a call without a key is known by. */
function addressOf({ url, folder = "" }: HookCall): string {
  return `address ${sourceOf(url)?.identity ?? url} ${folder}`;
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}

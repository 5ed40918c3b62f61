import { createHash } from "node:crypto";
import type { Keyv } from "keyv";
import type { RunningJob } from "../../jobs/queue.ts";
import type { JobQueue } from "../../jobs/queue.ts";
import { createProgressMessage, type ProgressMessage } from "../../messaging/progress-message.ts";
import type { Entry, Variant } from "../../storage/entry.ts";
import { StorageError } from "../../storage/error.ts";
import type { Mount } from "../../storage/mount.ts";
import type { Storage } from "../../storage/storage.ts";
import { isOfOneFile } from "../links/list-folder.ts";
import type { FileAddress } from "../model/file-address.ts";
import type { Aria2Settings } from "../model/push.ts";
import type { PushAnswer, PushState } from "../model/push-screen.ts";
import { Aria2Error, openAria2, type Aria2, type Aria2Answer, type Aria2File, type SendPost } from "./aria2.ts";
import { filesOf, placesOf, type Found } from "./files.ts";
import type { OutcomeParts } from "./outcome.ts";
import { pushOutcomeKind, type Push } from "./push-kind.ts";

/** What pushing is done with. */
export interface PushedBy extends OutcomeParts {
  readonly jobs: Pick<JobQueue, "add">;
  readonly storage: Storage;
  /** Encrypted, by person id. */
  readonly settings: Keyv<Aria2Settings>;
  readonly send: SendPost;
  /** Making an address asks no drive. */
  readonly hasTickets: boolean;
  /** An address for a file in somebody's name. Throws `StorageError`. */
  addressOf(mount: Mount, entry: Entry, options: AddressOptions): Promise<FileAddress>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** 10 base62 characters, not to be guessed. */
  newId(): string;
}

interface AddressOptions {
  readonly person: string;
  /** Id of the folder it is in; "" = the root. */
  readonly folder: string;
  readonly variant?: Variant | undefined;
  readonly unasked: true;
  readonly signal: AbortSignal;
}

interface PushingParts extends PushedBy {
  readonly job: Pick<RunningJob<never, never>, "signal">;
}

/** Files and folders of one push; without tickets each file is a call to its drive. */
const caps = { files: 500, folders: 200 };
const maxCalls = 50;
/** Files that aria2 is sent at once. */
const perBatch = 50;
/** ms before aria2 is asked again, and how often it is. */
const [pause, maxTries] = [5000, 3];

/** One attempt at sending files to somebody's aria2. */
export class Pushing {
  readonly #push: Push;
  readonly #parts: PushingParts;
  readonly #message: ProgressMessage;
  readonly #signal: AbortSignal;

  constructor(push: Push, parts: PushingParts) {
    this.#push = push;
    this.#parts = parts;
    this.#signal = parts.job.signal;
    this.#message = createProgressMessage(push, parts);
  }

  async run(): Promise<void> {
    try {
      const { state, gids } = await this.#bring();
      await sayLater(this.#parts, this.#push, { state, gids });
    } catch (error) {
      // What was cancelled is said by who is told that it is over.
      this.#signal.throwIfAborted();
      const failure = error instanceof Aria2Error ? error.failure : error instanceof StorageError && error.code;
      if (!failure) throw error;
      this.#parts.log.info({ person: this.#push.person, failure }, "push failed");
      await sayLater(this.#parts, this.#push, { state: { is: "failed", failure } });
    }
  }

  async #bring(): Promise<{ readonly state: PushState; readonly gids?: readonly string[] }> {
    const { person, mount: id } = this.#push;
    const settings = await this.#parts.settings.get(person);
    if (!settings) return { state: { is: "failed", failure: "not-set" } };
    const mount = await this.#parts.storage.find(id);
    if (!mount) throw new StorageError("not-found");
    const found = await this.#find();
    if (found.files.length === 0) return { state: { is: "failed", failure: "nothing-to-push" } };
    const { linked, leftOut } = await this.#link(mount, found);
    const answers = await this.#send(openAria2({ ...settings, send: this.#parts.send }), linked);
    const gids = linked.filter((_, at) => answers[at]?.is === "taken").map(({ gid }) => gid);
    this.#parts.log.info({ person, mount: id, taken: gids.length, of: linked.length }, "files pushed");
    return { state: { ...summed(answers), leftOut, isCut: found.isCut }, gids };
  }

  async #find(): Promise<Found> {
    const { person, mount, roots } = this.#push;
    const { storage, hasTickets } = this.#parts;
    const reader = { services: { storage }, person: { id: person }, signal: this.#signal };
    let found: Found = { files: [], isCut: false };
    for await (const more of filesOf(reader, { mount, roots }, hasTickets ? caps : { ...caps, files: maxCalls })) {
      found = more;
      await this.#show({ is: "reading", files: more.files.length });
    }
    return found;
  }

  /** Unless somebody went on in its message. */
  async #show(state: PushState): Promise<void> {
    const { card } = this.#push;
    const session = await this.#parts.sessions.get(card.view.id);
    if (session?.revision === card.view.revision) await this.#message.show({ ...card, state });
  }

  /** Every file with an address; one that has none is left out. */
  async #link(mount: Mount, { files }: Found): Promise<{ linked: readonly Aria2File[]; leftOut: number }> {
    const places = placesOf(files);
    const linked: Aria2File[] = [];
    for (const [at, { entry, variant, folder }] of files.entries()) {
      const options = { person: this.#push.person, folder, variant, unasked: true, signal: this.#signal } as const;
      const address = await this.#parts.addressOf(mount, entry, options).catch(ifOfOneFile);
      if (address) linked.push({ gid: this.#gidOf(entry, variant), url: address.url, out: places[at] ?? "" });
    }
    return { linked, leftOut: files.length - linked.length };
  }

  /** The same for the same file of the same push: 16 hexadecimal digits, as aria2 takes them. */
  #gidOf({ id }: Entry, variant: Variant | undefined): string {
    const named = [this.#push.id, id, variant?.id ?? ""].join("\n");
    return createHash("sha256").update(named).digest("hex").slice(0, 16);
  }

  async #send(aria2: Aria2, files: readonly Aria2File[]): Promise<readonly Aria2Answer[]> {
    const answers: Aria2Answer[] = [];
    for (let at = 0; at < files.length; at += perBatch) {
      answers.push(...(await this.#patiently(aria2, files.slice(at, at + perBatch))));
      await this.#show({ is: "sending", sent: answers.length, of: files.length });
    }
    return answers;
  }

  async #patiently(aria2: Aria2, files: readonly Aria2File[]): Promise<readonly Aria2Answer[]> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await aria2.add(files, this.#signal);
      } catch (error) {
        this.#signal.throwIfAborted();
        if (!(error instanceof Aria2Error) || error.failure !== "unreachable" || tries === maxTries) throw error;
        await this.#parts.wait(pause, this.#signal);
      }
    }
  }
}

/** What is said of a push at last. */
interface Said {
  readonly state: PushState;
  readonly gids?: readonly string[] | undefined;
}

/** Has it said until it is heard. */
export async function sayLater(
  { jobs, newId }: Pick<PushedBy, "jobs" | "newId">,
  { roots: _sent, ...push }: Push,
  said: Said,
): Promise<void> {
  await jobs.add(pushOutcomeKind, { push, ...said, own: newId() }, { id: push.id });
}

function summed(answers: readonly Aria2Answer[]): Omit<PushAnswer, "leftOut" | "isCut"> {
  const refused = answers.filter((answer) => answer.is === "refused");
  const [first] = refused;
  return {
    is: "sent",
    taken: answers.length - refused.length,
    refused: refused.length,
    ...(first && first.message !== "" && { refusal: first.message }),
  };
}

function ifOfOneFile(error: unknown): undefined {
  if (!(error instanceof StorageError) || !isOfOneFile(error)) throw error;
}

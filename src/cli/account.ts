import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import type { Keyv } from "keyv";
import { loadPerson, withMount, withoutMount, type Person } from "../users/person.ts";
import { keysOf, openStorage } from "../app/drives.ts";
import { ConfigError, readEnvironment } from "../config.ts";
import { createLog } from "../log.ts";
import { StorageError } from "../storage/error.ts";
import { readForm } from "../storage/form.ts";
import { type Field, type Values } from "../storage/field.ts";
import type { DriverKind } from "../storage/driver.ts";
import type { Mount } from "../storage/mount.ts";
import type { Storage } from "../storage/storage.ts";
import { StoreError } from "../store/error.ts";
import { openStore, type Store } from "../store/store.ts";
import { loadWords, type Say } from "../i18n/words.ts";

// The operator's way to give people accounts without a chat seeing a password: `npm run account -- add`.

const usage = `Accounts, from the shell. Passwords are asked for and not shown, so they stay out of the shell's history.

  npm run account -- add [person]              sign in to an account, for telegram:<id> or discord:<id>
  npm run account -- list                      the drives there are, and whose they are
  npm run account -- assign <drive> <person>   give a drive to somebody else
  npm run account -- remove <drive>            remove a drive and its secrets

It reads the same variables (and .env) as npm start.
`;

/** Exit code for what the operator has to mend. */
const operatorsTurn = 2;

/** What the operator did not say, or said wrongly; the message says what would be right. */
class Mistake extends Error {}

function explain(error: unknown): number {
  const isOperators = error instanceof Mistake || error instanceof ConfigError || error instanceof StoreError;
  if (!isOperators) throw error;
  process.stderr.write(`${error.message}\n`);
  return operatorsTurn;
}

async function run([command, ...words]: readonly string[]): Promise<number> {
  const work = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!work) throw new Mistake(usage);
  const shell = await openShell();
  try {
    return await work(shell, words);
  } finally {
    await shell.close();
  }
}

/** What the commands are done with. */
interface Shell {
  readonly storage: Storage;
  readonly mounts: Keyv<Mount>;
  readonly people: Keyv<Person>;
  readonly store: Store;
  readonly say: Say;
  readonly asker: Asker;
  close(): Promise<void>;
}

async function openShell(): Promise<Shell> {
  const config = readEnvironment();
  const log = createLog({ level: "silent" });
  const store = await openStore({ url: config.storeUrl, keys: keysOf(config), onError: () => undefined });
  const storage = openStorage({ config, store, log });
  const words = loadWords();
  const asker = createAsker();
  return {
    storage,
    store,
    mounts: store.open<Mount>("mounts"),
    people: store.open<Person>("people"),
    say: words.in(words.pick(Intl.DateTimeFormat().resolvedOptions().locale)),
    asker,
    async close() {
      asker.close();
      await storage.close();
      await store.close();
    },
  };
}

const commands: Readonly<Record<string, (shell: Shell, words: readonly string[]) => Promise<number>>> = {
  add,
  list,
  assign,
  remove,
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function add(shell: Shell, [given]: readonly string[]): Promise<number> {
  const { storage, asker, say } = shell;
  const owner = checkPerson(given ?? (await asker.ask("For whom (telegram:<id> or discord:<id>): ")));
  const kind = accountKind(storage);
  const values = await askFields(shell, kind);
  try {
    const mount = await signedIn(shell, { driver: kind.name, owner, values });
    await change(shell, owner, (person) => withMount(person, mount.id));
    print(`${mount.id}  ${mount.title}  ${owner}`);
    return 0;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    process.stderr.write(`${say(`error-${error.code}`)}\n`);
    return 1;
  }
}

interface Draft {
  readonly driver: string;
  readonly owner: string;
  readonly values: Values;
  readonly kept?: Values;
}

/** Puts the account up; where PikPak wants a human first, asks for what the verification ended with, once. */
async function signedIn({ storage, asker, say }: Shell, draft: Draft): Promise<Mount> {
  try {
    return await storage.mount(draft);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "verification-needed" || error.verify === undefined) {
      throw error;
    }
    print(`${say("error-verification-needed")}\n${error.verify}`);
    const captchaToken = await asker.ask(`${say(`field-${draft.driver}-captchaToken`)}: `, { hidden: true });
    const checked = accountKind(storage).check({ ...draft.values, captchaToken });
    if (!checked.ok) throw new Mistake(say(`problem-${checked.problem.code}`));
    return storage.mount({ ...draft, values: checked.values, ...(error.kept && { kept: error.kept }) });
  }
}

/** Name of the kind people sign in to. */
const accountDriver = "pikpak";

function accountKind({ kinds }: Storage): DriverKind {
  const kind = kinds.find(({ name }) => name === accountDriver);
  if (!kind) throw new Error("there is no drive to sign in to");
  return kind;
}

/** Asks every question of the form; what is left empty gives way to the question that may be answered instead. */
async function askFields(shell: Shell, { fields, name, check }: DriverKind): Promise<Values> {
  const answers: Record<string, string> = {};
  const ask = async (field: Field) => {
    answers[field.name] = await askField(shell, name, field);
  };
  for (const field of fields.filter(({ aside }) => !aside)) {
    if (field.instead !== undefined && (answers[field.instead] ?? "") !== "") continue;
    await ask(field);
    const other = fields.find((candidate) => candidate.name === field.instead);
    if (answers[field.name] === "" && other && answers[other.name] === undefined) await ask(other);
  }
  const reading = readForm(fields, answers);
  const checked = reading.ok ? check(reading.values) : reading;
  if (checked.ok) return checked.values;
  const { field, code } = checked.problem;
  throw new Mistake(`${shell.say(`field-${name}-${field}`)}: ${shell.say(`problem-${code}`)}`);
}

function askField({ asker, say }: Shell, form: string, { name, kind, required, instead }: Field): Promise<string> {
  const more = required && instead === undefined ? "" : " (or nothing)";
  return asker.ask(`${say(`field-${form}-${name}`)}${more}: `, { hidden: kind === "secret" });
}

async function list({ mounts }: Shell): Promise<number> {
  for await (const mount of allOf(mounts)) {
    const { id, driver, title, owner, health } = mount;
    const state = health.state === "working" ? health.state : `${health.state}: ${health.code}`;
    print([id, driver, owner, state, title].join("  "));
  }
  return 0;
}

async function* allOf(mounts: Keyv<Mount>): AsyncGenerator<Mount> {
  if (!mounts.iterator) return;
  // Keyv types what its iterator gives as anything at all; these are its keys and values.
  for await (const [, mount] of mounts.iterator(undefined) as AsyncIterable<[string, Mount]>) yield mount;
}

async function assign(shell: Shell, [id, to]: readonly string[]): Promise<number> {
  const mount = await mountNamed(shell, id);
  const owner = checkPerson(to ?? "");
  await shell.store.exclusive(`mount:${mount.id}`, () => shell.mounts.set(mount.id, { ...mount, owner }));
  await change(shell, mount.owner, (person) => withoutMount(person, mount.id));
  await change(shell, owner, (person) => withMount(person, mount.id));
  print(`${mount.id}  ${mount.title}  ${owner}`);
  return 0;
}

async function remove(shell: Shell, [id]: readonly string[]): Promise<number> {
  const mount = await mountNamed(shell, id);
  await shell.storage.unmount(mount.id);
  await change(shell, mount.owner, (person) => withoutMount(person, mount.id));
  print(`${mount.id}  removed`);
  return 0;
}

async function mountNamed({ storage }: Shell, id: string | undefined): Promise<Mount> {
  const mount = id === undefined ? undefined : await storage.find(id);
  if (!mount) throw new Mistake(`There is no drive "${id ?? ""}". See: npm run account -- list`);
  return mount;
}

/** One change of a person's record at a time, as the actions do it. */
function change({ store, people }: Shell, id: string, changed: (person: Person) => Person): Promise<unknown> {
  return store.exclusive(`person:${id}`, async () => {
    const person = await loadPerson({ people, now: Date.now }, id);
    return people.set(id, changed(person));
  });
}

function checkPerson(text: string): string {
  const person = text.trim();
  if (!/^(telegram|discord):\d+$/.test(person)) {
    throw new Mistake(`"${person}" is nobody: a person is telegram:<id> or discord:<id>.`);
  }
  return person;
}

/** Asks the operator, on the terminal or line by line from a pipe. */
interface Asker {
  /** `hidden` = what is typed is not shown. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  close(): void;
}

function createAsker(): Asker {
  let isHidden = false;
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) process.stderr.write(chunk);
      done();
    },
  });
  const terminal = process.stdin.isTTY;
  const lines = createInterface({ input: process.stdin, output: shown, terminal, historySize: 0 });
  const answers = lines[Symbol.asyncIterator]();
  let isOver = false;
  lines.on("close", () => (isOver = true));
  lines.on("SIGINT", () => process.exit(operatorsTurn));
  return {
    async ask(question, { hidden = false } = {}) {
      // A pipe may have ended while its last lines still wait to be read.
      if (isOver) shown.write(question);
      else {
        lines.setPrompt(question);
        lines.prompt();
      }
      isHidden = hidden;
      const { value, done } = await answers.next();
      isHidden = false;
      if (hidden && terminal) process.stderr.write("\n");
      if (done) throw new Mistake("The input ended before everything was answered.");
      return value;
    },
    close: () => lines.close(),
  };
}

process.exitCode = await run(process.argv.slice(2)).catch(explain);

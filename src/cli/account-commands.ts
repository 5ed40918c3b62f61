import type { Keyv } from "keyv";
import type { Figures } from "../i18n/figures.ts";
import { errorText, fieldLabel, permissionNames, problemText } from "../i18n/kind-words.ts";
import { labelled } from "../i18n/phrases.ts";
import type { Say } from "../i18n/words.ts";
import { StorageError, storageErrorKind } from "../storage/error.ts";
import { fieldWith, readForm } from "../storage/form.ts";
import type { Field, Values } from "../storage/field.ts";
import type { DriverKind } from "../storage/driver.ts";
import type { Mount } from "../storage/mount.ts";
import { sameMount } from "../storage/same-mount.ts";
import type { Storage } from "../storage/storage.ts";
import { loadPerson, withMount, withoutMount, type Person } from "../users/person.ts";
import { takeBackEverywhere, type Place } from "../users/place.ts";
import { rowsOf } from "../users/rows.ts";
import { approved } from "./approval.ts";
import type { Asker } from "./asker.ts";
import { Mistake } from "./mistake.ts";

const usage = `Accounts, from the shell. Passwords are asked for and not shown, so they stay out of the shell's history.

  npm run account -- approve [person] [kind]   sign in by approving at the drive, for telegram:<id> or discord:<id>
  npm run account -- add [person] [kind]       sign in with a password, or with an access or a refresh token where the name is left empty
  npm run account -- list                      the drives there are, and whose they are
  npm run account -- assign <drive> <person>   give a drive to somebody else
  npm run account -- remove <drive>            remove a drive and its secrets

It reads the same variables (and .env) as npm start.
`;

/** What the commands are done with. */
export interface Shell {
  readonly storage: Storage;
  readonly mounts: Keyv<Mount>;
  readonly people: Keyv<Person>;
  readonly places: Keyv<Place>;
  exclusive<T>(key: string, work: () => Promise<T>): Promise<T>;
  readonly say: Say;
  readonly figures: Figures;
  has(key: string): boolean;
  readonly asker: Asker;
  /** A line of what was asked for. */
  print(line: string): void;
  /** A line about what did not work. */
  complain(line: string): void;
}

/** What does a command; it gives the exit code, and throws a `Mistake` for what the operator has to mend. */
export function accountCommand([command, ...words]: readonly string[]): (shell: Shell) => Promise<number> {
  const work = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (!work) throw new Mistake(usage);
  return (shell) => work(shell, words);
}

const commands: Readonly<Record<string, (shell: Shell, words: readonly string[]) => Promise<number>>> = {
  approve,
  add,
  list,
  assign,
  remove,
};

async function approve(shell: Shell, [given, named]: readonly string[]): Promise<number> {
  const owner = await ownerAsked(shell, given);
  const kind = await accountKind(shell, named);
  const { approval } = kind;
  if (!approval) throw new Mistake(`Nothing is approved for ${kind.name}. See: npm run account -- add`);
  return added(shell, kind, async () => ({ kind, owner, ...(await approved(approval, shell.print)) }));
}

async function add(shell: Shell, [given, named]: readonly string[]): Promise<number> {
  const owner = await ownerAsked(shell, given);
  const kind = await accountKind(shell, named);
  const values = await askFields(shell, kind);
  return added(shell, kind, async () => ({ kind, owner, values }));
}

async function ownerAsked({ asker }: Shell, given: string | undefined): Promise<string> {
  return checkPerson(given ?? (await asker.ask("For whom (telegram:<id> or discord:<id>): ")));
}

async function added(shell: Shell, kind: DriverKind, drafted: () => Promise<Draft>): Promise<number> {
  try {
    const draft = await drafted();
    const known = await knownMount(shell, draft);
    const mount = await signedIn(shell, draft, known);
    await change(shell, draft.owner, (person) => withMount(person, mount.id));
    shell.print(`${mount.id}  ${mount.title}  ${draft.owner}${known ? "  was there already" : ""}`);
    sayCredential(shell, kind, mount);
    return 0;
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    shell.complain(errorText(shell, error.code, kind.name));
    return 1;
  }
}

interface Draft {
  readonly kind: DriverKind;
  readonly owner: string;
  readonly values: Values;
  /** What else belongs into the vault. */
  readonly kept?: Values;
}

/** The drive of theirs that is of this account. */
async function knownMount({ mounts }: Shell, { kind, owner, values }: Draft): Promise<Mount | undefined> {
  const theirs: Mount[] = [];
  for await (const [, mount] of rowsOf(mounts)) if (mount.owner === owner) theirs.push(mount);
  return sameMount(kind, values, theirs);
}

/** How long the drive is signed in to, and what it may do, as far as the credential tells. */
function sayCredential(shell: Shell, kind: DriverKind, { options }: Mount): void {
  const { say, figures, print } = shell;
  const [until, permissions] = [kind.endsAt?.(options), kind.permissions?.(options)];
  if (until !== undefined) print(say("mount-until", { date: figures.date(until) }));
  if (permissions)
    print(say("mount-permissions", { names: permissionNames(shell, kind.name, permissions).join(" · ") }));
}

/** Adds the account, or signs in to the known one; where the drive wants a human first, asks for what the verification ended with, once. */
async function signedIn(shell: Shell, draft: Draft, known: Mount | undefined): Promise<Mount> {
  const { storage, asker, print } = shell;
  const { kind, owner, values } = draft;
  const signIn = (answers: Values, kept: Values | undefined) =>
    known
      ? storage.renew(known.id, answers, { kept })
      : storage.mount({ driver: kind.name, owner, values: answers, kept });
  try {
    return await signIn(values, draft.kept);
  } catch (error) {
    const proof = fieldWith("proof", kind.fields);
    if (!proof || !(error instanceof StorageError)) throw error;
    if (error.verify === undefined || !storageErrorKind(error.code).mends.includes("proof")) throw error;
    print(`${errorText(shell, error.code, kind.name)}\n${error.verify}`);
    const form = { id: "verification", kind: kind.name };
    const brought = await asker.ask(`${fieldLabel(shell, form, proof.name)}: `, { hidden: true });
    const checked = kind.check({ ...values, [proof.name]: brought });
    if (!checked.ok) throw new Mistake(problemText(shell, form, checked.problem.code));
    return signIn(checked.values, error.kept);
  }
}

/** The kind that is named; else the only one there is to sign in to, or the one that is chosen. */
async function accountKind(shell: Shell, named: string | undefined): Promise<DriverKind> {
  const kinds = shell.storage.kinds.filter(({ added }) => added === "sign-in");
  const names = kinds.map(({ name }) => name).join(", ");
  const [only, ...others] = kinds;
  const wanted =
    named ?? (others.length > 0 ? await shell.asker.ask(`Which kind of account (${names}): `) : only?.name);
  const kind = kinds.find(({ name }) => name === wanted?.trim());
  if (!kind) throw new Mistake(`There is no kind of account "${wanted ?? ""}". There are: ${names}`);
  return kind;
}

/** Asks every question of the form; what is left empty gives way to the questions that may be answered instead. */
async function askFields(shell: Shell, kind: DriverKind): Promise<Values> {
  const { fields } = kind;
  const answers: Record<string, string> = {};
  const isAnswered = (name: string) => (answers[name] ?? "") !== "";
  for (const field of fields.filter(({ aside }) => !aside)) {
    const instead = insteadOf(field);
    if (instead.some(isAnswered)) continue;
    for (const one of [field, ...instead.flatMap((name) => fields.find((other) => other.name === name) ?? [])]) {
      if (answers[one.name] === undefined) answers[one.name] = await askField(shell, kind, one);
      if (isAnswered(one.name)) break;
    }
  }
  const reading = readForm(fields, answers);
  const checked = reading.ok ? kind.check(reading.values) : reading;
  if (checked.ok) return checked.values;
  const { field, code } = checked.problem;
  const form = { id: "sign-in", kind: kind.name };
  throw new Mistake(labelled(shell.say, fieldLabel(shell, form, field), problemText(shell, form, code)));
}

function insteadOf({ instead, unless = [] }: Field): readonly string[] {
  return instead === undefined ? unless : [...unless, instead];
}

function askField(shell: Shell, kind: DriverKind, field: Field): Promise<string> {
  const { asker } = shell;
  const { required, choices } = field;
  const label = fieldLabel(shell, { id: "sign-in", kind: kind.name }, field.name);
  const among = choices ? ` (${choices.join(", ")})` : "";
  const more = required && insteadOf(field).length === 0 ? "" : " (or nothing)";
  return asker.ask(`${label}${among}${more}: `, { hidden: field.kind === "secret" });
}

async function list({ mounts, print }: Shell): Promise<number> {
  for await (const [, mount] of rowsOf(mounts)) {
    const { id, driver, title, owner, health } = mount;
    const state = health.state === "working" ? health.state : `${health.state}: ${health.code}`;
    print([id, driver, owner, state, title].join("  "));
  }
  return 0;
}

async function assign(shell: Shell, [id, to]: readonly string[]): Promise<number> {
  const mount = await mountNamed(shell, id);
  const owner = checkPerson(to ?? "");
  await shell.exclusive(`mount:${mount.id}`, () => shell.mounts.set(mount.id, { ...mount, owner }));
  await change(shell, mount.owner, (person) => withoutMount(person, mount.id));
  await change(shell, owner, (person) => withMount(person, mount.id));
  shell.print(`${mount.id}  ${mount.title}  ${owner}`);
  return 0;
}

async function remove(shell: Shell, [id]: readonly string[]): Promise<number> {
  const mount = await mountNamed(shell, id);
  await takeBackEverywhere({ ...shell, now: Date.now }, mount.id);
  const { credential } = await shell.storage.unmount(mount.id);
  await change(shell, mount.owner, (person) => withoutMount(person, mount.id));
  shell.print(`${mount.id}  removed`);
  if (credential === "left") shell.print("Its credential is still good at the drive; it is withdrawn there alone.");
  return 0;
}

async function mountNamed({ storage }: Shell, id: string | undefined): Promise<Mount> {
  const mount = id === undefined ? undefined : await storage.find(id);
  if (!mount) throw new Mistake(`There is no drive "${id ?? ""}". See: npm run account -- list`);
  return mount;
}

/** One change of a person's record at a time, as the actions do it. */
function change({ exclusive, people }: Shell, id: string, changed: (person: Person) => Person): Promise<unknown> {
  return exclusive(`person:${id}`, async () => {
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

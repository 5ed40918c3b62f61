import { readForm, type Values } from "../../storage/form.ts";
import { StorageError } from "../../storage/error.ts";
import type { Visit } from "../action.ts";
import type { Errand, Outcome } from "../errand.ts";
import { mountGone, notice, noticeWithWays, refused } from "../failure.ts";
import { broadcastFields, findFields, operatorsForm, quotaFields } from "../forms.ts";
import type { AuditEntry } from "../office/audit.ts";
import type { AccessMode, Stamp, Standing } from "../office/door.ts";
import { logLevels } from "../office/office.ts";
import type { OperatorsPress, OperatorsRoom, OperatorsScene } from "../operate.ts";
import { forgotten, type Pressed } from "../pressed.ts";
import { ask } from "../scenes/person.ts";
import { recipients, showAccess, showOperators } from "../scenes/operators.ts";

/** An operator's button. */
export function operate(pressed: Pressed, press: OperatorsPress): Promise<Outcome> | Outcome {
  switch (press.do) {
    case "admin-go":
      return showOperators(pressed, roomOf(press.room));
    case "admin-turn":
      return turn(pressed, press.page);
    case "admin-pick":
      return pick(pressed, press.index);
    case "find-person":
      return operatorsForm(pressed, { id: "find-person" }, { fields: findFields });
    case "admit":
      return onGuest(pressed, admit);
    case "expel":
      return onGuest(pressed, expel);
    case "ban":
      return onGuest(pressed, ban);
    case "unban":
      return onGuest(pressed, unban);
    case "ask-quota":
      return onGuest(pressed, (_, id) => operatorsForm(pressed, { id: "quota", subject: id }, { fields: quotaFields }));
    case "set-access":
      return setAccess(pressed, press.mode);
    case "invite":
      return invite(pressed);
    case "withdraw-invitations":
      return withdrawInvitations(pressed);
    case "set-maintenance":
      return setMaintenance(pressed, press.on);
    case "set-log-level":
      return setLogLevel(pressed, press.index);
    case "compose-broadcast":
      return composeBroadcast(pressed);
    case "stop-broadcast":
      return stopBroadcast(pressed);
    case "revoke-every-link":
      return askToRevokeEveryLink(pressed);
    case "about-state":
      return aboutState();
  }
}

function roomOf(room: OperatorsRoom): OperatorsScene {
  switch (room) {
    case "panel":
    case "access":
    case "broadcast":
      return { at: "operators", room };
    case "people":
    case "admin-mounts":
    case "audit":
      return { at: "operators", room, page: 1 };
  }
}

/** The operators' screen the button stood on. */
function sceneOf({ shown, session }: Pressed): OperatorsScene | undefined {
  const scene = shown?.scene ?? session.scene;
  return scene.at === "operators" ? scene : undefined;
}

function turn(pressed: Pressed, page: number): Promise<Outcome> {
  const scene = sceneOf(pressed);
  return scene && "page" in scene ? showOperators(pressed, { ...scene, page }) : forgotten(pressed);
}

/** A row: a person's card, or a mount looked at anew. */
function pick(pressed: Pressed, index: number): Promise<Outcome> {
  const scene = sceneOf(pressed);
  const id = pressed.shown?.rows[index];
  if (typeof id !== "string") return forgotten(pressed);
  if (scene?.room === "people") return showOperators(pressed, { at: "operators", room: "person", id });
  if (scene?.room === "admin-mounts") return checkMount(pressed, scene, id);
  return forgotten(pressed);
}

async function checkMount(errand: Errand, scene: OperatorsScene, id: string): Promise<Outcome> {
  await note(errand, { act: "check-mount", subject: id });
  try {
    await errand.services.storage.check(id, { signal: errand.signal });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!(await errand.services.storage.find(id))) return mountGone(errand);
  }
  return showOperators(errand, scene);
}

/** Written before it is done: an act that is not in the book did not happen. */
function note({ services, visit }: Errand, entry: Omit<AuditEntry, "at" | "by">): Promise<void> {
  return services.office.audit.write({ by: visit.person.id, ...entry });
}

function stamp({ services, visit }: Errand): Stamp {
  return { at: services.now(), by: visit.person.id };
}

function onGuest(
  pressed: Pressed,
  act: (errand: Errand, id: string) => Promise<Outcome> | Outcome,
): Promise<Outcome> | Outcome {
  const scene = sceneOf(pressed);
  return scene?.room === "person" ? act(pressed, scene.id) : forgotten(pressed);
}

/** The one whose id this is; else everybody whose id contains it. */
export function find(errand: Errand, words: string): Promise<Outcome> {
  const id = guestIn(words, errand.visit);
  if (id !== undefined && words.includes(":")) return person(errand, id);
  return showOperators(errand, { at: "operators", room: "people", page: 1, ...(words !== "" && { words }) });
}

/** `telegram:1001` and `discord:2002` as they are; a bare number is of the platform it was typed on. */
export function guestIn(text: string, { person: { id } }: Visit): string | undefined {
  if (/^(?:telegram:-?\d+|discord:(?:[a-z]+:)?\d+)$/.test(text)) return text;
  return /^-?\d+$/.test(text) ? `${id.split(":")[0]}:${text}` : undefined;
}

function person(errand: Errand, id: string): Promise<Outcome> {
  return showOperators(errand, { at: "operators", room: "person", id });
}

type Decision = (standing: Standing) => Standing;

async function decided(errand: Errand, id: string, act: "admit" | "expel" | "ban" | "unban", change: Decision) {
  await note(errand, { act, subject: id });
  await errand.services.office.door.decide(id, change);
  return person(errand, id);
}

/** Lets a person or a group in where only the admitted may. */
export function admit(errand: Errand, id: string): Promise<Outcome> {
  return decided(errand, id, "admit", (standing) => ({ ...standing, admitted: stamp(errand) }));
}

/** Takes an admission back. */
export function expel(errand: Errand, id: string): Promise<Outcome> {
  return decided(errand, id, "expel", ({ admitted: _before, ...standing }) => standing);
}

/** Keeps somebody out, and takes back their links. An operator made by a code is one no more; those of the configuration stay. */
export async function ban(errand: Errand, id: string): Promise<Outcome> {
  const { services, visit } = errand;
  if (services.admins.includes(id) || id === visit.person.id) return refused("operator-stays");
  const banned = await decided(errand, id, "ban", ({ operator: _before, ...standing }) => ({
    ...standing,
    banned: stamp(errand),
  }));
  await services.office.revokeLinks(id);
  return banned;
}

/** Lets somebody in again. Links from before stay dead. */
export function unban(errand: Errand, id: string): Promise<Outcome> {
  return decided(errand, id, "unban", ({ banned: _before, ...standing }) => standing);
}

const gigabyte = 1024 ** 3;

/** Gigabytes a day through the gateway, "" for as many as they like; undefined = that is no number. */
export function setQuota(errand: Errand, id: string, amount: string): Promise<Outcome> | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?)?$/.test(amount)) return undefined;
  const quota = amount === "" ? undefined : Math.round(Number(amount) * gigabyte);
  return limited(errand, id, quota, amount);
}

async function limited(errand: Errand, id: string, quota: number | undefined, detail: string): Promise<Outcome> {
  await note(errand, { act: "quota", subject: id, ...(detail !== "" && { detail: `${detail} GB` }) });
  await errand.services.office.door.decide(id, ({ quota: _before, ...standing }) => ({
    ...standing,
    ...(quota !== undefined && { quota }),
  }));
  return person(errand, id);
}

/** The answer to whom to find. */
export async function submitFind(errand: Errand, answers: Values): Promise<Outcome> {
  const reading = readForm(findFields, answers);
  if (!reading.ok)
    return operatorsForm(errand, { id: "find-person" }, { fields: findFields, problem: reading.problem });
  return find(errand, reading.values["who"] ?? "");
}

/** The answer to how much somebody may have. */
export async function submitQuota(errand: Errand, subject: string | undefined, answers: Values): Promise<Outcome> {
  if (subject === undefined) return refused("view-expired");
  const again = (problem: NonNullable<Parameters<typeof operatorsForm>[2]["problem"]>) =>
    operatorsForm(errand, { id: "quota", subject }, { fields: quotaFields, problem });
  const reading = readForm(quotaFields, answers);
  if (!reading.ok) return again(reading.problem);
  const done = setQuota(errand, subject, reading.values["gigabytes"] ?? "");
  return done ?? again({ field: "gigabytes", code: "not-a-number" });
}

/** Who may come in from now on. */
export async function setAccess(errand: Errand, mode: AccessMode): Promise<Outcome> {
  await note(errand, { act: "access", detail: mode });
  await errand.services.office.door.reopen((opening) => ({ ...opening, access: mode }));
  return showAccess(errand);
}

/** A code for one person or group. */
export async function invite(errand: Errand): Promise<Outcome> {
  await note(errand, { act: "invite" });
  return showAccess(errand, await errand.services.office.door.invite(errand.visit.person.id));
}

async function withdrawInvitations(errand: Errand): Promise<Outcome> {
  await note(errand, { act: "withdraw-invitations" });
  await errand.services.office.door.withdrawInvitations();
  return showAccess(errand);
}

/** Closes the house to all but operators, or opens it again. */
export async function setMaintenance(errand: Errand, on: boolean): Promise<Outcome> {
  await note(errand, { act: "maintenance", detail: on ? "on" : "off" });
  await errand.services.office.door.reopen(({ maintenance: before, ...opening }) => ({
    ...opening,
    ...(on && { maintenance: before ?? stamp(errand) }),
  }));
  return showOperators(errand, { at: "operators", room: "panel" });
}

/** How much is logged, until the process ends. */
export async function setLogLevel(errand: Errand, index: number): Promise<Outcome> {
  const level = logLevels[index];
  if (level === undefined) return refused("unknown-press");
  await note(errand, { act: "log-level", detail: level });
  errand.services.office.level.set(level);
  return showOperators(errand, { at: "operators", room: "panel" });
}

/** Asks first: what people were given ends, and nothing brings it back. */
export function askToRevokeEveryLink(errand: Errand): Promise<Outcome> | Outcome {
  if (!errand.services.revokeLinks) return refused("no-links-to-revoke");
  return ask(errand, { at: "question", question: "revoke-every-link" });
}

/** Yes: every link that was handed out until now is over. */
export async function revokeEveryLink(errand: Errand): Promise<Outcome> {
  const { revokeLinks: revoke } = errand.services;
  // Asked before a restart that took the public address away.
  if (!revoke) return refused("no-links-to-revoke");
  await note(errand, { act: "revoke-every-link" });
  await revoke("all");
  return noticeWithWays(errand, "every-link-revoked", { level: "done" });
}

/** How everything kept is written to a file, and read from one. */
export function aboutState(): Outcome {
  return notice("state-by-shell", { for: "asker" });
}

/** Asks for the words. */
export async function composeBroadcast(errand: Errand): Promise<Outcome> {
  if (await isRunning(errand)) return refused("broadcast-running");
  return operatorsForm(errand, { id: "broadcast-text" }, { fields: broadcastFields });
}

/** The words of a broadcast. */
export async function submitBroadcast(errand: Errand, answers: Values): Promise<Outcome> {
  const reading = readForm(broadcastFields, answers);
  if (!reading.ok) {
    return operatorsForm(errand, { id: "broadcast-text" }, { fields: broadcastFields, problem: reading.problem });
  }
  return prepareBroadcast(errand, reading.values["text"] ?? "");
}

/** Shows the words and how many chats they would go to, and asks. */
export async function prepareBroadcast(errand: Errand, text: string): Promise<Outcome> {
  const reading = readForm(broadcastFields, { text });
  if (!reading.ok) {
    return operatorsForm(errand, { id: "broadcast-text" }, { fields: broadcastFields, problem: reading.problem });
  }
  if (await isRunning(errand)) return refused("broadcast-running");
  if ((await recipients(errand)).length === 0) return refused("broadcast-nobody");
  return ask(errand, { at: "question", question: "broadcast", text: (reading.values["text"] ?? "").toWellFormed() });
}

async function isRunning({ services }: Errand): Promise<boolean> {
  return (await services.office.broadcasts.latest())?.state === "running";
}

/** Yes: off it goes. */
export async function beginBroadcast(errand: Errand, text: string): Promise<Outcome> {
  const to = await recipients(errand);
  if (to.length === 0) return refused("broadcast-nobody");
  await note(errand, { act: "broadcast", detail: String(to.length) });
  const begun = await errand.services.office.broadcasts.begin({ by: errand.visit.person.id, text, to });
  if (!begun) return refused("broadcast-running");
  return showOperators(errand, { at: "operators", room: "broadcast" });
}

async function stopBroadcast(errand: Errand): Promise<Outcome> {
  const { broadcasts } = errand.services.office;
  const running = await broadcasts.latest();
  if (running?.state !== "running") return refused("broadcast-none");
  await note(errand, { act: "stop-broadcast", subject: running.id });
  await broadcasts.halt();
  return showOperators(errand, { at: "operators", room: "broadcast" });
}

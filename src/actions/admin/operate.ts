import { readForm, type Values } from "../../storage/form.ts";
import { StorageError } from "../../storage/error.ts";
import type { Visit } from "../model/action.ts";
import type { ActionContext, Outcome } from "../context.ts";
import { mountGone, notice, noticeWithWays, refused } from "../failure.ts";
import { broadcastFields, findFields, operatorsForm, quotaFields } from "../model/forms.ts";
import type { AuditEntry } from "../../users/audit.ts";
import type { AccessMode, Stamp, Standing } from "../../users/access.ts";
import { logLevels } from "./admin.ts";
import type { OperatorsPress, OperatorsRoom, AdminView } from "./model.ts";
import { forgotten, type ButtonContext } from "../button-context.ts";
import { ask } from "../settings/views.ts";
import { recipients, showAccess, showOperators } from "./views.ts";

/** An operator's button. */
export function operate(context: ButtonContext, press: OperatorsPress): Promise<Outcome> | Outcome {
  switch (press.do) {
    case "admin-go":
      return showOperators(context, roomOf(press.room));
    case "admin-turn":
      return turn(context, press.page);
    case "admin-pick":
      return pick(context, press.index);
    case "find-person":
      return operatorsForm(context, { id: "find-person" }, { fields: findFields });
    case "admit":
      return onGuest(context, admit);
    case "expel":
      return onGuest(context, expel);
    case "ban":
      return onGuest(context, ban);
    case "unban":
      return onGuest(context, unban);
    case "ask-quota":
      return onGuest(context, (_, id) => operatorsForm(context, { id: "quota", subject: id }, { fields: quotaFields }));
    case "set-access":
      return setAccess(context, press.mode);
    case "invite":
      return invite(context);
    case "withdraw-invitations":
      return withdrawInvitations(context);
    case "set-maintenance":
      return setMaintenance(context, press.on);
    case "set-log-level":
      return setLogLevel(context, press.index);
    case "compose-broadcast":
      return composeBroadcast(context);
    case "stop-broadcast":
      return stopBroadcast(context);
    case "revoke-every-link":
      return askToRevokeEveryLink(context);
    case "about-state":
      return aboutState();
  }
}

function roomOf(room: OperatorsRoom): AdminView {
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
function viewOf({ shown, session }: ButtonContext): AdminView | undefined {
  const state = shown?.state ?? session.state;
  return state.at === "operators" ? state : undefined;
}

function turn(context: ButtonContext, page: number): Promise<Outcome> {
  const state = viewOf(context);
  return state && "page" in state ? showOperators(context, { ...state, page }) : forgotten(context);
}

/** A row: a person's card, or a mount looked at anew. */
function pick(context: ButtonContext, index: number): Promise<Outcome> {
  const state = viewOf(context);
  const id = context.shown?.rows[index];
  if (typeof id !== "string") return forgotten(context);
  if (state?.room === "people") return showOperators(context, { at: "operators", room: "person", id });
  if (state?.room === "admin-mounts") return checkMount(context, state, id);
  return forgotten(context);
}

async function checkMount(context: ActionContext, state: AdminView, id: string): Promise<Outcome> {
  await note(context, { act: "check-mount", subject: id });
  try {
    await context.services.storage.check(id, { signal: context.signal });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!(await context.services.storage.find(id))) return mountGone(context);
  }
  return showOperators(context, state);
}

/** Written before it is done: an act that is not in the book did not happen. */
function note({ services, visit }: ActionContext, entry: Omit<AuditEntry, "at" | "by">): Promise<void> {
  return services.admin.audit.write({ by: visit.person.id, ...entry });
}

function stamp({ services, visit }: ActionContext): Stamp {
  return { at: services.now(), by: visit.person.id };
}

function onGuest(
  context: ButtonContext,
  act: (context: ActionContext, id: string) => Promise<Outcome> | Outcome,
): Promise<Outcome> | Outcome {
  const state = viewOf(context);
  return state?.room === "person" ? act(context, state.id) : forgotten(context);
}

/** The one whose id this is; else everybody whose id contains it. */
export function find(context: ActionContext, words: string): Promise<Outcome> {
  const id = guestIn(words, context.visit);
  if (id !== undefined && words.includes(":")) return person(context, id);
  return showOperators(context, { at: "operators", room: "people", page: 1, ...(words !== "" && { words }) });
}

/** `telegram:1001` and `discord:2002` as they are; a bare number is of the platform it was typed on. */
export function guestIn(text: string, { person: { id } }: Visit): string | undefined {
  if (/^(?:telegram:-?\d+|discord:(?:[a-z]+:)?\d+)$/.test(text)) return text;
  return /^-?\d+$/.test(text) ? `${id.split(":")[0]}:${text}` : undefined;
}

function person(context: ActionContext, id: string): Promise<Outcome> {
  return showOperators(context, { at: "operators", room: "person", id });
}

type Decision = (standing: Standing) => Standing;

async function decided(context: ActionContext, id: string, act: "admit" | "expel" | "ban" | "unban", change: Decision) {
  await note(context, { act, subject: id });
  await context.services.admin.access.decide(id, change);
  return person(context, id);
}

/** Lets a person or a group in where only the admitted may. */
export function admit(context: ActionContext, id: string): Promise<Outcome> {
  return decided(context, id, "admit", (standing) => ({ ...standing, admitted: stamp(context) }));
}

/** Takes an admission back. */
export function expel(context: ActionContext, id: string): Promise<Outcome> {
  return decided(context, id, "expel", ({ admitted: _before, ...standing }) => standing);
}

/** Keeps somebody out, and takes back their links. An operator made by a code is one no more; those of the configuration stay. */
export async function ban(context: ActionContext, id: string): Promise<Outcome> {
  const { services, visit } = context;
  if (services.admins.includes(id) || id === visit.person.id) return refused("operator-stays");
  const banned = await decided(context, id, "ban", ({ operator: _before, ...standing }) => ({
    ...standing,
    banned: stamp(context),
  }));
  await services.admin.revokeLinks(id);
  return banned;
}

/** Lets somebody in again. Links from before stay dead. */
export function unban(context: ActionContext, id: string): Promise<Outcome> {
  return decided(context, id, "unban", ({ banned: _before, ...standing }) => standing);
}

const gigabyte = 1024 ** 3;

/** Gigabytes a day through the gateway, "" for as many as they like; undefined = that is no number. */
export function setQuota(context: ActionContext, id: string, amount: string): Promise<Outcome> | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?)?$/.test(amount)) return undefined;
  const quota = amount === "" ? undefined : Math.round(Number(amount) * gigabyte);
  return limited(context, id, quota, amount);
}

async function limited(
  context: ActionContext,
  id: string,
  quota: number | undefined,
  detail: string,
): Promise<Outcome> {
  await note(context, { act: "quota", subject: id, ...(detail !== "" && { detail: `${detail} GB` }) });
  await context.services.admin.access.decide(id, ({ quota: _before, ...standing }) => ({
    ...standing,
    ...(quota !== undefined && { quota }),
  }));
  return person(context, id);
}

/** The answer to whom to find. */
export async function submitFind(context: ActionContext, answers: Values): Promise<Outcome> {
  const reading = readForm(findFields, answers);
  if (!reading.ok)
    return operatorsForm(context, { id: "find-person" }, { fields: findFields, problem: reading.problem });
  return find(context, reading.values["who"] ?? "");
}

/** The answer to how much somebody may have. */
export async function submitQuota(
  context: ActionContext,
  subject: string | undefined,
  answers: Values,
): Promise<Outcome> {
  if (subject === undefined) return refused("view-expired");
  const again = (problem: NonNullable<Parameters<typeof operatorsForm>[2]["problem"]>) =>
    operatorsForm(context, { id: "quota", subject }, { fields: quotaFields, problem });
  const reading = readForm(quotaFields, answers);
  if (!reading.ok) return again(reading.problem);
  const done = setQuota(context, subject, reading.values["gigabytes"] ?? "");
  return done ?? again({ field: "gigabytes", code: "not-a-number" });
}

/** Who may come in from now on. */
export async function setAccess(context: ActionContext, mode: AccessMode): Promise<Outcome> {
  await note(context, { act: "access", detail: mode });
  await context.services.admin.access.reopen((opening) => ({ ...opening, access: mode }));
  return showAccess(context);
}

/** A code for one person or group. */
export async function invite(context: ActionContext): Promise<Outcome> {
  await note(context, { act: "invite" });
  return showAccess(context, await context.services.admin.access.invite(context.visit.person.id));
}

async function withdrawInvitations(context: ActionContext): Promise<Outcome> {
  await note(context, { act: "withdraw-invitations" });
  await context.services.admin.access.withdrawInvitations();
  return showAccess(context);
}

/** Closes the app to all but operators, or opens it again. */
export async function setMaintenance(context: ActionContext, on: boolean): Promise<Outcome> {
  await note(context, { act: "maintenance", detail: on ? "on" : "off" });
  await context.services.admin.access.reopen(({ maintenance: before, ...opening }) => ({
    ...opening,
    ...(on && { maintenance: before ?? stamp(context) }),
  }));
  return showOperators(context, { at: "operators", room: "panel" });
}

/** How much is logged, until the process ends. */
export async function setLogLevel(context: ActionContext, index: number): Promise<Outcome> {
  const level = logLevels[index];
  if (level === undefined) return refused("unknown-press");
  await note(context, { act: "log-level", detail: level });
  context.services.admin.level.set(level);
  return showOperators(context, { at: "operators", room: "panel" });
}

/** Asks first: what people were given ends, and nothing brings it back. */
export function askToRevokeEveryLink(context: ActionContext): Promise<Outcome> | Outcome {
  if (!context.services.revokeLinks) return refused("no-links-to-revoke");
  return ask(context, { at: "question", question: "revoke-every-link" });
}

/** Yes: every link that was handed out until now is over. */
export async function revokeEveryLink(context: ActionContext): Promise<Outcome> {
  const { revokeLinks: revoke } = context.services;
  // Asked before a restart that took the public address away.
  if (!revoke) return refused("no-links-to-revoke");
  await note(context, { act: "revoke-every-link" });
  await revoke("all");
  return noticeWithWays(context, "every-link-revoked", { level: "done" });
}

/** How everything kept is written to a file, and read from one. */
export function aboutState(): Outcome {
  return notice("state-by-shell", { for: "asker" });
}

/** Asks for the words. */
export async function composeBroadcast(context: ActionContext): Promise<Outcome> {
  if (await isRunning(context)) return refused("broadcast-running");
  return operatorsForm(context, { id: "broadcast-text" }, { fields: broadcastFields });
}

/** The words of a broadcast. */
export async function submitBroadcast(context: ActionContext, answers: Values): Promise<Outcome> {
  const reading = readForm(broadcastFields, answers);
  if (!reading.ok) {
    return operatorsForm(context, { id: "broadcast-text" }, { fields: broadcastFields, problem: reading.problem });
  }
  return prepareBroadcast(context, reading.values["text"] ?? "");
}

/** Shows the words and how many chats they would go to, and asks. */
export async function prepareBroadcast(context: ActionContext, text: string): Promise<Outcome> {
  const reading = readForm(broadcastFields, { text });
  if (!reading.ok) {
    return operatorsForm(context, { id: "broadcast-text" }, { fields: broadcastFields, problem: reading.problem });
  }
  if (await isRunning(context)) return refused("broadcast-running");
  if ((await recipients(context)).length === 0) return refused("broadcast-nobody");
  return ask(context, { at: "question", question: "broadcast", text: (reading.values["text"] ?? "").toWellFormed() });
}

async function isRunning({ services }: ActionContext): Promise<boolean> {
  return (await services.admin.broadcasts.latest())?.state === "running";
}

/** Yes: off it goes. */
export async function beginBroadcast(context: ActionContext, text: string): Promise<Outcome> {
  const to = await recipients(context);
  if (to.length === 0) return refused("broadcast-nobody");
  await note(context, { act: "broadcast", detail: String(to.length) });
  const begun = await context.services.admin.broadcasts.begin({ by: context.visit.person.id, text, to });
  if (!begun) return refused("broadcast-running");
  return showOperators(context, { at: "operators", room: "broadcast" });
}

async function stopBroadcast(context: ActionContext): Promise<Outcome> {
  const { broadcasts } = context.services.admin;
  const running = await broadcasts.latest();
  if (running?.state !== "running") return refused("broadcast-none");
  await note(context, { act: "stop-broadcast", subject: running.id });
  await broadcasts.halt();
  return showOperators(context, { at: "operators", room: "broadcast" });
}

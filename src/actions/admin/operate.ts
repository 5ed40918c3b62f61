import { readForm } from "../../storage/form.ts";
import { type Values } from "../../storage/field.ts";
import { StorageError } from "../../storage/error.ts";
import type { Visit } from "../../users/visit.ts";
import { goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import { mountGone, notice, noticeWithWays, refused } from "../context/failure.ts";
import { broadcastFields, findFields, operatorsForm, quotaFields } from "./admin-form.ts";
import type { AuditEntry } from "../../users/audit.ts";
import type { AccessMode, Stamp, Standing } from "../../users/access.ts";
import { logLevels } from "../../users/admin.ts";
import type { OperatorsRoom, AdminView } from "../model/admin-view.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { recipients, showAccess, showOperators } from "./views.ts";

/** Another room of the panel. */
export function goToRoom(context: ActionContext, room: OperatorsRoom): Promise<Result> | Result {
  return showOperators(context, roomOf(room));
}

export function askForPerson(context: ActionContext): Promise<Outcome> {
  return operatorsForm(context, { id: "find-person" }, { fields: findFields });
}

/** Asks how much somebody may have. */
export function askForQuota(context: ActionContext, id: string): Promise<Outcome> {
  return operatorsForm(context, { id: "quota", subject: id }, { fields: quotaFields });
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

/** Another page of the room. */
export function turn(context: ButtonContext, page: number): Promise<Result> | Result {
  const state = viewOf(context);
  return state && "page" in state ? showOperators(context, { ...state, page }) : forgotten(context);
}

/** A row: a person's card, or a mount looked at anew. */
export function pick(context: ButtonContext, index: number): Promise<Result> | Result {
  const state = viewOf(context);
  const id = context.shown?.rows[index];
  if (typeof id !== "string") return forgotten(context);
  if (state?.room === "people") return showOperators(context, { at: "operators", room: "person", id });
  if (state?.room === "admin-mounts") return checkMount(context, state, id);
  return forgotten(context);
}

async function checkMount(context: ActionContext, state: AdminView, id: string): Promise<Result> {
  await note(context, { act: "check-mount", subject: id });
  try {
    await context.services.storage.check(id, { signal: context.signal, asker: context.person.id });
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!(await context.services.storage.find(id))) return mountGone(context);
  }
  return showOperators(context, state);
}

/** Written before it is done: an action that is not in the audit log did not happen. */
async function note({ services, visit }: ActionContext, entry: Omit<AuditEntry, "at" | "by">): Promise<void> {
  const act = { by: visit.person.id, ...entry };
  await services.admin.audit.write(act);
  services.log.info(act, "operator action");
}

function stamp({ services, visit }: ActionContext): Stamp {
  return { at: services.now(), by: visit.person.id };
}

/** Does something with the person or group whose card the button stood on. */
export function onPerson(
  context: ButtonContext,
  act: (context: ActionContext, id: string) => Promise<Result> | Result,
): Promise<Result> | Result {
  const state = viewOf(context);
  return state?.room === "person" ? act(context, state.id) : forgotten(context);
}

/** The one whose id this is; else everybody whose id contains it. */
export function find(context: ActionContext, words: string): Promise<Result> | Result {
  const id = guestIn(words, context.visit);
  if (id !== undefined && words.includes(":")) return person(context, id);
  return showOperators(context, { at: "operators", room: "people", page: 1, ...(words !== "" && { words }) });
}

/** `telegram:1001` and `discord:2002` as they are; a bare number is of the platform it was typed on. */
export function guestIn(text: string, { person: { id } }: Visit): string | undefined {
  if (/^(?:telegram:-?\d+|discord:(?:[a-z]+:)?\d+)$/.test(text)) return text;
  return /^-?\d+$/.test(text) ? `${id.split(":")[0]}:${text}` : undefined;
}

function person(context: ActionContext, id: string): Promise<Result> | Result {
  return showOperators(context, { at: "operators", room: "person", id });
}

type Decision = (standing: Standing) => Standing;

async function decided(context: ActionContext, id: string, act: "admit" | "expel" | "ban" | "unban", change: Decision) {
  await note(context, { act, subject: id });
  await context.services.admin.access.decide(id, change);
  return person(context, id);
}

/** Lets a person or a group in where only the admitted may. */
export function admit(context: ActionContext, id: string): Promise<Result> | Result {
  return decided(context, id, "admit", (standing) => ({ ...standing, admitted: stamp(context) }));
}

/** Takes an admission back. */
export function expel(context: ActionContext, id: string): Promise<Result> | Result {
  return decided(context, id, "expel", ({ admitted: _before, ...standing }) => standing);
}

/** Keeps somebody out, and takes back their links. An operator made by a code is one no more; those of the configuration stay. */
export async function ban(context: ActionContext, id: string): Promise<Result> {
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
export function unban(context: ActionContext, id: string): Promise<Result> | Result {
  return decided(context, id, "unban", ({ banned: _before, ...standing }) => standing);
}

const gigabyte = 1024 ** 3;

/** Gigabytes a day through the gateway, "" for as many as they like; undefined = that is no number. */
export function setQuota(context: ActionContext, id: string, amount: string): Promise<Result> | Result | undefined {
  if (!/^(?:\d{1,6}(?:\.\d{1,3})?)?$/.test(amount)) return undefined;
  const quota = amount === "" ? undefined : Math.round(Number(amount) * gigabyte);
  return limited(context, id, quota, amount);
}

async function limited(context: ActionContext, id: string, quota: number | undefined, detail: string): Promise<Result> {
  await note(context, { act: "quota", subject: id, ...(detail !== "" && { detail: `${detail} GB` }) });
  await context.services.admin.access.decide(id, ({ quota: _before, ...standing }) => ({
    ...standing,
    quota,
  }));
  return person(context, id);
}

/** The answer to whom to find. */
export async function submitFind(context: ActionContext, answers: Values): Promise<Result> {
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
): Promise<Result> {
  if (subject === undefined) return refused("view-expired");
  const again = (problem: NonNullable<Parameters<typeof operatorsForm>[2]["problem"]>) =>
    operatorsForm(context, { id: "quota", subject }, { fields: quotaFields, problem });
  const reading = readForm(quotaFields, answers);
  if (!reading.ok) return again(reading.problem);
  const done = setQuota(context, subject, reading.values["gigabytes"] ?? "");
  return done ?? again({ field: "gigabytes", code: "not-a-number" });
}

/** Who may come in from now on. */
export async function setAccess(context: ActionContext, mode: AccessMode): Promise<Result> {
  await note(context, { act: "access", detail: mode });
  await context.services.admin.access.reopen((opening) => ({ ...opening, access: mode }));
  return showAccess(context);
}

/** A code for one person or group. */
export async function invite(context: ActionContext): Promise<Result> {
  await note(context, { act: "invite" });
  return showAccess(context, await context.services.admin.access.invite(context.visit.person.id));
}

/** Makes every invitation void that nobody has used. */
export async function withdrawInvitations(context: ActionContext): Promise<Result> {
  await note(context, { act: "withdraw-invitations" });
  await context.services.admin.access.withdrawInvitations();
  return showAccess(context);
}

/** Closes the app to all but operators, or opens it again. */
export async function setMaintenance(context: ActionContext, on: boolean): Promise<Result> {
  await note(context, { act: "maintenance", detail: on ? "on" : "off" });
  await context.services.admin.access.reopen(({ maintenance: before, ...opening }) => ({
    ...opening,
    ...(on && { maintenance: before ?? stamp(context) }),
  }));
  return showOperators(context, { at: "operators", room: "panel" });
}

/** How much is logged, until the process ends. */
export async function setLogLevel(context: ActionContext, index: number): Promise<Result> {
  const level = logLevels[index];
  if (level === undefined) return refused("unknown-press");
  await note(context, { act: "log-level", detail: level });
  context.services.admin.level.set(level);
  return showOperators(context, { at: "operators", room: "panel" });
}

/** Asks first: what people were given ends, and nothing brings it back. */
export function askToRevokeEveryLink(context: ActionContext): Promise<Result> | Result {
  if (!context.services.revokeLinks) return refused("no-links-to-revoke");
  return goTo(context, { at: "question", question: "revoke-every-link" });
}

/** Yes: every link that was handed out until now is over. */
export async function revokeEveryLink(context: ActionContext): Promise<Result> {
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
export async function composeBroadcast(context: ActionContext): Promise<Result> {
  if (await isRunning(context)) return refused("broadcast-running");
  return operatorsForm(context, { id: "broadcast-text" }, { fields: broadcastFields });
}

/** The words of a broadcast. */
export function submitBroadcast(context: ActionContext, answers: Values): Promise<Result> {
  return prepareBroadcast(context, answers["text"] ?? "");
}

/** Shows the words and how many chats they would go to, and asks. */
export async function prepareBroadcast(context: ActionContext, text: string): Promise<Result> {
  const reading = readForm(broadcastFields, { text });
  if (!reading.ok) {
    return operatorsForm(context, { id: "broadcast-text" }, { fields: broadcastFields, problem: reading.problem });
  }
  if (await isRunning(context)) return refused("broadcast-running");
  if ((await recipients(context)).length === 0) return refused("broadcast-nobody");
  return goTo(context, { at: "question", question: "broadcast", text: (reading.values["text"] ?? "").toWellFormed() });
}

async function isRunning({ services }: ActionContext): Promise<boolean> {
  return (await services.admin.broadcasts.latest())?.state === "running";
}

/** Yes: off it goes. */
export async function beginBroadcast(context: ActionContext, text: string): Promise<Result> {
  const to = await recipients(context);
  if (to.length === 0) return refused("broadcast-nobody");
  await note(context, { act: "broadcast", detail: String(to.length) });
  const { person, update } = context.visit;
  const begun = await context.services.admin.broadcasts.begin({ id: update, by: person.id, text, to });
  if (!begun) return refused("broadcast-running");
  return showOperators(context, { at: "operators", room: "broadcast" });
}

/** Sends the running broadcast to nobody else. */
export async function stopBroadcast(context: ActionContext): Promise<Result> {
  const { broadcasts } = context.services.admin;
  const running = await broadcasts.latest();
  if (running?.state !== "running") return refused("broadcast-none");
  await note(context, { act: "stop-broadcast", subject: running.id });
  await broadcasts.halt();
  return showOperators(context, { at: "operators", room: "broadcast" });
}

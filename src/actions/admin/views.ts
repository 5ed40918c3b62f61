import type { ViewRef } from "../model/session.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { accessModes, type Invitation, type Standing } from "../../users/access.ts";
import type { Counts } from "../../users/counters.ts";
import { logLevels, type Admin } from "../../users/admin.ts";
import type { AdminView } from "../model/admin-view.ts";
import type { GuestLine, AdminNumbers } from "../model/admin-screen.ts";
import type { Screen } from "../model/screen.ts";
import { tagOf } from "../context/with-mount.ts";
import { pageOf } from "../context/paging.ts";

/** A room of the operators, as it is now. */
export function showOperators(context: ActionContext, state: AdminView): Promise<Result> | Result {
  switch (state.room) {
    case "panel":
      return showPanel(context, state);
    case "people":
      return showPeople(context, state);
    case "person":
      return showPerson(context, state.id);
    case "access":
      return showAccess(context);
    case "admin-mounts":
      return showEveryMount(context, state.page);
    case "broadcast":
      return showBroadcast(context);
    case "audit":
      return showAudit(context, state.page);
  }
}

/** Rows a list of the operators has. */
const size = 8;

async function showPanel(context: ActionContext, state: AdminView): Promise<Result> {
  const { admin, revokeLinks, version } = context.services;
  const [numbers, { access, maintenance }] = await Promise.all([numbersOf(admin), admin.access.opening()]);
  const view = await draw(context, state);
  return {
    screen: {
      show: "admin",
      view,
      numbers,
      access,
      ...(maintenance && { maintenanceSince: maintenance.at }),
      version,
      logLevel: admin.level.get(),
      logLevels,
      ...(revokeLinks && { revocable: true }),
    },
  };
}

async function numbersOf({ chats, counters, mounts }: Admin): Promise<AdminNumbers> {
  const seen = { people: 0, groups: 0, mounts: 0, failing: 0 };
  for await (const { kind, reachable } of chats.all()) {
    if (kind === "person") seen.people += 1;
    else if (reachable) seen.groups += 1;
  }
  for await (const { health } of mounts()) {
    seen.mounts += 1;
    if (health.state === "failing") seen.failing += 1;
  }
  const counts = await counters.read();
  return {
    ...seen,
    links: counts["links"] ?? 0,
    bytes: counts["bytes"] ?? 0,
    calls: counts["calls"] ?? 0,
    coolDowns: counts["cool-downs"] ?? 0,
    errors: errorsIn(counts),
  };
}

function errorsIn(counts: Counts): AdminNumbers["errors"] {
  return Object.entries(counts)
    .flatMap(([what, count]) =>
      what.startsWith("error ") ? [{ code: what.slice("error ".length), count: count ?? 0 }] : [],
    )
    .toSorted((a, b) => b.count - a.count)
    .slice(0, 10);
}

async function showPeople(
  context: ActionContext,
  { page, words }: Extract<AdminView, { room: "people" }>,
): Promise<Result> {
  const guests = (await everybody(context)).filter((guest) => words === undefined || fits(guest, words));
  const part = pageOf(guests, page, size);
  const state: AdminView = {
    at: "operators",
    room: "people",
    page: part.page,
    words,
  };
  const view = await draw(
    context,
    state,
    part.rows.map(({ id }) => id),
  );
  return { screen: { show: "people", view, ...part, words } };
}

function fits({ id, name = "", username = "" }: GuestLine, words: string): boolean {
  const wanted = words.replace(/^@/, "").toLowerCase();
  return [id, name, username].some((text) => text.toLowerCase().includes(wanted));
}

/** All that were seen or decided about, those seen last first. */
async function everybody({ services: { admin, admins } }: ActionContext): Promise<readonly GuestLine[]> {
  const standings = await standingsIn(admin);
  const guests = new Map<string, GuestLine>();
  for (const id of [...admins, ...standings.keys()]) {
    guests.set(id, { id, kind: kindOf(id), standing: standingOf(standings.get(id), admins.includes(id)) });
  }
  for await (const { id, kind, seenAt, name, username } of admin.chats.all()) {
    guests.set(id, { id, kind, name, username, standing: standingOf(standings.get(id), admins.includes(id)), seenAt });
  }
  return [...guests.values()].toSorted((a, b) => (b.seenAt ?? 0) - (a.seenAt ?? 0) || (a.id < b.id ? -1 : 1));
}

async function standingsIn({ access }: Admin): Promise<ReadonlyMap<string, Standing>> {
  const standings = new Map<string, Standing>();
  for await (const standing of access.standings()) standings.set(standing.id, standing);
  return standings;
}

/** What an id that was never seen stands for: groups have negative numbers on Telegram and channels on Discord. */
function kindOf(id: string): GuestLine["kind"] {
  return /^telegram:-|^discord:\D/.test(id) ? "group" : "person";
}

function standingOf(standing: Standing | undefined, isFixed: boolean): GuestLine["standing"] {
  if (isFixed || standing?.operator) return "operator";
  if (standing?.banned) return "banned";
  return standing?.admitted ? "admitted" : "usual";
}

async function showPerson(context: ActionContext, id: string): Promise<Result> {
  const { admin, admins } = context.services;
  const [chat, standing, used] = await Promise.all([
    admin.chats.find(id),
    admin.access.standing(id),
    admin.allowance.used(id),
  ]);
  let mounts = 0;
  for await (const { owner } of admin.mounts()) if (owner === id) mounts += 1;
  const fixed = admins.includes(id);
  const view = await draw(context, { at: "operators", room: "person", id });
  return {
    screen: {
      show: "person",
      view,
      guest: {
        id,
        name: chat?.name,
        username: chat?.username,
        kind: chat?.kind ?? kindOf(id),
        standing: standingOf(standing, fixed),
        ...(chat && { seenAt: chat.seenAt }),
      },
      admitted: standing.admitted !== undefined,
      banned: standing.banned !== undefined,
      fixed,
      mounts,
      used,
      quota: standing.quota,
    },
  };
}

/** Who may come in; an invitation that was just made is shown this once. */
export async function showAccess(context: ActionContext, invitation?: Invitation): Promise<Result> {
  const { access } = context.services.admin;
  const { access: mode } = await access.opening();
  const standings = await standingsIn(context.services.admin);
  const open = await access.invitations();
  const view = await draw(context, { at: "operators", room: "access" });
  return {
    screen: {
      show: "access",
      view,
      access: mode,
      modes: accessModes,
      admitted: [...standings.values()].filter(({ admitted }) => admitted !== undefined).length,
      open,
      invitation,
    },
  };
}

async function showEveryMount(context: ActionContext, page: number): Promise<Result> {
  const mounts = await Array.fromAsync(context.services.admin.mounts());
  const sick = (health: { readonly state: string }) => (health.state === "failing" ? 0 : 1);
  const order = mounts.toSorted((a, b) => sick(a.health) - sick(b.health) || (a.title < b.title ? -1 : 1));
  const part = pageOf(order, page, size);
  const ids = part.rows.map(({ id }) => id);
  const view = await draw(context, { at: "operators", room: "admin-mounts", page: part.page }, ids);
  const { chats } = context.services.admin;
  const rows = await Promise.all(
    part.rows.map(async (mount) => ({
      ...tagOf(mount),
      owner: mount.owner,
      ownerName: (await chats.find(mount.owner))?.name,
      health: mount.health,
    })),
  );
  return { screen: { show: "admin-mounts", view, ...part, rows } };
}

async function showBroadcast(context: ActionContext): Promise<Result> {
  const { broadcasts } = context.services.admin;
  const broadcast = await broadcasts.latest();
  const view = await draw(context, { at: "operators", room: "broadcast" });
  return {
    screen: { show: "broadcast", view, broadcast },
    ...(broadcast?.state === "running" && { updates: progress(context, view) }),
  };
}

/** Milliseconds for which a panel's numbers grow by themselves; a press shows them after that. */
const followedFor = 24 * 3_600_000;

/** The same screen with growing numbers, until the broadcast has ended or somebody has gone on to another screen. */
async function* progress({ services }: ActionContext, view: ViewRef): AsyncGenerator<Screen> {
  for await (const broadcast of services.admin.broadcasts.follow({ signal: AbortSignal.timeout(followedFor) })) {
    const session = await services.sessions.get(view.id);
    if (session?.revision !== view.revision) return;
    yield { show: "broadcast", view, broadcast };
  }
}

async function showAudit(context: ActionContext, page: number): Promise<Result> {
  const { entries, pages } = await context.services.admin.audit.page(page, size);
  const shown = Math.min(Math.max(1, page), pages);
  const { chats } = context.services.admin;
  const ids = [...new Set(entries.flatMap(({ by, subject }) => [by, subject ?? by]))];
  const found = await Promise.all(ids.map(async (id) => [id, (await chats.find(id))?.name] as const));
  const names = Object.fromEntries(found.flatMap(([id, name]) => (name === undefined ? [] : [[id, name]])));
  const view = await draw(context, { at: "operators", room: "audit", page: shown });
  return { screen: { show: "audit", view, entries, names, page: shown, pages } };
}

/** Whom a broadcast is for: every chat that can be written to, but for the banned, and with an allowlist those on it. */
export async function recipients({ services: { admin, admins } }: ActionContext): Promise<readonly string[]> {
  const standings = await standingsIn(admin);
  const { access } = await admin.access.opening();
  const to: string[] = [];
  for await (const { id, reachable } of admin.chats.all()) {
    const { banned, admitted, operator } = standings.get(id) ?? {};
    const isIn = access === "open" || admitted || operator || admins.includes(id);
    if (reachable && !banned && isIn) to.push(id);
  }
  return to.toSorted();
}

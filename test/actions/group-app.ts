import type { Visit } from "../../src/users/visit.ts";
import type { Services } from "../../src/actions/context/services.ts";
import type { StorageError } from "../../src/storage/error.ts";
import type { Action } from "../../src/actions/action.ts";
import type { LendingCard, Listing } from "../../src/actions/model/screen.ts";
import { app, inGroup, jun, mia, signInAs, usualCloud, visitOf, type Cloud, type TestApp } from "./test-app.ts";

/** A group in which Mia is an admin, Jun and Lena are members, and Nox is nobody. */
export interface GroupApp {
  readonly at: TestApp;
  /** What each is by person id; absent = not in it. */
  readonly roles: Map<string, "admin" | "member">;
  /** Asked whether somebody is what. */
  readonly asked: string[];
  now: number;
  /** Thrown in place of every link while set. */
  noLink?: StorageError;
}

export const lena = visitOf(3);
export const nox = visitOf(9);
export const group = "telegram:-100";

export function createGroupApp(cloud: Cloud = usualCloud()): GroupApp {
  const roles = new Map<string, "admin" | "member">([
    [mia.person.id, "admin"],
    [jun.person.id, "member"],
    [lena.person.id, "member"],
  ]);
  const asked: string[] = [];
  const roleIn = async (place: string, person: string) => {
    asked.push(`${place} ${person}`);
    return place === group ? (roles.get(person) ?? "none") : undefined;
  };
  const clock: { now: number; noLink?: StorageError } = { now: Date.UTC(2026, 10, 24, 12) };
  const issueLink: Services["issueLink"] = async (mount, entry, visit) => {
    if (clock.noLink) throw clock.noLink;
    return { url: `https://dl.example/${mount.id}/${entry.id}?for=${visit.person.id}`, via: "gateway" };
  };
  const at = app(cloud, { changes: { roleIn, issueLink }, now: () => clock.now });
  return Object.assign(clock, { at, roles, asked });
}

/** Somebody in the group. */
export const there = (visit: Visit): Visit => inGroup(visit);

/** Mia signs in and lends her drive, or a folder of it. */
export async function lent({ at }: GroupApp, path?: string): Promise<LendingCard> {
  await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  return bound(at, { do: "bind", path });
}

/** Shares what is offered after a command or a choice, and sees what is shared then. */
export async function bound(at: TestApp, action: Action, visit: Visit = there(mia)): Promise<LendingCard> {
  const card = await at.see(visit, action, "lending");
  return card.draft ? at.see(visit, { do: "confirm-lend", view: card.view }, "lending") : card;
}

export const names = (listing: Listing): readonly string[] => listing.rows.map((row) => row.name);
export const rowOf = (listing: Listing, name: string): number => listing.rows.findIndex((row) => row.name === name);

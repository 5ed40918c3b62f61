import type { Mount } from "../../storage/mount.ts";
import { storageErrorKind } from "../../storage/error.ts";
import { languageOf, loadPerson } from "../../users/person.ts";
import type { Services } from "../context/services.ts";
import type { Notice } from "../model/screen.ts";

/** Name of the note that a mount's owner was told. */
export function fallbackOf(mount: string): string {
  return `fallback ${mount}`;
}

/**
 * Tells a mount's owner, once, that its files had to go through us although a redirect was asked for. Said anew after
 * another way was chosen. A failure matters to no download: whoever calls it only logs.
 */
export async function announceFallback(
  services: Services,
  { id, title, owner }: Pick<Mount, "id" | "title" | "owner">,
): Promise<void> {
  const about = { show: "notice", notice: "fallback", level: "info", subject: title } as const;
  await tellOnce(services, owner, about, { note: fallbackOf(id), since: (before) => before !== undefined });
}

/** Tells a mount's owner, once each time, that nothing can be had of it until they sign in again. */
export async function announceSignedOut(services: Services, mount: string): Promise<void> {
  const found = await services.storage.find(mount);
  if (found?.health.state !== "failing" || !storageErrorKind(found.health.code).mends.includes("sign-in")) return;
  const { at } = found.health;
  const about = { show: "notice", notice: "drive-signed-out", level: "failed", subject: found.title } as const;
  const note = `signed-out ${mount}`;
  await tellOnce(services, found.owner, about, { note, since: (before) => before !== undefined && before >= at });
}

interface Telling {
  /** Name of the note that it was told. */
  readonly note: string;
  /** Whether it was told already, by the time in the note. */
  since(before: number | undefined): boolean;
}

async function tellOnce(services: Services, owner: string, about: Notice, { note, since }: Telling): Promise<void> {
  const { said, messengers } = services;
  const messenger = messengers?.of(owner);
  if (!said || !messenger) return;
  // One at a time: many downloads fail in the same second.
  const isNews = await services.exclusive(note, async () => {
    if (since(await said.get(note))) return false;
    await said.set(note, services.now());
    return true;
  });
  if (!isNews) return;
  const told = messenger.notify(owner, about, { language: languageOf(services, await loadPerson(services, owner)) });
  const isUntold = await told
    .then(({ is }) => is === "later")
    .catch(async (error: unknown) => {
      await said.delete(note);
      throw error;
    });
  // The next time it is met they are told of it.
  if (isUntold) await said.delete(note);
}

import type { Mount } from "../../storage/mount.ts";
import { loadPerson } from "../../users/person.ts";
import type { Services } from "../context/services.ts";

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
  const { said, messengers } = services;
  const messenger = messengers?.of(owner);
  if (!said || !messenger) return;
  // One at a time: many downloads fall back in the same second.
  const isNews = await services.exclusive(fallbackOf(id), async () => {
    if ((await said.get(fallbackOf(id))) !== undefined) return false;
    await said.set(fallbackOf(id), services.now());
    return true;
  });
  if (!isNews) return;
  const { language } = await loadPerson(services, owner);
  const chosen = language !== undefined && services.languages.includes(language) ? language : undefined;
  await messenger.notify(
    owner,
    { show: "notice", notice: "fallback", level: "info", subject: title },
    { language: chosen ?? services.pickLanguage(undefined) },
  );
}

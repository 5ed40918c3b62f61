import type { ActionContext, Result } from "../context/context.ts";
import { notice } from "../context/failure.ts";
import { mountsOf } from "../../users/person.ts";
import { takeBackEverywhere } from "../../users/place.ts";

/** Deletes everything kept about a person: mounts with their secrets, screens, what waits, and the record itself. */
export async function forgetPerson({ services, person, session }: ActionContext): Promise<Result> {
  let leftAt: string | undefined;
  // What an upload has begun is taken out of the drive, which nobody can once its secrets are gone.
  await services.uploads?.forget(person.id);
  for (const { id, driver } of await mountsOf(services, person)) {
    await takeBackEverywhere(services, id);
    const { credential } = await services.storage.unmount(id);
    if (credential === "left") leftAt = driver;
    await services.transfers?.withdraw(id);
    await services.batches?.withdraw(id);
  }
  await services.approvals?.forget(person.id);
  await services.browserSignIns?.forget(person.id);
  await services.transfers?.forget(person.id);
  await services.batches?.forget(person.id);
  await services.downloads?.forget(person.id);
  await services.saves?.forget(person.id);
  await services.hooks?.revoke(person.id);
  await services.follows?.forget(person.id);
  await services.pushes?.forget(person.id);
  await services.givenLinks?.endAll(person.id);
  await services.destinations?.forget(person.id);
  await services.pending.delete(person.id);
  await services.admin.chats.forget(person.id);
  await services.forget?.(person.id);
  // The screens and the record go last: until then a press that is brought again, or made again, goes on where this broke off.
  const pressed = session?.id;
  for (const id of person.sessions) if (id !== pressed) await services.sessions.delete(id);
  await services.people.delete(person.id);
  if (pressed !== undefined) await services.sessions.delete(pressed);
  await services.scrub?.();
  if (leftAt !== undefined) return notice("forgotten-credential-left", { level: "done", driver: leftAt });
  return notice("forgotten", { level: "done" });
}

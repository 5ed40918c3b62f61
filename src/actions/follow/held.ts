import type { StorageErrorCode } from "../../storage/error.ts";
import type { Services } from "../context/services.ts";
import type { Follow } from "../model/follow.ts";
import { contextOf, drawUnasked, targetIn } from "./telling.ts";

/** ms in which it is said once that a drive takes no more, and that saying it may take. */
const [sayAgain, within] = [24 * 3_600_000, 30_000];

/** Says, once a day for each drive, that what a feed brought waits until it takes more. */
export async function sayHeld(services: Services, follow: Follow, code: StorageErrorCode): Promise<void> {
  const { mount: id } = follow.about;
  if (!(await isNews(services, `follow-held ${follow.person} ${id}`))) return;
  const context = await contextOf(services, follow, AbortSignal.timeout(within));
  const mount = await services.storage.find(id);
  const view = await drawUnasked(context, { at: "notice", mount: id });
  const target = targetIn(context, follow.to);
  await services.messengers?.of(target.place)?.send(target, {
    show: "notice",
    notice: code,
    level: "failed",
    subject: follow.title,
    driver: mount?.driver,
    view,
    offer: ["mounts"],
  });
}

function isNews({ said, exclusive, now }: Services, note: string): Promise<boolean> {
  return exclusive(note, async () => {
    if (!said || now() - ((await said.get(note)) ?? -Infinity) < sayAgain) return false;
    await said.set(note, now(), sayAgain);
    return true;
  });
}

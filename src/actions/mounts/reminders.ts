import type { Keyv } from "keyv";
import { JobFailure, jobKind } from "../../jobs/job.ts";
import type { JobQueue, RunningJob } from "../../jobs/queue.ts";
import type { DriverKind } from "../../storage/driver.ts";
import type { Mount } from "../../storage/mount.ts";
import { languageOf } from "../../users/person.ts";
import type { Visit } from "../../users/visit.ts";
import { createContext, draw } from "../context/context.ts";
import { kindNamed } from "../context/kinds.ts";
import type { Services } from "../context/services.ts";
import type { Reminders } from "../model/reminder.ts";

/** One word to a mount's owner before its credential ends. */
interface Reminder {
  readonly mount: string;
  /** The end it speaks of, ms since the epoch: where the credential was replaced it is another. */
  readonly until: number;
  readonly before: Before;
}

type Before = "week" | "day";

const day = 24 * 3_600_000;
/** How long before the end each is said, ms. */
const leads: Readonly<Record<Before, number>> = { week: 7 * day, day };

interface Said {
  /** It may have been said: not once more, whatever became of it. */
  readonly said: boolean;
}

const reminderKind = jobKind<Reminder, never, void, Said>("credential-end", { maxAttempts: 60, keepFor: 60_000 });

interface RemindersParts {
  readonly jobs: Pick<JobQueue, "add" | "handle">;
  readonly kinds: readonly DriverKind[];
  services(): Services;
  /** Milliseconds since the epoch. */
  now(): number;
}

/** Reminders over a job queue. Made before it is started: it is told here who says them. */
export function createReminders({ jobs, kinds, services, now }: RemindersParts): Reminders {
  jobs.handle(reminderKind, { run: (reminder, job) => remind(services(), reminder, job) });
  const note = async ({ id, driver, options }: Mount) => {
    const until = kinds.find(({ name }) => name === driver)?.endsAt?.(options);
    if (until === undefined) return;
    for (const before of ["week", "day"] as const) {
      const dueAt = until - leads[before];
      if (dueAt > now())
        await jobs.add(reminderKind, { mount: id, until, before }, { id: `${id}-${until}-${before}`, dueAt });
    }
  };
  return { note, noteAll: async (mounts) => eachOf(mounts, note) };
}

async function eachOf(mounts: Keyv<Mount>, note: (mount: Mount) => Promise<void>): Promise<void> {
  if (!mounts.iterator) return;
  // Keyv types what its iterator gives as anything at all; these are its keys and values.
  for await (const [, mount] of mounts.iterator(undefined) as AsyncIterable<[string, Mount]>) await note(mount);
}

async function remind(
  services: Services,
  { mount: id, until, before }: Reminder,
  { signal, checkpoint, save }: RunningJob<never, Said>,
): Promise<void> {
  const mount = await services.storage.find(id);
  const isOver = !mount || kindNamed({ services }, mount.driver)?.endsAt?.(mount.options) !== until;
  const messenger = mount && services.messengers?.of(mount.owner);
  if (isOver || !messenger || checkpoint?.said) return;
  const { owner, driver, title } = mount;
  const visit: Visit = {
    person: { id: owner, name: "" },
    place: { id: owner, kind: "private" },
    rows: { usual: 8, most: 8 },
  };
  const context = await createContext(services, visit, signal);
  const view = await draw(context, { at: "notice", mount: id });
  await save({ said: true });
  const sent = await messenger.notify(
    owner,
    {
      show: "notice",
      notice: `credential-ends-${before}`,
      level: "info",
      subject: title,
      driver,
      view,
      offer: ["renew-mount", "mounts"],
    },
    { language: languageOf(services, context.person, visit) },
  );
  if (sent.is !== "later") return;
  await save({ said: false });
  throw new JobFailure("reminder-not-sent", { retryAfter: sent.after });
}

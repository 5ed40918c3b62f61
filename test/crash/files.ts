import type { Person as Member } from "../../emulators/discord/person.ts";
import type { Shown } from "../../emulators/telegram/shown.ts";
import type { World } from "../../emulators/world.ts";
import {
  accountOf,
  filesNamed,
  offers,
  longTimeout,
  screenOf,
  textsWith,
  says,
  until,
  type Traffic,
} from "./traffic.ts";
import type { TrafficParts } from "./traffic.ts";

// Files on their way into a chat, and out of one into a drive: each arrives once, or its message says that it did not.

/** Said of a file whose last byte had gone when its process was killed: nobody can tell whether it is there. */
const interrupted = /I was restarted before this file was there|I was restarted at its very end/;

/** A folder at the top of somebody's drive, with one file for each kill. */
function shelfOf(
  { program, kills }: TrafficParts,
  who: "mia" | "otto",
  { folder, name }: { folder: string; name(n: number): string },
) {
  const { build } = program.world.pikpak;
  const owner = accountOf(program.world, who);
  const parent = build.folder(owner, undefined, folder);
  build.many(owner, parent, kills + 1, (n) => ({
    name: name(n),
    bytes: Buffer.from(`the bytes of ${name(n)}`),
    mimeType: "text/plain",
  }));
}

/** Mia has a file sent to her on Telegram, each time another one. */
export function telegramFiles(parts: TrafficParts): Traffic {
  const { world } = parts.program;
  const { mia } = world.people;
  const name = (n: number) => `list ${n}.`;
  shelfOf(parts, "mia", { folder: "Lists", name: (n) => `${name(n)}txt` });
  const asked = new Set<string>();
  const isOver = (file: string) =>
    mia.messages.some((shown) => says(shown, file) && (shown.text.includes("Sent in") || interrupted.test(shown.text)));
  return {
    name: "a file into a chat",
    async use(n) {
      asked.add(name(n));
      mia.sends(`/get Lists/${name(n)}txt`);
    },
    async settled(within) {
      const faults: string[] = [];
      for (const file of asked) {
        if (!(await until(() => isOver(file), within)))
          faults.push(`nothing came of ${file}txt: ${textsWith(mia.messages, file)}`);
        faults.push(...onceOrTold(mia.messages, file));
      }
      asked.clear();
      return faults;
    },
  };
}

/** A file of that name is in the chat once, or its message says why it may not be. */
function onceOrTold(messages: readonly Shown[], file: string): readonly string[] {
  const arrived = messages.filter((shown) => shown.file?.name?.startsWith(file)).length;
  if (arrived > 1) return [`${file}txt arrived ${arrived} times: ${textsWith(messages, file)}`];
  const isTold = messages.some((shown) => says(shown, file) && shown.text.includes("Sent in"));
  return arrived === 0 && isTold ? [`${file}txt was told of and did not arrive: ${textsWith(messages, file)}`] : [];
}

/** Mia asks for a file in her direct messages on Discord. What was not acknowledged before a kill was never asked for. */
export function discordFiles(parts: TrafficParts): Traffic {
  const { world } = parts.program;
  const { mia } = world.members;
  const here = { in: mia.dm };
  const name = (n: number) => `note ${n}.`;
  shelfOf(parts, "mia", { folder: "Notes", name: (n) => `${name(n)}txt` });
  const asked = new Set<string>();
  const sent = new Map<string, number>();
  world.discord.onCall(() => {
    for (const { uploads } of world.discord.requests.slice(-1))
      for (const upload of uploads) sent.set(upload.name, (sent.get(upload.name) ?? 0) + 1);
  });
  return {
    name: "a file into a Discord chat",
    async use(n) {
      asked.add(name(n));
      await mia.uses("/get", { ...here, options: { file: `Notes/${name(n)}txt` } });
    },
    async settled(within) {
      const faults: string[] = [];
      for (const file of asked) {
        // Killed between its message and its job nothing is under way, and Discord brings nothing again: its button says so.
        if (!(await until(() => !isUnderWay(mia, file), within / 2))) await leaves(mia, file);
        if (!(await until(() => !isUnderWay(mia, file), within / 4)))
          faults.push(`${file}txt is on its way for ever: ${viewsWith(mia, file)}`);
        const times = sent.get(`${file}txt`) ?? 0;
        if (times > 1) faults.push(`${file}txt was sent ${times} times: ${viewsWith(mia, file)}`);
        if (times === 0 && /Sent in/.test(viewsWith(mia, file))) faults.push(`${file}txt was told of and not sent`);
      }
      asked.clear();
      return faults;
    },
  };
}

function viewsWith(person: Member, file: string): string {
  return person
    .views({ in: person.dm })
    .map((view) => JSON.stringify(view))
    .filter((text) => text.includes(file))
    .join(" and ");
}

/** Presses the one button of a file's message, unless what goes on is over in that moment. */
async function leaves(person: Member, file: string): Promise<void> {
  const message = person.find((view) => JSON.stringify(view).includes(file), { in: person.dm });
  try {
    await person.presses(/✖️/, { in: person.dm, ...(message && { message }) });
  } catch (error) {
    if (isUnderWay(person, file)) throw error;
  }
}

/** Its message says what goes on, and not what came of it. */
function isUnderWay(person: Member, file: string): boolean {
  const shown = viewsWith(person, file);
  return (
    /Waiting for its turn|taking it in| of \d|left/.test(shown) && !/Sent in|restarted|Cancelled|did not/.test(shown)
  );
}

/** Otto has a folder of two files sent, each time another folder. */
export function severalFiles({ program: { world }, kills }: TrafficParts): Traffic {
  const { otto } = world.people;
  const { build } = world.pikpak;
  const owner = accountOf(world, "otto");
  const batches = build.folder(owner, undefined, "Batches");
  const files = (n: number) => [`batch ${n} a.txt`, `batch ${n} b.txt`];
  for (let n = 1; n <= kills; n += 1) {
    const folder = build.folder(owner, batches, `batch ${n}.`);
    for (const name of files(n)) build.file(owner, folder, { name, bytes: Buffer.from(name), mimeType: "text/plain" });
  }
  const asked = new Set<number>();
  const isOfBatch = (n: number) => (shown: Shown) =>
    shown.file === undefined && says(shown, `batch ${n}.`) && !says(shown, "sent-") && /files?|sent/.test(shown.text);
  const isOpen = (n: number) =>
    otto.messages.some(
      (shown) =>
        isOfBatch(n)(shown) && / · batch |wait/.test(shown.text) && !/\d of \d sent|lost track/.test(shown.text),
    );
  return {
    name: "several files into a chat",
    async use(n) {
      asked.add(n);
      const comes = screenOf(otto);
      otto.sends(`/browse Batches/batch ${n}.`);
      const list = await comes(offers("Send all here"));
      await otto.presses("Send all here", { on: list, ...longTimeout });
    },
    async settled(within) {
      const faults: string[] = [];
      for (const n of asked) {
        if (!(await until(() => !isOpen(n), within)))
          faults.push(`batch ${n} goes on for ever: ${textsWith(otto.messages, `batch ${n}`)}`);
        for (const file of files(n)) {
          const arrived = otto.messages.filter((shown) => shown.file?.name === file).length;
          if (arrived > 1) faults.push(`${file} arrived ${arrived} times`);
          const isTold = otto.messages.some((shown) => isOfBatch(n)(shown) && shown.text.includes("2 of 2 sent"));
          if (isTold && arrived === 0) faults.push(`${file} was told of and did not arrive`);
        }
      }
      asked.clear();
      return faults;
    },
  };
}

/** Otto sends a file for his drive. Telegram brings it until the bot has it: it is in the drive once. */
export function uploads(parts: TrafficParts): Traffic {
  const { world } = parts.program;
  const { otto } = world.people;
  const asked = new Set<string>();
  const isTold = (name: string) =>
    otto.messages.some(
      (shown) =>
        shown.byBot && says(shown, name) && /(✅|⚠️|✖️) sent-|\d of \d in the drive|lost sight/.test(shown.text),
    );
  return {
    name: "a file into a drive",
    async use(n) {
      const name = `sent-${n}.bin`;
      asked.add(name);
      otto.sendsFile({ kind: "document", name, bytes: Buffer.from(`what was sent as ${name} ${"x".repeat(20_000)}`) });
    },
    async settled(within) {
      const faults: string[] = [];
      for (const name of asked) {
        if (await until(() => isTold(name), within)) faults.push(...inDriveOnce(world, name));
        else faults.push(`nothing is said of ${name}: ${textsWith(otto.messages, name)}`);
      }
      asked.clear();
      return faults;
    },
  };
}

function inDriveOnce(world: World, name: string): readonly string[] {
  const { messages } = world.people.otto;
  const there = filesNamed(world, name);
  const said = textsWith(messages, name);
  const unfinished = there.filter(({ phase }) => phase !== "PHASE_TYPE_COMPLETE").length;
  if (unfinished > 0) return [`${unfinished} unfinished ${name} are in the drive: ${said}`];
  if (there.length > 1) return [`${name} is in the drive ${there.length} times: ${said}`];
  const isLost = messages.some((shown) => says(shown, name) && shown.text.includes("lost sight"));
  return there.length === 0 && !isLost ? [`${name} is not in the drive: ${said}`] : [];
}

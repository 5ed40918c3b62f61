import { startApp } from "./app.ts";
import { startPage } from "./emulators/page/server.ts";
import { startWorld } from "./emulators/world.ts";

/** `npm run demo`: the emulated world, the real app in it, and a page to chat on. No accounts, no network. */
const port = Number(process.env["DEMO_PORT"] ?? 8090);
const world = await startWorld();
const app = await startApp(world.config, { onFatal: (message) => void end(1, message) });
const { shelf } = world;
const page = await startPage({
  port,
  people: world.persons,
  stages: world.stages,
  tips: [
    { label: "Mia's account", texts: ["/login", shelf.accounts.mia.username, shelf.accounts.mia.password] },
    { label: "Jun's account", texts: ["/login", shelf.accounts.jun.username, shelf.accounts.jun.password] },
    { label: "An account made with Google", texts: [shelf.accounts.google.username, shelf.accounts.google.password] },
    {
      label: "An account that must prove to be human",
      texts: [shelf.accounts.checked.username, shelf.accounts.checked.password],
    },
    { label: "A share", texts: [shelf.shares.open.url] },
    { label: "A share with a pass code", texts: [shelf.shares.coded.url, shelf.shares.coded.passCode ?? ""] },
    { label: "A share that is over", texts: [shelf.shares.expired.url] },
  ],
}).catch((error: unknown) => leave(error));
world.people.mia.says("/start");
world.people.jun.says("/start");
process.stdout.write(
  `\n  ChatDrive's demo is at ${page.url}\n  The bot's gateway is at ${app.address}. Ctrl+C ends both.\n\n`,
);
process.once("SIGINT", () => void end(0));
process.once("SIGTERM", () => void end(0));

async function end(code: number, message?: string): Promise<void> {
  if (message !== undefined) process.stderr.write(`${message}\n`);
  await app.stop();
  await page.close();
  await world.close();
  process.exit(code);
}

function leave(error: unknown): never {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  process.stderr.write(isTaken ? `port ${port} is in use: set DEMO_PORT to another\n` : `${String(error)}\n`);
  process.exit(2);
}

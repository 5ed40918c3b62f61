import { afterAll, beforeAll } from "vitest";
import { driverKinds, type MemoryEntry } from "../../src/drivers/index.ts";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account, Node } from "../../emulators/pikpak/state.ts";
import type { Driver } from "../../src/storage/driver.ts";
import type { Values } from "../../src/storage/form.ts";
import { driverContract, shelf } from "../contracts/driver.ts";
import { lend } from "./context.ts";

let pikpak: PikPakEmulator;
let shared: string;

beforeAll(async () => {
  pikpak = await startPikPak();
  const mia = pikpak.build.account({
    username: "mia@example.com",
    email: "mia@example.com",
    password: "correct-horse",
  });
  const top = fill(mia);
  shared = pikpak.build.share(mia, { title: "the shelf", nodes: top, passCode: "ab12" }).id;
});
afterAll(() => pikpak.close());

driverContract("pikpak", async () => open("pikpak", { username: "mia@example.com" }, { password: "correct-horse" }));
driverContract("pikpak-share", async () =>
  open("pikpak-share", { link: `https://mypikpak.com/s/${shared}` }, { passCode: "ab12" }),
);
driverContract("memory", async () => open("memory", { tree: "shelf" }, {}));

function open(kind: string, options: Values, secrets: Values): Driver {
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl: pikpak.driveUrl, userUrl: pikpak.userUrl };
  const found = driverKinds({ pikpak: settings, memory: { shelf: tree() } }).find(
    (candidate) => candidate.name === kind,
  );
  if (!found) throw new Error(`no driver ${kind}`);
  return found.open(options, lend(secrets));
}

function fill(mia: Account): Node[] {
  const { build } = pikpak;
  const folder = build.folder(mia, undefined, shelf.folder);
  for (const name of shelf.inFolder)
    build.file(mia, folder, { name, bytes: Buffer.from(name), mimeType: "text/plain" });
  const many = build.folder(mia, undefined, shelf.manyFolder);
  build.many(mia, many, shelf.many, (n) => ({ name: `file ${n}.bin`, size: n + 1 }));
  const files = [shelf.twins, shelf.twins, ...shelf.odd].map((name) => build.file(mia, undefined, { name, size: 10 }));
  return [
    folder,
    many,
    ...files,
    build.file(mia, undefined, { name: shelf.empty, size: 0 }),
    build.folder(mia, undefined, shelf.emptyFolder),
  ];
}

function tree(): MemoryEntry {
  const file = (name: string, size = 10): MemoryEntry => ({ name, size, url: "http://127.0.0.1:1/file" });
  return {
    name: "",
    children: [
      { name: shelf.folder, children: shelf.inFolder.map((name) => file(name)) },
      { name: shelf.manyFolder, children: Array.from({ length: shelf.many }, (_, n) => file(`file ${n}.bin`)) },
      ...[shelf.twins, shelf.twins, ...shelf.odd].map((name) => file(name)),
      file(shelf.empty, 0),
      { name: shelf.emptyFolder, children: [] },
    ],
  };
}

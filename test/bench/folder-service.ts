import { startPikPak } from "../../emulators/pikpak/pikpak.ts";
import { account, asked } from "./service.ts";

// A service in a process of its own, with a folder of as many entries as its argument says. Told anything, it says how
// many listings it was asked for.
const count = Number(process.argv[2]);
const pikpak = await startPikPak();
const owner = pikpak.build.account(account);
const folder = pikpak.build.folder(owner, undefined, "shelf");
pikpak.build.many(owner, folder, count, (n) => ({ name: `file ${n}.bin`, size: 8_388_608 }));
process.on("message", () => process.send?.(asked(pikpak, /\/drive\/v1\/files$/)));
const { driveUrl, userUrl, mcpUrl } = pikpak;
process.send?.({ driveUrl, userUrl, mcpUrl });

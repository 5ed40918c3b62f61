import { startPikPak, type PikPakEmulator } from "../../../emulators/pikpak/pikpak.ts";

/** Shares to open, and an account for each to sign in to. */
export interface LoadedPikPak {
  readonly pikpak: PikPakEmulator;
  /** One of several: a share is asked five times a second at most, whoever opens it. */
  shareOf(person: number): string;
  userNameOf(person: number): string;
  readonly password: string;
}

const password = "correct-horse";
const shares = 40;

/** Starts it with as many accounts; nobody has to prove to be human. */
export async function startLoadedPikPak(accounts: number): Promise<LoadedPikPak> {
  const pikpak = await startPikPak();
  pikpak.rules.shareReferer = false;
  const { build } = pikpak;
  const owner = build.account({ username: "owner@example.com", email: "owner@example.com", password });
  const holiday = build.folder(owner, undefined, "Holiday 2026");
  build.file(owner, holiday, { name: "Packing list.txt", bytes: Buffer.from("towel\n"), mimeType: "text/plain" });
  build.many(owner, holiday, 30, (n) => ({ name: `IMG_${n}.jpg`, size: 1_000_000 + n, mimeType: "image/jpeg" }));
  const links = Array.from({ length: shares }, () => build.share(owner, { title: "Holiday 2026", nodes: [holiday] }));
  const userNameOf = (person: number) => `person${person}@example.com`;
  for (let n = 1; n <= accounts; n += 1) {
    const account = build.account({ username: userNameOf(n), email: userNameOf(n), password });
    build.folder(account, undefined, "My own");
  }
  const shareOf = (person: number) => `https://mypikpak.com/s/${links[person % shares]?.id ?? ""}`;
  return { pikpak, shareOf, userNameOf, password };
}

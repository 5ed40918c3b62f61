import { setTimeout as sleep } from "node:timers/promises";
import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Listing } from "../../src/actions/model/screen.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import { app, mia, signInAs, usualCloud, type TestApp } from "../actions/test-app.ts";

/** Mia's account at the service. */
export const account = { username: "mia@example.com", email: "mia@example.com", password: "correct-horse" };

/** The actions, of which nobody has asked anything yet. */
interface OverService {
  readonly at: TestApp;
  readonly storage: TestApp["services"]["storage"];
}

/** The same over a service of their own. */
export interface Over extends OverService {
  readonly pikpak: PikPakEmulator;
}

/** Where a service is reached. */
export type ServiceAddresses = Pick<PikPakEmulator, "driveUrl" | "userUrl" | "mcpUrl">;

/** Over a service that is there for this alone. */
export async function over(work: (over: Over) => Promise<void>): Promise<void> {
  const pikpak = await startPikPak();
  try {
    await overService(pikpak, (parts) => work({ ...parts, pikpak }));
  } finally {
    await pikpak.close();
  }
}

/** Over a service that stays: the actions know nothing of it yet. Waiting takes as long as it takes people. */
export async function overService<Result>(
  { driveUrl, userUrl, mcpUrl }: ServiceAddresses,
  work: (over: OverService) => Promise<Result>,
): Promise<Result> {
  const kinds = driverKinds({ pikpak: { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl } });
  const wait = async (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { ...(signal && { signal }) });
  const at = app(usualCloud(), { kinds, now: Date.now, wait });
  try {
    return await work({ at, storage: at.services.storage });
  } finally {
    await at.services.storage.close();
  }
}

/** Signs Mia in. */
export function rootOf(at: TestApp): Promise<Listing> {
  return at.see(mia, signInAs(account.username, account.password), "listing");
}

/** Calls the service was asked whose path fits. */
export function asked({ calls }: PikPakEmulator, path: RegExp): number {
  return calls.filter((call) => path.test(call.path)).length;
}

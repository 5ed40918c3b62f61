import { driverKinds } from "../../../src/drivers/index.ts";
import { startPikPak, type PikPakEmulator } from "../../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../../emulators/pikpak/state.ts";
import type { Driver, DriverKind } from "../../../src/storage/driver.ts";
import type { Values } from "../../../src/storage/field.ts";
import { lend, type LentContext } from "../context.ts";

/** A service, an account on it, and drivers that live by the same clock. */
export interface Service {
  readonly pikpak: PikPakEmulator;
  readonly mia: Account;
  readonly context: LentContext;
  /** A driver of Mia's account; with `secrets` instead of her password. */
  account(options?: Values, secrets?: Values): Driver;
  share(options: Values, secrets?: Values): Driver;
  /** A driver of Mia's account in a new process over the same vault and notes. */
  restarted(): Driver;
  /** How often a path was asked for. */
  asked(path: string): number;
  close(): Promise<void>;
}

export const password = "correct-horse";
export const username = "mia@example.com";

/** What the app lends can be given from before, as after a restart. */
export async function startService({
  before,
  settings = {},
  wait,
}: { before?: LentContext; settings?: object; wait?: LentContext["wait"] } = {}): Promise<Service> {
  const lent = before ? lend({}, before) : lend();
  const context = wait ? { ...lent, wait } : lent;
  const pikpak = await startPikPak({ now: context.now });
  const mia = pikpak.build.account({ username, email: username, password });
  const kinds = kindsOf(pikpak, settings);
  const opened: Driver[] = [];
  const open = (name: string, options: Values, secrets: Values): Driver => {
    Object.assign(context.secrets, secrets);
    const driver = kindNamed(kinds, name).open(options, context);
    opened.push(driver);
    return driver;
  };
  return {
    pikpak,
    mia,
    context,
    account: (options = { username }, secrets = { password }) => open("pikpak", options, secrets),
    share: (options, secrets = {}) => open("pikpak-share", options, secrets),
    restarted() {
      const driver = kindNamed(kindsOf(pikpak, settings), "pikpak").open({ username }, context);
      opened.push(driver);
      return driver;
    },
    asked: (path) => pikpak.calls.filter((call) => call.path === path).length,
    async close() {
      for (const driver of opened) await driver.close?.();
      await pikpak.close();
    },
  };
}

/** The register over an emulator, as a fresh process has it. */
export function kindsOf(
  pikpak: Pick<PikPakEmulator, "driveUrl" | "userUrl"> & Partial<Pick<PikPakEmulator, "mcpUrl">>,
  settings: object = {},
): readonly DriverKind[] {
  const { driveUrl, userUrl, mcpUrl = "http://127.0.0.1:1" } = pikpak;
  return driverKinds({ pikpak: { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl, ...settings } });
}

export function kindNamed(kinds: readonly DriverKind[], name: string): DriverKind {
  const kind = kinds.find((candidate) => candidate.name === name);
  if (!kind) throw new Error(`no driver ${name}`);
  return kind;
}

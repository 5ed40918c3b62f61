import { startPikPak, type PikPakEmulator } from "../../../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../../../emulators/pikpak/state.ts";
import type { Scope } from "../../../../emulators/pikpak/tokens.ts";
import { createStorage, type Storage } from "../../../../src/storage/storage.ts";
import type { Driver, DriverKind } from "../../../../src/storage/driver.ts";
import type { Values } from "../../../../src/storage/field.ts";
import { readForm } from "../../../../src/storage/form.ts";
import { Keyv } from "keyv";
import { lend, type LentContext } from "../../context.ts";
import { kindNamed, kindsOf } from "../service.ts";

/** Otto's account with a folder and two files, and drivers that sign in to it as connected apps do. */
export interface ConnectService {
  readonly pikpak: PikPakEmulator;
  readonly otto: Account;
  readonly context: LentContext;
  readonly kind: DriverKind;
  pat(scopes?: readonly Scope[], days?: number): string;
  /** A driver over answers as somebody gives them; `untold` = the token does not say what it may do. */
  open(answers: Values, settings?: OpenSettings): Driver;
  /** The driver of a new process over the same vault and notes, signed in to as before. */
  restarted(settings?: object): Driver;
  /** A storage over the emulator. */
  storage(): Storage;
  /** The paths asked for since the last look. */
  newCalls(): readonly string[];
  close(): Promise<void>;
}

interface OpenSettings {
  readonly untold?: boolean;
  readonly route?: string;
  readonly mcpUrl?: string;
}

export const everything: readonly Scope[] = ["read", "write", "manage", "cloud_download", "share"];

export async function startConnect(): Promise<ConnectService> {
  const context = lend();
  const pikpak = await startPikPak({ now: context.now });
  const otto = pikpak.build.account({
    username: "otto@example.com",
    email: "otto@example.com",
    password: "night-train",
  });
  const folder = pikpak.build.folder(otto, undefined, "Films");
  pikpak.build.file(otto, folder, { name: "lake.mkv", size: 1000 });
  pikpak.build.file(otto, undefined, { name: "notes.txt", bytes: Buffer.from("hello") });
  const kindWith = (settings: object = {}) => kindNamed(kindsOf(pikpak, settings), "pikpak");
  const opened: (Driver | Storage)[] = [];
  let options: Values = {};
  let seen = 0;
  const openWith = (settings: object): Driver => {
    const driver = kindWith(settings).open(options, context);
    opened.push(driver);
    return driver;
  };
  return {
    pikpak,
    otto,
    context,
    kind: kindWith(),
    pat: (scopes = everything, days) => pikpak.build.pat(otto, { scopes, days }),
    open(answers, { untold = false, ...settings } = {}) {
      const { secrets, options: told } = dividedBy(kindWith(), answers);
      const { permissions: _told, ...rest } = told;
      options = untold ? rest : told;
      for (const name of Object.keys(context.secrets)) delete context.secrets[name];
      Object.assign(context.secrets, secrets);
      return openWith(settings);
    },
    restarted: (settings = {}) => openWith(settings),
    storage() {
      const { exclusive, now, monotonic, wait, randomHex, log } = context;
      const storage = createStorage({
        kinds: kindsOf(pikpak),
        mounts: new Keyv(),
        secrets: new Keyv(),
        notes: new Keyv(),
        names: new Keyv(),
        newId: () => randomHex(5),
        exclusive,
        now,
        monotonic,
        wait,
        randomHex,
        log,
      });
      opened.push(storage);
      return storage;
    },
    newCalls() {
      const fresh = pikpak.calls.slice(seen).map((call) => call.path);
      seen = pikpak.calls.length;
      return fresh;
    },
    async close() {
      for (const one of opened) await one.close?.();
      await pikpak.close();
    },
  };
}

/** The answers as they are kept: what is secret, and what is not. */
function dividedBy(kind: DriverKind, answers: Values): { readonly secrets: Values; readonly options: Values } {
  const reading = readForm(kind.fields, answers);
  const checked = reading.ok ? kind.check(reading.values) : reading;
  if (!checked.ok) throw new Error(`${checked.problem.field}: ${checked.problem.code}`);
  const secret = (name: string) => kind.fields.some((field) => field.name === name && field.kind === "secret");
  const pairs = Object.entries(checked.values);
  return {
    secrets: Object.fromEntries(pairs.filter(([name]) => secret(name))),
    options: Object.fromEntries(pairs.filter(([name]) => !secret(name))),
  };
}

/** A token whose claims are these; its signature is none. */
export function jwt(claims: object): string {
  const part = (content: object) => Buffer.from(JSON.stringify(content)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

export function namesIn(page: { readonly items: readonly { readonly name: string }[] }): readonly string[] {
  return page.items.map(({ name }) => name).toSorted();
}

import { z } from "zod";
import type { Connect } from "./connect/connect.ts";
import type { Faults } from "./faults.ts";
import type { Builder } from "./builder.ts";
import type { Node } from "./node.ts";
import type { State } from "./state.ts";
import { allScopes, type Tokens } from "./tokens.ts";

/** What can be reached of a running emulator from outside its process. */
interface Run {
  readonly state: State;
  readonly build: Builder;
  readonly tokens: Tokens;
  readonly connect: Connect;
  readonly rules: object;
  readonly faults: Faults;
  readonly calls: readonly object[];
  readonly complaints: readonly string[];
}

interface AdminRequest {
  readonly method: string;
  /** `/admin/faults` */
  readonly path: string;
  readonly body: string;
}

/**
 * The emulator's own endpoint, which the real service does not have:
 * `POST /admin/faults` a fault, `DELETE /admin/faults`; `GET`, `PATCH /admin/rules`; `GET /admin/calls`, `/admin/complaints`;
 * `POST /admin/accounts`, `/admin/folders`, `/admin/files`, `/admin/shares`, `/admin/pats` build; `POST /admin/expire` ends tokens at once;
 * `POST /admin/devices` approves or, without an account, denies a device's code; `DELETE /admin/sessions` drops those of the MCP server.
 * Undefined = no such request. Throws what a wrong body deserves.
 */
export function answerAdmin(run: Run, { method, path, body }: AdminRequest): object | undefined {
  switch (`${method} ${path}`) {
    case "POST /admin/faults":
      run.faults.add(read(fault, body));
      return {};
    case "DELETE /admin/faults":
      run.faults.clear();
      return {};
    case "GET /admin/rules":
      return run.rules;
    case "PATCH /admin/rules":
      return Object.assign(run.rules, onlyKnown(run.rules, read(z.record(z.string(), z.unknown()), body)));
    case "GET /admin/calls":
      return run.calls;
    case "GET /admin/complaints":
      return run.complaints;
    case "POST /admin/expire":
      run.tokens.expireAccess();
      run.tokens.expireCaptcha();
      return {};
    case "DELETE /admin/sessions":
      run.connect.mcp.dropSessions();
      return {};
    case "POST /admin/devices": {
      const { userCode, account: owner } = read(device, body);
      const decision = owner === undefined ? undefined : accountNamed(run, owner);
      return { decided: run.connect.grants.decideDevice(userCode, decision) };
    }
    default:
      return method === "POST" ? build(run, path, body) : undefined;
  }
}

const fault = z.strictObject({
  times: z.number().exactOptional(),
  method: z.string().exactOptional(),
  path: z.string().exactOptional(),
  status: z.number().exactOptional(),
  headers: z.record(z.string(), z.string()).exactOptional(),
  error: z.string().exactOptional(),
  code: z.number().exactOptional(),
  description: z.string().exactOptional(),
  body: z.string().exactOptional(),
  odd: z.enum(["metadata-list", "no-code", "no-details"]).exactOptional(),
  delay: z.number().exactOptional(),
  reset: z.boolean().exactOptional(),
  half: z.boolean().exactOptional(),
  restAfter: z.number().exactOptional(),
  lost: z.boolean().exactOptional(),
  containing: z.string().exactOptional(),
});
const account = z.strictObject({
  username: z.string(),
  email: z.string().exactOptional(),
  phone: z.string().exactOptional(),
  password: z.string().nullable(),
  prohibited: z.boolean().exactOptional(),
  challenged: z.boolean().exactOptional(),
  banned: z.boolean().exactOptional(),
  plan: z.enum(["platinum", "novip"]).exactOptional(),
});
const below = { account: z.string(), parent: z.string().optional(), name: z.string() };
const folder = z.strictObject(below);
const file = z.strictObject({
  ...below,
  /** Its bytes; absent = a pattern of `size` bytes. */
  text: z.string().optional(),
  size: z.number().exactOptional(),
  mimeType: z.string().exactOptional(),
  trashed: z.boolean().exactOptional(),
  linksAfter: z.number().exactOptional(),
  archive: z
    .strictObject({
      files: z.array(z.strictObject({ name: z.string(), size: z.number() })),
      password: z.string().exactOptional(),
    })
    .exactOptional(),
});
const share = z.strictObject({
  account: z.string(),
  title: z.string(),
  files: z.array(z.string()),
  passCode: z.string().exactOptional(),
  days: z.number().exactOptional(),
});

const pat = z.strictObject({
  account: z.string(),
  scopes: z.array(z.enum(allScopes)),
  days: z.number().exactOptional(),
});
const device = z.strictObject({ userCode: z.string(), account: z.string().optional() });

function build(run: Run, path: string, body: string): object | undefined {
  switch (path) {
    case "/admin/accounts":
      return { id: run.build.account(read(account, body)).userId };
    case "/admin/folders": {
      const { account: owner, parent, name } = read(folder, body);
      return { id: run.build.folder(accountNamed(run, owner), nodeNamed(run, parent), name).id };
    }
    case "/admin/files": {
      const { account: owner, parent, text, ...seed } = read(file, body);
      const bytes = text === undefined ? {} : { bytes: Buffer.from(text) };
      return { id: run.build.file(accountNamed(run, owner), nodeNamed(run, parent), { ...seed, ...bytes }).id };
    }
    case "/admin/pats": {
      const { account: owner, ...seed } = read(pat, body);
      return { token: run.build.pat(accountNamed(run, owner), seed) };
    }
    case "/admin/shares": {
      const { account: owner, files, ...seed } = read(share, body);
      const nodes = files.map((id) => nodeNamed(run, id)).filter((node) => node !== undefined);
      return { id: run.build.share(accountNamed(run, owner), { ...seed, nodes }).id };
    }
    default:
      return undefined;
  }
}

function accountNamed({ state }: Run, name: string) {
  const found = [...state.accounts.values()].find((account) => account.userId === name || account.username === name);
  if (!found) throw new TypeError(`no account ${name}`);
  return found;
}

function nodeNamed({ state }: Run, id: string | undefined): Node | undefined {
  if (id === undefined || id === "") return undefined;
  const found = state.nodes.get(id);
  if (!found) throw new TypeError(`no node ${id}`);
  return found;
}

/** What is no JSON, or of another shape, is refused with the reason. */
function read<T>(shape: z.ZodType<T>, body: string): T {
  return shape.parse(JSON.parse(body));
}

function onlyKnown(rules: object, changes: Readonly<Record<string, unknown>>): object {
  const unknown = Object.keys(changes).filter((name) => !(name in rules));
  if (unknown.length > 0)
    throw new TypeError(`no rule ${unknown.join(", ")}; there are ${Object.keys(rules).join(", ")}`);
  return changes;
}

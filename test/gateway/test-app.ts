import { request as sendRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { onTestFinished } from "vitest";
import { createGateway, type Gateway, type GatewayOptions } from "../../src/gateway/server.ts";
import { createTickets, type TicketDraft, type Tickets } from "../../src/gateway/ticket.ts";
import { ticketUrl, type TicketWay } from "../../src/gateway/ticket-url.ts";
import { connectWith } from "../../src/gateway/upstream/dial.ts";
import type { Resolved } from "../../src/gateway/resolve.ts";
import type { Link } from "../../src/storage/driver.ts";
import type { Entry } from "../../src/storage/entry.ts";
import { StorageError } from "../../src/storage/error.ts";
import type { DownloadMethod } from "../../src/storage/mount.ts";
import { loadWords, type Words } from "../../src/i18n/words.ts";
import { localPem, startFileHost, type FileHost, type Script } from "./file-host.ts";

/** A file on the drive behind the gateway. */
export interface DriveFile {
  readonly entry: Entry;
  /** Where it is now; asked each time the drive is asked. */
  readonly link: () => Link | Promise<Link>;
  readonly method?: DownloadMethod;
}

/** A gateway that listens, over a drive that a test fills. */
export interface TestApp {
  readonly gateway: Gateway;
  readonly url: string;
  readonly tickets: Tickets;
  readonly words: Words;
  /** The drive, by entry id. */
  readonly drive: Map<string, DriveFile>;
  /** Entry ids the drive was asked a link for. */
  readonly asked: string[];
  readonly logged: { readonly level: string; readonly event: string; readonly fields: object }[];
  /** Puts a file on the drive and gives the path of its ticket. */
  place(file: DriveFile, way?: TicketWay, draft?: Partial<TicketDraft>): string;
  ask(path: string, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export const secretKey = new Uint8Array(32).fill(7);
export const mia = "telegram:1001";
export const browser = { accept: "text/html,application/xhtml+xml" };

const words = loadWords();

type TestAppOptions = Partial<GatewayOptions> & { readonly pem?: ReturnType<typeof localPem> };

/** Starts a gateway; it stops with the test. */
export async function openTestApp({ pem, ...options }: TestAppOptions = {}): Promise<TestApp> {
  const now = options.now ?? Date.now;
  const tickets = createTickets({ keys: [secretKey], now });
  const drive = new Map<string, DriveFile>();
  const asked: string[] = [];
  const logged: TestApp["logged"] = [];
  const log = (level: string) => (fields: object, event: string) => void logged.push({ level, event, fields });
  const gateway = createGateway({
    host: "127.0.0.1",
    port: 0,
    words,
    tickets,
    log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    ready: async () => ({ ok: true }),
    upstream: { reach: "anywhere", timeout: { stall: 250 }, ...(pem && { connect: connectWith({ ca: pem.cert }) }) },
    resolve: async (ticket) => resolveOn(drive, asked, ticket.entry),
    ...options,
  });
  const { url } = await gateway.start();
  onTestFinished(() => gateway.stop({ grace: 0 }));
  return {
    gateway,
    url,
    tickets,
    words,
    drive,
    asked,
    logged,
    place: (file, way = "p", draft = {}) => {
      drive.set(file.entry.id, file);
      const ticket = { mount: "m1", entry: file.entry.id, person: mia, expiresAt: now() + 3_600_000, ...draft };
      const whole = ticketUrl(tickets.issue(ticket), { publicUrl: url, way, name: file.entry.name });
      return whole.slice(url.length);
    },
    ask: (path, asking) => ask(url + path, asking),
  };
}

async function resolveOn(drive: ReadonlyMap<string, DriveFile>, asked: string[], id: string): Promise<Resolved> {
  const file = drive.get(id);
  asked.push(id);
  if (!file) throw new StorageError("not-found");
  return {
    entry: file.entry,
    link: await file.link(),
    mount: { id: "m1", title: "Films", owner: mia },
    method: file.method ?? "redirect",
  };
}

/** A file host that stops with the test. */
export async function openHost(script: Script, pem?: ReturnType<typeof localPem>): Promise<FileHost> {
  const host = await startFileHost(script, pem);
  onTestFinished(() => host.close());
  return host;
}

let lastId = 0;

/** A file of that size and name. */
export function fileOf(name: string, size: number, more: Partial<Entry> = {}): Entry {
  lastId += 1;
  return { id: `VOfile${lastId}`, kind: "file", name, size, modifiedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678), ...more };
}

/** A request over a connection of its own, nothing followed, nothing decoded. */
export async function ask(url: string, options: AskOptions = {}): Promise<Answer> {
  const response = await begin(url, options);
  const pieces: Buffer[] = [];
  for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
  const body = Buffer.concat(pieces);
  return { status: response.statusCode ?? 0, headers: response.headers, body, text: body.toString("utf8") };
}

/** The same, once the head is there. */
export function begin(url: string, { method = "GET", headers = {}, body }: AskOptions = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = sendRequest(url, { method, headers, agent: false }, resolve);
    request.on("error", reject);
    request.end(body);
  });
}

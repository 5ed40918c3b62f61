import { createReadStream } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { CallView, ChatView, Deed, PageState, PersonView, Stage } from "../stage.ts";

interface PageOptions {
  /** 0 = any free port. */
  readonly port: number;
  readonly people: readonly PersonView[];
  readonly stages: readonly Stage[];
  /** What a visitor can try. */
  readonly tips: readonly Tip[];
}

/** Texts worth sending, one after another; a click puts one into the composer. */
export interface Tip {
  readonly label: string;
  readonly texts: readonly string[];
}

/** The page of the emulated world: chats to type and press in, and the calls behind them. */
export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
};

/** Calls kept for somebody who opens the page later. */
const remembered = 200;
/** Snapshots are sent at most this often, in ms. */
const beat = 40;

/** Serves the page on loopback. */
export async function startPage({ port, people, stages, tips }: PageOptions): Promise<Page> {
  const watchers = new Set<ServerResponse>();
  const calls: CallView[] = [];
  let due: NodeJS.Timeout | undefined;
  const state = (): PageState => ({ people, chats: stages.flatMap((stage) => stage.chats()) });
  const send = (event: string, content: unknown) => {
    for (const watcher of watchers) watcher.write(`event: ${event}\ndata: ${JSON.stringify(content)}\n\n`);
  };
  for (const stage of stages) {
    stage.onChange(() => {
      due ??= setTimeout(() => {
        due = undefined;
        send("state", state());
      }, beat);
    });
    stage.onCall((call) => {
      calls.push(call);
      if (calls.length > remembered) calls.shift();
      send("call", call);
    });
  }
  const watch = (response: ServerResponse) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    watchers.add(response);
    response.on("close", () => watchers.delete(response));
    response.write(`event: tips\ndata: ${JSON.stringify(tips)}\n\n`);
    response.write(`event: state\ndata: ${JSON.stringify(state())}\n\n`);
    for (const call of calls) response.write(`event: call\ndata: ${JSON.stringify(call)}\n\n`);
  };
  const server = createServer((request, response) => {
    void answer(request, response, { watch, act: (deed) => actOn(stages, deed) });
  });
  await listening(server, port);
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : port}`,
    close: async () => {
      clearTimeout(due);
      for (const watcher of watchers) watcher.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answers {
  watch(response: ServerResponse): void;
  act(deed: Deed): Promise<void>;
}

async function answer(request: IncomingMessage, response: ServerResponse, { watch, act }: Answers): Promise<void> {
  const path = new URL(request.url ?? "/", "http://page").pathname;
  const file = files[path];
  if (request.method === "GET" && path === "/events") return watch(response);
  if (request.method === "GET" && file) {
    response.writeHead(200, { "content-type": file[1], "cache-control": "no-store" });
    return pipeline(createReadStream(join(import.meta.dirname, file[0])), response);
  }
  if (request.method === "POST" && path === "/do") {
    const refused = await act(await bodyOf(request)).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    response.writeHead(refused === undefined ? 204 : 409, { "content-type": "text/plain; charset=utf-8" });
    response.end(refused);
    return undefined;
  }
  response.writeHead(404).end();
  return undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Deed> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  // The page is ours and on loopback; a deed it garbles is refused by the platform it goes to.
  return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Deed;
}

async function actOn(stages: readonly Stage[], deed: Deed): Promise<void> {
  const concerned = stages.filter(
    (stage) => deed.do === "speak" || stage.chats().some((chat) => isPlaceOf(deed, chat)),
  );
  await Promise.all(concerned.map((stage) => stage.act(deed)));
}

function isPlaceOf(deed: Exclude<Deed, { do: "speak" }>, chat: ChatView): boolean {
  return chat.id === deed.chat && chat.person === deed.person;
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}

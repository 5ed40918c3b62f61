import { afterEach, beforeEach, expect, test } from "vitest";
import { startPage, type Page } from "../../../emulators/page/server.ts";
import type { CallView, ChatView, BotInteraction, Stage } from "../../../emulators/stage.ts";

// The server behind the demo page, over a stage of its own.

interface ViewState {
  readonly stage: Stage;
  readonly interactions: BotInteraction[];
  chats: ChatView[];
  change(): void;
  call(call: CallView): void;
}

function chat(id: string, more: Partial<ChatView> = {}): ChatView {
  return {
    id,
    platform: "telegram",
    person: "1",
    title: id,
    kind: "private",
    typing: false,
    messages: [],
    commands: [],
    ...more,
  };
}

function openView(): ViewState {
  const changed: (() => void)[] = [];
  const called: ((call: CallView) => void)[] = [];
  const state: ViewState = {
    interactions: [],
    chats: [chat("a"), chat("b")],
    change: () => changed.forEach((listener) => listener()),
    call: (call) => called.forEach((listener) => listener(call)),
    stage: {
      chats: () => state.chats,
      kept: (id) => (id === "f1" ? { type: "text/html", bytes: Buffer.from("<script>") } : undefined),
      act: async (interaction) => {
        if (interaction.do === "say" && interaction.text === "no") throw new Error("that cannot be said");
        state.interactions.push(interaction);
      },
      onChange: (listener) => void changed.push(listener),
      onCall: (listener) => void called.push(listener),
    },
  };
  return state;
}

let state: ViewState;
let page: Page;
beforeEach(async () => {
  state = openView();
  page = await startPage({
    port: 0,
    people: [{ id: "1", name: "Mia", language: "en" }],
    stages: [state.stage],
    tips: [],
  });
});
afterEach(() => page.close());

const post = (body: string) => fetch(`${page.url}/do`, { method: "POST", body });

/** The news as they come: waits for the next of a kind. */
async function listen() {
  const leaving = new AbortController();
  const response = await fetch(`${page.url}/events`, { signal: leaving.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  return {
    async next(event: string): Promise<unknown> {
      for (;;) {
        const found = new RegExp(`event: ${event}\ndata: (.*)\n\n`).exec(text);
        if (found) {
          text = text.slice(found.index + found[0].length);
          return JSON.parse(found[1] ?? "") as unknown;
        }
        text += (await reader?.read())?.value ?? "";
      }
    },
    leave: () => leaving.abort(),
  };
}

test("the page and its parts are served, and nothing else is", async () => {
  const html = await (await fetch(page.url)).text();
  const parts = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path]) => path ?? "");
  expect(parts.length).toBeGreaterThan(3);
  const seen = new Set<string>();
  // What the parts import is served too.
  while (parts.length > 0) {
    const path = parts.pop() ?? "";
    if (seen.has(path)) continue;
    seen.add(path);
    const answer = await fetch(page.url + path);
    expect([path, answer.status]).toEqual([path, 200]);
    for (const [, name] of (await answer.text()).matchAll(/from "\.(\/[^"]+)"/g)) parts.push(name ?? "");
  }
  expect(seen.size).toBeGreaterThan(12);
  for (const path of ["/nothing", "/server.ts", "/../server.ts", "/%2e%2e/stage.ts", "//", "/kept/", "/kept/f2"])
    expect([path, (await fetch(page.url + path)).status]).toEqual([path, 404]);
  expect((await fetch(page.url, { method: "POST" })).status).toBe(404);
});

test.each([
  "",
  "{",
  "null",
  "[]",
  '"say"',
  "{}",
  '{"do":"dance"}',
  '{"do":"toString"}',
  '{"do":"say","chat":"a","person":"1"}',
  '{"do":"say","chat":"a","person":"1","text":7}',
  '{"do":"submit","chat":"a","person":"1","values":{"x":1}}',
  '{"do":"attach","chat":"a","person":"1","files":[{"name":"x"}]}',
  '{"do":"attach","chat":"a","person":"1","files":[]}',
  `{"do":"say","chat":"a","person":"1","text":"${"x".repeat(200_000)}"}`,
])("a body of garbage is refused, and the page goes on: %.60s", async (body) => {
  expect((await post(body)).status).toBe(400);
  expect(state.interactions).toEqual([]);
  expect((await fetch(page.url)).status).toBe(200);
});

test("an interaction goes to its platform; what cannot be done is said", async () => {
  const interaction = { do: "say", chat: "a", person: "1", text: "hello" };
  expect((await post(JSON.stringify(interaction))).status).toBe(204);
  expect(state.interactions).toEqual([interaction]);
  const refused = await post(JSON.stringify({ ...interaction, text: "no" }));
  expect([refused.status, await refused.text()]).toEqual([409, "that cannot be said"]);
  const lost = await post(JSON.stringify({ ...interaction, chat: "elsewhere" }));
  expect([lost.status, await lost.text()]).toEqual([409, "there is no such chat"]);
});

test("whoever opens the page gets everything, and then only the chats that changed", async () => {
  const first = await listen();
  expect(await first.next("state")).toMatchObject({ chats: [{ id: "a" }, { id: "b" }] });
  state.change();
  await first.next("change");
  state.chats = [chat("a", { typing: false, title: "renamed" })];
  state.change();
  expect(await first.next("change")).toMatchObject({ chats: [{ id: "a", title: "renamed" }], gone: ["1 b"] });
  first.leave();
});

test("calls stand under the interaction before them, and a message's words are not told", async () => {
  await post(JSON.stringify({ do: "say", chat: "a", person: "1", text: "/share https://x.example/s/1 zq47" }));
  await post(JSON.stringify({ do: "say", chat: "a", person: "1", text: "correct-horse" }));
  state.call({ at: 1, to: "telegram", what: "sendMessage", ok: true, ms: 3 });
  const late = await listen();
  expect(await late.next("interaction")).toEqual({ who: "Mia", what: "/share" });
  expect(await late.next("interaction")).toEqual({ who: "Mia", what: "a message" });
  expect(await late.next("call")).toMatchObject({ what: "sendMessage" });
  late.leave();
});

test("a file that was sent comes as it is, and never runs", async () => {
  const answer = await fetch(`${page.url}/kept/f1`);
  expect(await answer.text()).toBe("<script>");
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/html",
    "content-security-policy": "sandbox",
    "x-content-type-options": "nosniff",
  });
});

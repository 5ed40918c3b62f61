import type { IncomingMessage, ServerResponse } from "node:http";
import { envelope, refusals } from "./refusal.ts";
import type { Node } from "./node.ts";
import type { State } from "./state.ts";
import type { Tokens } from "./tokens.ts";

interface Pages {
  readonly state: State;
  readonly tokens: Tokens;
}

/** Pictures, and the page where a human proves to be one. */
export function showPage({ state, tokens }: Pages, request: IncomingMessage, response: ServerResponse): void {
  const url = URL.parse(request.url ?? "/", "http://pikpak") ?? new URL("http://pikpak/");
  if (url.pathname.includes("/captcha/v2/")) return showChallenge(tokens, url, request, response);
  const node = state.nodes.get(url.searchParams.get("id") ?? "");
  if (!url.pathname.startsWith("/v0/screenshot-thumbnails/") || !node) {
    const body = JSON.stringify(envelope(refusals.noEndpoint(), "drive", ""));
    return void response.writeHead(404, { "content-type": "application/json" }).end(body);
  }
  return void response.writeHead(200, { "content-type": "image/svg+xml" }).end(pictureOf(node));
}

function showChallenge(tokens: Tokens, url: URL, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    return void response.end(
      "<!doctype html><title>Slide to verify</title><form method=post><button>I am a human</button></form>",
    );
  }
  const ended = tokens.solve(url.searchParams.get("captcha_token") ?? "");
  if (ended === undefined) return void response.writeHead(400).end("over");
  return void response.writeHead(302, { location: ended }).end();
}

/** A still made of the node's own name, so that two films never look the same. */
function pictureOf(node: Node): string {
  const hue = Number.parseInt(node.id.slice(2, 8), 36) % 360 || 200;
  const sky = `<linearGradient id="s" x2="0" y2="1"><stop stop-color="hsl(${hue} 70% 75%)"/><stop offset="1" stop-color="hsl(${(hue + 40) % 360} 70% 45%)"/></linearGradient>`;
  const hills = `<path d="M0 260 Q120 170 240 240 T480 200 T720 250 V405 H0Z" fill="hsl(${(hue + 90) % 360} 35% 30%)"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 405" width="720" height="405"><defs>${sky}</defs><rect width="720" height="405" fill="url(#s)"/><circle cx="560" cy="110" r="46" fill="#fff" opacity=".85"/>${hills}</svg>`;
}

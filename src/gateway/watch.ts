import mime from "mime";
import { StorageError } from "../storage/error.ts";
import type { Details, Entry } from "../storage/entry.ts";
import type { DownloadMethod } from "../storage/mount.ts";
import type { Say, Words } from "../i18n/words.ts";
import type { Asked, Reply } from "./asked.ts";
import { shortFileName } from "./file-name.ts";
import type { HostCheck } from "./host-check.ts";
import { html, htmlIn, page, pageHeaders, timeHtml, timeScript, type Html } from "./html.ts";
import type { Proxy } from "./proxy.ts";
import type { Resolve } from "./resolve.ts";
import { subtitleExtensions, toWebVtt } from "./subtitles.ts";
import type { Ticket, Tickets } from "./ticket.ts";
import { splitName, ticketUrl } from "./ticket-url.ts";
import { watchScript } from "./watch-script.ts";

/** What the watch page needs to know. */
export interface Look {
  readonly entry: Details;
  /** What lies in the same folder, as far as it is known; subtitles are found among it. */
  readonly beside: readonly Entry[];
  /** How the mount's files are handed out; absent = by redirect. */
  readonly method?: DownloadMethod;
}

interface WatchParts {
  readonly words: Words;
  readonly language: string;
  readonly tickets: Tickets;
  readonly proxy: Proxy;
  readonly resolve: Resolve;
  readonly hosts: Pick<HostCheck, "names">;
  readonly namedDownloads?: "offer" | "always" | "off" | undefined;
  readonly look: (ticket: Ticket, options: { readonly signal: AbortSignal }) => Promise<Look>;
  readonly address: () => string;
}

interface Watched {
  readonly ticket: Ticket;
  /** The ticket as it was written. */
  readonly text: string;
  /** What follows it in the path. */
  readonly tail: string | undefined;
}

const subtitlePath = "subtitles.vtt";
const largestSubtitles = 8 * 1024 * 1024;

/** The watch page of a file, or, for a subtitle file's ticket, its text as the player wants it. */
export async function watchPage(parts: WatchParts, asked: Asked, watched: Watched): Promise<Reply> {
  if (watched.tail === subtitlePath) return subtitles(parts, asked, watched.ticket);
  const look = await parts.look(watched.ticket, { signal: asked.signal });
  if (look.entry.kind === "folder") throw new StorageError("not-a-file");
  return show(parts, watched, look);
}

async function subtitles({ proxy, resolve }: WatchParts, { signal }: Asked, ticket: Ticket): Promise<Reply> {
  const { entry, link } = await resolve(ticket, { signal });
  const extension = extensionOf(entry);
  if (!isSubtitle(entry)) throw new StorageError("not-a-file");
  const bytes = await proxy.read({
    link,
    person: ticket.person,
    download: `${ticket.mount} ${ticket.entry}`,
    limit: largestSubtitles,
    relink: async (refused) => (await resolve(ticket, { refused, signal })).link,
    signal,
  });
  return {
    kind: "whole",
    status: 200,
    headers: { ...pageHeaders, "content-type": "text/vtt; charset=utf-8" },
    body: toWebVtt(bytes, extension),
  };
}

interface WatchedFile extends WatchParts {
  readonly watched: Watched;
  readonly entry: Details;
  readonly say: Say;
  /** From this page's address up to the gateway's. */
  readonly up: string;
  /** The file's whole address, for other programs. */
  readonly url: string;
}

function show(parts: WatchParts, watched: Watched, { entry, beside, method }: Look): Reply {
  const say = parts.words.in(parts.language);
  const url = ticketUrl(watched.text, { publicUrl: parts.address(), way: "d", name: entry.name });
  const file: WatchedFile = { ...parts, watched, entry, say, url, up: watched.tail === undefined ? ".." : "../.." };
  const { headers, body } = page({
    language: parts.language,
    title: entry.name,
    style,
    script: watchScript + timeScript,
    // A redirect leads to the file host, whose name is not known before it is followed.
    allow: [`media-src 'self' https:${url.startsWith("http:") ? " http:" : ""}`, "connect-src 'self'"],
    body: html`<h1>${entry.name}</h1>
      ${player(file, beside)} ${renditions(file)}
      <p>
        <a
          class="button"
          href="${file.up}/${saveWay(parts, watched, method)}/${watched.text}/${lastSegment(url)}"
          download
          >${say("watch-download")}</a
        >
      </p>
      <h2>${say("watch-open-in")}</h2>
      <ul class="row">
        ${programs(url).map(([name, href]) => html`<li><a class="button quiet" href="${href}">${name}</a></li>`)}
      </ul>
      <h2>${say("watch-commands")}</h2>
      ${commands(entry.name, url).map((line) => commandHtml(say, line))}
      <p class="soft">
        ${htmlIn((until) => say("watch-until", { until }), timeHtml(parts.language, watched.ticket.expiresAt))}
      </p>`,
  });
  return { kind: "whole", status: 200, headers, body };
}

function lastSegment(url: string): string {
  return url.slice(url.lastIndexOf("/") + 1);
}

/** The way on which a browser saves the file under its own name: a file host that does not say it is not led to. */
function saveWay({ hosts, namedDownloads }: WatchParts, { ticket }: Watched, method?: DownloadMethod): "d" | "p" {
  const isLost = (method ?? "redirect") === "redirect" && hosts.names(ticket.mount) !== true;
  return isLost && (namedDownloads ?? "offer") === "offer" ? "p" : "d";
}

function mediaOf({ name, mimeType }: Entry): "video" | "audio" | undefined {
  const type = mime.getType(name) ?? mimeType ?? "";
  if (type.startsWith("video/")) return "video";
  return type.startsWith("audio/") ? "audio" : undefined;
}

function player({ watched, entry, say, up, url, ...parts }: WatchedFile, beside: readonly Entry[]): Html {
  const media = watched.ticket.variant === undefined ? mediaOf(entry) : "video";
  const source = `${up}/d/${watched.text}/${lastSegment(url)}`;
  const other = `${up}/p/${watched.text}/${lastSegment(url)}`;
  const note = html`<p class="soft" id="note">${say("watch-no-play")}</p>`;
  switch (media) {
    case undefined:
      return html`<p class="soft">${say("watch-no-media")}</p>`;
    case "audio":
      return html`<audio id="player" controls preload="metadata" src="${source}" data-other="${other}"></audio>${note}`;
    case "video":
      return html`<video id="player" controls playsinline preload="metadata" src="${source}" data-other="${other}">
          ${tracks(parts.tickets, { watched, entry, up }, beside)}</video
        >${note}`;
  }
}

function tracks(
  tickets: Tickets,
  { watched, entry, up }: Pick<WatchedFile, "watched" | "entry" | "up">,
  beside: readonly Entry[],
): readonly Html[] {
  return subtitlesOf(entry, beside).map(({ found, label }, index) => {
    const { mount, person, expiresAt, given, unlocked } = watched.ticket;
    const link = { ...(given !== undefined && { given }), ...(unlocked && { unlocked }) };
    const ticket = tickets.issue({ mount, person, expiresAt, entry: found.id, ...link });
    const language = /^[a-z]{2,3}(-[a-z]{2,4})?$/i.exec(label)?.[0];
    return html`<track
      kind="subtitles"
      src="${up}/w/${ticket}/${subtitlePath}"
      label="${label}"
      ${language !== undefined && html` srclang="${language}"`}${index === 0 && html` default`}
    /> `;
  });
}

/** Subtitles of a film: files beside it that are named like it, `film.srt` and `film.zh.ass` for `film.mkv`. */
export function subtitlesOf(
  film: Entry,
  beside: readonly Entry[],
): readonly { readonly found: Entry; readonly label: string }[] {
  const stem = splitName(film.name).stem.toLowerCase();
  return beside
    .filter((entry) => isSubtitle(entry) && entry.kind === "file")
    .map((found) => ({ found, stem: splitName(found.name).stem }))
    .filter((subtitle) => `${subtitle.stem.toLowerCase()}.`.startsWith(`${stem}.`))
    .map((subtitle) => ({
      found: subtitle.found,
      label: subtitle.stem.slice(stem.length + 1) || extensionOf(subtitle.found),
    }));
}

function isSubtitle(entry: Entry): boolean {
  return subtitleExtensions.some((extension) => extension === extensionOf(entry));
}

function extensionOf({ name }: Entry): string {
  return splitName(name).extension.slice(1).toLowerCase();
}

/** Pages of the other renditions: no script is needed to change to one. */
function renditions({ watched, entry, say, tickets, up }: WatchedFile): Html | undefined {
  const variants = entry.variants ?? [];
  if (variants.length === 0) return undefined;
  const { variant: chosen, issuedAt: _issuedAt, ...rest } = watched.ticket;
  const link = (name: string, variant?: string): Html => {
    const ticket = tickets.issue(variant === undefined ? rest : { ...rest, variant });
    const current = variant === chosen && html` aria-current="true"`;
    return html`<li><a class="button quiet rendition" href="${up}/w/${ticket}" ${current}>${name}</a></li>`;
  };
  return html`<h2>${say("watch-renditions")}</h2>
    <ul class="row">
      ${[link(say("watch-original")), ...variants.map(({ id, name }) => link(name, id))]}
    </ul>`;
}

/** Addresses that open a film in a player on this machine. */
function programs(url: string): readonly (readonly [name: string, href: string])[] {
  const encoded = encodeURIComponent(url);
  return [
    ["VLC", `vlc://${url}`],
    ["mpv", `mpv://${encoded}`],
    ["PotPlayer", `potplayer://${url}`],
    ["IINA", `iina://weblink?url=${encoded}`],
    ["Infuse", `infuse://x-callback-url/play?url=${encoded}`],
  ];
}

/** Each says itself what the file is called: no file host has to. */
function commands(name: string, url: string): readonly string[] {
  const file = shellQuote(localName(name));
  return [
    `curl -L -C - -o ${file} ${shellQuote(url)}`,
    `wget -c -O ${file} ${shellQuote(url)}`,
    `aria2c -c -x 8 -s 8 -o ${file} ${shellQuote(url)}`,
  ];
}

/** A name that is a file in the present folder, and no option. */
function localName(name: string): string {
  const plain = shortFileName(name);
  return plain.startsWith("-") ? `_${plain}` : plain;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function commandHtml(say: Say, line: string): Html {
  return html`<div class="command">
    <code>${line}</code
    ><button type="button" class="copy" hidden data-done="${say("watch-copied")}">${say("watch-copy")}</button>
  </div> `;
}

const style = `
main { max-width: 60rem; }
h2 { font-size: 1rem; margin: 1.5rem 0 .6rem; }
video, audio { width: 100%; display: block; border-radius: .6rem; margin-bottom: .75rem; }
video { max-height: 70vh; background: #000; }
.row { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; margin: 0 0 1rem; padding: 0; }
.button, .copy { display: inline-block; font: inherit; font-weight: 600; border: 1px solid transparent; border-radius: .6rem; padding: .5rem .9rem; min-height: 2.75rem; background: var(--accent); color: var(--on-accent); text-decoration: none; cursor: pointer; }
.quiet, .copy { background: transparent; color: var(--accent); border-color: var(--line); }
.quiet[aria-current] { background: var(--accent); color: var(--on-accent); }
.command { display: flex; gap: .5rem; align-items: center; margin-bottom: .5rem; }
.copy[hidden] { display: none; }
code { flex: 1; min-width: 0; font: .85rem/1.5 ui-monospace, Consolas, monospace; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: .6rem .75rem; overflow-x: auto; white-space: pre; overflow-wrap: normal; }
`;

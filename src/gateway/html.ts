import { randomBytes } from "node:crypto";

/** Markup that is safe to send: everything in it was either written here or escaped. */
export interface Html {
  readonly html: string;
}

type Piece = string | number | Html | readonly Html[] | undefined | false;

/** Markup with values put in; texts are escaped, absent ones leave nothing. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { html: strings.reduce((text, string, index) => text + render(pieces[index - 1]) + string) };
}

function render(piece: Piece): string {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "string" || typeof piece === "number") return escape(String(piece));
  return "html" in piece ? piece.html : piece.map(({ html }) => html).join("");
}

/** A text in one of whose places markup goes; `write` is given what stands for it. */
export function htmlIn(write: (place: string) => string, markup: Html): Html {
  // A character of nobody's alphabet.
  const place = "\uE000";
  const [before = "", after = ""] = write(place).split(place);
  return html`${before}${markup}${after}`;
}

/** A point in time: in UTC where there are no scripts, else by `timeScript` in the reader's own zone. */
export function timeHtml(language: string, time: number): Html {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return html`<time datetime="${new Date(time).toISOString()}">${format.format(time)} UTC</time>`;
}

/** Puts the points in time of a page into the zone of its reader. */
export const timeScript = `
for (const time of document.querySelectorAll("time")) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  time.textContent = format.format(new Date(time.dateTime));
}
`;

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

interface PageOptions {
  readonly language: string;
  readonly title: string;
  readonly body: Html;
  /** Rules of this page beyond the common ones. */
  readonly style?: string;
  /** Runs at the end of the page. */
  readonly script?: string;
  /** Where its form may be led on to, as a browser's policy names it; absent = here alone. */
  readonly leadsTo?: string;
  /** Content Security Policy directives beyond the common ones. */
  readonly allow?: readonly string[];
}

/** A page and its headers: nothing from elsewhere, nothing inline but what bears its nonce, never cached, never framed. */
export function page({ language, title, body, style = "", script, leadsTo = "", allow = [] }: PageOptions): {
  readonly headers: Record<string, string>;
  readonly body: string;
} {
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    ...(script === undefined ? [] : [`script-src 'nonce-${nonce}'`]),
    "base-uri 'none'",
    `form-action 'self' ${leadsTo}`.trim(),
    "frame-ancestors 'none'",
    ...allow,
  ];
  const markup = html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <style nonce="${nonce}">
          ${{ html: commonStyle + style }}
        </style>
      </head>
      <body>
        <main>${body}</main>
        ${
          script !== undefined &&
          html`<script nonce="${nonce}">
            ${{ html: script }};
          </script>`
        }
      </body>
    </html> `;
  return {
    body: markup.html,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      ...pageHeaders,
    },
  };
}

/** What every page and message of ours says of itself. */
export const pageHeaders = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex, nofollow",
} as const;

const commonStyle = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5a6675; --paper: #f4f6f9; --card: #ffffff; --line: #d6dce4; --accent: #2457d6; --on-accent: #ffffff; --bad: #b3261e; --bad-back: #fdeceb; --good: #17693a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf2; --soft: #a3aebd; --paper: #11151b; --card: #1a2029; --line: #343d4a; --accent: #8fb1ff; --on-accent: #0c1a3a; --bad: #ffb4ab; --bad-back: #3a1917; --good: #85d8a5; } }
* { box-sizing: border-box; }
html { font: 100%/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Microsoft YaHei", sans-serif; background: var(--paper); color: var(--ink); }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; padding: 1rem; }
main { width: 100%; max-width: 30rem; background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.75rem 1.5rem; box-shadow: 0 1px 3px rgb(0 0 0 / .06), 0 12px 32px rgb(0 0 0 / .06); overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 0 0 .75rem; text-wrap: balance; }
p { margin: 0 0 1rem; }
p:last-child { margin-bottom: 0; }
.soft { color: var(--soft); font-size: .9rem; }
.sign { font-size: 2.25rem; line-height: 1; margin-bottom: .75rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;

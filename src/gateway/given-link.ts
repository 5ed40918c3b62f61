import { createHmac, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Words } from "../i18n/words.ts";
import { json, languageOf, wantsPage, type Asked, type Reply, type WholeReply } from "./asked.ts";
import { formStyle } from "./form-page.ts";
import { html, page, pageHeaders } from "./html.ts";
import { consume, inMemory, type OpenLimiter } from "./limiter.ts";
import { refusals, refuse } from "./refusal.ts";
import type { Ticket, Tickets } from "./ticket.ts";

/** The links people gave away, as far as the gateway asks of them. */
export interface GivenLinks {
  /** How the link of a ticket stands; undefined = it is over. */
  find(person: string, id: string): Promise<StandingLink | undefined>;
  verify(person: string, id: string, password: string): Promise<boolean>;
  /** Its file is on its way to somebody. */
  opened(id: string): void;
}

interface StandingLink {
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** When the password was set that it asks for, ms since the epoch; absent = it asks for none. */
  readonly lockedAt?: number | undefined;
}

/** A ticket that says of which link it is. */
export type GivenTicket = Ticket & Required<Pick<Ticket, "given">>;

/** Looks after the links people gave away: their ends, and their passwords. */
export interface GivenGate {
  /** The ticket as far as its link goes, or the reply to who may not pass. Throws `LimitError`. */
  admit(asked: Asked, ticket: GivenTicket): Promise<Ticket | Reply>;
}

interface GivenGateParts {
  readonly given: GivenLinks;
  readonly words: Words;
  readonly tickets: Pick<Tickets, "issue">;
  /** Where people reach us, without a trailing slash. */
  readonly address: () => string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Counts passwords; absent = in this process. */
  readonly limiter?: OpenLimiter | undefined;
}

/** Milliseconds for which a browser that has said the password goes on without it: a film's length, and a pause. */
const unlockedFor = 6 * 3_600_000;
/** Wrong passwords that one link, and one address, may be sent within so many seconds. */
const [maxWrong, within] = [20, 15 * 60];
const longestBody = 4096;
/** Bytes of a password; what a form takes is shorter. */
const longestPassword = 1024;

/**
 * A browser is asked on a page, and sent on to a ticket that is good for a few hours; a program
 * says the password as HTTP's Basic, with any user name. Nothing with the password in it is written anywhere.
 */
export function createGivenGate(parts: GivenGateParts): GivenGate {
  const { given, now, words } = parts;
  const check = createPasswordCheck(parts);
  return {
    async admit(asked, ticket) {
      const link = await given.find(ticket.person, ticket.given);
      const expiresAt = Math.min(ticket.expiresAt, link?.endsAt ?? 0);
      if (!link || expiresAt <= now()) return refuse(asked, refusals.expired, words);
      const bounded: GivenTicket = { ...ticket, expiresAt };
      // A ticket from before the password was set, or was another, does not open it.
      const isOpen = link.lockedAt === undefined || (ticket.unlocked === true && ticket.issuedAt >= link.lockedAt);
      if (asked.method === "POST") return isOpen ? goOn(parts, asked, bounded) : take(parts, asked, bounded, check);
      if (isOpen) return bounded;
      const said = basicPassword(asked.headers.authorization);
      if (said === undefined) return ask(words, asked, {});
      return (await check(bounded, asked.from, said)) ? bounded : ask(words, asked, { isWrong: true });
    },
  };
}

type PasswordCheck = (ticket: GivenTicket, from: string, password: string) => Promise<boolean>;

/** Passwords that were right lately: a program says its own with every request, and looking costs 30 ms. */
const maxKnown = 1000;
const knownFor = 10 * 60_000;

function createPasswordCheck({ given, limiter = inMemory }: GivenGateParts): PasswordCheck {
  const key = randomBytes(32);
  const known = new LRUCache<string, true>({ max: maxKnown, ttl: knownFor });
  const limit = (keyPrefix: string) => limiter({ keyPrefix, points: maxWrong, duration: within });
  const limits = { link: limit("password-link"), address: limit("password-address") };
  return async ({ person, given: id }, from, password) => {
    if (password === "" || Buffer.byteLength(password) > longestPassword) return false;
    const lockedAt = (await given.find(person, id))?.lockedAt ?? 0;
    const name = createHmac("sha256", key).update(`${id} ${lockedAt} ${password}`).digest("base64url");
    if (known.has(name)) return true;
    // Counted before it is looked at, so that many at once cannot pass together.
    await consume(limits.link, id);
    await consume(limits.address, from);
    if (!(await given.verify(person, id, password))) return false;
    await limits.link.reward(id, 1);
    await limits.address.reward(from, 1);
    known.set(name, true);
    return true;
  };
}

/** What stands behind the colon of `Authorization: Basic`; undefined = there is none. */
function basicPassword(authorization: string | undefined): string | undefined {
  const [, coded] = /^Basic ([A-Za-z0-9+/=_-]{1,4096})$/i.exec(authorization ?? "") ?? [];
  if (coded === undefined) return undefined;
  const said = Buffer.from(coded, "base64").toString("utf8");
  const colon = said.indexOf(":");
  return colon === -1 ? undefined : said.slice(colon + 1);
}

/** A password from the page: the right one leads on to the file. */
async function take(parts: GivenGateParts, asked: Asked, ticket: GivenTicket, check: PasswordCheck): Promise<Reply> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(asked.headers["content-type"] ?? ""))
    return refuse(asked, refusals.badRequest, parts.words);
  const said = new URLSearchParams((await asked.body(longestBody)).toString("utf8")).get("password") ?? "";
  if (!(await check(ticket, asked.from, said))) return ask(parts.words, asked, { isWrong: true });
  const { now } = parts;
  const expiresAt = Math.min(ticket.expiresAt, now() + unlockedFor);
  return goOn(parts, asked, { ...ticket, unlocked: true, issuedAt: now(), expiresAt });
}

/** To the same file by that ticket. */
function goOn({ tickets, address }: GivenGateParts, { path }: Asked, ticket: GivenTicket): Reply {
  const [, way = "d", , ...name] = path.split("/");
  const tail = name.filter((part) => /^[\x21-\x7e]+$/.test(part)).map((part) => `/${part}`);
  const location = `${address()}/${way}/${tickets.issue(ticket)}${tail.join("")}`;
  return { kind: "whole", status: 303, headers: { ...pageHeaders, location }, body: "" };
}

/** The question for the password: a page for people, a challenge for programs. */
function ask(words: Words, asked: Asked, { isWrong = false }: { readonly isWrong?: boolean }): WholeReply {
  const language = languageOf(asked, words);
  const say = words.in(language);
  const problem = say("password-wrong");
  if (!wantsPage(asked)) {
    const headers = { "www-authenticate": `Basic realm="link", charset="UTF-8"` };
    const text = isWrong ? problem : say("password-program");
    return json(401, { error: isWrong ? "wrong-password" : "password-needed", message: text }, headers);
  }
  const title = say("password-title");
  const shown = page({
    language,
    title,
    style: formStyle,
    // The right password leads to the file, which may be at its own host.
    leadsTo: "https: http:",
    body: html`<p class="sign" aria-hidden="true">🔒</p>
      <h1>${title}</h1>
      <p>${say("password-text")}</p>
      <form method="post">
        <div class="field">
          <label for="password">${say("password-label")}</label>
          <input
            id="password"
            name="password"
            type="password"
            autocomplete="off"
            required
            autofocus
            maxlength="200"
            ${isWrong && { html: `aria-invalid="true" aria-describedby="wrong"` }}
          />
          ${isWrong && html`<p class="wrong" id="wrong" role="alert">${problem}</p>`}
        </div>
        <button type="submit">${say("password-send")}</button>
      </form>`,
  });
  // A browser asks by a page of ours: a scheme it does not know keeps its own window away.
  return { kind: "whole", status: 401, headers: { ...shown.headers, "www-authenticate": "Form" }, body: shown.body };
}

import type { Field } from "../storage/field.ts";
import {
  choiceLabel,
  fieldHint,
  fieldLabel,
  formTitle,
  errorText,
  approvalText,
  wayWords,
  problemText,
  type Speaker,
} from "../i18n/kind-words.ts";
import type { Say, Words } from "../i18n/words.ts";
import type { Reply } from "./asked.ts";
import { html, page, type Html } from "./html.ts";
import type { PageAsker, PageForm, PageReason } from "./page-form.ts";

interface FormPageOptions {
  readonly words: Words;
  readonly asker: PageAsker;
  readonly form: PageForm;
  /** Goes back with the answers. */
  readonly token: string;
  readonly status: number;
  /** Until the page is over. */
  readonly minutes: number;
}

/** The form as a page: labels, hints, what is wrong at its field. Works without scripts. */
export function formPage({ words, asker, form, token, status, minutes }: FormPageOptions): Reply {
  const say = words.in(asker.language);
  const [main, aside] = [form.fields.filter((field) => !field.aside), form.fields.filter((field) => field.aside)];
  const show = (field: Field): Html => fieldHtml(field, { ...speaker, form });
  const speaker: Speaker = { say, has: words.has };
  const title = pageTitle(speaker, form);
  const isAsideOpen = aside.some(({ name }) => form.problem?.field === name || (form.values[name] ?? "") !== "");
  const shown = page({
    language: asker.language,
    title,
    style: formStyle,
    body: html`<h1>${title}</h1>
      <p>${say(keyFor(words, "page-why", form.form.id), { bot: asker.bot ?? say("page-bot") })}</p>
      <p>${intro(say, asker)}</p>
      ${form.reason && reasonHtml(speaker, form.reason, form.form.kind)}
      <form method="post">
        <input type="hidden" name="token" value="${token}" />
        ${main.map(show)}
        ${aside.length > 0 && html`<details${isAsideOpen && { html: " open" }}><summary>${say("page-instead")}</summary>${aside.map(show)}</details>`}
        <button type="submit">${say("page-send")}</button>
        ${waysHtml(speaker, form)}
      </form>
      <p class="soft">${say("page-safety", { minutes })}</p>`,
  });
  return { kind: "whole", status, headers: shown.headers, body: shown.body };
}

/** Each other way is a button of the same form, which wants none of this form's answers. */
function waysHtml(speaker: Speaker, { form, ways = [] }: PageForm): Html | false {
  if (ways.length === 0) return false;
  const shown = ways.map((way) => {
    const { name, hint } = wayWords(speaker, form.kind ?? "", way);
    return html`<button class="way" type="submit" name="way" value="${way}" formnovalidate>${name}</button>
      ${hint !== undefined && html`<p class="hint">${hint}</p>`}`;
  });
  return html`<details>
    <summary>${speaker.say("press-show-ways")}</summary>
    ${shown}
  </details>`;
}

function intro(say: Say, { person, place }: PageAsker): string {
  return place?.name === undefined
    ? say("page-intro", { person: person.name })
    : say("page-intro-place", { person: person.name, place: place.name });
}

/** What is said of this form alone, where anything is, else of all. */
function keyFor(words: Words, key: string, form: string): string {
  return words.has(`${key}-${form}`) ? `${key}-${form}` : key;
}

function pageTitle(speaker: Speaker, { form }: PageForm): string {
  const own = `page-title-${form.id}`;
  return speaker.has(own) ? speaker.say(own) : formTitle(speaker, form);
}

function reasonText({ say, has }: Speaker, { code, retryAfter }: PageReason, kind: string | undefined): string {
  const seconds = Math.ceil((retryAfter ?? 0) / 1000);
  if (has(`error-${code}`)) return errorText({ say, has }, code, kind);
  const key = has(`notice-${code}`) ? `notice-${code}` : "page-failed";
  return say(key, { seconds, minutes: Math.ceil(seconds / 60) });
}

function reasonHtml(speaker: Speaker, reason: PageReason, kind: string | undefined): Html {
  const { say } = speaker;
  return html`<div class="problem" role="alert">
    <p>${reasonText(speaker, reason, kind)}</p>
    ${isWeb(reason.verify) && html`<p><a href="${reason.verify}" target="_blank" rel="noopener noreferrer">${say("page-verify")}</a></p>`}
  </div>`;
}

function isWeb(address: string | undefined): address is string {
  return address !== undefined && /^https?:\/\//i.test(address);
}

interface FieldContext extends Speaker {
  readonly form: PageForm;
}

function fieldHtml(field: Field, { say, has, form }: FieldContext): Html {
  const speaker = { say, has };
  const hint = fieldHint(speaker, form.form, field.name);
  const problem =
    form.problem?.field === field.name
      ? problemText(speaker, form.form, form.problem.code, field.maxLength)
      : undefined;
  const id = `field-${field.name}`;
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for="${id}"
      >${fieldLabel(speaker, form.form, field.name)}${!field.required && html` <span class="soft">${say("page-optional")}</span>`}</label
    >
    ${inputHtml(field, { id, value: form.values[field.name], described, wrong: problem !== undefined, speaker })}
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${problem !== undefined && html`<p class="wrong" id="${id}-problem" role="alert">${problem}</p>`}
  </div> `;
}

function isNeeded({ required, instead }: Field): boolean {
  return required && instead === undefined;
}

/** What a browser's own store may fill in; everything else is for this once, and so is what may be given instead. */
function autocompleteOf({ role, aside }: Field): string {
  if (role === "login") return "username";
  if (role === "proof") return "one-time-code";
  return role === "credential" && !aside ? "current-password" : "off";
}

interface InputContext {
  readonly id: string;
  readonly value: string | undefined;
  readonly described: string;
  readonly wrong: boolean;
  readonly speaker: Speaker;
}

function inputHtml(field: Field, { id, value, described, wrong, speaker }: InputContext): Html {
  const common = html`id="${id}" name="${field.name}"
  autocomplete="${autocompleteOf(field)}"${isNeeded(field) && html` required`}${described !== "" && html` aria-describedby="${described}"`}${wrong && html` aria-invalid="true" autofocus`}`;
  switch (field.kind) {
    case "choice":
      return html`<select ${common}>
        ${!field.required && html`<option value=""></option>`}${(field.choices ?? []).map(
          (choice) =>
            html`<option value="${choice}" ${choice === value && html` selected`}>
              ${choiceLabel(speaker, field, choice)}
            </option>`,
        )}
      </select>`;
    case "secret":
      // Never filled in by us. The browser's own store may: that is the person's choice.
      return html`<input
        ${common}
        type="password"
        maxlength="${field.maxLength}"
        autocapitalize="none"
        spellcheck="false"
      />`;
    case "text":
    case "folder":
      return html`<input
        ${common}
        type="text"
        maxlength="${field.maxLength}"
        value="${value ?? ""}"
        autocapitalize="none"
        spellcheck="false"
      />`;
  }
}

interface MessageOptions {
  readonly words: Words;
  readonly asker: PageAsker;
  readonly form: PageForm["form"];
  readonly status: number;
  /** The locale keys `page-<message>-title` and `page-<message>-text`, or those of that form. */
  readonly message: "done" | "over" | "failed";
  /** Said in place of the text. */
  readonly reason?: PageReason;
}

const signs = { done: "✅", over: "⏳", failed: "⚠️" } as const;

/** The last thing a page says. */
export function messagePage({ words, asker, form, status, message, reason }: MessageOptions): Reply {
  const say = words.in(asker.language);
  const title = say(keyFor(words, `page-${message}-title`, form.id));
  const text = reason
    ? reasonText({ say, has: words.has }, reason, form.kind)
    : say(keyFor(words, `page-${message}-text`, form.id));
  const { headers, body } = page({
    language: asker.language,
    title,
    body: html`<p class="sign" aria-hidden="true">${signs[message]}</p>
      <h1>${title}</h1>
      <p>${text}</p>
      ${message === "failed" && html`<p class="soft">${say("page-failed-text")}</p>`}`,
  });
  return { kind: "whole", status, headers, body };
}

interface ApprovalOptions extends Pick<MessageOptions, "words" | "asker" | "form"> {
  readonly address: string;
  /** Compared there; absent = there is none. */
  readonly code?: string | undefined;
}

/** The way to the service where it is approved; the chat shows what comes of it. */
export function approvalPage({ words, asker, form, address, code }: ApprovalOptions): Reply {
  const speaker: Speaker = { say: words.in(asker.language), has: words.has };
  const { say } = speaker;
  const title = approvalText(speaker, "press-approve", form.kind ?? "");
  const { headers, body } = page({
    language: asker.language,
    title,
    body: html`<h1>${title}</h1>
      <p>${say(code === undefined ? "approval-how-browser" : "approval-how")}</p>
      ${code !== undefined && html`<p><strong>${code}</strong></p>`}
      ${isWeb(address) && html`<p><a href="${address}" rel="noopener noreferrer">${title}</a></p>`}
      <p>${approvalText(speaker, "approval-about", form.kind ?? "")}</p>
      <p class="soft">${say("page-approval")}</p>`,
  });
  return { kind: "whole", status: 200, headers, body };
}

/** The look of a form. */
export const formStyle = `
.field { margin: 0 0 1.1rem; }
label { display: block; font-weight: 600; margin-bottom: .3rem; }
label .soft { font-weight: 400; }
input, select { width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: .65rem .75rem; min-height: 2.9rem; }
input[aria-invalid] { border-color: var(--bad); }
.hint { color: var(--soft); font-size: .88rem; margin: .3rem 0 0; }
.wrong { color: var(--bad); font-weight: 600; font-size: .9rem; margin: .3rem 0 0; }
.problem { background: var(--bad-back); color: var(--bad); border-radius: .6rem; padding: .8rem 1rem; margin: 0 0 1.1rem; }
.problem p { margin: 0 0 .4rem; }
.problem p:last-child { margin: 0; }
details { margin: 0 0 1.1rem; }
button.way { background: none; color: var(--accent); border: 1px solid var(--line); margin: .4rem 0 0; }
summary { cursor: pointer; color: var(--accent); margin-bottom: .6rem; padding: .3rem 0; }
button { width: 100%; font: inherit; font-weight: 600; border: 0; border-radius: .6rem; min-height: 3rem; padding: .7rem 1rem; background: var(--accent); color: var(--on-accent); cursor: pointer; margin-bottom: 1rem; }
`;

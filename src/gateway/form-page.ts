import type { Field } from "../storage/field.ts";
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
  const show = (field: Field): Html => fieldHtml(field, { say, words, form });
  const title = say(keyFor(words, "page-title", form.form.id));
  const isAsideOpen = aside.some(({ name }) => form.problem?.field === name || (form.values[name] ?? "") !== "");
  const shown = page({
    language: asker.language,
    title,
    style,
    body: html`<h1>${title}</h1>
      <p>${say(whyKey(words, form), { bot: asker.bot ?? say("page-bot") })}</p>
      <p>${intro(say, asker)}</p>
      ${form.reason && reasonHtml(say, words, form.reason)}
      <form method="post">
        <input type="hidden" name="token" value="${token}" />
        ${main.map(show)}
        ${aside.length > 0 && html`<details${isAsideOpen && { html: " open" }}><summary>${say("page-instead")}</summary>${aside.map(show)}</details>`}
        <button type="submit">${say("page-send")}</button>
      </form>
      <p class="soft">${say("page-safety", { minutes })}</p>`,
  });
  return { kind: "whole", status, headers: shown.headers, body: shown.body };
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

function whyKey(words: Words, { form }: PageForm): string {
  return keyFor(words, "page-why", form.id);
}

function reasonText(say: Say, words: Words, { code, retryAfter }: PageReason): string {
  const seconds = Math.ceil((retryAfter ?? 0) / 1000);
  const key = [`error-${code}`, `notice-${code}`].find((one) => words.has(one)) ?? "page-failed";
  return say(key, { seconds, minutes: Math.ceil(seconds / 60) });
}

function reasonHtml(say: Say, words: Words, reason: PageReason): Html {
  return html`<div class="problem" role="alert">
    <p>${reasonText(say, words, reason)}</p>
    ${isWeb(reason.verify) && html`<p><a href="${reason.verify}" target="_blank" rel="noopener noreferrer">${say("page-verify")}</a></p>`}
  </div>`;
}

function isWeb(address: string | undefined): address is string {
  return address !== undefined && /^https?:\/\//i.test(address);
}

interface FieldContext {
  readonly say: Say;
  readonly words: Words;
  readonly form: PageForm;
}

function fieldHtml(field: Field, { say, words, form }: FieldContext): Html {
  const key = `field-${form.form.id}-${field.name}`;
  const hint = words.has(`${key}-hint`) ? say(`${key}-hint`) : undefined;
  const problem =
    form.problem?.field === field.name ? say(`problem-${form.problem.code}`, { max: field.maxLength }) : undefined;
  const id = `field-${field.name}`;
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for="${id}">${say(key)}${!field.required && html` <span class="soft">${say("page-optional")}</span>`}</label>
    ${inputHtml(field, { id, value: form.values[field.name], described, wrong: problem !== undefined, say, words })}
    ${hint !== undefined && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${problem !== undefined && html`<p class="wrong" id="${id}-problem" role="alert">${problem}</p>`}
  </div> `;
}

function isNeeded({ required, instead }: Field): boolean {
  return required && instead === undefined;
}

/** What a browser's own store may fill in, by what the field is called; everything else is for this once. */
const autocompletes: Readonly<Record<string, string>> = {
  username: "username",
  password: "current-password",
  captchaToken: "one-time-code",
};

interface InputContext {
  readonly id: string;
  readonly value: string | undefined;
  readonly described: string;
  readonly wrong: boolean;
  readonly say: Say;
  readonly words: Words;
}

function inputHtml(field: Field, { id, value, described, wrong, say, words }: InputContext): Html {
  const common = html`id="${id}" name="${field.name}"
  autocomplete="${autocompletes[field.name] ?? "off"}"${isNeeded(field) && html` required`}${described !== "" && html` aria-describedby="${described}"`}${wrong && html` aria-invalid="true" autofocus`}`;
  // A driver may offer what the operator named, and what is a proper name needs no translation.
  const choiceText = (key: string, choice: string) => (words.has(key) ? say(key) : choice);
  switch (field.kind) {
    case "choice":
      return html`<select ${common}>
        ${!field.required && html`<option value=""></option>`}${(field.choices ?? []).map(
          (choice) =>
            html`<option value="${choice}" ${choice === value && html` selected`}>
              ${choiceText(`choice-${field.name}-${choice}`, choice)}
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
  /** Id of the form. */
  readonly form: string;
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
  const title = say(keyFor(words, `page-${message}-title`, form));
  const text = reason ? reasonText(say, words, reason) : say(keyFor(words, `page-${message}-text`, form));
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

const style = `
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
summary { cursor: pointer; color: var(--accent); margin-bottom: .6rem; padding: .3rem 0; }
button { width: 100%; font: inherit; font-weight: 600; border: 0; border-radius: .6rem; min-height: 3rem; padding: .7rem 1rem; background: var(--accent); color: var(--on-accent); cursor: pointer; margin-bottom: 1rem; }
`;

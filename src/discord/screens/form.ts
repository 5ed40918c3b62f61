import {
  ButtonStyle,
  ComponentType,
  TextInputStyle,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
} from "discord.js";
import type { FormId } from "../../actions/model/form.ts";
import type { FormScreen } from "../../actions/model/screen.ts";
import type { Field } from "../../storage/field.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { clip } from "../../i18n/names.ts";
import { encodeModal } from "../ids.ts";
import { maxModalFields, maxModalHint, maxModalTitle, maxOption, maxOptions, maxTyped } from "../limits.ts";
import { link, moment } from "../markup.ts";
import { verifyButton, verifyLine } from "./notice.ts";
import { reasonText, type Painter } from "./painter.ts";
import { addressButton, button, type Button, type Sheet } from "./sheet.ts";
import { labelled } from "../../i18n/phrases.ts";

/**
 * Where each form is filled in. Passwords, tokens and what PikPak's verification ends with must not pass through Discord
 * (its developer policy says so): those forms are pages of the gateway. What a share asks for is no credential.
 */
const filledIn: Readonly<Record<FormId, "modal" | "page">> = {
  pikpak: "page",
  verification: "page",
  "pikpak-share": "modal",
  "mount-title": "modal",
  "root-folder": "modal",
  "search-words": "modal",
  "page-number": "modal",
  "find-person": "modal",
  quota: "modal",
  "broadcast-text": "modal",
};

/** Whether a form is a modal, or a page of the gateway. */
export function isModal({ form }: FormScreen): boolean {
  return filledIn[form.id] === "modal";
}

/** A form as a message, with the way to fill it in: a modal can only be shown as the first answer to a press. */
export function formSheet(painter: Painter, screen: FormScreen, pendingForm: string): Sheet {
  const { say } = painter;
  const { form, problem, reason } = screen;
  const verify = reason?.verify;
  return {
    head: [`### ${say(`form-title-${form.id}`)}`],
    body: [
      reason && `⚠️ ${reasonText(painter, reason)}`,
      problem && `⚠️ ${labelled(say, fieldLabel(painter, screen, problem.field), say(`problem-${problem.code}`))}`,
      verify !== undefined && verifyLine(painter, verify),
      ...(isModal(screen) ? [] : pageLines(painter, screen)),
    ],
    rows: [
      [
        verify !== undefined && verifyButton(painter, verify),
        ...(isModal(screen)
          ? [button(`✏️ ${say("press-fill-in")}`, { is: "fill", pendingForm }, { style: ButtonStyle.Primary })]
          : pageButtons(painter, screen, pendingForm)),
        button(`✖️ ${say("press-cancel")}`, { is: "leave", pendingForm }),
      ],
    ],
  };
}

function pageLines({ say }: Painter, { page }: FormScreen): (string | false)[] {
  if (!page) return [`🔒 ${say("page-unavailable")}`, `🛠 ${say("page-unavailable-operator")}`];
  return [
    `🔒 ${say("page-instead-of-chat", { date: moment(page.expiresAt) })}`,
    !isPublicAddress(page.url) && link(say("press-page"), page.url),
  ];
}

function pageButtons({ say }: Painter, { page }: FormScreen, pendingForm: string): (Button | false)[] {
  if (!page) return [];
  return [
    isPublicAddress(page.url) && addressButton(`🌐 ${say("press-page")}`, page.url),
    button(`🔄 ${say("press-go-on")}`, { is: "go-on", pendingForm }),
  ];
}

/** A form as a modal: its questions with what is known already. */
export function paintModal(
  painter: Painter,
  screen: FormScreen,
  pendingForm: string,
): APIModalInteractionResponseCallbackData {
  return {
    custom_id: encodeModal(pendingForm),
    title: clip(painter.say(`form-title-${screen.form.id}`), maxModalTitle),
    components: modalFields(screen).map((field) => question(painter, screen, field)),
  };
}

/** The questions a modal asks: what is settled by what the form is about is not asked again. */
function modalFields({ fields, values, problem, reason, form }: FormScreen): readonly Field[] {
  const isAbout = (field: Field) => form.subject !== undefined && values[field.name] === form.subject;
  const asked = fields.filter((field) => field.name === problem?.field || !isAbout(field));
  const isWanted = (field: Field) => !field.aside || field.name === problem?.field || reason === undefined;
  const wanted = asked.filter(isWanted);
  const kept = new Set(wanted.toSorted(neededFirst).slice(0, maxModalFields));
  return wanted.filter((field) => kept.has(field));
}

function neededFirst(a: Field, b: Field): number {
  return Number(b.required) - Number(a.required);
}

function question(painter: Painter, screen: FormScreen, field: Field): APILabelComponent {
  const { say, has } = painter;
  const hint = `field-${screen.form.id}-${field.name}-hint`;
  return {
    type: ComponentType.Label,
    label: clip(fieldLabel(painter, screen, field.name), maxModalTitle),
    ...(has(hint) && { description: clip(say(hint), maxModalHint) }),
    component: field.kind === "choice" ? choiceInput(painter, screen, field) : textInput(screen, field),
  };
}

function fieldLabel({ say, has }: Painter, { form }: FormScreen, name: string): string {
  const key = `field-${form.id}-${name}`;
  return has(key) ? say(key) : name;
}

/** Questions that are answered with more than a line. */
const long: ReadonlySet<FormId> = new Set(["broadcast-text"] satisfies FormId[]);

function textInput(
  { values, form }: FormScreen,
  { name, kind, required, maxLength }: Field,
): APILabelComponent["component"] {
  const known = kind === "secret" ? undefined : values[name];
  const most = Math.min(maxLength, maxTyped);
  return {
    type: ComponentType.TextInput,
    custom_id: name,
    style: long.has(form.id) ? TextInputStyle.Paragraph : TextInputStyle.Short,
    required,
    max_length: most,
    ...(known !== undefined && known !== "" && known.length <= most && { value: known }),
  };
}

function choiceInput(
  { say, has }: Painter,
  { values }: FormScreen,
  { name, required, choices = [] }: Field,
): APILabelComponent["component"] {
  return {
    type: ComponentType.StringSelect,
    custom_id: name,
    required,
    min_values: required ? 1 : 0,
    options: choices.slice(0, maxOptions).map((choice) => {
      const key = `choice-${name}-${choice}`;
      return {
        label: clip(has(key) ? say(key) : choice, maxOption),
        value: choice,
        ...(choice === values[name] && { default: true }),
      };
    }),
  };
}

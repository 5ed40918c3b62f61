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
import { choiceLabel, fieldHint, fieldLabel, formTitle, problemText, reasonText } from "../../i18n/kind-words.ts";
import { clip } from "../../i18n/names.ts";
import { encodeModal } from "../ids.ts";
import { maxModalFields, maxModalHint, maxModalTitle, maxOption, maxOptions, maxTyped } from "../limits.ts";
import { link, moment } from "../markup.ts";
import { verifyButton, verifyLine } from "./notice.ts";
import { type Painter } from "./painter.ts";
import { addressButton, button, type Button, type Sheet } from "./sheet.ts";
import { labelled } from "../../i18n/phrases.ts";

/**
 * Whether a form is a modal, or a page of the gateway. Passwords, tokens and what a verification ends with must not pass
 * through Discord (its developer policy says so); the code of a share is no credential.
 */
export function isModal({ fields }: Pick<FormScreen, "fields">): boolean {
  return !fields.some(({ role }) => role === "credential" || role === "proof");
}

/** A form as a message, with the way to fill it in: a modal can only be shown as the first answer to a press. */
export function formSheet(painter: Painter, screen: FormScreen, pendingForm: string): Sheet {
  const { say } = painter;
  const { form, problem, reason } = screen;
  const verify = reason?.verify;
  return {
    head: [`### ${formTitle(painter, form)}`],
    body: [
      reason && `⚠️ ${reasonText(painter, reason, form.kind)}`,
      problem &&
        `⚠️ ${labelled(say, fieldLabel(painter, form, problem.field), problemText(painter, form, problem.code))}`,
      verify !== undefined && verifyLine(painter, verify),
      ...(isModal(screen) ? [] : pageLines(painter, screen)),
    ],
    rows: [
      [
        verify !== undefined && verifyButton(painter, verify),
        ...(isModal(screen)
          ? [button(`✏️ ${say("press-fill-in")}`, { is: "fill", pendingForm }, { style: ButtonStyle.Primary })]
          : pageButtons(painter, screen, pendingForm)),
        screen.ways !== undefined && button(`🔑 ${say("press-show-ways")}`, { is: "ways", pendingForm }),
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
    title: clip(formTitle(painter, screen.form), maxModalTitle),
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
  const hint = fieldHint(painter, screen.form, field.name);
  return {
    type: ComponentType.Label,
    label: clip(fieldLabel(painter, screen.form, field.name), maxModalTitle),
    ...(hint !== undefined && { description: clip(hint, maxModalHint) }),
    component: field.kind === "choice" ? choiceInput(painter, screen, field) : textInput(screen, field),
  };
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

function choiceInput(painter: Painter, { values }: FormScreen, field: Field): APILabelComponent["component"] {
  const { name, required, choices = [] } = field;
  return {
    type: ComponentType.StringSelect,
    custom_id: name,
    required,
    min_values: required ? 1 : 0,
    options: choices.slice(0, maxOptions).map((choice) => ({
      label: clip(choiceLabel(painter, field, choice), maxOption),
      value: choice,
      ...(choice === values[name] && { default: true }),
    })),
  };
}

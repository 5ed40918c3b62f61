import type { ButtonPress } from "../actions/buttons.ts";
import { decodeButton, encodeButton } from "../actions/buttons.ts";

/** What a widget of ours asks for. */
export type WidgetAction =
  | { readonly is: "press"; readonly press: ButtonPress }
  /** The same screen once more, in the channel, for everybody to see. */
  | { readonly is: "post"; readonly press: ButtonPress }
  /** The form of a pending form: to fill it in, to go on after its page, to leave it, or to take another way than its own. */
  | { readonly is: "fill" | "go-on" | "leave" | "ways"; readonly pendingForm: string }
  /** A command, as if it had been typed. */
  | { readonly is: "command"; readonly name: string };

/** The id a button or an option carries: a press code as on Telegram, or one of our own, which begins with a letter. */
export function encodeWidgetAction(widgetAction: WidgetAction): string {
  switch (widgetAction.is) {
    case "press":
      return encodeButton(widgetAction.press);
    case "post":
      return `post:${encodeButton(widgetAction.press)}`;
    case "command":
      return `command:${widgetAction.name}`;
    case "fill":
    case "go-on":
    case "leave":
    case "ways":
      return `${widgetAction.is}:${widgetAction.pendingForm}`;
  }
}

/** What an id asks for; undefined = not one of ours, or of another version. */
export function decodeWidgetAction(id: string): WidgetAction | undefined {
  const [, kind, rest = ""] = /^(?:([a-z-]+):)?(.{1,60})$/.exec(id) ?? [];
  switch (kind) {
    case undefined:
    case "post": {
      const press = decodeButton(rest);
      return press && { is: kind ?? "press", press };
    }
    case "fill":
    case "go-on":
    case "leave":
    case "ways":
      return pendingFormId.test(rest) ? { is: kind, pendingForm: rest } : undefined;
    case "command":
      return /^[a-z]{1,32}$/.test(rest) ? { is: "command", name: rest } : undefined;
    default:
      return undefined;
  }
}

const pendingFormId = /^[A-Za-z0-9_-]{8,43}$/;

/** A modal's own id: the pending form its answers belong to. */
export function encodeModal(pendingForm: string): string {
  return `answers:${pendingForm}`;
}

/** The pending form of a modal. */
export function decodeModal(id: string): string | undefined {
  const pendingForm = id.startsWith("answers:") ? id.slice("answers:".length) : "";
  return pendingFormId.test(pendingForm) ? pendingForm : undefined;
}

import {
  ButtonStyle,
  ComponentType,
  SeparatorSpacingSize,
  type APIButtonComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInContainer,
  type APIContainerComponent,
  type APISelectMenuOption,
} from "discord.js";
import { clip } from "../../i18n/names.ts";
import { encodeWidgetAction, type WidgetAction } from "../ids.ts";
import {
  maxAddress,
  maxComponents,
  maxDescription,
  maxId,
  maxInContainer,
  maxInRow,
  maxLabel,
  maxOption,
  maxOptions,
  maxPlaceholder,
  maxText,
} from "../limits.ts";

/** A line of text, markup included; what is undefined or false is left out. */
export type Line = string | undefined | false;

/** What a screen consists of, before Discord's limits are applied. What does not fit is left out from the end. */
export interface Sheet {
  /** Above: where one is. */
  readonly head: readonly Line[];
  /** Below it: what there is. */
  readonly body?: readonly Line[];
  readonly menu?: Menu;
  /** Another menu below it. */
  readonly second?: Menu;
  readonly rows?: readonly (readonly (Button | false)[])[];
  /** A text too long for a message. */
  readonly file?: { readonly name: string; readonly text: string };
  /** Shown below the text. */
  readonly picture?: Picture | undefined;
}

/** A picture of our own, and what it shows, in words. */
interface Picture {
  readonly name: string;
  readonly bytes: Buffer;
  readonly description: string;
}

/** One choice among up to 25. */
interface Menu {
  readonly placeholder: string;
  readonly options: readonly Option[];
}

interface Option {
  readonly label: string;
  readonly description?: string;
  readonly widgetAction: WidgetAction;
  readonly chosen?: boolean;
}

export type Button = APIButtonComponent;

/** A message as Discord takes it: one container, and the file it refers to. */
export interface Painted {
  readonly components: readonly [APIContainerComponent];
  readonly files: readonly { readonly name: string; readonly attachment: Buffer }[];
}

/** A button that is pressed. */
export function button(
  text: string,
  widgetAction: WidgetAction,
  { style = ButtonStyle.Secondary, disabled = false }: ButtonLooks = {},
): APIButtonComponentWithCustomId {
  return {
    type: ComponentType.Button,
    style,
    label: clip(text, maxLabel),
    custom_id: encodeWidgetAction(widgetAction),
    ...(disabled && { disabled }),
  };
}

interface ButtonLooks {
  readonly style?: ButtonStyle.Primary | ButtonStyle.Secondary | ButtonStyle.Success | ButtonStyle.Danger;
  readonly disabled?: boolean;
}

/** A button that leads to an address; undefined where Discord takes no such button. */
export function addressButton(text: string, url: string): Button | false {
  return (
    url.length <= maxAddress && {
      type: ComponentType.Button,
      style: ButtonStyle.Link,
      label: clip(text, maxLabel),
      url,
    }
  );
}

/** The sheet as a message that keeps all of Discord's limits. */
export function paintSheet({ head, body = [], menu, second, rows = [], file, picture }: Sheet): Painted {
  const room = new Room();
  const parts: APIComponentInContainer[] = [];
  const add = (part: APIComponentInContainer | undefined, nested = 0) => {
    if (part && parts.length < maxInContainer && room.take(1 + nested)) parts.push(part);
  };
  add(textOf(head, room, "…"));
  if (body.some(isThere)) add(textOf(body, room));
  if (file) add({ type: ComponentType.File, file: { url: `attachment://${file.name}` } });
  if (picture) add(galleryOf(picture), 1);
  const widgets = [...menuRows(menu, "menu"), ...menuRows(second, "menu-2"), ...rows.flatMap(buttonRows)];
  if (widgets.length > 0) add({ type: ComponentType.Separator, divider: true, spacing: SeparatorSpacingSize.Small });
  for (const row of widgets) add(row, row.components.length);
  return {
    components: [{ type: ComponentType.Container, components: parts }],
    files: [
      ...(file ? [{ name: file.name, attachment: Buffer.from(file.text, "utf8") }] : []),
      ...(picture ? [{ name: picture.name, attachment: picture.bytes }] : []),
    ],
  };
}

function galleryOf({ name, description }: Picture): APIComponentInContainer {
  return {
    type: ComponentType.MediaGallery,
    items: [{ media: { url: `attachment://${name}` }, description: clip(description, maxDescription) }],
  };
}

/** How much of one message is left. */
class Room {
  /** The container itself is one. */
  #components = maxComponents - 1;
  #text = maxText;

  /** Takes that many components, or none and says so. */
  take(count: number): boolean {
    if (count > this.#components) return false;
    this.#components -= count;
    return true;
  }

  /** The lines that still fit, from the first on. */
  lines(lines: readonly string[]): string {
    const kept: string[] = [];
    for (const line of lines) {
      if (line.length + 1 > this.#text) break;
      kept.push(line);
      this.#text -= line.length + 1;
    }
    return kept.join("\n");
  }
}

function isThere(line: Line): line is string {
  return line !== undefined && line !== false;
}

/** Discord takes no empty text. */
function textOf(lines: readonly Line[], room: Room, instead?: string): APIComponentInContainer | undefined {
  const content = room.lines(lines.filter(isThere)).trim();
  const said = content === "" ? instead : content;
  return said === undefined ? undefined : { type: ComponentType.TextDisplay, content: said };
}

/** A menu with nothing to choose from is none. */
function menuRows(menu: Menu | undefined, id: string): MenuRow[] {
  return menu && menu.options.length > 0 ? [menuRow(menu, id)] : [];
}

function menuRow({ placeholder, options }: Menu, id: string): MenuRow {
  return {
    type: ComponentType.ActionRow,
    components: [
      {
        type: ComponentType.StringSelect,
        custom_id: id,
        placeholder: clip(placeholder, maxPlaceholder),
        options: options.slice(0, maxOptions).map(optionOf),
      },
    ],
  };
}

type MenuRow = Extract<APIComponentInContainer, { type: ComponentType.ActionRow }>;

function optionOf({ label, description, widgetAction, chosen = false }: Option): APISelectMenuOption {
  return {
    label: clip(label, maxOption),
    value: encodeWidgetAction(widgetAction).slice(0, maxId),
    ...(description !== undefined && { description: clip(description, maxOption) }),
    ...(chosen && { default: true }),
  };
}

/** Rows of at most five, without those that have nothing in them. */
function buttonRows(row: readonly (Button | false)[]): MenuRow[] {
  const buttons = row.filter((one) => one !== false);
  return buttons.flatMap((_, at) =>
    at % maxInRow === 0
      ? [{ type: ComponentType.ActionRow as const, components: buttons.slice(at, at + maxInRow) }]
      : [],
  );
}

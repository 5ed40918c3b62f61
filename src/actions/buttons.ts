import { adminButtons } from "./admin/buttons.ts";
import { browseButtons } from "./browse/buttons.ts";
import type { ButtonContext } from "./context/button-context.ts";
import type { Argument, Button } from "./context/button.ts";
import type { Result } from "./context/context.ts";
import { deliverButtons } from "./deliver/buttons.ts";
import { downloadButtons } from "./download/buttons.ts";
import { favouriteButtons } from "./favourites/buttons.ts";
import { fileButtons } from "./files/buttons.ts";
import { followButtons } from "./follow/buttons.ts";
import { groupButtons } from "./groups/buttons.ts";
import { hookButtons } from "./hook/buttons.ts";
import { linkButtons } from "./links/buttons.ts";
import type { ViewRef } from "./model/session.ts";
import { mountButtons } from "./mounts/buttons.ts";
import { pushButtons } from "./push/buttons.ts";
import { questionButtons } from "./questions/buttons.ts";
import { saveButtons } from "./save/buttons.ts";
import { searchButtons } from "./search/buttons.ts";
import { settingsButtons } from "./settings/buttons.ts";
import { shareOutButtons } from "./share-out/buttons.ts";
import { severalButtons } from "./several/buttons.ts";
import { shareButtons } from "./shares/buttons.ts";
import { tidyButtons } from "./tidy/buttons.ts";
import { uploadButtons } from "./upload/buttons.ts";

/** Every button there is. Its type, its letters, who may press it and what it does follow from its row. */
export const buttons = {
  ...browseButtons,
  ...searchButtons,
  ...linkButtons,
  ...fileButtons,
  ...severalButtons,
  ...deliverButtons,
  ...downloadButtons,
  ...saveButtons,
  ...pushButtons,
  ...tidyButtons,
  ...uploadButtons,
  ...mountButtons,
  ...favouriteButtons,
  ...followButtons,
  ...shareButtons,
  ...shareOutButtons,
  ...questionButtons,
  ...settingsButtons,
  ...groupButtons,
  ...hookButtons,
  ...adminButtons,
};

type Buttons = typeof buttons;
export type ButtonName = keyof Buttons;
type ArgumentOf<N extends ButtonName> = Buttons[N]["argument"] extends Argument<infer T> ? T : never;

/** What a button means: which one, on which message, with what. `index` counts in the rows its message showed. */
export type ButtonPress = { [N in ButtonName]: { readonly do: N; readonly view: ViewRef } & ArgumentOf<N> }[ButtonName];

/** The row of a button, whose argument is that of the press. */
export function buttonOf(press: ButtonPress): Button<ButtonPress> {
  // The compiler cannot tie a row to its own argument.
  return buttons[press.do] as unknown as Button<ButtonPress>;
}

export function handleButton(context: ButtonContext, press: ButtonPress): Promise<Result> | Result {
  return buttonOf(press).handle(context, press);
}

const byCode: ReadonlyMap<string, ButtonName> = new Map(
  // Object.entries forgets the type of the keys it was given.
  Object.entries(buttons).map(([name, { code }]) => [code, name as ButtonName]),
);
/** The first character; an older build's buttons are told apart by it. */
const version = "1";
const shape = /^1([A-Za-z0-9]{10})-([0-9a-z]{1,8})-([a-z]{1,2})(?:-([0-9a-z]{1,6}))?$/;

/**
 * A button's payload: `1<session>-<revision>-<code>[-<argument>]`, 15 to 30 characters of `A-Za-z0-9-`, so that it fits
 * Telegram's 64 bytes, Discord's 100 and a deep link alike.
 */
export function encodeButton(press: ButtonPress): string {
  const { code, argument } = buttonOf(press);
  const n = argument.write(press);
  const head = `${version}${press.view.id}-${press.view.revision.toString(36)}-${code}`;
  return n === undefined ? head : `${head}-${n.toString(36)}`;
}

/** What a payload means; undefined = it is none of ours. */
export function decodeButton(text: string): ButtonPress | undefined {
  const [, id = "", revision = "", code = "", n] = shape.exec(text) ?? [];
  const name = byCode.get(code);
  if (!name) return undefined;
  const argument = buttons[name].argument.read(n === undefined ? undefined : Number.parseInt(n, 36));
  // Read by the row of that very name.
  return argument && ({ do: name, view: { id, revision: Number.parseInt(revision, 36) }, ...argument } as ButtonPress);
}

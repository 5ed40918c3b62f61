import type { Press } from "../actions/action.ts";
import { decodePress, encodePress } from "../actions/press.ts";

/** What a widget of ours asks for. */
export type Wish =
  | { readonly is: "press"; readonly press: Press }
  /** The same screen once more, in the channel, for everybody to see. */
  | { readonly is: "post"; readonly press: Press }
  /** The form of a slip: to fill it in, to go on after its page, or to leave it. */
  | { readonly is: "fill" | "go-on" | "leave"; readonly slip: string }
  /** A command, as if it had been typed. */
  | { readonly is: "command"; readonly name: string };

/** The id a button or an option carries: a press code as on Telegram, or one of our own, which begins with a letter. */
export function encodeWish(wish: Wish): string {
  switch (wish.is) {
    case "press":
      return encodePress(wish.press);
    case "post":
      return `post:${encodePress(wish.press)}`;
    case "command":
      return `command:${wish.name}`;
    case "fill":
    case "go-on":
    case "leave":
      return `${wish.is}:${wish.slip}`;
  }
}

/** What an id asks for; undefined = not one of ours, or of another version. */
export function decodeWish(id: string): Wish | undefined {
  const [, kind, rest = ""] = /^(?:([a-z-]+):)?(.{1,60})$/.exec(id) ?? [];
  switch (kind) {
    case undefined:
    case "post": {
      const press = decodePress(rest);
      return press && { is: kind ?? "press", press };
    }
    case "fill":
    case "go-on":
    case "leave":
      return slipShape.test(rest) ? { is: kind, slip: rest } : undefined;
    case "command":
      return /^[a-z]{1,32}$/.test(rest) ? { is: "command", name: rest } : undefined;
    default:
      return undefined;
  }
}

const slipShape = /^[A-Za-z0-9_-]{8,43}$/;

/** A modal's own id: the slip its answers belong to. */
export function encodeModal(slip: string): string {
  return `answers:${slip}`;
}

/** The slip of a modal. */
export function decodeModal(id: string): string | undefined {
  const slip = id.startsWith("answers:") ? id.slice("answers:".length) : "";
  return slipShape.test(slip) ? slip : undefined;
}

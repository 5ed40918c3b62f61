import type { Cloud } from "../actions/test-app.ts";
import type { Services } from "../../src/actions/context/services.ts";
import type { Words } from "../../src/i18n/words.ts";
import type { Values } from "../../src/storage/field.ts";

/** A platform with the real bot on it and Mia in front of it: the same story is told on every one. */
export interface Front {
  readonly name: string;
  /** Uses a command with what belongs to it, in the order in which it is typed. */
  command(name: string, given?: Values): Promise<void>;
  /** Fills in the form that is asked for, of a kind of drive or of the app: question by question, in a modal or on a page. What is left out is skipped. */
  fill(form: string, answers: Values): Promise<void>;
  /** Presses the button with this sign or these words on it. */
  press(label: string): Promise<void>;
  /** Where the newest button with this sign or these words leads in a browser; fails when there is none. */
  address(label: string): Promise<string>;
  /** Opens what has this name in the newest list. */
  open(name: string): Promise<void>;
  /** Waits until a message says all of this, buttons included; the message's name, which stays when it is edited. */
  sees(...said: readonly string[]): Promise<string>;
  /** Everything that was asked of the actions, by name. */
  readonly did: readonly string[];
  /** The bot ends and starts again. */
  restart(): Promise<void>;
  /** Ends; throws when the platform had anything to complain about. */
  close(): Promise<void>;
}

interface FrontOptions {
  /** Those of drivers that bring some of their own; absent = those there are. */
  readonly words?: Words;
  /** What is different about the app behind it. */
  readonly changes?: Partial<Services>;
}

export type OpenFront = (cloud?: Cloud, options?: FrontOptions) => Promise<Front>;

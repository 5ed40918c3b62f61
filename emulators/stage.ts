/** What the demo page draws: chats as their people see them, on both platforms, in one shape. */
export interface PageState {
  readonly people: readonly PersonView[];
  readonly chats: readonly ChatView[];
}

/** Somebody one can be on the page. */
export interface PersonView {
  readonly id: string;
  readonly name: string;
  /** What their clients say: `en`, `zh-hans`. */
  readonly language: string;
}

/** One conversation as one person sees it. */
export interface ChatView {
  readonly id: string;
  readonly platform: "telegram" | "discord";
  /** Whose screen it is. */
  readonly person: string;
  readonly title: string;
  readonly kind: "private" | "group";
  readonly typing: boolean;
  readonly messages: readonly MessageView[];
  /** Commands offered while typing `/`. */
  readonly commands: readonly CommandView[];
  /** A sentence that shows for a moment (an answer to a press). */
  readonly toast?: { readonly id: number; readonly text: string };
  /** A form over the chat (Discord). */
  readonly modal?: ModalView;
}

export interface CommandView {
  readonly name: string;
  readonly description: string;
  /** What can follow the name (Discord): `path:`, `link:… pass-code:…`. */
  readonly usage?: string;
}

export interface MessageView {
  readonly id: string;
  readonly author: string;
  readonly mine: boolean;
  readonly bot: boolean;
  /** ms since the epoch */
  readonly at: number;
  readonly edited: boolean;
  /** Seen by this person alone. */
  readonly ephemeral: boolean;
  readonly parts: readonly TextPart[];
  readonly picture?: string;
  readonly morePictures?: readonly string[];
  readonly file?: FileView;
  readonly moreFiles?: readonly FileView[];
  readonly rows: readonly (readonly WidgetView[])[];
  /** The same things in the order they stand in, where the platform lets the bot choose it (Discord). */
  readonly layout?: readonly BlockView[];
}

/** A component of a message, where it stands. */
export type BlockView =
  | { readonly kind: "box"; readonly accent?: string; readonly blocks: readonly BlockView[] }
  | { readonly kind: "text"; readonly parts: readonly TextPart[] }
  | {
      readonly kind: "section";
      readonly parts: readonly TextPart[];
      /** What stands beside the text: one of these. */
      readonly picture?: string;
      readonly widget?: WidgetView;
    }
  | { readonly kind: "rule" }
  | { readonly kind: "picture"; readonly picture: string }
  | { readonly kind: "file"; readonly file: FileView }
  | { readonly kind: "row"; readonly row: readonly WidgetView[] };

export interface FileView {
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** Where it can be fetched: `/kept/…` is on the page's own server; absent = only shown. */
  readonly url?: string;
}

/** The bytes of a file that was sent in a chat. */
export interface KeptFile {
  readonly type: string;
  readonly bytes: Buffer;
}

export interface TextPart {
  readonly text: string;
  readonly style?:
    | "bold"
    | "italic"
    | "code"
    | "strike"
    | "underline"
    | "link"
    | "heading"
    | "quote"
    | "rule"
    | "small";
  readonly href?: string;
}

export type WidgetView =
  | { readonly kind: "press"; readonly label: string; readonly value: string; readonly style?: string }
  | { readonly kind: "url"; readonly label: string; readonly url: string }
  | { readonly kind: "copy"; readonly label: string; readonly text: string }
  | { readonly kind: "disabled"; readonly label: string }
  | {
      readonly kind: "select";
      readonly placeholder: string;
      readonly value: string;
      readonly options: readonly { readonly label: string; readonly value: string; readonly description?: string }[];
    };

export interface ModalView {
  readonly id: string;
  readonly title: string;
  /** What stands above the fields. */
  readonly parts?: readonly TextPart[];
  readonly fields: readonly {
    readonly id: string;
    readonly label: string;
    readonly hint?: string;
    readonly required: boolean;
    readonly value: string;
    /** More than one line. */
    readonly long?: boolean;
    /** What there is to choose from; absent = free text. */
    readonly options?: readonly { readonly label: string; readonly value: string }[];
  }[];
}

/** A call one of our parts made to a service, for the panel. Holds no secret. */
export interface CallView {
  readonly at: number;
  readonly to: "pikpak" | "telegram" | "discord";
  readonly what: string;
  readonly ok: boolean;
  readonly ms: number;
  /** A few words more: a status, a refusal. */
  readonly note?: string;
}

/** A file somebody picks on the page; its bytes are in base64. */
export interface AttachedFile {
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

/** What a person does on the page. */
export type BotInteraction =
  | { readonly do: "say"; readonly chat: string; readonly person: string; readonly text: string }
  | { readonly do: "attach"; readonly chat: string; readonly person: string; readonly files: readonly AttachedFile[] }
  | {
      readonly do: "press";
      readonly chat: string;
      readonly person: string;
      readonly message: string;
      readonly value: string;
    }
  | {
      readonly do: "select";
      readonly chat: string;
      readonly person: string;
      readonly message: string;
      readonly value: string;
      readonly option: string;
    }
  | {
      readonly do: "submit";
      readonly chat: string;
      readonly person: string;
      readonly values: Readonly<Record<string, string>>;
    }
  | { readonly do: "dismiss"; readonly chat: string; readonly person: string }
  | { readonly do: "speak"; readonly person: string; readonly language: string };

/** One platform's side of the page. */
export interface Stage {
  chats(): readonly ChatView[];
  /** A file whose bytes are here, by what follows `/kept/` in its address; undefined = there is none. */
  kept?(id: string): KeptFile | undefined;
  /** Carries an interaction out; resolves when the platform has taken it. Interactions for other platforms' chats are not passed here. */
  act(interaction: BotInteraction): Promise<void>;
  onChange(listener: () => void): void;
  onCall(listener: (call: CallView) => void): void;
}

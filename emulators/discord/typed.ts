import { objects, textOf } from "./layout.ts";
import { isObject, lengthOf } from "./schema.ts";
import { attachmentShape, channelType, memberShape, userShape } from "./shapes.ts";
import { permissionsIn, type Attachment, type Channel, type Command, type Json, type State } from "./state.ts";

/** A command line taken apart, as a client would send it. */
export interface Typed {
  readonly data: Json;
  /** `/browse`, `/mount add`. */
  readonly what: string;
}

/** Who types a command line, where, and how far they are. */
export interface TypingContext {
  readonly state: State;
  readonly channel: Channel;
  readonly cdn: string;
  /** What they who type speak: names go by it, too. */
  readonly locale: string;
  /** Values given apart from the line, by option name: files, and text with strange characters. */
  readonly given?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, Attachment>>;
  /** Still being typed: nothing is required, and the last option is in focus. */
  readonly unfinished?: boolean;
}

/** What something is called in a language, or by default. */
export function localName(own: Json, key: "name" | "description", locale: string): string {
  const names = own[`${key}_localizations`];
  const near = locale === "en-GB" ? "en-US" : locale === "en-US" ? "en-GB" : locale;
  const local = isObject(names) ? (names[locale] ?? names[near]) : undefined;
  return textOf(local ?? own[key]);
}

/** Reads `/browse path:/Movies` or `/browse /Movies` the way the client's box does. */
export function readTyped(commands: readonly Command[], line: string, context: TypingContext): Typed {
  const words = line.trim().replace(/^\//, "");
  const found = commands
    .filter(({ type }) => type === 1)
    .flatMap((command) => namesOf(command.body, context.locale).map((name) => ({ command, name })))
    .filter(({ name }) => words === name || words.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (!found) throw new Error(`no command here fits /${words.split(" ")[0]}`);
  const resolved: Resolved = {};
  const { options, path } = readOptions(objects(found.command.body["options"]), words.slice(found.name.length).trim(), {
    ...context,
    resolved,
  });
  const data = {
    id: found.command.id,
    name: found.command.name,
    type: 1,
    ...(found.command.guild !== undefined && { guild_id: found.command.guild }),
    ...(options.length > 0 && { options }),
    ...(Object.keys(resolved).length > 0 && { resolved }),
  };
  return { data, what: ["/" + found.command.name, ...path].join(" ") };
}

interface Resolved {
  users?: Record<string, Json>;
  members?: Record<string, Json>;
  channels?: Record<string, Json>;
  attachments?: Record<string, Json>;
}

type Reading = TypingContext & { readonly resolved: Resolved };

function namesOf(own: Json, locale: string): string[] {
  return [...new Set([String(own["name"]), localName(own, "name", locale)])];
}

function readOptions(
  known: readonly Json[],
  rest: string,
  reading: Reading,
): { options: readonly Json[]; path: readonly string[] } {
  const nested = known.filter(({ type }) => type === 1 || type === 2);
  if (nested.length === 0) return { options: readValues(known, rest, reading), path: [] };
  const word = rest.split(/\s+/)[0] ?? "";
  const sub = nested.find((option) => namesOf(option, reading.locale).includes(word));
  if (!sub) throw new Error(`one of ${nested.map(({ name }) => name).join(", ")} must follow, not "${word}"`);
  const inner = readOptions(objects(sub["options"]), rest.slice(word.length).trim(), reading);
  const option = { name: sub["name"], type: sub["type"], options: inner.options };
  return { options: [option], path: [String(sub["name"]), ...inner.path] };
}

function readValues(known: readonly Json[], rest: string, reading: Reading): Json[] {
  const written = splitValues(known, rest, reading.locale);
  const given = { ...reading.given, ...reading.files };
  const stranger = Object.keys(given).find((name) => !known.some((option) => option["name"] === name));
  if (stranger !== undefined) throw new Error(`there is no option ${stranger}`);
  const last = written.at(-1)?.option;
  return known.flatMap((option) => {
    const name = String(option["name"]);
    const text = written.find((one) => one.option === option)?.text;
    const value: unknown = text ?? given[name];
    if (value === undefined) {
      if (option["required"] === true && !reading.unfinished) throw new Error(`the option ${name} is required`);
      return [];
    }
    const focused = reading.unfinished && option === last;
    if (focused && option["autocomplete"] !== true) throw new Error(`${name} offers nothing while it is typed`);
    return [
      {
        name,
        type: option["type"],
        value: focused ? value : valueOf(option, value, reading),
        ...(focused && { focused: true }),
      },
    ];
  });
}

/** `name:value` pairs, a value reaching to the next name; without any name, all of it is the first option's. */
function splitValues(known: readonly Json[], rest: string, locale: string): { option: Json; text: string }[] {
  if (rest === "") return [];
  const marks = known
    .flatMap((option) =>
      namesOf(option, locale).flatMap((name) =>
        [
          ...rest.matchAll(new RegExp(`(?:^|\\s)${name.replaceAll(/[-/\\^$*+?.()|[\]{}]/g, String.raw`\$&`)}:`, "g")),
        ].map((match) => ({ option, start: match.index, end: match.index + match[0].length })),
      ),
    )
    .sort((a, b) => a.start - b.start);
  const first = known[0];
  if (marks[0]?.start !== 0) {
    if (!first) throw new Error(`this command takes no options, and "${rest}" was typed`);
    if (marks.length === 0) return [{ option: first, text: rest }];
    return [{ option: first, text: rest.slice(0, marks[0]?.start).trim() }, ...slices(rest, marks)];
  }
  return slices(rest, marks);
}

function slices(
  rest: string,
  marks: readonly { option: Json; start: number; end: number }[],
): { option: Json; text: string }[] {
  return marks.map(({ option, end }, n) => ({ option, text: rest.slice(end, marks[n + 1]?.start).trim() }));
}

/** The value a client would send, or why it would not. */
function valueOf(option: Json, value: unknown, reading: Reading): unknown {
  const name = String(option["name"]);
  const choices = objects(option["choices"]);
  if (choices.length > 0) {
    const chosen = choices.find(
      (choice) => choice["value"] === value || namesOf(choice, reading.locale).includes(String(value)),
    );
    if (!chosen) throw new Error(`${name} is one of ${choices.map((choice) => choice["name"]).join(", ")}`);
    return chosen["value"];
  }
  switch (option["type"]) {
    case 3:
      return textValue(option, String(value));
    case 4:
    case 10:
      return numberValue(option, Number(value));
    case 5:
      return value === true || value === "true" || value === "True";
    case 6:
    case 9:
      return userValue(String(value), reading);
    case 7:
      return channelValue(String(value), reading);
    case 11:
      return fileValue(name, reading);
    default:
      throw new Error(`nobody can fill in ${name}`);
  }
}

function textValue(option: Json, text: string): string {
  const { min_length: min, max_length: max } = option;
  const length = lengthOf(text);
  if (length > (typeof max === "number" ? max : 6000) || length < (typeof min === "number" ? min : 0))
    throw new Error(`${textOf(option["name"])} is too long or too short`);
  return text;
}

function numberValue(option: Json, value: number): number {
  const { min_value: min, max_value: max } = option;
  const whole = option["type"] !== 4 || Number.isInteger(value);
  if (!Number.isFinite(value) || !whole) throw new Error(`${textOf(option["name"])} is a number`);
  if ((typeof min === "number" && value < min) || (typeof max === "number" && value > max))
    throw new Error(`${textOf(option["name"])} is too large or too small`);
  return value;
}

function userValue(text: string, { state, channel, resolved }: Reading): string {
  const wanted = text.replace(/^<?@?/, "").replace(/>$/, "");
  const user = [...state.users.values()].find(({ id, name }) => id === wanted || name === wanted);
  if (!user) throw new Error(`nobody is called ${wanted}`);
  resolved.users = { ...resolved.users, [user.id]: userShape(user) };
  if (channel.guild?.members.has(user.id))
    resolved.members = { ...resolved.members, [user.id]: resolvedMember(state, channel, user.id) };
  return user.id;
}

/** A member without its user, as `resolved` holds them. */
export function resolvedMember(state: State, channel: Channel, userId: string): Json {
  if (!channel.guild) return {};
  const { user: _user, deaf: _deaf, mute: _mute, ...member } = memberShape(state, channel.guild, userId);
  return { ...member, permissions: permissionsIn(channel, userId).toString() };
}

function channelValue(text: string, { state, channel, resolved }: Reading): string {
  const wanted = text.replace(/^<?#?/, "").replace(/>$/, "");
  const found = [...state.channels.values()].find(
    (other) => other.guild && other.guild === channel.guild && (other.id === wanted || other.name === wanted),
  );
  if (!found) throw new Error(`no channel is called ${wanted}`);
  resolved.channels = {
    ...resolved.channels,
    [found.id]: { id: found.id, name: found.name, type: channelType(found), permissions: "0", parent_id: null },
  };
  return found.id;
}

function fileValue(name: string, { state, files, resolved, channel, cdn }: Reading): string {
  const file = files?.[name];
  if (!file) throw new Error(`${name} is a file`);
  resolved.attachments = {
    ...resolved.attachments,
    [file.id]: { ...attachmentShape(state, { channel, attachment: file, cdn }), ephemeral: true },
  };
  return file.id;
}

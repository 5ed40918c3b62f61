import { command as commandRule, commandName, shapes } from "./bodies.ts";
import { objects, textOf } from "./layout.ts";
import { refusals, type Path, type Problem } from "./refusal.ts";
import { check, isObject, lengthOf } from "./schema.ts";
import type { Command, Json, State } from "./state.ts";

/** How many of a kind an app may have in one scope, by type. */
const most: Readonly<Record<number, number>> = { 1: 100, 2: 15, 3: 15 };
/** Creates a day and scope. */
const dailyCreates = 200;
const day = 86_400_000;

/** The commands of an app: the global ones, and those of single guilds. */
export interface Registry {
  list(guild?: string): Command[];
  get(id: string, guild?: string): Command;
  /** Adds one, or replaces the one of the same name and type. */
  put(body: unknown, guild?: string): { command: Command; created: boolean };
  change(id: string, body: unknown, guild?: string): Command;
  remove(id: string, guild?: string): void;
  /** Exactly these from now on; those of a known name keep their id. */
  replace(bodies: unknown, guild?: string): Command[];
}

export function createRegistry(state: State): Registry {
  const creates = new Map<string, number[]>();
  const list = (guild?: string) => [...state.commands.values()].filter((command) => command.guild === guild);
  const twin = (guild: string | undefined, { name, type }: { name: string; type: number }) =>
    list(guild).find((command) => command.name === name && command.type === type);
  const count = (guild: string | undefined, made: number) => {
    const now = state.clock.now();
    const recent = (creates.get(guild ?? "") ?? []).filter((at) => now - at < day);
    if (recent.length + made > dailyCreates) throw refusals.tooManyCreates();
    creates.set(guild ?? "", [...recent, ...Array.from({ length: made }, () => now)]);
  };
  const store = (body: Json, guild: string | undefined, id: string): Command => {
    const { name, type } = identityOf(body);
    const known = state.commands.get(id);
    const version = known && JSON.stringify(known.body) === JSON.stringify(body) ? known.version : state.id();
    const command: Command = { id, type, name, version, body, ...(guild !== undefined && { guild }) };
    state.commands.set(id, command);
    return command;
  };
  const checkRoom = (guild: string | undefined, type: number) => {
    if (list(guild).filter((command) => command.type === type).length >= (most[type] ?? 0))
      throw refusals.tooManyCommands();
  };
  const get = (id: string, guild?: string) => {
    const command = state.commands.get(id);
    if (!command || command.guild !== guild) throw refusals.unknownCommand();
    return command;
  };
  return {
    list,
    get,
    put(body, guild) {
      const checked = checkedCommand(body, []);
      const identity = identityOf(checked);
      const known = twin(guild, identity);
      if (!known) {
        checkRoom(guild, identity.type);
        count(guild, 1);
      }
      const command = store(bodyOf(checked), guild, known?.id ?? state.id());
      state.changed();
      return { command, created: !known };
    },
    change(id, body, guild) {
      const known = get(id, guild);
      if (!isObject(body)) throw refusals.invalidForm(check(shapes, commandRule, body));
      const checked = checkedCommand({ ...known.body, type: known.type, ...body }, []);
      const other = twin(guild, identityOf(checked));
      if (other && other !== known) throw refusals.invalidForm([duplicateName(["name"])]);
      const changed = store(bodyOf(checked), guild, id);
      state.changed();
      return changed;
    },
    remove(id, guild) {
      get(id, guild);
      state.commands.delete(id);
      state.changed();
    },
    replace(bodies, guild) {
      const checked = checkedSet(bodies);
      const planned = checked.map((body) => ({ body, known: twin(guild, identityOf(body)) }));
      count(guild, planned.filter(({ known }) => !known).length);
      for (const old of list(guild)) if (!planned.some(({ known }) => known === old)) state.commands.delete(old.id);
      const stored = planned.map(({ body, known }) => store(bodyOf(body), guild, known?.id ?? state.id()));
      state.changed();
      return stored;
    },
  };
}

function bodyOf({ id: _id, ...body }: Json): Json {
  return body;
}

function identityOf(body: Json): { name: string; type: number } {
  return { name: String(body["name"]), type: typeof body["type"] === "number" ? body["type"] : 1 };
}

function checkedCommand(body: unknown, path: Path): Json {
  const wrong = check(shapes, commandRule, body, path);
  if (wrong.length > 0 || !isObject(body)) throw refusals.invalidForm(wrong);
  const problems = commandProblems(body, path);
  if (problems.length > 0) throw refusals.invalidForm(problems);
  return body;
}

function checkedSet(bodies: unknown): Json[] {
  const wrong = check(shapes, { is: "list", of: commandRule, max: 130 }, bodies);
  if (wrong.length > 0) throw refusals.invalidForm(wrong);
  const problems: Problem[] = [
    ...objects(bodies).flatMap((body, n) => commandProblems(body, [n])),
    ...sameNames(objects(bodies)),
  ];
  if (problems.length > 0) throw refusals.invalidForm(problems);
  const checked = objects(bodies);
  for (const [type, allowed] of Object.entries(most))
    if (checked.filter((body) => identityOf(body).type === Number(type)).length > allowed)
      throw refusals.tooManyCommands();
  return [...checked];
}

function sameNames(bodies: readonly Json[]): Problem[] {
  const seen = new Set<string>();
  return bodies.flatMap((body, n) => {
    const { name, type } = identityOf(body);
    const key = `${type} ${name}`;
    if (!seen.has(key)) return seen.add(key) && [];
    return [duplicateName([n])];
  });
}

function duplicateName(path: Path): Problem {
  return {
    path,
    code: "APPLICATION_COMMANDS_DUPLICATE_NAME",
    message: "Application command names must be unique",
  };
}

/** What the published types leave out about a command. */
function commandProblems(body: Json, path: Path): Problem[] {
  const chatInput = identityOf(body).type === 1;
  return [
    ...(chatInput ? nameProblems(body, path) : []),
    ...(chatInput ? optionsProblems(body["options"], [...path, "options"], 0) : []),
    ...(chatInput && sizeOf(body) > 8000
      ? [{ path, code: "APPLICATION_COMMAND_TOO_LARGE", message: "Command exceeds maximum size (8000)" }]
      : []),
  ];
}

function nameProblems(own: Json, path: Path): Problem[] {
  const localized = isObject(own["name_localizations"]) ? Object.entries(own["name_localizations"]) : [];
  const names: (readonly [unknown, Path])[] = [
    [own["name"], [...path, "name"]],
    ...localized.map(([locale, name]) => [name, [...path, "name_localizations", locale]] as const),
  ];
  return names
    .filter(([name]) => typeof name === "string" && (!commandName.test(name) || name !== name.toLowerCase()))
    .map(([, where]) => ({
      path: where,
      code: "APPLICATION_COMMAND_INVALID_NAME",
      message: "Command name is invalid",
    }));
}

function optionsProblems(value: unknown, path: Path, depth: number): Problem[] {
  const options = objects(value);
  return [
    ...options.flatMap((option, n) => optionProblems(option, [...path, n], depth)),
    ...orderProblems(options, path),
    ...mixProblems(options, path),
    ...sameOptionNames(options, path),
  ];
}

function optionProblems(option: Json, path: Path, depth: number): Problem[] {
  const type = option["type"];
  const tooDeep = (type === 2 && depth > 0) || (type === 1 && depth > 1);
  const nested = type === 1 || type === 2;
  const strangers = nested ? objects(option["options"]).some((inner) => (type === 2) !== (inner["type"] === 1)) : false;
  return [
    ...nameProblems(option, path),
    ...(tooDeep || strangers
      ? [
          {
            path: [...path, "type"],
            code: "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            message: "Sub-commands and groups can only be nested as command > group > sub-command",
          },
        ]
      : []),
    ...(option["autocomplete"] === true && objects(option["choices"]).length > 0
      ? [
          {
            path: [...path, "autocomplete"],
            code: "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE",
            message: "Autocomplete cannot be set to true if choices are present",
          },
        ]
      : []),
    ...(nested ? optionsProblems(option["options"], [...path, "options"], depth + (type === 2 ? 1 : 2)) : []),
    ...choiceProblems(objects(option["choices"]), [...path, "choices"]),
  ];
}

function choiceProblems(choices: readonly Json[], path: Path): Problem[] {
  const seen = new Set<unknown>();
  return choices.flatMap(({ name }, n) => {
    if (!seen.has(name)) return seen.add(name) && [];
    return [
      {
        path: [...path, n, "name"],
        code: "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATED",
        message: "Choice names must be unique",
      },
    ];
  });
}

function orderProblems(options: readonly Json[], path: Path): Problem[] {
  return options.flatMap((option, n) =>
    option["required"] === true && options.slice(0, n).some((earlier) => earlier["required"] !== true)
      ? [
          {
            path: [...path, n],
            code: "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            message: "Required options must be placed before non-required options",
          },
        ]
      : [],
  );
}

function mixProblems(options: readonly Json[], path: Path): Problem[] {
  const nested = options.filter(({ type }) => type === 1 || type === 2).length;
  return nested > 0 && nested < options.length
    ? [
        {
          path,
          code: "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
          message: "Sub-command and sub-command group option types are mutually exclusive to all other types",
        },
      ]
    : [];
}

/** Names may not repeat, in any language by itself. */
function sameOptionNames(options: readonly Json[], path: Path): Problem[] {
  const seen = new Set<string>();
  return options.flatMap((option, n) => {
    const localized = isObject(option["name_localizations"]) ? Object.entries(option["name_localizations"]) : [];
    const keys = [
      `default ${textOf(option["name"])}`,
      ...localized.map(([locale, name]) => `${locale} ${textOf(name)}`),
    ];
    const twice = keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return twice
      ? [
          {
            path: [...path, n, "name"],
            code: "APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
            message: "Option names must be unique",
          },
        ]
      : [];
  });
}

/** What counts against the size of a command: each field in its longest language. */
function sizeOf(own: Json): number {
  const longest = (key: string) => {
    const other = own[`${key}_localizations`];
    const texts = [own[key], ...(isObject(other) ? Object.values(other) : [])];
    return Math.max(...texts.map((text) => (typeof text === "string" ? lengthOf(text) : 0)));
  };
  const value = typeof own["value"] === "string" ? lengthOf(own["value"]) : 0;
  const inside = [...objects(own["options"]), ...objects(own["choices"])];
  return longest("name") + longest("description") + value + inside.reduce((sum, item) => sum + sizeOf(item), 0);
}

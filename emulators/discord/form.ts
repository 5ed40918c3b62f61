import { component, objects, textOf } from "./layout.ts";
import { handedIn, type OwnFile } from "./own-file.ts";
import { isObject, lengthOf } from "./schema.ts";
import { attachmentShape } from "./shapes.ts";
import { inputsOf } from "./sight.ts";
import type { Interaction, Json, State } from "./state.ts";

/** What can be put into a field. */
export type Value = string | boolean | readonly string[] | OwnFile;

/** A submitted modal, after the checks its client makes before it lets anybody submit. */
export function filled(
  state: State,
  { shown, values, cdn }: { shown: Interaction; values: Readonly<Record<string, Value>>; cdn: string },
): { data: Json[]; resolved?: Json } {
  const modal = shown.modal ?? {};
  const inputs = inputsOf(modal);
  const names = inputs.flatMap(({ input, label }) => [label, textOf(input["custom_id"])]);
  const stray = Object.keys(values).find((name) => !names.includes(name));
  if (stray !== undefined)
    throw new Error(`the form asks for ${inputs.map(({ label }) => label).join(", ")}, not for ${stray}`);
  const attachments: Record<string, Json> = {};
  const valueFor = (input: Json): Value | undefined => {
    const label = inputs.find((one) => one.input === input)?.label;
    const key = [label, String(input["custom_id"])].find((name) => name !== undefined && name in values);
    return key === undefined ? undefined : values[key];
  };
  const submit = (input: Json): Json => {
    const value = valueFor(input);
    const { type, id } = input;
    const base = { type, id: typeof id === "number" ? id : 0, custom_id: input["custom_id"] };
    if (type === component.upload && isObject(value)) {
      // What is an object and no list is a file.
      const file = handedIn(state, shown.channel, value as OwnFile);
      attachments[file.id] = attachmentShape(state, { channel: shown.channel, attachment: file, cdn });
      return { ...base, values: [file.id] };
    }
    return { ...base, ...inputValue(input, value) };
  };
  const data = objects(modal["components"]).map((own, n) => {
    const base = { type: own["type"], id: typeof own["id"] === "number" ? own["id"] : n + 1 };
    if (own["type"] === component.row) return { ...base, components: objects(own["components"]).map(submit) };
    return isObject(own["component"]) ? { ...base, component: submit(own["component"]) } : base;
  });
  return { data, ...(Object.keys(attachments).length > 0 && { resolved: { attachments } }) };
}

function inputValue(input: Json, value: Value | undefined): Json {
  const name = String(input["custom_id"]);
  const isRequired = input["required"] !== false;
  switch (input["type"]) {
    case component.textInput: {
      const text = typeof value === "string" ? value : value === undefined ? textOf(input["value"]) : "";
      const min = typeof input["min_length"] === "number" ? input["min_length"] : 0;
      const max = typeof input["max_length"] === "number" ? input["max_length"] : 4000;
      if (isRequired && text === "") throw new Error(`the form wants ${name}`);
      if (text !== "" && (lengthOf(text) < min || lengthOf(text) > max))
        throw new Error(`the form takes ${min} to ${max} characters for ${name}`);
      return { value: text };
    }
    case component.checkbox:
      return { value: value === undefined ? input["default"] === true : value === true || value === "true" };
    case component.radio: {
      const chosen = chosenValues(input, value)[0];
      if (isRequired && chosen === undefined) throw new Error(`the form wants ${name}`);
      return { value: chosen ?? null };
    }
    default: {
      const chosen = chosenValues(input, value);
      if (isRequired && chosen.length === 0) throw new Error(`the form wants ${name}`);
      return { values: chosen };
    }
  }
}

/** What was picked, by label or value; untouched = what stands there already. */
function chosenValues(input: Json, value: Value | undefined): string[] {
  const options = objects(input["options"]);
  if (value === undefined || value === "")
    return options.filter((option) => option["default"] === true).map((option) => String(option["value"]));
  const wanted: readonly string[] = Array.isArray(value) ? value : [textOf(value)];
  if (options.length === 0) return [...wanted];
  return wanted.map((one) => {
    const option = options.find(({ label, value: own }) => label === one || own === one);
    if (!option) throw new Error(`${String(input["custom_id"])} offers no ${one}`);
    return String(option["value"]);
  });
}

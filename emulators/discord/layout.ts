import type { Path, Problem } from "./refusal.ts";
import { isObject, lengthOf } from "./schema.ts";
import type { Json } from "./state.ts";

/** A component and its place in the body. */
export interface Placed {
  readonly component: Json;
  readonly path: Path;
}

/** The kinds of components that go by number on the wire. */
export const component = {
  row: 1,
  button: 2,
  stringSelect: 3,
  textInput: 4,
  userSelect: 5,
  roleSelect: 6,
  mentionableSelect: 7,
  channelSelect: 8,
  section: 9,
  text: 10,
  thumbnail: 11,
  gallery: 12,
  file: 13,
  separator: 14,
  container: 17,
  label: 18,
  upload: 19,
  radio: 21,
  checkboxes: 22,
  checkbox: 23,
} as const;

/** Every component, from the outside in and from top to bottom. */
export function placed(components: readonly Json[], path: Path = ["components"]): Placed[] {
  return components.flatMap((own, n) => withChildren(own, [...path, n]));
}

function withChildren(own: Json, path: Path): Placed[] {
  const children = Array.isArray(own["components"]) ? placed(objects(own["components"]), [...path, "components"]) : [];
  const beside = isObject(own["accessory"]) ? withChildren(own["accessory"], [...path, "accessory"]) : [];
  const inside = isObject(own["component"]) ? withChildren(own["component"], [...path, "component"]) : [];
  return [{ component: own, path }, ...children, ...beside, ...inside];
}

/** The objects of a list that came from outside. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((item): item is Json => isObject(item)) : [];
}

const selects: readonly number[] = [
  component.stringSelect,
  component.userSelect,
  component.roleSelect,
  component.mentionableSelect,
  component.channelSelect,
];

/** Whether it is a menu of any sort. */
export function isSelect(own: Json): boolean {
  return typeof own["type"] === "number" && selects.includes(own["type"]);
}

/** What the published types leave out about the components of a message. */
export function layoutProblems(components: readonly Json[], v2: boolean): Problem[] {
  const all = placed(components);
  return [
    ...topLevelProblems(components, v2),
    ...(all.length > 40
      ? [problem(["components"], "COMPONENT_MAX_TOTAL", "The total number of components exceeds the maximum of 40.")]
      : []),
    ...textProblems(all),
    ...all.flatMap(ownProblems),
    ...duplicates(all, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"),
    ...duplicates(all, "id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated"),
  ];
}

function topLevelProblems(components: readonly Json[], v2: boolean): Problem[] {
  if (v2) return [];
  const strange = components.flatMap((own, n) =>
    own["type"] === component.row
      ? []
      : [problem(["components", n, "type"], "UNION_TYPE_CHOICES", 'Value of field "type" must be one of (1,).')],
  );
  const many =
    components.length > 5
      ? [problem(["components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.")]
      : [];
  return [...strange, ...many];
}

function textProblems(all: readonly Placed[]): Problem[] {
  const texts = all.filter(({ component: own }) => own["type"] === component.text);
  const total = texts.reduce((sum, { component: own }) => sum + lengthOf(String(own["content"])), 0);
  return total > 4000
    ? [
        problem(
          ["components"],
          "COMPONENT_TEXT_MAX_LENGTH",
          "The total length of all text displays must be 4000 or fewer.",
        ),
      ]
    : [];
}

function ownProblems({ component: own, path }: Placed): Problem[] {
  if (own["type"] === component.row) return rowProblems(own, path);
  if (own["type"] === component.button) return buttonProblems(own, path);
  if (own["type"] === component.stringSelect) return [...countProblems(own, path), ...optionProblems(own, path)];
  if (own["type"] === component.radio || own["type"] === component.checkboxes) return optionProblems(own, path);
  return isSelect(own) ? countProblems(own, path) : [];
}

function rowProblems(own: Json, path: Path): Problem[] {
  const inside = objects(own["components"]);
  return inside.length > 1 && inside.some(isSelect)
    ? [
        problem(
          [...path, "components"],
          "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
          "The specified component exceeds the maximum width of 5 units",
        ),
      ]
    : [];
}

/** The keys of which a button has exactly the one that its style asks for. */
function buttonProblems(own: Json, path: Path): Problem[] {
  const style = numberOr(own["style"], 1);
  const wanted = style === 5 ? "url" : style === 6 ? "sku_id" : "custom_id";
  const wrong = ["custom_id", "url", "sku_id"]
    .filter((key) => key !== wanted && own[key] !== undefined)
    .map((key) =>
      problem([...path, key], "BUTTON_COMPONENT_INVALID_FIELD", `A button of style ${style} cannot have a ${key}.`),
    );
  const missing =
    own[wanted] === undefined
      ? [problem([...path, wanted], "BASE_TYPE_REQUIRED", `A button of style ${style} must have a ${wanted}.`)]
      : [];
  const faceless = own["emoji"] === undefined && (own["label"] === undefined || own["label"] === "");
  const bare =
    style !== 6 && faceless
      ? [problem(path, "BUTTON_COMPONENT_INVALID_EMPTY", "A button must have a label or an emoji")]
      : [];
  return [...wrong, ...missing, ...bare];
}

function countProblems(own: Json, path: Path): Problem[] {
  const min = numberOr(own["min_values"], 1);
  const max = numberOr(own["max_values"], 1);
  const most = own["type"] === component.stringSelect ? objects(own["options"]).length : 25;
  return [
    ...(min > max
      ? [
          problem(
            [...path, "min_values"],
            "COMPONENT_MIN_VALUES_EXCEEDS_MAX",
            "min_values must be less than or equal to max_values",
          ),
        ]
      : []),
    ...(max > most
      ? [
          problem(
            [...path, "max_values"],
            "COMPONENT_MAX_VALUES_EXCEEDS_OPTIONS",
            "max_values must be less than or equal to the number of options",
          ),
        ]
      : []),
  ];
}

function optionProblems(own: Json, path: Path): Problem[] {
  const options = objects(own["options"]);
  const seen = new Set<unknown>();
  const twice = options.flatMap(({ value }, n) => {
    if (!seen.has(value)) return seen.add(value) && [];
    return [
      problem(
        [...path, "options", n, "value"],
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        "The specified option value is already used",
      ),
    ];
  });
  const chosen = options.filter((option) => option["default"] === true).length;
  const most = own["type"] === component.radio ? 1 : numberOr(own["max_values"], own["type"] === 22 ? 10 : 1);
  const tooMany =
    chosen > most
      ? [problem([...path, "options"], "SELECT_COMPONENT_TOO_MANY_DEFAULTS", "More options are set than may be chosen")]
      : [];
  return [...twice, ...tooMany];
}

function duplicates(all: readonly Placed[], key: string, code: string, message: string): Problem[] {
  const seen = new Set<unknown>();
  return all.flatMap(({ component: own, path }) => {
    const value = own[key];
    // Zero means that Discord shall number the component.
    if (value === undefined || value === 0) return [];
    if (!seen.has(value)) return seen.add(value) && [];
    return [problem([...path, key], code, message)];
  });
}

/** What the published types leave out about a modal. */
export function modalProblems(components: readonly Json[]): Problem[] {
  const all = placed(components);
  const inRow = components.flatMap((own, n) =>
    own["type"] === component.row
      ? objects(own["components"])
          .filter((input) => input["label"] === undefined)
          .map(() =>
            problem(["components", n, "components", 0, "label"], "BASE_TYPE_REQUIRED", "This field is required"),
          )
      : [],
  );
  const inLabel = components.flatMap((own, n) =>
    own["type"] === component.label && isObject(own["component"]) && own["component"]["label"] !== undefined
      ? [
          problem(
            ["components", n, "component", "label"],
            "TEXT_INPUT_LABEL_IN_LABEL",
            "A text input in a label cannot have a label of its own",
          ),
        ]
      : [],
  );
  const noInput = all.some(({ component: own }) => own["custom_id"] !== undefined)
    ? []
    : [problem(["components"], "MODAL_WITHOUT_INPUT", "A modal must ask for something")];
  return [
    ...inRow,
    ...inLabel,
    ...noInput,
    ...textProblems(all),
    ...all.flatMap(({ component: own, path }) => [
      ...ownProblems({ component: own, path }),
      ...inputProblems(own, path),
    ]),
    ...duplicates(all, "custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"),
    ...duplicates(all, "id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated"),
  ];
}

function inputProblems(own: Json, path: Path): Problem[] {
  if (isSelect(own) && own["disabled"] === true)
    return [problem([...path, "disabled"], "COMPONENT_DISABLED_IN_MODAL", "A select in a modal cannot be disabled")];
  if (own["type"] !== component.textInput) return [];
  const min = numberOr(own["min_length"], 0);
  const max = numberOr(own["max_length"], 4000);
  const value = own["value"];
  return [
    ...(min > max
      ? [problem([...path, "min_length"], "TEXT_INPUT_MIN_EXCEEDS_MAX", "min_length must not exceed max_length")]
      : []),
    ...(typeof value === "string" && lengthOf(value) > max
      ? [problem([...path, "value"], "BASE_TYPE_MAX_LENGTH", `Must be ${max} or fewer in length.`)]
      : []),
  ];
}

/** What it refers to of the message's own files: `attachment://name`. */
export function references(components: readonly Json[], embeds: readonly Json[]): { name: string; path: Path }[] {
  const media = placed(components).flatMap(({ component: own, path }) => {
    if (own["type"] === component.thumbnail) return [{ url: urlOf(own["media"]), path: [...path, "media", "url"] }];
    if (own["type"] === component.file) return [{ url: urlOf(own["file"]), path: [...path, "file", "url"] }];
    if (own["type"] !== component.gallery) return [];
    return objects(own["items"]).map((item, n) => ({
      url: urlOf(item["media"]),
      path: [...path, "items", n, "media", "url"],
    }));
  });
  const pictures = embeds.flatMap((embed, n) =>
    ["image", "thumbnail"].map((key) => ({ url: urlOf(embed[key]), path: ["embeds", n, key, "url"] })),
  );
  return [...media, ...pictures].flatMap(({ url, path }) =>
    url?.startsWith("attachment://") ? [{ name: url.slice("attachment://".length), path }] : [],
  );
}

/** The address inside a media item. */
export function urlOf(media: unknown): string | undefined {
  return isObject(media) && typeof media["url"] === "string" ? media["url"] : undefined;
}

/** A word of the body as text; anything that is none is nothing. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? `${value}` : "";
}

export function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}

function problem(path: Path, code: string, message: string): Problem {
  return { path, code, message };
}

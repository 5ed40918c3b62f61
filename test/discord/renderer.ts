import { MessageFlags } from "discord.js";
import { decodeWidgetAction } from "../../src/discord/ids.ts";
import { formSheet, isModal, paintModal } from "../../src/discord/screens/form.ts";
import { paint } from "../../src/discord/screens/paint.ts";
import { painterFor, type Painter } from "../../src/discord/screens/painter.ts";
import { paintSheet, type Painted } from "../../src/discord/screens/sheet.ts";
import { callback, shapes } from "../../emulators/discord/bodies.ts";
import { layoutProblems, modalProblems, placed, references } from "../../emulators/discord/layout.ts";
import type { Problem } from "../../emulators/discord/refusal.ts";
import { check } from "../../emulators/discord/schema.ts";
import type { Json } from "../../emulators/discord/state.ts";
import { loadWords } from "../../src/i18n/words.ts";
import type { ScreenRenderer, Drawn, DrawnScreen } from "../contracts/screens.ts";

const words = loadWords();
const now = Date.UTC(2026, 10, 24, 12);

/** Discord's renderers, held against what Discord takes. */
export const discordRenderer: ScreenRenderer = {
  name: "Discord",
  rows: 25,
  draw(screen, language, place) {
    const painter = painterFor({
      words,
      language,
      place,
      canPost: place === "private",
      chat: place === "private" ? "direct" : "server",
      now,
    });
    const drawn = drawnOf(painted(painter, screen));
    if (screen.show !== "form" || !isModal(screen)) return drawn;
    return { ...drawn, problems: [...drawn.problems, ...modalFaults(json(paintModal(painter, screen, "formform")))] };
  },
};

/** A screen as a message. */
function painted(painter: Painter, screen: DrawnScreen): Painted {
  return screen.show === "form" ? paintSheet(formSheet(painter, screen, "formform")) : paint(painter, screen);
}

function drawnOf({ components, files }: Painted): Drawn {
  const list = json(components) as unknown as readonly Json[];
  const all = placed(list).map(({ component }) => component);
  const data = { flags: MessageFlags.IsComponentsV2, components: list, allowed_mentions: { parse: [] } };
  const texts = all.flatMap((own) => (typeof own["content"] === "string" ? [own["content"]] : []));
  const ids = all.flatMap((own) => [own["custom_id"], ...optionsOf(own)]).filter((id) => typeof id === "string");
  const referred = references(list, []).map(({ name }) => name);
  return {
    text: texts.join("\n"),
    presses: ids.flatMap((id) => {
      const widgetAction = decodeWidgetAction(id);
      if (widgetAction?.is === "press") return [id];
      return widgetAction?.is === "post" ? [id.slice("post:".length)] : [];
    }),
    problems: [
      ...[...check(shapes, callback, { type: 4, data }), ...layoutProblems(list, true)].map(inWords),
      ...(all.length > 40 ? [`${all.length} components`] : []),
      ...(texts.join("").length > 4000 ? [`${texts.join("").length} characters`] : []),
      ...ids.filter((id) => id.length > 100).map((id) => `id of ${id.length}`),
      ...ids.filter((id) => !/^menu(-2)?$/.test(id) && !decodeWidgetAction(id)).map((id) => `nobody knows ${id}`),
      ...(new Set(ids).size === ids.length ? [] : ["an id twice"]),
      ...(String(files.map(({ name }) => name)) === String(referred) ? [] : ["a file nobody refers to"]),
    ],
  };
}

function optionsOf(own: Json): unknown[] {
  return Array.isArray(own["options"]) ? own["options"].map((option: Json) => option["value"]) : [];
}

function modalFaults(data: Json): string[] {
  const list = data["components"] as readonly Json[];
  return [
    ...[...check(shapes, callback, { type: 9, data }), ...modalProblems(list)].map(inWords),
    ...(list.length === 0 || list.length > 5 ? [`${list.length} questions`] : []),
  ];
}

function inWords({ path, code, message }: Problem): string {
  return `${path.join(".")}: ${code} ${message}`;
}

/** As it goes over the wire. */
function json(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

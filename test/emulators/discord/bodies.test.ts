import { expect, test } from "vitest";
import { call, openTestApp, type TestApp } from "./test-app.ts";

const v2 = 1 << 15;
const text = (content: string) => ({ type: 10, content });
const button = (more: object = {}) => ({ type: 2, style: 1, label: "Go", custom_id: "go", ...more });
const row = (...components: object[]) => ({ type: 1, components });
const menu = (more: object = {}) => ({ type: 3, custom_id: "menu", options: [{ label: "a", value: "a" }], ...more });
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

/** Where an answer says something is wrong, and how: `components.0.type UNION_TYPE_CHOICES`. */
function wrong(errors: unknown, path: readonly string[] = []): string[] {
  if (typeof errors !== "object" || errors === null) return [];
  return Object.entries(errors).flatMap(([key, value]) =>
    key === "_errors" && Array.isArray(value)
      ? value.map((one: { code: string }) => `${path.join(".")} ${one.code}`)
      : wrong(value, [...path, key]),
  );
}

async function send(app: TestApp, body: unknown) {
  return call(app, "POST", `/channels/${app.general.id}/messages`, body);
}

test.each<[string, object]>([
  ["a text", { content: "hello" }],
  ["what discord.js always sends", { content: "hello", tts: false, enforce_nonce: true, nonce: "123" }],
  ["components of the new kind", { flags: v2, components: [{ type: 17, components: [text("hi")] }] }],
  [
    "a button per style",
    { components: [row(button(), button({ custom_id: undefined, style: 5, url: "https://a.example" }))] },
  ],
  ["a menu alone in its row", { components: [row(menu())] }],
  ["an embed", { embeds: [{ title: "x" }] }],
  ["forty components", { flags: v2, components: many(40, () => text("x")) }],
  ["four thousand characters", { flags: v2, components: [text("x".repeat(2000)), text("y".repeat(2000))] }],
  ["emoji counted by code points", { content: "😀".repeat(2000) }],
])("a message is taken with %s", async (_, body) => {
  const app = await openTestApp();
  const answer = await send(app, body);
  expect(answer.json).toMatchObject({ channel_id: app.general.id });
  expect(answer.status).toBe(200);
});

test.each<[string, object, string]>([
  ["too long a text", { content: "x".repeat(2001) }, "content BASE_TYPE_MAX_LENGTH"],
  ["an unknown key", { content: "x", colour: 1 }, "colour MODEL_UNKNOWN_FIELD"],
  ["a number for a text", { content: 5 }, "content STRING_TYPE_CONVERT"],
  ["a list that is none", { content: "x", components: {} }, "components LIST_TYPE_CONVERT"],
  ["new components without their flag", { components: [text("x")] }, "components.0.type UNION_TYPE_CHOICES"],
  ["an unknown kind", { flags: v2, components: [{ type: 99 }] }, "components.0.type UNION_TYPE_CHOICES"],
  ["no kind", { flags: v2, components: [{ content: "x" }] }, "components.0.type BASE_TYPE_REQUIRED"],
  [
    "a content beside new components",
    { flags: v2, content: "x", components: [text("x")] },
    "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ],
  [
    "embeds beside new components",
    { flags: v2, embeds: [{ title: "x" }], components: [text("x")] },
    "embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ],
  [
    "a poll beside new components",
    { flags: v2, components: [text("x")], poll: { question: { text: "?" }, answers: [{ poll_media: { text: "a" } }] } },
    "poll MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
  ],
  [
    "forty-one components, nested ones counted",
    { flags: v2, components: [{ type: 17, components: many(40, () => text("x")) }] },
    "components COMPONENT_MAX_TOTAL",
  ],
  [
    "four thousand and one characters over all texts",
    { flags: v2, components: [text("x".repeat(2000)), text("y".repeat(2001))] },
    "components COMPONENT_TEXT_MAX_LENGTH",
  ],
  ["an empty text display", { flags: v2, components: [text("")] }, "components.0.content BASE_TYPE_REQUIRED"],
  [
    "an empty container",
    { flags: v2, components: [{ type: 17, components: [] }] },
    "components.0.components BASE_TYPE_BAD_LENGTH",
  ],
  [
    "a container in a container",
    { flags: v2, components: [{ type: 17, components: [{ type: 17, components: [text("x")] }] }] },
    "components.0.components.0.type UNION_TYPE_CHOICES",
  ],
  [
    "a section without accessory",
    { flags: v2, components: [{ type: 9, components: [text("x")] }] },
    "components.0.accessory BASE_TYPE_REQUIRED",
  ],
  ["six rows", { components: many(6, (n) => row(button({ custom_id: `${n}` }))) }, "components BASE_TYPE_BAD_LENGTH"],
  [
    "six buttons in a row",
    { components: [row(...many(6, (n) => button({ custom_id: `${n}` })))] },
    "components.0.components BASE_TYPE_BAD_LENGTH",
  ],
  [
    "two buttons of one id",
    { components: [row(button(), button())] },
    "components.0.components.1.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
  ],
  [
    "two components of one number",
    { components: [row(button({ id: 7 }), button({ id: 7, custom_id: "b" }))] },
    "components.0.components.1.id COMPONENT_ID_DUPLICATED",
  ],
  [
    "a long custom id",
    { components: [row(button({ custom_id: "x".repeat(101) }))] },
    "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
  ],
  [
    "a long label",
    { components: [row(button({ label: "x".repeat(81) }))] },
    "components.0.components.0.label BASE_TYPE_MAX_LENGTH",
  ],
  [
    "a button that says nothing",
    { components: [row(button({ label: undefined }))] },
    "components.0.components.0 BUTTON_COMPONENT_INVALID_EMPTY",
  ],
  [
    "a button without id",
    { components: [row(button({ custom_id: undefined }))] },
    "components.0.components.0.custom_id BASE_TYPE_REQUIRED",
  ],
  [
    "a button with id and link",
    { components: [row(button({ url: "https://a.example" }))] },
    "components.0.components.0.url BUTTON_COMPONENT_INVALID_FIELD",
  ],
  [
    "a link button with an id",
    { components: [row(button({ style: 5, url: "https://a.example" }))] },
    "components.0.components.0.custom_id BUTTON_COMPONENT_INVALID_FIELD",
  ],
  [
    "a link button without link",
    { components: [row({ type: 2, style: 5, label: "x" })] },
    "components.0.components.0.url BASE_TYPE_REQUIRED",
  ],
  [
    "a premium button without product",
    { components: [row({ type: 2, style: 6 })] },
    "components.0.components.0.sku_id BASE_TYPE_REQUIRED",
  ],
  [
    "a long link",
    { components: [row({ type: 2, style: 5, label: "x", url: `https://a.example/${"x".repeat(500)}` })] },
    "components.0.components.0.url BASE_TYPE_MAX_LENGTH",
  ],
  [
    "a strange scheme",
    { components: [row({ type: 2, style: 5, label: "x", url: "magnet:?xt=1" })] },
    "components.0.components.0.url URL_TYPE_INVALID_SCHEME",
  ],
  [
    "a link that is none",
    { components: [row({ type: 2, style: 5, label: "x", url: "nowhere" })] },
    "components.0.components.0.url URL_TYPE_INVALID_URL",
  ],
  [
    "a menu beside a button",
    { components: [row(menu(), button())] },
    "components.0.components COMPONENT_LAYOUT_WIDTH_EXCEEDED",
  ],
  [
    "a menu of nothing",
    { components: [row(menu({ options: [] }))] },
    "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
  ],
  [
    "a menu of twenty-six",
    { components: [row(menu({ options: many(26, (n) => ({ label: "a", value: `${n}` })) }))] },
    "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
  ],
  [
    "one value twice",
    { components: [row(menu({ options: many(2, () => ({ label: "a", value: "a" })) }))] },
    "components.0.components.0.options.1.value SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
  ],
  [
    "more choices than options",
    { components: [row(menu({ max_values: 2 }))] },
    "components.0.components.0.max_values COMPONENT_MAX_VALUES_EXCEEDS_OPTIONS",
  ],
  [
    "a file nobody sent",
    { flags: v2, components: [{ type: 13, file: { url: "attachment://a.txt" } }] },
    "components.0.file.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
  ],
  [
    "a file from the web",
    { flags: v2, components: [{ type: 13, file: { url: "https://a.example/a.txt" } }] },
    "components.0.file.url URL_TYPE_INVALID_SCHEME",
  ],
  [
    "an attachment without its data",
    { content: "x", attachments: [{ id: 0, filename: "a" }] },
    "attachments.0.id ATTACHMENT_NOT_FOUND",
  ],
  [
    "embeds of over six thousand",
    { embeds: many(2, () => ({ description: "x".repeat(3001) })) },
    "embeds MAX_EMBED_SIZE_EXCEEDED",
  ],
  [
    "a picture nobody sent",
    { embeds: [{ image: { url: "attachment://a.png" } }] },
    "embeds.0.image.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
  ],
  ["eleven embeds", { embeds: many(11, () => ({ title: "x" })) }, "embeds BASE_TYPE_MAX_LENGTH"],
  [
    "an unknown mention word",
    { content: "x", allowed_mentions: { parse: ["all"] } },
    "allowed_mentions.parse.0 BASE_TYPE_CHOICES",
  ],
])("a message is refused for %s", async (_, body, where) => {
  const app = await openTestApp();
  const answer = await send(app, body);
  expect([answer.status, answer.json["code"], answer.json["message"]]).toEqual([400, 50_035, "Invalid Form Body"]);
  expect(wrong(answer.json["errors"])).toContain(where);
  expect(app.general.messages).toEqual([]);
});

test.each<[string, object]>([
  ["nothing", {}],
  ["blanks", { content: " \n " }],
  ["new components of none", { flags: v2, components: [] }],
])("a request is refused that sends %s", async (_, body) => {
  const app = await openTestApp();
  const { status, json } = await send(app, body);
  expect([status, json["code"]]).toEqual([400, 50_006]);
});

test("a body that is no JSON is refused as such", async () => {
  const app = await openTestApp();
  const { status, json } = await send(app, "{");
  expect([status, json["code"]]).toEqual([400, 50_109]);
});

test("a message of new components stays one, and can be edited without saying so again", async () => {
  const app = await openTestApp();
  const { json } = await send(app, { flags: v2, components: [text("one")] });
  const path = `/channels/${app.general.id}/messages/${String(json["id"])}`;
  const unset = await call(app, "PATCH", path, { flags: 0 });
  expect(wrong(unset.json["errors"])).toEqual(["flags MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG"]);
  const spoken = await call(app, "PATCH", path, { content: "x" });
  expect(wrong(spoken.json["errors"])).toEqual(["content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]);
  const edited = await call(app, "PATCH", path, { components: [text("two")] });
  expect([edited.status, edited.json["flags"]]).toEqual([200, v2]);
  expect(app.mia.sees({ in: app.general })).toBe("ChatDrive (APP, edited):\n  two");
});

test("a text turns into new components only with its content taken back", async () => {
  const app = await openTestApp();
  const { json } = await send(app, { content: "old" });
  const path = `/channels/${app.general.id}/messages/${String(json["id"])}`;
  const kept = await call(app, "PATCH", path, { flags: v2, components: [text("new")] });
  expect(wrong(kept.json["errors"])).toEqual(["content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]);
  const turned = await call(app, "PATCH", path, { flags: v2, content: null, components: [text("new")] });
  expect(turned.status).toBe(200);
});

test("a deletion is answered without a body and without a type", async () => {
  const app = await openTestApp();
  const { json } = await send(app, { content: "x" });
  const gone = await call(app, "DELETE", `/channels/${app.general.id}/messages/${String(json["id"])}`);
  expect([gone.status, gone.headers.get("content-type")]).toEqual([204, null]);
  const again = await call(app, "DELETE", `/channels/${app.general.id}/messages/${String(json["id"])}`);
  expect([again.status, again.json["code"]]).toEqual([404, 10_008]);
});

const command = (more: object = {}) => ({ name: "browse", description: "Look", ...more });
const option = (more: object = {}) => ({ type: 3, name: "path", description: "Where", ...more });

test.each<[string, unknown, string]>([
  ["no list", {}, " LIST_TYPE_CONVERT"],
  ["a command without description", [{ name: "browse" }], "0.description BASE_TYPE_REQUIRED"],
  ["capitals", [command({ name: "Browse" })], "0.name APPLICATION_COMMAND_INVALID_NAME"],
  ["blanks in a name", [command({ name: "browse it" })], "0.name APPLICATION_COMMAND_INVALID_NAME"],
  [
    "a bad name in another language",
    [command({ name_localizations: { de: "Ordner!" } })],
    "0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
  ],
  [
    "an unknown language",
    [command({ name_localizations: { zh: "浏览" } })],
    "0.name_localizations.zh BASE_TYPE_CHOICES",
  ],
  ["a long description", [command({ description: "x".repeat(101) })], "0.description BASE_TYPE_BAD_LENGTH"],
  ["a name twice", [command(), command()], "1 APPLICATION_COMMANDS_DUPLICATE_NAME"],
  [
    "an option twice",
    [command({ options: [option(), option()] })],
    "0.options.1.name APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
  ],
  [
    "an option twice in one language",
    [
      command({
        options: [
          option({ name_localizations: { de: "pfad" } }),
          option({ name: "b", name_localizations: { de: "pfad" } }),
        ],
      }),
    ],
    "0.options.1.name APPLICATION_COMMAND_OPTIONS_NAME_DUPLICATED",
  ],
  [
    "required after optional",
    [command({ options: [option(), option({ name: "b", required: true })] })],
    "0.options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
  ],
  [
    "twenty-six options",
    [command({ options: many(26, (n) => option({ name: `o${n}` })) })],
    "0.options BASE_TYPE_MAX_LENGTH",
  ],
  [
    "choices beside autocomplete",
    [command({ options: [option({ autocomplete: true, choices: [{ name: "a", value: "a" }] })] })],
    "0.options.0.autocomplete APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE",
  ],
  [
    "a group in a group",
    [command({ options: [option({ type: 2, options: [option({ type: 2, name: "b" })] })] })],
    "0.options.0.options.0.type APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
  ],
  [
    "a sub-command beside an option",
    [command({ options: [option({ type: 1 }), option({ name: "b" })] })],
    "0.options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
  ],
  [
    "over eight thousand characters",
    [
      command({
        options: many(20, (n) =>
          option({ name: `o${n}`, choices: many(5, (m) => ({ name: `${m}`.repeat(50), value: "y".repeat(50) })) }),
        ),
      }),
    ],
    "0 APPLICATION_COMMAND_TOO_LARGE",
  ],
  ["an unknown context", [command({ contexts: [3] })], "0.contexts.0 BASE_TYPE_CHOICES"],
  ["a permission by name", [command({ default_member_permissions: "ManageGuild" })], "0.default_member_permissions"],
])("commands are refused for %s", async (_, body, where) => {
  const app = await openTestApp();
  const answer = await call(app, "PUT", `/applications/${app.discord.state.bot.id}/commands`, body);
  expect([answer.status, answer.json["code"]]).toEqual([400, 50_035]);
  expect(wrong(answer.json["errors"]).some((one) => one.startsWith(where))).toBe(true);
});

test("commands keep their id when they are set again under their name, and those left out are gone", async () => {
  const app = await openTestApp();
  const path = `/applications/${app.discord.state.bot.id}/commands`;
  const set = async (body: unknown) =>
    (await call(app, "PUT", path, body)).json as unknown as { id: string; version: string }[];
  const [first] = await set([command(), command({ name: "gone" })]);
  const [same] = await set([command()]);
  const [changed] = await set([command({ description: "Look again" })]);
  expect(same).toEqual(first);
  expect(changed?.id).toBe(first?.id);
  expect(changed?.version).not.toBe(first?.version);
  expect((await call(app, "GET", path)).json).toHaveLength(1);
});

test("single commands can be made, read, changed and removed, globally and in a guild", async () => {
  const app = await openTestApp();
  app.discord.rules.rates = {};
  const own = `/applications/${app.discord.state.bot.id}`;
  for (const path of [`${own}/commands`, `${own}/guilds/${app.guild.id}/commands`]) {
    const made = await call(app, "POST", path, command());
    expect(made.status).toBe(201);
    expect((await call(app, "POST", path, command({ description: "b" }))).status).toBe(200);
    const one = `${path}/${String(made.json["id"])}`;
    expect((await call(app, "PATCH", one, { description: "c" })).json).toMatchObject({
      name: "browse",
      description: "c",
    });
    expect((await call(app, "GET", one)).json).toMatchObject({ description: "c" });
    expect((await call(app, "DELETE", one)).status).toBe(204);
    expect((await call(app, "GET", one)).json).toMatchObject({ code: 10_063 });
  }
  const elsewhere = await call(app, "PUT", `${own}/guilds/1/commands`, []);
  expect([elsewhere.status, elsewhere.json["code"]]).toEqual([403, 50_001]);
});

test("an app has a hundred commands and fifteen of a menu's kind, and makes two hundred a day", async () => {
  const app = await openTestApp();
  app.discord.rules.rates = {};
  const path = `/applications/${app.discord.state.bot.id}/commands`;
  const menus = await call(
    app,
    "PUT",
    path,
    many(16, (n) => ({ type: 3, name: `Open ${n}` })),
  );
  expect(menus.json).toMatchObject({ code: 30_032 });
  const set = (prefix: string) =>
    call(
      app,
      "PUT",
      path,
      many(100, (n) => command({ name: `${prefix}${n}` })),
    );
  expect((await set("a")).status).toBe(200);
  expect((await call(app, "POST", path, command())).json).toMatchObject({ code: 30_032 });
  expect((await set("b")).status).toBe(200);
  expect((await set("c")).json).toMatchObject({ code: 30_034 });
  app.clock.pass(86_400_001);
  expect((await set("c")).status).toBe(200);
});

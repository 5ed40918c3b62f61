import { AttachmentBuilder, ButtonStyle, ComponentType, MessageFlags, TextInputStyle } from "discord.js";
import { expect, test } from "vitest";
import { readMarkdown } from "../../../emulators/discord/markdown.ts";
import type { CallView, ChatView } from "../../../emulators/stage.ts";
import { logIn, openTestApp, type TestApp } from "./test-app.ts";

const reader = {
  locale: "en-US",
  now: Date.parse("2026-11-24T12:00:00Z"),
  userName: () => "Mia",
  channelName: () => "general",
};

test.each([
  ["plain", [{ text: "plain" }]],
  [
    "**bold** and *slanted*",
    [{ text: "bold", style: "bold" }, { text: " and " }, { text: "slanted", style: "italic" }],
  ],
  ["# Title\ntext", [{ text: "Title", style: "heading" }, { text: "text" }]],
  ["`a*b*`", [{ text: "a*b*", style: "code" }]],
  ["```js\nx\n```", [{ text: "x", style: "code" }]],
  ["[a b](<https://x.example/d?a=1>)", [{ text: "a b", style: "link", href: "https://x.example/d?a=1" }]],
  ["[a\\]b](https://x.example)", [{ text: "a]b", style: "link", href: "https://x.example" }]],
  [
    "see https://x.example/a.",
    [{ text: "see " }, { text: "https://x.example/a", style: "link", href: "https://x.example/a" }, { text: "." }],
  ],
  ["\\*not bold\\*", [{ text: "*not bold*" }]],
  ["\\_not slanted\\_", [{ text: "_not slanted_" }]],
  ["**snake\\_case**", [{ text: "snake_case", style: "bold" }]],
  ["snake_case_name", [{ text: "snake_case_name" }]],
  ["> said", [{ text: "said", style: "quote" }]],
  ["<@1001>", [{ text: "@Mia", style: "bold" }]],
  ["<t:1795525200:R>", [{ text: "in 1 hour" }]],
  ["<t:1795521600:t>", [{ text: "12:00 PM" }]],
  ["||hidden||", [{ text: "hidden" }]],
  ["- one\n- two", [{ text: "• one\n• two" }]],
])("the stage reads markdown: %s", (text, parts) => {
  const normal = readMarkdown(text, reader).map((part) => ({ ...part, text: part.text.replaceAll("\u202f", " ") }));
  expect(normal).toEqual(parts);
});

interface Staged extends TestApp {
  /** What Mia's page shows of the channel, or of her conversation with the bot. */
  chat(id?: string): ChatView;
}

async function openStage() {
  const app = await openTestApp();
  const stage = app.discord.stage([app.mia, app.jun]);
  const chat = (id = app.general.id) => {
    const found = stage.chats().find((candidate) => candidate.id === id && candidate.person === "1001");
    if (!found) throw new Error("no such chat");
    return found;
  };
  const staged: Staged = { ...app, chat };
  return { ...staged, stage };
}

test("each visitor has the conversations they are in, with the commands offered there", async () => {
  const app = await openStage();
  const { stage, chat, jun } = app;
  const client = await logIn(app);
  await client.application.commands.set([
    { name: "help", description: "Help", description_localizations: { "zh-CN": "帮助" } },
    {
      name: "share",
      description: "Open a share",
      options: [
        { type: 3, name: "link", description: "x", required: true },
        { type: 3, name: "pass-code", description: "x" },
      ],
    },
    { name: "mount", description: "x", options: [{ type: 1, name: "add", description: "Add one" }] },
  ]);
  expect(stage.chats().map(({ person, title, kind }) => [person, title, kind])).toEqual([
    ["1001", "ChatDrive", "private"],
    ["1001", "#general · Films", "group"],
    ["1002", "ChatDrive", "private"],
    ["1002", "#general · Films", "group"],
  ]);
  expect(chat().commands).toEqual([
    { name: "help", description: "Help" },
    { name: "mount add", description: "Add one" },
    { name: "share", description: "Open a share", usage: "link:… [pass-code:…]" },
  ]);
  await stage.act({ do: "speak", person: "1002", language: "zh-hans" });
  expect(jun.user.locale).toBe("zh-CN");
  const his = stage.chats().find(({ person }) => person === "1002");
  expect(his?.commands[0]?.description).toBe("帮助");
});

test("a message of components shows its text, pictures, files and rows; a form stands over the chat", async () => {
  const app = await openStage();
  const { stage, chat, general } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand()) {
      await interaction.reply({
        flags: MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral,
        files: [
          new AttachmentBuilder(Buffer.from("x"), { name: "a.txt" }),
          new AttachmentBuilder(Buffer.from("y"), { name: "b.txt" }),
        ],
        components: [
          {
            type: ComponentType.Container,
            components: [
              {
                type: ComponentType.Section,
                components: [
                  { type: ComponentType.TextDisplay, content: `**${interaction.options.getString("path", true)}**` },
                ],
                accessory: { type: ComponentType.Thumbnail, media: { url: "https://p.example/1.png" } },
              },
              { type: ComponentType.Separator },
              { type: ComponentType.MediaGallery, items: [{ media: { url: "https://p.example/2.png" } }] },
              { type: ComponentType.File, file: { url: "attachment://a.txt" } },
              { type: ComponentType.File, file: { url: "attachment://b.txt" } },
              {
                type: ComponentType.ActionRow,
                components: [
                  {
                    type: ComponentType.StringSelect,
                    custom_id: "open",
                    options: [{ label: "a", value: "0", description: "1 GB" }],
                  },
                ],
              },
              {
                type: ComponentType.ActionRow,
                components: [
                  { type: ComponentType.Button, style: ButtonStyle.Primary, custom_id: "ask", label: "Ask" },
                  { type: ComponentType.Button, style: ButtonStyle.Link, url: "https://x.example", label: "Site" },
                  {
                    type: ComponentType.Button,
                    style: ButtonStyle.Secondary,
                    custom_id: "no",
                    label: "No",
                    disabled: true,
                  },
                ],
              },
            ],
          },
        ],
      });
    } else if (interaction.isButton()) {
      await interaction.showModal({
        custom_id: "form",
        title: "Share",
        components: [
          {
            type: ComponentType.Label,
            label: "Pass code",
            description: "Four letters",
            component: {
              type: ComponentType.TextInput,
              custom_id: "code",
              style: TextInputStyle.Short,
              required: false,
            },
          },
        ],
      });
    } else if (interaction.isModalSubmit())
      await interaction.reply(`code ${interaction.fields.getTextInputValue("code")}`);
    else if (interaction.isStringSelectMenu()) await interaction.reply(`opened ${interaction.values.join()}`);
  });
  await client.application.commands.set([
    { name: "browse", description: "x", options: [{ type: 3, name: "path", description: "x" }] },
  ]);

  // Typed as on the page: the path without its name.
  await stage.act({ do: "say", chat: general.id, person: "1001", text: "/browse /Movies" });
  const [message] = chat().messages;
  expect(message).toMatchObject({
    author: "ChatDrive",
    bot: true,
    mine: false,
    ephemeral: true,
    parts: [
      { text: "/Movies", style: "bold" },
      { text: "", style: "rule" },
    ],
    picture: "https://p.example/1.png",
    morePictures: ["https://p.example/2.png"],
    file: { name: "a.txt", size: 1 },
    moreFiles: [{ name: "b.txt", size: 1 }],
    rows: [
      [
        {
          kind: "select",
          value: "open",
          placeholder: "Make a selection",
          options: [{ label: "a", value: "0", description: "1 GB" }],
        },
      ],
      [
        { kind: "press", label: "Ask", value: "ask", style: "primary" },
        { kind: "url", label: "Site", url: "https://x.example" },
        { kind: "disabled", label: "No" },
      ],
    ],
    // The same in the order it stands in.
    layout: [
      {
        kind: "box",
        blocks: [
          { kind: "section", parts: [{ text: "/Movies", style: "bold" }], picture: "https://p.example/1.png" },
          { kind: "rule" },
          { kind: "picture", picture: "https://p.example/2.png" },
          { kind: "file", file: { name: "a.txt", size: 1 } },
          { kind: "file", file: { name: "b.txt", size: 1 } },
          { kind: "row", row: [{ kind: "select", value: "open" }] },
          { kind: "row", row: [{ value: "ask" }, { label: "Site" }, { label: "No" }] },
        ],
      },
    ],
  });
  const on = { chat: general.id, person: "1001", message: message?.id ?? "" };
  await stage.act({ do: "press", ...on, value: "ask" });
  expect(chat().modal).toMatchObject({
    title: "Share",
    fields: [{ id: "code", label: "Pass code", hint: "Four letters", required: false, value: "" }],
  });
  expect(app.mia.sees()).toContain("┌ Share\n  Pass code: ____ (Four letters)\n└");
  await stage.act({ do: "dismiss", chat: general.id, person: "1001" });
  expect(chat().modal).toBeUndefined();
  await stage.act({ do: "press", ...on, value: "ask" });
  await stage.act({ do: "submit", chat: general.id, person: "1001", values: { code: "zq47" } });
  await stage.act({ do: "select", ...on, value: "open", option: "0" });
  expect(
    chat()
      .messages.map(({ parts }) => parts[0]?.text)
      .slice(1),
  ).toEqual(["code zq47", "opened 0"]);
  expect(chat(app.mia.dm.id).messages).toEqual([]);
});

test("a message's menu stands below what people wrote", async () => {
  const app = await openStage();
  const { stage, chat, general } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isMessageContextMenuCommand())
      await interaction.reply(`opens ${interaction.targetMessage.content}`);
  });
  await client.application.commands.set([{ name: "Open PikPak share", type: 3 }]);
  await stage.act({ do: "say", chat: general.id, person: "1001", text: "a link" });
  const [message] = chat().messages;
  const [[offer] = []] = message?.rows ?? [];
  expect(offer).toMatchObject({ kind: "press", label: "⋯ Open PikPak share" });
  const value = offer?.kind === "press" ? offer.value : "";
  await stage.act({ do: "press", chat: general.id, person: "1001", message: message?.id ?? "", value });
  expect(chat().messages.at(-1)).toMatchObject({ parts: [{ text: "opens a link" }], rows: [] });
});

test("waiting, typing and silence show on the stage", async () => {
  const app = await openStage();
  const { stage, chat, general, clock, discord } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand() && interaction.commandName === "slow") await interaction.deferReply();
  });
  await client.application.commands.set([
    { name: "slow", description: "x" },
    { name: "deaf", description: "x" },
  ]);
  await stage.act({ do: "say", chat: general.id, person: "1001", text: "/slow" });
  expect(chat().messages[0]?.parts).toEqual([{ text: "ChatDrive is thinking…", style: "italic" }]);
  await client.rest.post(`/channels/${general.id}/typing`);
  expect(chat().typing).toBe(true);
  clock.pass(10_000);
  expect(chat().typing).toBe(false);
  const silent = stage.act({ do: "say", chat: general.id, person: "1001", text: "/deaf" });
  await expect.poll(() => discord.frames.at(-1)?.text).toContain("deaf");
  clock.pass(3000);
  await silent;
  expect(chat().toast).toEqual({ id: 1, text: "The application did not respond" });
});

test("the stage says what cannot be done, and tells of calls without secrets", async () => {
  const app = await openStage();
  const { stage, general } = app;
  const calls: CallView[] = [];
  stage.onCall((call) => calls.push(call));
  let changes = 0;
  stage.onChange(() => changes++);
  await logIn(app);
  await expect(stage.act({ do: "say", chat: general.id, person: "1001", text: "/nothing" })).rejects.toThrow(
    "no command here fits /nothing",
  );
  await stage.act({ do: "say", chat: general.id, person: "1001", text: "hello" });
  expect(changes).toBeGreaterThan(0);
  expect(calls).toMatchObject([{ to: "discord", what: "GET /gateway/bot", ok: true }]);
});

import { ButtonStyle, ComponentType, MessageFlags, TextInputStyle, type Interaction } from "discord.js";
import { expect, test } from "vitest";
import { logIn, openHouse } from "./house.ts";

const browse = {
  name: "browse",
  description: "Look into a folder",
  name_localizations: { "zh-CN": "浏览" },
  integration_types: [0, 1],
  contexts: [0, 1, 2],
  options: [{ type: 3, name: "path", description: "Where to", autocomplete: true }],
};

test("discord.js logs in, registers commands, and a person walks through slash command, button, menu and form", async () => {
  const house = await openHouse();
  const { mia, general, discord } = house;
  const client = await logIn(house, async (interaction: Interaction) => {
    if (interaction.isChatInputCommand()) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.editReply({
        flags: MessageFlags.IsComponentsV2,
        components: [
          {
            type: ComponentType.Container,
            components: [
              {
                type: ComponentType.TextDisplay,
                content: `# ${interaction.options.getString("path", true)}\n**two** files`,
              },
              { type: ComponentType.Separator },
              {
                type: ComponentType.ActionRow,
                components: [
                  {
                    type: ComponentType.StringSelect,
                    custom_id: "open",
                    placeholder: "Open…",
                    options: [{ label: "a.mkv", value: "0", description: "1 GB" }],
                  },
                ],
              },
              {
                type: ComponentType.ActionRow,
                components: [
                  { type: ComponentType.Button, style: ButtonStyle.Primary, custom_id: "ask", label: "Ask" },
                ],
              },
            ],
          },
        ],
      });
    } else if (interaction.isStringSelectMenu()) {
      await interaction.deferUpdate();
      await interaction.editReply({
        flags: MessageFlags.IsComponentsV2,
        components: [{ type: ComponentType.TextDisplay, content: `opened ${interaction.values.join()}` }],
      });
    } else if (interaction.isButton()) {
      await interaction.showModal({
        custom_id: "form",
        title: "Share",
        components: [
          {
            type: ComponentType.Label,
            label: "Pass code",
            component: { type: ComponentType.TextInput, custom_id: "code", style: TextInputStyle.Short },
          },
        ],
      });
    } else if (interaction.isModalSubmit()) {
      await interaction.reply({
        content: `code ${interaction.fields.getTextInputValue("code")}`,
        flags: MessageFlags.Ephemeral,
      });
    }
  });
  await client.application.commands.set([browse]);

  await mia.uses("/browse path:/Movies", { in: general });
  const listing = await mia.waitsFor("two files");
  expect(mia.sees()).toBe(
    [
      "ChatDrive (APP, only you):",
      "  /Movies",
      "  two files",
      "  ────────",
      "  {Open…}",
      "    - a.mkv — 1 GB",
      "  [Ask]",
    ].join("\n"),
  );
  await mia.presses("Ask");
  await mia.fills({ "Pass code": "zq47" });
  await mia.waitsFor("code zq47");
  await mia.selects("a.mkv", { message: listing });
  await mia.waitsFor("opened 0");
  expect(discord.complaints).toEqual([]);
});

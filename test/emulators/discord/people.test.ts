import { ButtonStyle, ComponentType, MessageFlags, TextInputStyle, type Interaction } from "discord.js";
import { expect, test } from "vitest";
import { logIn, openTestApp } from "./test-app.ts";

const browse = {
  name: "browse",
  description: "Look into a folder",
  name_localizations: { "zh-CN": "浏览" },
  integration_types: [0, 1],
  contexts: [0, 1, 2],
  options: [{ type: 3, name: "path", description: "Where to", autocomplete: true }],
};

const listing = (title: string) => ({
  flags: MessageFlags.IsComponentsV2 as const,
  components: [
    {
      type: ComponentType.Container as const,
      components: [
        { type: ComponentType.TextDisplay as const, content: `# ${title}\n**two** files` },
        { type: ComponentType.Separator as const },
        {
          type: ComponentType.ActionRow as const,
          components: [
            {
              type: ComponentType.StringSelect as const,
              custom_id: "open",
              placeholder: "Open…",
              options: [{ label: "a.mkv", value: "0", description: "1 GB" }],
            },
          ],
        },
        {
          type: ComponentType.ActionRow as const,
          components: [
            {
              type: ComponentType.Button as const,
              style: ButtonStyle.Primary as const,
              custom_id: "ask",
              label: "Ask",
            },
          ],
        },
      ],
    },
  ],
});

const form = {
  custom_id: "form",
  title: "Share",
  components: [
    {
      type: ComponentType.Label as const,
      label: "Pass code",
      component: { type: ComponentType.TextInput as const, custom_id: "code", style: TextInputStyle.Short as const },
    },
  ],
};

test("a person walks through slash command, button, menu and form with the real discord.js", async () => {
  const app = await openTestApp();
  const { mia, general, discord } = app;
  const client = await logIn(app, async (interaction: Interaction) => {
    if (interaction.isChatInputCommand()) {
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.editReply(listing(interaction.options.getString("path", true)));
    } else if (interaction.isStringSelectMenu()) {
      await interaction.deferUpdate();
      await interaction.editReply({
        flags: MessageFlags.IsComponentsV2,
        components: [{ type: ComponentType.TextDisplay, content: `opened ${interaction.values.join()}` }],
      });
    } else if (interaction.isButton()) {
      await interaction.showModal(form);
    } else if (interaction.isModalSubmit()) {
      await interaction.reply({
        content: `code ${interaction.fields.getTextInputValue("code")}`,
        flags: MessageFlags.Ephemeral,
      });
    }
  });
  await client.application.commands.set([browse]);

  await mia.uses("/browse path:/Movies", { in: general });
  const shown = await mia.waitsFor("two files");
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
  await mia.selects("a.mkv", { message: shown });
  await mia.waitsFor("opened 0");
  expect(discord.complaints).toEqual([]);
});

test("what discord.js knows of a place fits the place", async () => {
  const app = await openTestApp();
  const { mia, jun, discord, general, guild } = app;
  const seen: unknown[] = [];
  const client = await logIn(app, async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    seen.push([
      interaction.context,
      interaction.inGuild(),
      interaction.user.id,
      interaction.locale,
      interaction.guildLocale,
      interaction.authorizingIntegrationOwners,
      interaction.memberPermissions?.has("ManageGuild") ?? null,
      interaction.attachmentSizeLimit,
    ]);
    await interaction.reply("ok");
  });
  await client.application.commands.set([browse]);
  jun.installs();
  await mia.uses("/browse", { in: general });
  await jun.uses("/浏览", { in: general });
  await mia.uses("/browse", { in: mia.dm });
  await jun.uses("/browse", { in: discord.group([jun, mia]) });
  const size = 10 * 1_048_576;
  expect(JSON.parse(JSON.stringify(seen))).toEqual([
    [0, true, "1001", "en-US", "en-US", { 0: guild.id }, true, size],
    [0, true, "1002", "zh-CN", "en-US", { 0: guild.id, 1: "1002" }, false, size],
    [1, false, "1001", "en-US", null, { 0: "0" }, null, size],
    [2, false, "1002", "zh-CN", null, { 1: "1002" }, null, size],
  ]);
});

test("commands are offered where they were registered for, to whom they are meant", async () => {
  const app = await openTestApp();
  const { mia, jun, discord, general, guild } = app;
  const client = await logIn(app);
  const { commands } = client.application;
  await commands.set([
    { name: "everywhere", description: "x", integration_types: [0, 1] },
    { name: "here", description: "x", contexts: [0] },
    { name: "private", description: "x", contexts: [1] },
    { name: "mine", description: "x", integration_types: [1] },
    { name: "managers", description: "x", contexts: [0], default_member_permissions: "32" },
    { name: "admins", description: "x", contexts: [0], default_member_permissions: "0" },
  ]);
  await commands.set([{ name: "local", description: "x" }], guild.id);
  const offered = (who: typeof mia, place: typeof general) => who.offered({ in: place }).map(({ name }) => name);
  expect(offered(mia, general)).toEqual(["admins", "everywhere", "here", "local", "managers"]);
  expect(offered(jun, general)).toEqual(["everywhere", "here", "local"]);
  discord.joins(guild, jun, (guild.members.get("1002")?.permissions ?? 0n) | 32n);
  expect(offered(jun, general)).toEqual(["everywhere", "here", "local", "managers"]);
  expect(offered(jun, jun.dm)).toEqual(["everywhere", "private"]);
  const group = discord.group([jun, mia]);
  expect(offered(jun, group)).toEqual([]);
  jun.installs();
  expect(offered(jun, group)).toEqual(["everywhere", "mine"]);
  discord.leaves(guild, "bot");
  expect(offered(jun, general)).toEqual(["everywhere", "mine"]);
  expect(offered(mia, mia.dm)).toEqual([]);
  jun.uninstalls();
  await expect(jun.uses("/mine", { in: general })).rejects.toThrow("no command here fits /mine");
});

test("a client sends only what a command takes", async () => {
  const app = await openTestApp();
  const { mia, general } = app;
  const client = await logIn(app);
  await client.application.commands.set([
    {
      name: "mount",
      description: "x",
      options: [
        {
          type: 1,
          name: "add",
          description: "x",
          options: [
            { type: 3, name: "link", description: "x", required: true, max_length: 10 },
            { type: 4, name: "rows", description: "x", min_value: 1, max_value: 25 },
            { type: 3, name: "order", description: "x", choices: [{ name: "By name", value: "name" }] },
          ],
        },
      ],
    },
  ]);
  const use = (line: string) => mia.uses(line, { in: general });
  await expect(use("/nothing")).rejects.toThrow("no command here fits /nothing");
  await expect(use("/mount")).rejects.toThrow("one of add must follow");
  await expect(use("/mount add")).rejects.toThrow("link is required");
  await expect(use("/mount add link:https://too.long")).rejects.toThrow("too long");
  await expect(use("/mount add link:a rows:26")).rejects.toThrow("too large");
  await expect(use("/mount add link:a rows:x")).rejects.toThrow("is a number");
  await expect(use("/mount add link:a order:size")).rejects.toThrow("one of By name");
  void mia.uses("/mount add link:a b rows:5 order:By name", { in: general });
  const [asked] = app.discord.state.interactions.values();
  expect(asked?.data["options"]).toEqual([
    {
      name: "add",
      type: 1,
      options: [
        { name: "link", type: 3, value: "a b" },
        { name: "rows", type: 4, value: 5 },
        { name: "order", type: 3, value: "name" },
      ],
    },
  ]);
});

test("choices appear while one types", async () => {
  const app = await openTestApp();
  const client = await logIn(app, async (interaction) => {
    if (interaction.isAutocomplete()) {
      const { name, value } = interaction.options.getFocused(true);
      await interaction.respond([{ name: `${name} ${value}`, value }]);
    }
  });
  await client.application.commands.set([browse]);
  expect(await app.mia.types("/browse path:/Mo", { in: app.general })).toEqual([{ name: "path /Mo", value: "/Mo" }]);
});

test("a message's menu and a person's menu carry what they are used on", async () => {
  const app = await openTestApp();
  const { mia, jun, general } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isMessageContextMenuCommand())
      await interaction.reply({ content: `opens ${interaction.targetMessage.content}`, flags: MessageFlags.Ephemeral });
    if (interaction.isUserContextMenuCommand())
      await interaction.reply({
        content: `greets ${interaction.targetUser.globalName}`,
        flags: MessageFlags.Ephemeral,
      });
  });
  await client.application.commands.set([
    { name: "Open PikPak share", type: 3 },
    { name: "Greet", type: 2 },
  ]);
  const said = jun.sends("look: https://mypikpak.com/s/abc", { in: general });
  await mia.usesOnMessage("Open PikPak share", said);
  await mia.waitsFor("opens look: https://mypikpak.com/s/abc", { in: general });
  await mia.usesOnUser("Greet", jun.user, { in: general });
  await mia.waitsFor("greets Jun");
  await expect(mia.usesOnMessage("Burn", said)).rejects.toThrow('offered no "Burn"');
});

test("files, people and channels can be given with a command and a form", async () => {
  const app = await openTestApp();
  const { mia, general } = app;
  const got: unknown[] = [];
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand()) {
      const { options } = interaction;
      const file = options.getAttachment("file", true);
      got.push(
        await (await fetch(file.url)).text(),
        options.getUser("who")?.id,
        options.getChannel("where")?.name,
        options.getBoolean("loud"),
      );
      await interaction.showModal({
        custom_id: "f",
        title: "More",
        components: [
          {
            type: ComponentType.Label,
            label: "Torrent",
            component: { type: ComponentType.FileUpload, custom_id: "torrent" },
          },
          {
            type: ComponentType.Label,
            label: "Order",
            component: {
              type: ComponentType.StringSelect,
              custom_id: "order",
              options: [
                { label: "By name", value: "name" },
                { label: "By size", value: "size" },
              ],
            },
          },
        ],
      });
    } else if (interaction.isModalSubmit()) {
      const [file] = interaction.fields.getUploadedFiles("torrent", true).values();
      got.push(await (await fetch(file?.url ?? "")).text(), interaction.fields.getStringSelectValues("order"));
      await interaction.reply("done");
    }
  });
  await client.application.commands.set([
    {
      name: "give",
      description: "x",
      options: [
        { type: 11, name: "file", description: "x", required: true },
        { type: 6, name: "who", description: "x" },
        { type: 7, name: "where", description: "x" },
        { type: 5, name: "loud", description: "x" },
      ],
    },
  ]);
  const file = (text: string) => ({ name: "a.txt", bytes: Buffer.from(text) });
  await mia.uses("/give who:@Jun where:#general loud:true", { in: general, files: { file: file("one") } });
  await mia.fills({ Torrent: file("two"), Order: ["By size"] });
  await mia.waitsFor("done");
  expect(got).toEqual(["one", "1002", "general", true, "two", ["size"]]);
});

test("menus of people are filled by the place, and carry whom was chosen", async () => {
  const app = await openTestApp();
  const { mia, general } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand())
      await interaction.reply({
        components: [
          {
            type: ComponentType.ActionRow,
            components: [{ type: ComponentType.UserSelect, custom_id: "who", min_values: 1, max_values: 2 }],
          },
        ],
      });
    if (interaction.isUserSelectMenu())
      await interaction.update({ content: interaction.users.map(({ id }) => id).join(), components: [] });
  });
  await client.application.commands.set([browse]);
  await mia.uses("/browse", { in: general });
  await mia.selects(["Mia", "Jun"]);
  await mia.waitsFor("1001,1002");
  await expect(mia.selects("Lena")).rejects.toThrow("sees no menu with Lena");
});

test("a component on the screen can be pressed, one that is not there cannot; a forged press can be sent", async () => {
  const app = await openTestApp();
  const { mia, jun, general } = app;
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand()) {
      await interaction.reply({
        flags: MessageFlags.Ephemeral,
        components: [
          {
            type: ComponentType.ActionRow,
            components: [
              {
                type: ComponentType.Button,
                style: ButtonStyle.Secondary,
                custom_id: "next",
                label: "Next",
                emoji: { name: "▶" },
              },
              {
                type: ComponentType.Button,
                style: ButtonStyle.Secondary,
                custom_id: "prev",
                label: "Back",
                disabled: true,
              },
            ],
          },
        ],
      });
    } else if (interaction.isButton())
      await interaction.reply({ content: `pressed ${interaction.customId}`, flags: MessageFlags.Ephemeral });
  });
  await client.application.commands.set([browse]);
  await mia.uses("/browse", { in: general });
  expect(mia.sees()).toContain("[▶ Next] (Back)");
  const shown = await mia.waitsFor("Next");
  await mia.presses("Next");
  await mia.waitsFor("pressed next");
  await expect(mia.presses("Back")).rejects.toThrow("sees no button Back");
  await expect(jun.presses("Next", { in: general })).rejects.toThrow("Jun sees no button Next");
  await mia.forges("someone else's", { message: shown });
  await mia.waitsFor("pressed someone else's");
});

test("a missing channel, a lost permission and a silent bot are what a person would meet", async () => {
  const app = await openTestApp();
  const { mia, jun, general, discord, guild, clock } = app;
  const client = await logIn(app, async () => {});
  await client.application.commands.set([browse]);
  discord.leaves(guild, jun);
  await expect(jun.uses("/browse", { in: general })).rejects.toThrow("Jun cannot see #general");
  discord.joins(guild, jun);
  discord.denies(general, jun, 1n << 31n);
  await expect(jun.uses("/browse", { in: general })).rejects.toThrow("no command here fits");
  const waiting = mia.uses("/browse", { in: general });
  clock.pass(3000);
  expect((await waiting).state).toBe("failed");
  expect(discord.complaints).toEqual(["nobody acknowledged /browse within 3 s"]);
  await expect(mia.waitsFor("never", { within: 10 })).rejects.toThrow("Mia waited in vain for never in #general");
});

test("a deferral that nobody fills is complained of when its token ends", async () => {
  const app = await openTestApp();
  const client = await logIn(app, async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.deferReply();
  });
  await client.application.commands.set([browse]);
  await app.mia.uses("/browse", { in: app.general });
  expect(app.mia.sees()).toContain("ChatDrive is thinking…");
  app.clock.pass(15 * 60_000);
  expect(app.discord.complaints).toEqual(["/browse was left thinking for ever"]);
});

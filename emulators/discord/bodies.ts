import type { Field, Rule, Shape, Shapes } from "./schema.ts";

/** The languages Discord's clients speak. */
const locales = [
  "ar",
  "bg",
  "cs",
  "da",
  "de",
  "el",
  "en-GB",
  "en-US",
  "es-419",
  "es-ES",
  "fi",
  "fr",
  "he",
  "hi",
  "hr",
  "hu",
  "id",
  "it",
  "ja",
  "ko",
  "lt",
  "nl",
  "no",
  "pl",
  "pt-BR",
  "ro",
  "ru",
  "sv-SE",
  "th",
  "tr",
  "uk",
  "vi",
  "zh-CN",
  "zh-TW",
];

/** Names of chat-input commands and of options. */
export const commandName = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const customId: Field = { is: "text", min: 1, max: 100, required: true };
const text = (min: number, max: number) => ({ is: "text", min, max }) as const;
const yesNo: Field = { is: "boolean" };
const whole = (min: number, max: number) => ({ is: "integer", min, max }) as const;
const exactly = (value: number): Field => ({ is: "integer", oneOf: [value], required: true });
const shape = (name: string) => ({ is: "shape", shape: name }) as const;
const id: Rule = { is: "id" };
/** A component's number inside its message. */
const number: Field = { is: "integer", min: 0, max: 2_147_483_647 };
const web = ["http", "https"];
const media: Rule = shape("media");
/** What Discord says of a medium, and bots may hand back with it. */
const mediaAnswers = [
  "proxy_url",
  "width",
  "height",
  "placeholder",
  "placeholder_version",
  "content_type",
  "loading_state",
  "flags",
  "attachment_id",
];
const fileTypes: Field = { is: "list", of: { is: "text", min: 2, max: 16 }, max: 25 };

const select = (type: number, more: Shape["fields"]): Shape["fields"] => ({
  type: exactly(type),
  id: number,
  custom_id: customId,
  placeholder: text(0, 150),
  min_values: whole(0, 25),
  max_values: whole(1, 25),
  disabled: yesNo,
  required: yesNo,
  ...more,
});
const presets: Field = { is: "list", of: shape("preset"), max: 25 };

const inRow: Rule = {
  is: "kind",
  kinds: {
    2: "button",
    3: "stringSelect",
    5: "userSelect",
    6: "roleSelect",
    7: "mentionableSelect",
    8: "channelSelect",
  },
};
const inContainer: Rule = {
  is: "kind",
  kinds: { 1: "actionRow", 9: "section", 10: "textDisplay", 12: "mediaGallery", 13: "file", 14: "separator" },
};
const topLevel: Rule = { is: "kind", kinds: { ...inContainer.kinds, 17: "container" } };
const inModal: Rule = { is: "kind", kinds: { 1: "modalRow", 10: "textDisplay", 18: "label" } };
const inLabel: Rule = {
  is: "kind",
  kinds: {
    3: "stringSelect",
    4: "textInput",
    5: "userSelect",
    6: "roleSelect",
    7: "mentionableSelect",
    8: "channelSelect",
    19: "fileUpload",
    21: "radioGroup",
    22: "checkboxGroup",
    23: "checkbox",
  },
};

const choice = (min: number): Shape["fields"] => ({
  label: { ...text(1, 100), required: true },
  value: { ...text(1, 100), required: true },
  description: { ...text(min, 100) },
  default: yesNo,
});

const components: Shapes = {
  actionRow: {
    type: "APIActionRowComponent<APIComponentInMessageActionRow>",
    fields: { type: exactly(1), id: number, components: { is: "list", of: inRow, min: 1, max: 5, required: true } },
  },
  button: {
    type: "APIButtonComponent",
    fields: {
      type: exactly(2),
      id: number,
      style: { is: "integer", oneOf: [1, 2, 3, 4, 5, 6], required: true },
      label: text(0, 80),
      emoji: shape("emoji"),
      custom_id: text(1, 100),
      url: { is: "url", max: 512, schemes: [...web, "discord"] },
      sku_id: id,
      disabled: yesNo,
    },
  },
  emoji: {
    type: "APIMessageComponentEmoji",
    fields: { id: { ...id, nullable: true }, name: { ...text(1, 32), nullable: true }, animated: yesNo },
  },
  stringSelect: {
    type: "APIStringSelectComponent",
    fields: select(3, { options: { is: "list", of: shape("selectOption"), min: 1, max: 25, required: true } }),
  },
  selectOption: { type: "APISelectMenuOption", fields: { ...choice(0), emoji: shape("emoji") } },
  userSelect: { type: "APIUserSelectComponent", fields: select(5, { default_values: presets }) },
  roleSelect: { type: "APIRoleSelectComponent", fields: select(6, { default_values: presets }) },
  mentionableSelect: { type: "APIMentionableSelectComponent", fields: select(7, { default_values: presets }) },
  channelSelect: {
    type: "APIChannelSelectComponent",
    fields: select(8, { default_values: presets, channel_types: { is: "list", of: whole(0, 16), max: 20 } }),
  },
  preset: {
    type: "APISelectMenuDefaultValue<SelectMenuDefaultValueType>",
    fields: { id: { ...id, required: true }, type: { is: "word", oneOf: ["user", "role", "channel"], required: true } },
  },
  section: {
    type: "APISectionComponent",
    fields: {
      type: exactly(9),
      id: number,
      components: { is: "list", of: { is: "kind", kinds: { 10: "textDisplay" } }, min: 1, max: 3, required: true },
      accessory: { is: "kind", kinds: { 2: "button", 11: "thumbnail" }, required: true },
    },
  },
  textDisplay: {
    type: "APITextDisplayComponent",
    fields: { type: exactly(10), id: number, content: { ...text(1, 4000), required: true } },
  },
  thumbnail: {
    type: "APIThumbnailComponent",
    fields: {
      type: exactly(11),
      id: number,
      media: { ...media, required: true },
      description: { ...text(0, 1024), nullable: true },
      spoiler: yesNo,
    },
  },
  media: {
    type: "APIUnfurledMediaItem",
    fields: { url: { is: "url", max: 2048, schemes: [...web, "attachment"], required: true } },
    answersOnly: mediaAnswers,
  },
  attachedMedia: {
    type: "APIUnfurledMediaItem",
    fields: { url: { is: "url", max: 2048, schemes: ["attachment"], required: true } },
    answersOnly: mediaAnswers,
  },
  mediaGallery: {
    type: "APIMediaGalleryComponent",
    fields: {
      type: exactly(12),
      id: number,
      items: { is: "list", of: shape("mediaItem"), min: 1, max: 10, required: true },
    },
  },
  mediaItem: {
    type: "APIMediaGalleryItem",
    fields: {
      media: { ...media, required: true },
      description: { ...text(0, 1024), nullable: true },
      spoiler: yesNo,
    },
  },
  file: {
    type: "APIFileComponent",
    fields: { type: exactly(13), id: number, file: { ...shape("attachedMedia"), required: true }, spoiler: yesNo },
    answersOnly: ["name", "size"],
  },
  separator: {
    type: "APISeparatorComponent",
    fields: { type: exactly(14), id: number, divider: yesNo, spacing: { is: "integer", oneOf: [1, 2] } },
  },
  container: {
    type: "APIContainerComponent",
    fields: {
      type: exactly(17),
      id: number,
      accent_color: { ...whole(0, 0xff_ff_ff), nullable: true },
      spoiler: yesNo,
      components: { is: "list", of: inContainer, min: 1, max: 40, required: true },
    },
  },
  label: {
    type: "APILabelComponent",
    fields: {
      type: exactly(18),
      id: number,
      label: { ...text(1, 45), required: true },
      description: text(0, 100),
      component: { ...inLabel, required: true },
    },
  },
  modalRow: {
    type: "APIActionRowComponent<APIComponentInModalActionRow>",
    fields: {
      type: exactly(1),
      id: number,
      components: { is: "list", of: { is: "kind", kinds: { 4: "textInput" } }, min: 1, max: 1, required: true },
    },
  },
  textInput: {
    type: "APITextInputComponent",
    fields: {
      type: exactly(4),
      id: number,
      custom_id: customId,
      style: { is: "integer", oneOf: [1, 2], required: true },
      // Required inside an action row, and out of place inside a label: see the rules for modals.
      label: { ...text(1, 45) },
      placeholder: text(0, 100),
      value: text(0, 4000),
      min_length: whole(0, 4000),
      max_length: whole(1, 4000),
      required: yesNo,
    },
  },
  fileUpload: {
    type: "APIFileUploadComponent",
    fields: {
      type: exactly(19),
      id: number,
      custom_id: customId,
      min_values: whole(0, 10),
      max_values: whole(1, 10),
      file_types: fileTypes,
      required: yesNo,
    },
  },
  radioGroup: {
    type: "APIRadioGroupComponent",
    fields: {
      type: exactly(21),
      id: number,
      custom_id: customId,
      options: { is: "list", of: shape("radioOption"), min: 2, max: 10, required: true },
      required: yesNo,
    },
  },
  radioOption: { type: "APIRadioGroupOption", fields: choice(0) },
  checkboxGroup: {
    type: "APICheckboxGroupComponent",
    fields: {
      type: exactly(22),
      id: number,
      custom_id: customId,
      options: { is: "list", of: shape("checkboxOption"), min: 1, max: 10, required: true },
      min_values: whole(0, 10),
      max_values: whole(1, 10),
      required: yesNo,
    },
  },
  checkboxOption: { type: "APICheckboxGroupOption", fields: choice(0) },
  checkbox: {
    type: "APICheckboxComponent",
    fields: { type: exactly(23), id: number, custom_id: customId, default: yesNo },
  },
};

const url: Field = { is: "url", max: 2048, schemes: [...web, "attachment"] };
const picture = (type: string): Shape => ({
  type,
  fields: { url: { ...url, required: true } },
  answersOnly: [
    "proxy_url",
    "height",
    "width",
    "content_type",
    "placeholder",
    "placeholder_version",
    "description",
    "flags",
  ],
});

const embeds: Shapes = {
  embed: {
    type: "APIEmbed",
    fields: {
      title: text(0, 256),
      type: { is: "word", oneOf: ["rich"] },
      description: text(0, 4096),
      url: { is: "url", max: 2048, schemes: web },
      timestamp: { is: "time" },
      color: whole(0, 0xff_ff_ff),
      footer: shape("embedFooter"),
      image: shape("embedImage"),
      thumbnail: shape("embedImage"),
      author: shape("embedAuthor"),
      fields: { is: "list", of: shape("embedField"), max: 25 },
    },
    answersOnly: ["video", "provider", "flags"],
  },
  embedFooter: {
    type: "APIEmbedFooter",
    fields: { text: { ...text(1, 2048), required: true }, icon_url: url },
    answersOnly: ["proxy_icon_url"],
  },
  embedImage: picture("APIEmbedImage"),
  embedAuthor: {
    type: "APIEmbedAuthor",
    fields: { name: { ...text(1, 256), required: true }, url: { is: "url", max: 2048, schemes: web }, icon_url: url },
    answersOnly: ["proxy_icon_url"],
  },
  embedField: {
    type: "APIEmbedField",
    fields: {
      name: { ...text(1, 256), required: true },
      value: { ...text(1, 1024), required: true },
      inline: yesNo,
    },
  },
};

/** What a message may hold whichever way it comes. */
const content: Shape["fields"] = {
  content: { ...text(0, 2000), nullable: true },
  embeds: { is: "list", of: shape("embed"), max: 10, nullable: true },
  allowed_mentions: { ...shape("allowedMentions"), nullable: true },
  components: { is: "list", of: topLevel, max: 40, nullable: true },
  attachments: { is: "list", of: shape("attachment"), max: 10, nullable: true },
  flags: { ...whole(0, 2 ** 31 - 1), nullable: true },
};
/** discord.js sends these wherever a message goes. */
const nonces: Shape["fields"] = {
  enforce_nonce: yesNo,
  nonce: { is: "either", rules: [text(0, 25), whole(-(2 ** 53) + 1, 2 ** 53 - 1)], nullable: true },
};
const always: Shape["fields"] = { tts: yesNo, ...nonces };
const poll: Field = { ...shape("poll") };
const callbackData: Shape["fields"] = {
  ...content,
  tts: yesNo,
  poll,
  thread_name: text(0, 100),
  applied_tags: { is: "list", of: id, max: 5 },
};

const messages: Shapes = {
  channelMessage: {
    type: "RESTPostAPIChannelMessageJSONBody",
    fields: {
      ...content,
      ...always,
      message_reference: shape("reference"),
      sticker_ids: { is: "list", of: id, max: 3 },
      poll,
      shared_client_theme: { is: "any" },
    },
  },
  channelMessageEdit: { type: "RESTPatchAPIChannelMessageJSONBody", fields: content, tolerated: always },
  callbackMessage: { type: "APIInteractionResponseCallbackData", fields: callbackData, tolerated: nonces },
  followUp: { type: "RESTPostAPIInteractionFollowupJSONBody", fields: callbackData, tolerated: nonces },
  webhookEdit: {
    type: "RESTPatchAPIInteractionOriginalResponseJSONBody",
    fields: { ...content, poll },
    tolerated: always,
  },
  deferral: { type: 'Pick<APIInteractionResponseCallbackData, "flags">', fields: { flags: whole(0, 2 ** 31 - 1) } },
  allowedMentions: {
    type: "APIAllowedMentions",
    fields: {
      parse: { is: "list", of: { is: "word", oneOf: ["roles", "users", "everyone"] } },
      roles: { is: "list", of: id, max: 100 },
      users: { is: "list", of: id, max: 100 },
      replied_user: yesNo,
    },
  },
  attachment: {
    type: "RESTAPIAttachment",
    fields: {
      id: { ...id, required: true },
      filename: { ...text(0, 1024), nullable: true },
      title: { ...text(0, 1024), nullable: true },
      description: { ...text(0, 1024), nullable: true },
      duration_secs: { is: "number", min: 0, max: 1200, nullable: true },
      waveform: { ...text(0, 400), nullable: true },
      is_spoiler: yesNo,
    },
  },
  reference: {
    type: "RESTAPIMessageReference",
    fields: {
      message_id: { ...id, required: true },
      channel_id: id,
      guild_id: id,
      type: { is: "integer", oneOf: [0, 1] },
      fail_if_not_exists: yesNo,
    },
  },
  poll: {
    type: "RESTAPIPoll",
    fields: {
      question: { ...shape("pollText"), required: true },
      answers: { is: "list", of: shape("pollAnswer"), min: 1, max: 10, required: true },
      duration: whole(1, 768),
      allow_multiselect: yesNo,
      layout_type: { is: "integer", oneOf: [1] },
    },
  },
  pollAnswer: {
    type: 'RESTAPIPoll["answers"][number]',
    fields: { poll_media: { ...shape("pollText"), required: true } },
  },
  pollText: { type: "APIPollMedia", fields: { text: text(1, 300), emoji: { is: "any" } } },
  channel: {
    type: "RESTPostAPICurrentUserCreateDMChannelJSONBody",
    fields: { recipient_id: { ...id, required: true } },
  },
};

const localizations = (min: number, max: number): Field => ({
  is: "map",
  keys: locales,
  of: text(min, max),
  nullable: true,
});
const options: Field = {
  is: "list",
  max: 25,
  of: {
    is: "kind",
    kinds: {
      1: "subcommand",
      2: "subcommandGroup",
      3: "stringOption",
      4: "integerOption",
      5: "booleanOption",
      6: "userOption",
      7: "channelOption",
      8: "roleOption",
      9: "mentionableOption",
      10: "numberOption",
      11: "attachmentOption",
    },
  },
};
const option = (type: number, name: string, more: Shape["fields"] = {}): Shape => ({
  type: `APIApplicationCommand${name}Option`,
  fields: {
    type: exactly(type),
    name: { ...text(1, 32), required: true },
    name_localizations: localizations(1, 32),
    description: { ...text(1, 100), required: true },
    description_localizations: localizations(1, 100),
    required: yesNo,
    ...more,
  },
});
const choices = (kind: string, more: Shape["fields"]): Shape["fields"] => ({
  choices: { is: "list", of: shape(kind), max: 25 },
  autocomplete: yesNo,
  ...more,
});
const safe = 2 ** 53;
const commandBase: Shape["fields"] = {
  id,
  name: { ...text(1, 32), required: true },
  name_localizations: localizations(1, 32),
  default_member_permissions: {
    is: "either",
    rules: [{ is: "text", min: 1, max: 20, matches: /^\d+$/ }, whole(0, safe)],
    nullable: true,
  },
  dm_permission: { ...yesNo, nullable: true },
  default_permission: yesNo,
  nsfw: yesNo,
  integration_types: { is: "list", of: { is: "integer", oneOf: [0, 1] }, min: 1, max: 2 },
  contexts: { is: "list", of: { is: "integer", oneOf: [0, 1, 2] }, min: 1, max: 3, nullable: true },
};
const limit: Field = whole(0, 6000);

const commands: Shapes = {
  chatInput: {
    type: 'RESTPostAPIChatInputApplicationCommandsJSONBody & Pick<Partial<APIApplicationCommand>, "id">',
    fields: {
      ...commandBase,
      type: { is: "integer", oneOf: [1] },
      description: { ...text(1, 100), required: true },
      description_localizations: localizations(1, 100),
      options,
    },
  },
  contextMenu: {
    type: 'RESTPostAPIContextMenuApplicationCommandsJSONBody & Pick<Partial<APIApplicationCommand>, "id">',
    fields: {
      ...commandBase,
      type: { is: "integer", oneOf: [2, 3], required: true },
      description_localizations: localizations(0, 0),
    },
    tolerated: { description: text(0, 0), options: { is: "list", of: { is: "any" }, max: 0 } },
  },
  subcommand: option(1, "Subcommand", { options }),
  subcommandGroup: option(2, "SubcommandGroup", { options }),
  stringOption: option(3, "String", choices("textChoice", { min_length: limit, max_length: { ...whole(1, 6000) } })),
  integerOption: option(
    4,
    "Integer",
    choices("integerChoice", { min_value: whole(-safe, safe), max_value: whole(-safe, safe) }),
  ),
  booleanOption: option(5, "Boolean"),
  userOption: option(6, "User"),
  channelOption: option(7, "Channel", { channel_types: { is: "list", of: whole(0, 16), max: 20 } }),
  roleOption: option(8, "Role"),
  mentionableOption: option(9, "Mentionable"),
  numberOption: option(
    10,
    "Number",
    choices("numberChoice", {
      min_value: { is: "number", min: -safe, max: safe },
      max_value: { is: "number", min: -safe, max: safe },
    }),
  ),
  attachmentOption: option(11, "Attachment", { file_types: fileTypes }),
  textChoice: choiceShape("string", text(0, 100)),
  integerChoice: choiceShape("number", whole(-safe, safe)),
  numberChoice: choiceShape("number", { is: "number", min: -safe, max: safe }),
};

function choiceShape(kind: string, value: Rule): Shape {
  return {
    type: `APIApplicationCommandOptionChoice<${kind}>`,
    fields: {
      name: { ...text(1, 100), required: true },
      name_localizations: localizations(1, 100),
      value: { ...value, required: true },
    },
  };
}

const callbacks: Shapes = {
  pong: { type: "APIInteractionResponsePong", fields: { type: exactly(1) } },
  reply: {
    type: "APIInteractionResponseChannelMessageWithSource",
    fields: { type: exactly(4), data: { ...shape("callbackMessage"), required: true } },
  },
  deferredReply: {
    type: "APIInteractionResponseDeferredChannelMessageWithSource",
    fields: { type: exactly(5), data: shape("deferral") },
  },
  deferredUpdate: { type: "APIInteractionResponseDeferredMessageUpdate", fields: { type: exactly(6) } },
  update: {
    type: "APIInteractionResponseUpdateMessage",
    fields: { type: exactly(7), data: shape("callbackMessage") },
  },
  autocomplete: {
    type: "APIApplicationCommandAutocompleteResponse",
    fields: { type: exactly(8), data: { ...shape("choices"), required: true } },
  },
  choices: {
    type: "APICommandAutocompleteInteractionResponseCallbackData",
    fields: {
      choices: {
        is: "list",
        of: { is: "either", rules: [shape("textChoice"), shape("numberChoice")] },
        max: 25,
      },
    },
  },
  modal: {
    type: "APIModalInteractionResponse",
    fields: { type: exactly(9), data: { ...shape("modalData"), required: true } },
  },
  modalData: {
    type: "APIModalInteractionResponseCallbackData",
    fields: {
      custom_id: customId,
      title: { ...text(1, 45), required: true },
      components: { is: "list", of: inModal, min: 1, max: 5, required: true },
    },
  },
  premium: { type: "APIPremiumRequiredInteractionResponse", fields: { type: exactly(10) } },
  activity: { type: "APIInteractionResponseLaunchActivity", fields: { type: exactly(12) } },
};

/** Every body a bot like ours can send, as data. A test holds it against the published types. */
export const shapes: Shapes = { ...components, ...embeds, ...messages, ...commands, ...callbacks };

/** One of the answers to an interaction. */
export const callback: Rule = {
  is: "kind",
  kinds: {
    1: "pong",
    4: "reply",
    5: "deferredReply",
    6: "deferredUpdate",
    7: "update",
    8: "autocomplete",
    9: "modal",
    10: "premium",
    12: "activity",
  },
};

/** One application command. */
export const command: Rule = { is: "kind", kinds: { 1: "chatInput", 2: "contextMenu", 3: "contextMenu" }, usual: 1 };

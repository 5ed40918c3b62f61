import { act } from "./desk.js";
import { element } from "./element.js";
import { drawMenu } from "./menu.js";
import { copy } from "./toast.js";

/** Fills a list item with a message as its platform shows it. */
export function fillMessage(item, chat, message) {
  item.className = [message.mine && "mine", message.ephemeral && "ephemeral", message.bot && "bot"]
    .filter(Boolean)
    .join(" ");
  item.dataset.id = message.id;
  item.replaceChildren(...(chat.platform === "discord" ? discordMessage : telegramMessage)(chat, message));
}

function telegramMessage(chat, message) {
  const author =
    chat.kind === "group" && !message.mine ? [element("div", { className: "author" }, message.author)] : [];
  const only = message.ephemeral ? [element("div", { className: "only" }, "👁 Only you can see this")] : [];
  return [
    element(
      "div",
      { className: "bubble" },
      ...author,
      ...picturesOf(message).map(drawPicture),
      ...filesOf(message).map(drawFile),
      ...message.parts.map(drawPart),
      drawTime(message),
      ...only,
    ),
    ...drawRows(chat, message, message.rows),
  ];
}

function discordMessage(chat, message) {
  const tag = message.bot ? [element("span", { className: "app" }, "APP")] : [];
  const only = message.ephemeral ? [element("div", { className: "only" }, "👁 Only you can see this")] : [];
  const face = message.bot ? "📁" : message.author.slice(0, 1);
  const content = message.layout
    ? message.layout.map((block) => drawBlock(chat, message, block))
    : [
        element("div", { className: "text" }, ...message.parts.map(drawPart)),
        ...picturesOf(message).map(drawPicture),
        ...filesOf(message).map(drawFile),
        ...drawRows(chat, message, message.rows),
      ];
  return [
    element("span", { className: "face", ariaHidden: "true" }, face),
    element(
      "div",
      { className: "said" },
      element("div", { className: "author" }, message.author, ...tag, drawTime(message)),
      ...content,
      ...only,
    ),
  ];
}

/** A component of Discord's, where it stands. */
function drawBlock(chat, message, block) {
  switch (block.kind) {
    case "box":
      return element(
        "div",
        { className: "card", style: block.accent ? `border-left-color: ${block.accent}` : "" },
        ...block.blocks.map((inner) => drawBlock(chat, message, inner)),
      );
    case "text":
      return element("div", { className: "text" }, ...block.parts.map(drawPart));
    case "section":
      return element(
        "div",
        { className: "section" },
        element("div", { className: "text" }, ...block.parts.map(drawPart)),
        block.picture ? drawPicture(block.picture) : drawWidget(chat, message, block.widget),
      );
    case "rule":
      return element("hr");
    case "picture":
      return drawPicture(block.picture);
    case "file":
      return drawFile(block.file);
    case "row":
      return drawRow(chat, message, block.row);
  }
}

const picturesOf = ({ picture, morePictures = [] }) => [picture, ...morePictures].filter(Boolean);
const filesOf = ({ file, moreFiles = [] }) => [file, ...moreFiles].filter(Boolean);

function drawTime({ at, edited }) {
  const moment = new Date(at);
  const clock = moment.toTimeString().slice(0, 5);
  return element(
    "time",
    { dateTime: moment.toISOString(), title: moment.toLocaleString() },
    edited ? `edited ${clock}` : clock,
  );
}

function drawPicture(src) {
  return element("img", { src, alt: "", loading: "lazy" });
}

const fileSigns = [
  [/\.(mp4|mkv|webm|avi|mov)$/i, "🎬"],
  [/\.(mp3|flac|wav|ogg|m4a)$/i, "🎵"],
  [/\.(jpe?g|png|gif|webp)$/i, "🖼"],
  [/\.(zip|rar|7z|tar|gz)$/i, "📦"],
  [/\.(txt|md|pdf|srt|docx?)$/i, "📝"],
];

function drawFile({ name, size, url }) {
  const sign = fileSigns.find(([pattern]) => pattern.test(name))?.[1] ?? "📄";
  const links = url
    ? [
        element("a", { href: url, target: "_blank", rel: "noreferrer", ariaLabel: `Open ${name}` }, "Open"),
        element("a", { href: url, download: name, rel: "noreferrer", ariaLabel: `Download ${name}` }, "Download"),
      ]
    : [];
  return element(
    "div",
    { className: "file" },
    element("span", { className: "sign", ariaHidden: "true" }, sign),
    element("span", {}, element("strong", {}, name), element("small", {}, bytes(size), ...links)),
  );
}

const styles = {
  bold: "strong",
  italic: "em",
  strike: "s",
  underline: "u",
  heading: "h3",
  quote: "blockquote",
  small: "small",
};

export function drawPart({ text, style, href }) {
  if (style === "rule") return element("hr");
  if (style === "link") return drawLink(text, href);
  if (style === "code") return element("code", { title: "Copy", onclick: () => copy(text) }, text);
  return style ? element(styles[style], {}, text) : document.createTextNode(text);
}

function drawLink(text, href) {
  const className = text.length > 150 ? "long" : "";
  return element("a", { href, className, title: href, target: "_blank", rel: "noreferrer" }, text);
}

function drawRows(chat, message, rows) {
  return rows.length === 0
    ? []
    : [element("div", { className: "rows" }, ...rows.map((row) => drawRow(chat, message, row)))];
}

function drawRow(chat, message, row) {
  return element("div", { className: "row" }, ...row.map((widget) => drawWidget(chat, message, widget)));
}

function drawWidget(chat, message, widget) {
  const on = { chat: chat.id, message: message.id, value: widget.value };
  switch (widget.kind) {
    case "press":
      return element(
        "button",
        { type: "button", className: widget.style ?? "", onclick: () => act({ do: "press", ...on }) },
        widget.label,
      );
    case "url":
      return element(
        "a",
        { href: widget.url, target: "_blank", rel: "noreferrer", title: widget.url },
        widget.label,
        element("span", { className: "corner", ariaHidden: "true" }, "↗"),
      );
    case "copy":
      return element("button", { type: "button", title: widget.text, onclick: () => copy(widget.text) }, widget.label);
    case "disabled":
      return element("button", { type: "button", disabled: true }, widget.label);
    case "select":
      return drawMenu(widget, (option) => act({ do: "select", ...on, option }));
  }
}

function bytes(size) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), units.length - 1);
  return `${(size / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

// The demo page: draws what the emulators say people see, and sends back what a person does. No library, no build.
const languages = { en: "English", "zh-hans": "简体中文" };
const at = (id) => document.getElementById(id);
let state = { people: [], chats: [] };
let person;
let chatId;
const counts = {};
const shownToasts = new Set();

const source = new EventSource("/events");
source.addEventListener("state", (event) => {
  state = JSON.parse(event.data);
  person ??= state.people[0]?.id;
  draw();
});
source.addEventListener("call", (event) => addCall(JSON.parse(event.data)));
source.addEventListener("tips", (event) => at("tips").replaceChildren(...JSON.parse(event.data).map(drawTip)));

at("person").addEventListener("change", (event) => {
  person = event.target.value;
  chatId = undefined;
  draw();
});
at("language").addEventListener("change", (event) => void act({ do: "speak", person, language: event.target.value }));
at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("text").value;
  if (text.trim() === "") return;
  at("text").value = "";
  at("hints").hidden = true;
  void act({ do: "say", chat: chatId, person, text });
});
at("text").addEventListener("input", drawHints);

async function act(deed) {
  const answer = await fetch("/do", { method: "POST", body: JSON.stringify(deed) });
  if (!answer.ok) toast(await answer.text());
}

function mine() {
  return state.chats.filter((chat) => chat.person === person);
}

function draw() {
  const chats = mine();
  if (!chats.some((chat) => chat.id === chatId)) chatId = chats[0]?.id;
  const chat = chats.find((candidate) => candidate.id === chatId);
  drawPeople();
  drawChats(chats);
  if (chat) drawChat(chat);
}

function drawPeople() {
  const known = state.people.find((candidate) => candidate.id === person);
  at("person").replaceChildren(
    ...state.people.map(({ id, name }) => element("option", { value: id, selected: id === person }, name)),
  );
  at("language").replaceChildren(
    ...Object.entries(languages).map(([tag, name]) =>
      element("option", { value: tag, selected: tag === known?.language }, name),
    ),
  );
}

function drawChats(chats) {
  at("chats").replaceChildren(
    ...chats.map((chat) => {
      const last =
        chat.messages
          .at(-1)
          ?.parts.map((part) => part.text)
          .join("")
          .split("\n")[0] ?? "";
      const face = chat.kind === "group" ? "👥" : "📁";
      return element(
        "button",
        { className: chat.platform, ariaCurrent: String(chat.id === chatId), onclick: () => open(chat.id) },
        element("span", { className: "face" }, face),
        element("strong", {}, chat.title),
        element("span", { className: "last" }, last),
      );
    }),
  );
}

function open(id) {
  chatId = id;
  draw();
  at("text").focus();
}

function drawChat(chat) {
  const list = at("messages");
  const stick = list.scrollHeight - list.scrollTop - list.clientHeight < 120 || list.dataset.chat !== chat.id;
  list.dataset.chat = chat.id;
  at("chat").className = chat.platform === "discord" ? "discord-chat" : "telegram-chat";
  at("title").replaceChildren(
    chat.title,
    element("small", {}, chat.typing ? "typing…" : chat.platform === "discord" ? "Discord" : "Telegram"),
  );
  const drawn = new Map([...list.children].map((item) => [item.dataset.key, item]));
  list.replaceChildren(...chat.messages.map((message) => reuse(drawn, chat, message)));
  if (stick) list.scrollTop = list.scrollHeight;
  if (chat.toast && !shownToasts.has(chat.toast.id)) {
    shownToasts.add(chat.toast.id);
    toast(chat.toast.text);
  }
  drawModal(chat);
  at("text").placeholder = chat.platform === "discord" ? "Type / for commands" : "Message";
}

// A message that did not change keeps its element, so that a press in progress, a selection and the focus stay.
function reuse(drawn, chat, message) {
  const key = JSON.stringify([chat.id, message]);
  const known = drawn.get(key);
  if (known) return known;
  const item = drawMessage(chat, message);
  item.dataset.key = key;
  return item;
}

function drawMessage(chat, message) {
  const parts = message.parts.map(drawPart);
  const head = chat.kind === "group" || chat.platform === "discord" ? [drawAuthor(chat, message)] : [];
  const only = message.ephemeral ? [element("div", { className: "only" }, "👁 Only you can see this")] : [];
  const pictures = [message.picture, ...(message.morePictures ?? [])].filter(Boolean);
  const picture = pictures.map((src) => element("img", { src, alt: "" }));
  const file = [message.file, ...(message.moreFiles ?? [])].filter(Boolean).map(drawFile);
  const stamp = element(
    "time",
    {},
    `${message.edited ? "edited " : ""}${new Date(message.at).toTimeString().slice(0, 5)}`,
  );
  const card = chat.platform === "discord" && message.bot ? " card" : "";
  return element(
    "li",
    { className: `${message.mine ? "mine" : ""}${message.ephemeral ? " ephemeral" : ""}` },
    element("div", { className: `bubble${card}` }, ...head, ...picture, ...file, ...parts, stamp, ...only),
    element(
      "div",
      { className: "rows" },
      ...message.rows.map((row) => element("div", {}, ...row.map((widget) => drawWidget(chat, message, widget)))),
    ),
  );
}

function drawFile({ name, size, url }) {
  const title = url
    ? element("a", { href: url, target: "_blank", rel: "noreferrer", download: name }, name)
    : element("strong", {}, name);
  return element("div", { className: "file" }, "📄", element("span", {}, title, element("br"), bytes(size)));
}

function drawAuthor(chat, message) {
  const app = message.bot && chat.platform === "discord" ? [element("span", { className: "app" }, "APP")] : [];
  return element("div", { className: "author" }, message.author, ...app);
}

const styles = {
  bold: "strong",
  italic: "em",
  code: "code",
  strike: "s",
  underline: "u",
  heading: "h3",
  quote: "blockquote",
};

function drawPart({ text, style, href }) {
  if (style === "rule") return element("hr");
  if (style === "link") return element("a", { href, target: "_blank", rel: "noreferrer" }, text);
  if (style === "code") return element("code", { title: "Copy", onclick: () => copy(text) }, text);
  return style ? element(styles[style], {}, text) : document.createTextNode(text);
}

function drawWidget(chat, message, widget) {
  switch (widget.kind) {
    case "press":
      return element(
        "button",
        {
          className: widget.style ?? "",
          onclick: () => act({ do: "press", chat: chat.id, person, message: message.id, value: widget.value }),
        },
        widget.label,
      );
    case "url":
      return element("a", { href: widget.url, target: "_blank", rel: "noreferrer" }, `${widget.label} ↗`);
    case "copy":
      return element("button", { onclick: () => copy(widget.text) }, widget.label);
    case "disabled":
      return element("button", { disabled: true }, widget.label);
    case "select":
      return drawSelect(chat, message, widget);
  }
}

function drawSelect(chat, message, widget) {
  const choose = (event) =>
    act({ do: "select", chat: chat.id, person, message: message.id, value: widget.value, option: event.target.value });
  return element(
    "select",
    { onchange: choose, ariaLabel: widget.placeholder },
    element("option", { value: "", selected: true, disabled: true }, widget.placeholder),
    ...widget.options.map(({ label, value, description }) =>
      element("option", { value }, description ? `${label} — ${description}` : label),
    ),
  );
}

function drawModal(chat) {
  const dialog = at("modal");
  if (!chat.modal) return dialog.open ? dialog.close() : undefined;
  if (dialog.open && dialog.dataset.id === chat.modal.id) return undefined;
  dialog.dataset.id = chat.modal.id;
  const inputs = chat.modal.fields.map(drawField);
  const labels = chat.modal.fields.map((field, n) =>
    element("label", {}, field.label, inputs[n], element("small", {}, field.hint ?? "")),
  );
  const submit = () =>
    act({
      do: "submit",
      chat: chat.id,
      person,
      values: Object.fromEntries(inputs.map((input) => [input.name, input.value])),
    });
  const cancel = element(
    "button",
    { type: "button", onclick: () => act({ do: "dismiss", chat: chat.id, person }) },
    "Cancel",
  );
  const form = element(
    "form",
    { onsubmit: (event) => (event.preventDefault(), submit()) },
    element("h3", {}, chat.modal.title),
    ...(chat.modal.parts ?? []).map(drawPart),
    ...labels,
    element("menu", {}, cancel, element("button", { className: "primary" }, "Submit")),
  );
  dialog.replaceChildren(form);
  if (!dialog.open) dialog.showModal();
  return undefined;
}

function drawField({ id, value, required, long, options }) {
  if (!options) return element(long ? "textarea" : "input", { name: id, value, required });
  const empty = value === "" ? [element("option", { value: "" }, "")] : [];
  const choices = options.map((option) =>
    element("option", { value: option.value, selected: option.value === value }, option.label),
  );
  return element("select", { name: id, required }, ...empty, ...choices);
}

function drawHints() {
  const typed = at("text").value;
  const chat = mine().find((candidate) => candidate.id === chatId);
  const words = typed.slice(1);
  const fitting = typed.startsWith("/")
    ? (chat?.commands ?? []).filter(
        ({ name, usage }) => name.startsWith(words) || (usage !== undefined && words.startsWith(`${name} `)),
      )
    : [];
  at("hints").hidden = fitting.length === 0;
  at("hints").replaceChildren(
    ...fitting.map(({ name, description, usage }) =>
      element(
        "button",
        { type: "button", onclick: () => pick(name) },
        `/${name} ${usage ?? ""} `,
        element("small", {}, description),
      ),
    ),
  );
}

function pick(name) {
  if (!at("text").value.startsWith(`/${name} `)) at("text").value = `/${name} `;
  drawHints();
  at("text").focus();
}

function drawTip({ label, texts }) {
  const fill = (text) => {
    at("text").value = text;
    at("text").focus();
    drawHints();
  };
  return element(
    "li",
    {},
    label,
    element("div", {}, ...texts.map((text) => element("button", { type: "button", onclick: () => fill(text) }, text))),
  );
}

function addCall({ to, what, ok, ms, note }) {
  counts[to] = (counts[to] ?? 0) + 1;
  at("counts").textContent = Object.entries(counts)
    .map(([name, number]) => `${name} ${number}`)
    .join(" · ");
  const signs = { pikpak: "🅿️", telegram: "✈️", discord: "🎮" };
  const line = element(
    "li",
    { className: ok ? "" : "bad" },
    element("span", {}, signs[to]),
    element("span", { className: "what" }, note ? `${what} — ${note}` : what),
    element("span", { className: "ms" }, `${Math.round(ms)} ms`),
  );
  at("calls").prepend(line);
  while (at("calls").childElementCount > 300) at("calls").lastElementChild.remove();
}

let toastTimer;
function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (at("toast").hidden = true), 4000);
}

async function copy(text) {
  await navigator.clipboard.writeText(text).then(
    () => toast("Copied"),
    () => toast(text),
  );
}

function bytes(size) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(Math.floor(Math.log2(Math.max(size, 1)) / 10), units.length - 1);
  return `${(size / 1024 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

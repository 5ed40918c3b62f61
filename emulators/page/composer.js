import { act, desk, openChat } from "./desk.js";
import { at, element } from "./element.js";

const text = at("text");
const hints = at("hints");
/** What somebody has typed in a chat and not sent. */
const drafts = new Map();
let place;
let chosen = -1;

at("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send(text.value);
});
at("attach").addEventListener("click", () => at("files").click());
at("files").addEventListener("change", ({ target }) => void attachPicked(target));
text.addEventListener("input", drawHints);
text.addEventListener("blur", closeHints);
// A press on a hint leaves the focus where one types.
hints.addEventListener("mousedown", (event) => event.preventDefault());
text.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") closeHints();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event, event.key === "ArrowDown" ? 1 : -1);
  if (event.key === "Tab" && chosen >= 0 && !hints.hidden) pickChosen(event);
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  if (chosen >= 0 && !hints.hidden) pickChosen(event);
  else send(text.value);
});

/** The composer of the open chat: every chat keeps its own draft. */
export function drawComposer(chat) {
  text.placeholder = chat.platform === "discord" ? `Message ${chat.title}, / for commands` : "Message, / for commands";
  const here = `${desk.person} ${chat.id}`;
  if (place === here) return;
  if (place !== undefined) drafts.set(place, text.value);
  place = here;
  fill(drafts.get(here) ?? "");
  closeHints();
}

/** Puts a text where it is typed. */
export function fill(value) {
  text.value = value;
}

/** Says something in the open chat. */
export function send(value) {
  if (value.trim() === "") return;
  fill("");
  closeHints();
  void act({ do: "say", chat: desk.chatId, text: value });
}

/** Sends files in the open chat: what stands in `content` is base64. */
export async function attach(files) {
  if (files.length > 0) await act({ do: "attach", chat: desk.chatId, files });
}

async function attachPicked(picker) {
  const files = await Promise.all([...picker.files].map(contentOf));
  picker.value = "";
  await attach(files);
}

async function contentOf(file) {
  const reader = new FileReader();
  const read = new Promise((resolve, reject) => {
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
  });
  reader.readAsDataURL(file);
  const address = await read;
  return { name: file.name, type: file.type, content: address.slice(address.indexOf(",") + 1) };
}

function drawHints() {
  const typed = text.value;
  const words = typed.slice(1);
  const fitting = typed.startsWith("/")
    ? (openChat()?.commands ?? []).filter(
        ({ name, usage }) => name.startsWith(words) || (usage !== undefined && words.startsWith(`${name} `)),
      )
    : [];
  chosen = -1;
  hints.hidden = fitting.length === 0;
  text.ariaExpanded = String(!hints.hidden);
  hints.replaceChildren(...fitting.map(drawHint));
  text.removeAttribute("aria-activedescendant");
}

function drawHint({ name, description, usage }, n) {
  return element(
    "button",
    { type: "button", role: "option", id: `hint${n}`, tabIndex: -1, onclick: () => pick(name), dataset: { name } },
    element("b", {}, `/${name}`),
    ...(usage ? [element("code", {}, usage)] : []),
    element("small", {}, description),
  );
}

function move(event, step) {
  if (hints.hidden) return;
  event.preventDefault();
  const all = [...hints.children];
  chosen = (chosen + step + all.length + (chosen < 0 && step < 0 ? 1 : 0)) % all.length;
  for (const [n, hint] of all.entries()) hint.ariaSelected = String(n === chosen);
  all[chosen]?.scrollIntoView({ block: "nearest" });
  text.setAttribute("aria-activedescendant", `hint${chosen}`);
}

function pickChosen(event) {
  event.preventDefault();
  pick(hints.children[chosen]?.dataset.name);
}

/** A command without anything to add goes at once on Discord; elsewhere one goes on typing. */
function pick(name) {
  const command = openChat()?.commands.find((candidate) => candidate.name === name);
  if (!command?.usage && text.value.trim() === `/${name}`) return send(`/${name}`);
  if (!text.value.startsWith(`/${name} `)) fill(command?.usage ? `/${name} ` : `/${name}`);
  drawHints();
  text.focus();
}

function closeHints() {
  hints.hidden = true;
  text.ariaExpanded = "false";
}

import { desk } from "./desk.js";
import { at, element } from "./element.js";
import { fillMessage } from "./message.js";

/** ms a deleted message takes to vanish. */
const goingTime = 350;
/** What is drawn of the open chat: message id → its element and what stands in it. */
const drawn = new Map();
let place;
/** Whether the end of the chat is kept in sight. */
let sticks = true;

const list = at("messages");
list.addEventListener("scroll", () => {
  sticks = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
  if (sticks) at("down").hidden = true;
});
new ResizeObserver(() => sticks && toEnd()).observe(list);
list.addEventListener("load", () => sticks && toEnd(), { capture: true });
at("down").addEventListener("click", () => list.scrollTo({ top: list.scrollHeight, behavior: "smooth" }));

/** The open chat's messages. What did not change keeps its element, so that focus, selection and place stay. */
export function drawMessages(chat) {
  const isOther = place !== `${desk.person} ${chat.id}`;
  if (isOther) leave(chat);
  const wanted = new Set(chat.messages.map(({ id }) => id));
  for (const [id, { item }] of drawn) if (!wanted.has(id)) vanish(id, item);
  const added = arrange(chat);
  at("empty").hidden = chat.messages.length > 0;
  at("empty").textContent = emptyWords(chat);
  if (isOther || added.some(({ mine }) => mine)) sticks = true;
  if (sticks) toEnd();
  else if (added.length > 0) at("down").hidden = false;
  if (isOther) requestAnimationFrame(() => list.classList.remove("still"));
}

function leave(chat) {
  place = `${desk.person} ${chat.id}`;
  drawn.clear();
  // Nothing moves when a chat is opened.
  list.classList.add("still");
  list.replaceChildren();
  at("down").hidden = true;
}

function vanish(id, item) {
  drawn.delete(id);
  item.classList.add("going");
  item.inert = true;
  setTimeout(() => item.remove(), goingTime);
}

/** Puts every message in its place, and tells which are new. */
function arrange(chat) {
  const added = [];
  let next = list.firstElementChild;
  for (const message of chat.messages) {
    while (next?.classList.contains("going")) next = next.nextElementSibling;
    const known = drawn.get(message.id);
    const item = known?.item ?? element("li");
    const text = JSON.stringify(message);
    if (known?.text !== text) refill(item, chat, message);
    if (!known) added.push(message);
    drawn.set(message.id, { item, text });
    if (next === item) next = next.nextElementSibling;
    else list.insertBefore(item, next);
  }
  return added;
}

/** Draws a message anew; whoever was on a button of it is on the same one again. */
function refill(item, chat, message) {
  const controls = () => [...item.querySelectorAll("button, a, summary")];
  const before = item.contains(document.activeElement) ? document.activeElement : undefined;
  const at = before ? controls().indexOf(before) : -1;
  fillMessage(item, chat, message);
  if (!before) return;
  const same = controls().find(({ textContent }) => textContent === before.textContent);
  (same ?? controls()[at] ?? controls().at(-1))?.focus({ preventScroll: true });
}

function toEnd() {
  list.scrollTop = list.scrollHeight;
}

function emptyWords({ platform, kind }) {
  if (platform === "discord") return "Type / to see what the bot can do here.";
  return kind === "group" ? "Nobody has written here yet. Try /help." : "Send /start to begin.";
}

// The demo page: draws what the emulators say people see, and sends back what a person does. No library, no build.
import { drawChats } from "./chats.js";
import { drawComposer } from "./composer.js";
import { desk, fromAddress, onChange, openChat, sit, takeChange, takeState } from "./desk.js";
import { at } from "./element.js";
import { drawMessages } from "./messages.js";
import { drawModal } from "./modal.js";
import { addCall, addInteraction, clearCalls } from "./panel.js";
import { drawPeople } from "./people.js";
import { drawTips } from "./tips.js";
import { toast } from "./toast.js";

const shownToasts = new Set();
let isFresh = true;

const source = new EventSource("/events");
const on = (event, take) => source.addEventListener(event, ({ data }) => take(JSON.parse(data)));
on("tips", (tips) => {
  // The server begins with these: what an earlier connection told is told again.
  clearCalls();
  drawTips(tips);
  at("ended").hidden = true;
});
on("state", takeState);
on("change", takeChange);
on("call", addCall);
on("interaction", addInteraction);
source.addEventListener("error", () => (at("ended").hidden = false));

onChange(() => {
  drawPeople();
  drawChats();
  const chat = openChat();
  if (!chat) return;
  drawHead(chat);
  drawMessages(chat);
  drawModal(chat);
  drawComposer(chat);
  tellToast(chat);
});

function drawHead(chat) {
  document.body.dataset.platform = chat.platform;
  at("title").textContent = chat.title;
  const place = chat.platform === "discord" ? "Discord" : "Telegram";
  const kind = chat.kind === "group" ? "group" : "private chat";
  at("subtitle").textContent = chat.typing ? "typing…" : `${place}, ${kind}`;
  at("subtitle").classList.toggle("typing", chat.typing);
}

function tellToast(chat) {
  const id = chat.toast && `${desk.person} ${chat.id} ${chat.toast.id}`;
  // One from before this page was opened is no news.
  if (id && !shownToasts.has(id) && !isFresh) toast(chat.toast.text);
  if (id) shownToasts.add(id);
  isFresh = false;
}

for (const [button, drawer] of [
  ["show-chats", "chats"],
  ["show-panel", "panel"],
]) {
  at(button).addEventListener("click", () => openDrawer(document.body.dataset.drawer === drawer ? "" : drawer));
}
at("shade").addEventListener("click", () => openDrawer(""));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.dataset.drawer) openDrawer("");
});
at("chats").addEventListener("click", () => openDrawer(""));
window.addEventListener("hashchange", () => sit(...fromAddress()));
document.addEventListener("visibilitychange", () => document.hidden || (openChat() && sit(desk.person, desk.chatId)));

/** On narrow screens the chats and the panel come over the conversation. */
function openDrawer(drawer) {
  document.body.dataset.drawer = drawer;
  at("show-chats").ariaExpanded = String(drawer === "chats");
  at("show-panel").ariaExpanded = String(drawer === "panel");
}

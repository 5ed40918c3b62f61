import { chatsOf, desk, keyOf, sit, unreadIn } from "./desk.js";
import { at, element } from "./element.js";

const platforms = { telegram: "Telegram", discord: "Discord" };

/** The chats of whoever sits here, platform by platform. */
export function drawChats() {
  const chats = chatsOf(desk.person);
  const lines = chats.map((chat) => [keyOf(chat), chat.title, lastOf(chat), chat.id === desk.chatId, unreadIn(chat)]);
  const wanted = JSON.stringify(lines);
  if (at("chats").dataset.drawn === wanted) return;
  at("chats").dataset.drawn = wanted;
  const focused = document.activeElement?.dataset?.chat;
  at("chats").replaceChildren(
    ...Object.entries(platforms).flatMap(([platform, name]) => [
      element("h2", {}, name),
      ...chats.filter((chat) => chat.platform === platform).map(drawChat),
    ]),
  );
  if (focused) [...at("chats").children].find(({ dataset }) => dataset.chat === focused)?.focus();
}

function drawChat(chat) {
  const unread = unreadIn(chat);
  const badge =
    unread > 0 ? [element("span", { className: "unread", ariaLabel: `${unread} new` }, String(unread))] : [];
  return element(
    "button",
    {
      type: "button",
      className: `chat ${chat.platform}`,
      ariaCurrent: String(chat.id === desk.chatId),
      dataset: { chat: chat.id },
      onclick: () => {
        sit(desk.person, chat.id);
        at("text").focus();
      },
    },
    element("span", { className: "face", ariaHidden: "true" }, chat.kind === "group" ? "👥" : "📁"),
    element("strong", {}, chat.title),
    element("span", { className: "last" }, chat.typing ? "typing…" : lastOf(chat)),
    ...badge,
  );
}

function lastOf({ messages, kind }) {
  const last = messages.at(-1);
  if (!last) return "No messages yet";
  const text = last.parts.map((part) => (part.style === "heading" ? `${part.text}\n` : part.text)).join("");
  const line = text.split("\n").find((candidate) => candidate.trim() !== "") ?? last.file?.name ?? "";
  return kind === "group" && !last.mine ? `${last.author}: ${line}` : line;
}

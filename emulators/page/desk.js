// Who one is on this page, which chat is open, and everything the server told. The other parts look here and never at
// each other's state.
import { toast } from "./toast.js";

/** What the server says: people, and the chats of them all. */
export const state = { people: [], chats: [] };

/** Who sits at the page, and the chat they have open. */
export const desk = { person: undefined, chatId: undefined };

const listeners = new Set();
/** How many messages somebody has seen of a chat. */
const seen = new Map();

/** Calls when anything that is drawn may have changed. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function changed() {
  const chat = openChat();
  if (chat && !document.hidden) seen.set(keyOf(chat), countOf(chat));
  for (const listener of listeners) listener();
}

/** A chat as one person has it. */
export const keyOf = (chat) => `${chat.person} ${chat.id}`;

/** Everything anew: after a connection. */
export function takeState(content) {
  const isFirst = state.chats.length === 0;
  Object.assign(state, content);
  if (isFirst) for (const chat of state.chats) seen.set(keyOf(chat), countOf(chat));
  if (isFirst) [desk.person, desk.chatId] = fromAddress();
  settle();
  changed();
}

/** Only what is different. */
export function takeChange({ people, chats, gone }) {
  const fresh = new Map(chats.map((chat) => [keyOf(chat), chat]));
  const kept = state.chats.filter((chat) => !gone.includes(keyOf(chat)));
  const known = new Set(kept.map(keyOf));
  state.people = people;
  state.chats = [
    ...kept.map((chat) => fresh.get(keyOf(chat)) ?? chat),
    ...chats.filter((chat) => !known.has(keyOf(chat))),
  ];
  settle();
  changed();
}

export const chatsOf = (person) => state.chats.filter((chat) => chat.person === person);

export const openChat = () => state.chats.find((chat) => chat.person === desk.person && chat.id === desk.chatId);

/** Messages that came while the chat was closed. */
export const unreadIn = (chat) => Math.max(0, countOf(chat) - (seen.get(keyOf(chat)) ?? 0));

/** Is somebody from now on, in the chat named; else in the one of theirs that is most like the one that was open. */
export function sit(person, chatId) {
  const before = openChat();
  desk.person = person;
  desk.chatId = chatId ?? chatLike(before, person)?.id;
  settle();
  history.replaceState(null, "", `#${new URLSearchParams({ person: desk.person, chat: desk.chatId })}`);
  changed();
}

/** The same chat of somebody else, or theirs of the same kind on the same platform. */
function chatLike(before, person) {
  const theirs = before ? chatsOf(person) : [];
  const isAlike = (chat) => chat.platform === before.platform && chat.kind === before.kind;
  return theirs.find((chat) => chat.kind === "group" && chat.id === before.id) ?? theirs.find(isAlike);
}

/** Sends an interaction of whoever sits here; what was refused is said. */
export async function act(interaction) {
  const body = JSON.stringify({ person: desk.person, ...interaction });
  const answer = await fetch("/do", { method: "POST", body }).catch(() => undefined);
  if (answer && !answer.ok) toast(await answer.text());
}

const countOf = (chat) => chat.messages.filter(({ mine }) => !mine).length;

function settle() {
  if (!state.people.some(({ id }) => id === desk.person)) desk.person = state.people[0]?.id;
  if (!openChat()) desk.chatId = chatsOf(desk.person)[0]?.id;
}

/** Who one is stands in the address, so that a reload keeps it and two tabs can be two people. */
export function fromAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  return [address.get("person"), address.get("chat")];
}

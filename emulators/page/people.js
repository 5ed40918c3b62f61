import { act, chatsOf, desk, sit, state, unreadIn } from "./desk.js";
import { at, element } from "./element.js";

const languages = { en: "English", "zh-hans": "简体中文" };

at("language").replaceChildren(
  ...Object.entries(languages).map(([value, name]) => element("option", { value, lang: value }, name)),
);
at("language").addEventListener("change", ({ target }) => void act({ do: "speak", language: target.value }));

/** The people one can be: a dot beside whoever has news. */
export function drawPeople() {
  const wanted = JSON.stringify([desk.person, state.people.map(({ id, name }) => [id, name, newsFor(id)])]);
  if (at("people").dataset.drawn !== wanted) {
    const focused = at("people").contains(document.activeElement);
    at("people").dataset.drawn = wanted;
    at("people").replaceChildren(...state.people.map(drawPerson));
    if (focused) at("people").querySelector("[aria-pressed=true]")?.focus();
  }
  const known = state.people.find(({ id }) => id === desk.person);
  if (known && at("language").value !== known.language) at("language").value = known.language;
}

const newsFor = (person) => person !== desk.person && chatsOf(person).some((chat) => unreadIn(chat) > 0);

function drawPerson({ id, name }) {
  const news = newsFor(id) ? [element("span", { className: "dot", title: "has news" })] : [];
  return element(
    "button",
    { type: "button", ariaPressed: String(id === desk.person), onclick: () => sit(id) },
    name,
    ...news,
  );
}

import { element } from "./element.js";

let made = 0;

/** Discord's menu: a field that opens a list. Only a choice acts; arrows move, Escape closes. */
export function drawMenu({ placeholder, options }, choose) {
  const list = element("div", { className: "menu", popover: "auto", id: `menu${++made}`, role: "listbox" });
  const field = element(
    "button",
    { type: "button", className: "field", ariaHasPopup: "listbox", ariaExpanded: "false" },
    placeholder,
    element("span", { className: "corner", ariaHidden: "true" }, "⌄"),
  );
  field.popoverTargetElement = list;
  list.ariaLabel = placeholder;
  list.append(...options.map((option) => drawOption(option, () => (list.hidePopover(), choose(option.value)))));
  list.addEventListener("toggle", ({ newState }) => {
    field.ariaExpanded = String(newState === "open");
    if (newState !== "open") return;
    put(list, field);
    list.firstElementChild?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = [...list.children];
    all.at((all.indexOf(document.activeElement) + step) % all.length)?.focus();
  });
  return element("div", { className: "select" }, field, list);
}

function drawOption({ label, description }, onclick) {
  return element(
    "button",
    { type: "button", role: "option", onclick },
    label,
    ...(description ? [element("small", {}, description)] : []),
  );
}

/** Below the field where there is room, else above. */
function put(list, field) {
  const { left, top, bottom, width } = field.getBoundingClientRect();
  const below = innerHeight - bottom - 12;
  const isBelow = below > Math.min(list.scrollHeight, 260) || below > top;
  Object.assign(list.style, {
    left: `${left}px`,
    width: `${width}px`,
    maxHeight: `${Math.min(360, isBelow ? below : top - 12)}px`,
    top: isBelow ? `${bottom + 4}px` : "auto",
    bottom: isBelow ? "auto" : `${innerHeight - top + 4}px`,
  });
}

import { act } from "./desk.js";
import { at, element } from "./element.js";
import { drawPart } from "./message.js";

const dialog = at("modal");
let chatId;
dialog.addEventListener("cancel", (event) => {
  // The form is the platform's: Escape asks for it to go.
  event.preventDefault();
  void act({ do: "dismiss", chat: chatId });
});

/** The form over the chat, if there is one. */
export function drawModal(chat) {
  chatId = chat.id;
  if (!chat.modal) return dialog.open ? dialog.close() : undefined;
  if (dialog.open && dialog.dataset.id === chat.modal.id) return undefined;
  dialog.dataset.id = chat.modal.id;
  dialog.replaceChildren(drawForm(chat));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input, textarea, select")?.focus();
  return undefined;
}

function drawForm({ id, modal }) {
  const inputs = modal.fields.map(drawField);
  const labels = modal.fields.map((field, n) =>
    element(
      "label",
      {},
      field.label,
      ...(field.required ? [element("b", { title: "required" }, " *")] : []),
      inputs[n],
      element("small", {}, field.hint ?? ""),
    ),
  );
  const submit = (event) => {
    event.preventDefault();
    const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]));
    void act({ do: "submit", chat: id, values });
  };
  const cancel = () => void act({ do: "dismiss", chat: id });
  dialog.ariaLabel = modal.title;
  return element(
    "form",
    { onsubmit: submit },
    element("h3", {}, modal.title),
    ...(modal.parts ?? []).map(drawPart),
    ...labels,
    element(
      "menu",
      {},
      element("button", { type: "button", onclick: cancel }, "Cancel"),
      element("button", { className: "primary" }, "Submit"),
    ),
  );
}

function drawField({ id, value, required, long, options }) {
  if (!options) return element(long ? "textarea" : "input", { name: id, value, required, autocomplete: "off" });
  const empty = value === "" ? [element("option", { value: "" }, "")] : [];
  const choices = options.map((option) =>
    element("option", { value: option.value, selected: option.value === value }, option.label),
  );
  return element("select", { name: id, required }, ...empty, ...choices);
}

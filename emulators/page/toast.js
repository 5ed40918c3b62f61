import { at } from "./element.js";

let timer;

/** Says something for a moment, over the chat. */
export function toast(text) {
  at("toast").textContent = text;
  at("toast").hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => (at("toast").hidden = true), 4500);
}

/** Copies, and says so. */
export async function copy(text) {
  await navigator.clipboard.writeText(text).then(
    () => toast("Copied"),
    () => toast(text),
  );
}

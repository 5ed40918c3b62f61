// What happens behind the views: the calls made to each service, under what the person did before them.
import { at, element } from "./element.js";

const services = { pikpak: "PikPak", telegram: "Telegram", discord: "Discord" };
/** Interactions kept on the page. */
const most = 60;
/** Services whose calls are left out. */
const hidden = new Set();
let counts = {};
let group;

at("clear").addEventListener("click", clearCalls);
at("services").replaceChildren(...Object.entries(services).map(drawSwitch));

/** An interaction begins a new heading; the calls that follow stand below it. */
export function addInteraction({ who, what }) {
  openGroup(who ? `${who}: ${what}` : what);
}

/** One call more. */
export function addCall({ to, what, ok, ms, note, at: moment }) {
  if (!group) openGroup("At the start");
  counts[to] = (counts[to] ?? 0) + 1;
  group.counts[to] = (group.counts[to] ?? 0) + 1;
  const status = note ?? (ok ? "ok" : "failed");
  group.list.append(
    element(
      "li",
      { className: `${to}${ok ? "" : " bad"}`, title: new Date(moment).toTimeString().slice(0, 8) },
      element("span", { className: "to" }, services[to]),
      element("span", { className: "what" }, ...breakable(what)),
      element("span", { className: status.length > 6 ? "status long" : "status" }, status),
      element("span", { className: "ms" }, `${Math.round(ms)} ms`),
    ),
  );
  group.sum.textContent = sumOf(group.counts);
  drawCounts();
}

/** A path may go on in the next line before each of its parts. */
function breakable(what) {
  return what.split(/(?=[/?&])/).flatMap((piece, n) => (n === 0 ? [piece] : [element("wbr"), piece]));
}

/** Forgets them all. */
export function clearCalls() {
  counts = {};
  group = undefined;
  at("calls").replaceChildren();
  drawCounts();
}

function openGroup(title) {
  const list = element("ol");
  const sum = element("span", { className: "sum" }, "no calls");
  group = { list, sum, counts: {} };
  at("calls").prepend(element("section", {}, element("h3", {}, element("span", {}, title), sum), list));
  while (at("calls").childElementCount > most) at("calls").lastElementChild.remove();
}

function sumOf(own) {
  return Object.entries(services)
    .filter(([to]) => own[to])
    .map(([to, name]) => `${name} ${own[to]}`)
    .join(" · ");
}

function drawSwitch([to, name]) {
  const toggle = element(
    "button",
    { type: "button", className: to, ariaPressed: "true", title: `Show or hide the calls to ${name}` },
    name,
    element("b", { id: `count-${to}` }, "0"),
  );
  toggle.addEventListener("click", () => {
    if (!hidden.delete(to)) hidden.add(to);
    toggle.ariaPressed = String(!hidden.has(to));
    at("calls").dataset.hidden = [...hidden].join(" ");
  });
  return toggle;
}

function drawCounts() {
  for (const to of Object.keys(services)) at(`count-${to}`).textContent = String(counts[to] ?? 0);
}

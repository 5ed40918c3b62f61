import { attach, fill, send } from "./composer.js";
import { act, chatsOf, desk, onChange, openChat, sit } from "./desk.js";
import { at, element } from "./element.js";
import { toast } from "./toast.js";

/** ms a text stands in the composer before it goes, so that one sees what is said. */
const pause = 450;
/** ms the bot has for an answer. */
const timeout = 8000;
let isPlaying = false;

/** Labels of the tips that were played since the bot started: what another tip stands on is done. */
let played = new Set();

/** What a visitor can try: one click plays a tip from its beginning to its end, after those it stands on. */
export function drawTips(tips) {
  played = new Set();
  const byLabel = new Map(tips.map((tip) => [tip.label, tip]));
  at("tips").replaceChildren(...tips.map((tip, n) => drawTip(tip, n, byLabel)));
}

function drawTip(tip, n, byLabel) {
  const button = element(
    "button",
    { type: "button", className: n === 0 ? "first" : "", onclick: () => void play(withNeeds(tip, byLabel), button) },
    element("span", { ariaHidden: "true" }, "▶"),
    element("span", {}, tip.label, element("small", {}, tip.steps.map(stepText).join(" → "))),
  );
  return element("li", {}, button);
}

/** The tip and, before it, those it stands on that were not played yet. */
function withNeeds(tip, byLabel) {
  const needed = tip.after === undefined || played.has(tip.after) ? undefined : byLabel.get(tip.after);
  return needed ? [...withNeeds(needed, byLabel), tip] : [tip];
}

const stepText = (step) => (typeof step === "string" ? step : (step.press ?? `📎 ${step.attach.join(", ")}`));

async function play(tips, button) {
  if (isPlaying) return toast("A tip is being played: wait until it has come to its end");
  isPlaying = true;
  button.ariaBusy = "true";
  document.body.dataset.drawer = "";
  await playAll(tips).catch((error) => toast(error.message));
  isPlaying = false;
  button.ariaBusy = "false";
  // Where a keyboard would come up over the chat, only the visitor calls it.
  if (matchMedia("(hover: hover)").matches) at("text").focus();
}

async function playAll(tips) {
  for (const tip of tips) {
    const { person, platform, kind = "private", steps, label } = tip;
    const chat = chatsOf(person).find((candidate) => candidate.platform === platform && candidate.kind === kind);
    if (chat) sit(person, chat.id);
    const before = await playSteps(steps, chat?.id);
    if (before === undefined) return;
    // What the last step came to is awaited where another tip goes on from it.
    if (tip !== tips.at(-1)) await until(() => isAnswered(before) && !openChat()?.typing);
    played.add(label);
  }
}

/** What the bot had said before the last step; undefined = whoever plays went to another chat in the middle, and goes on there by hand. */
async function playSteps(steps, chatId) {
  let before;
  for (const step of [...waysOut(), ...steps]) {
    await until(() => desk.chatId !== chatId || isReady(step, before));
    if (desk.chatId !== chatId) return undefined;
    before = botSaid();
    await doStep(step);
  }
  return before;
}

async function doStep(step) {
  if (step.attach) return attach(step.attach.map(written));
  if (typeof step !== "string") {
    const { message, widget } = buttonOf(step);
    return act({ do: "press", chat: desk.chatId, message: message.id, value: widget.value });
  }
  fill(step);
  await new Promise((resolve) => setTimeout(resolve, pause));
  return send(step);
}

/** A small file of that name: a text, or what a torrent file is. */
const written = (name) =>
  name.endsWith(".torrent")
    ? { name, type: "application/x-bittorrent", content: btoa(torrentOf(`${name.slice(0, -".torrent".length)}.mkv`)) }
    : { name, type: "text/plain", content: btoa(`${name}: written for the demo.\n`.repeat(200)) };

/** A torrent of one file, of one piece (BEP 3). */
function torrentOf(file) {
  const length = 262_144;
  const hash = "0123456789abcdefghij";
  return `d4:infod6:lengthi${length}e4:name${file.length}:${file}12:piece lengthi${length}e6:pieces20:${hash}ee`;
}

/** What is still being asked is left first: it would take the tip's texts for answers. What is under way goes on. */
function waysOut() {
  const last = openChat()?.messages.at(-1);
  const hasWayOut = last?.rows.flat().some(({ label }) => label?.startsWith("✖"));
  return hasWayOut && last.parts.some(({ text }) => text.includes("❔")) ? [{ press: "✖" }] : [];
}

/** Whether the bot has answered the step before, and this one can be done. */
function isReady(step, before) {
  const isFree = before === undefined || isAnswered(before);
  return isFree && (typeof step === "string" || step.attach !== undefined || buttonOf(step) !== undefined);
}

const isAnswered = (before) => botSaid() !== before && openChat()?.messages.at(-1)?.bot;

const botSaid = () => JSON.stringify(openChat()?.messages.filter(({ bot }) => bot) ?? []);

/** The lowest button that begins with these signs. */
function buttonOf({ press }) {
  const all = (openChat()?.messages ?? []).flatMap((message) =>
    message.rows.flat().map((widget) => ({ message, widget })),
  );
  return all.findLast(({ widget }) => widget.kind === "press" && widget.label.startsWith(press));
}

function until(isSo) {
  return new Promise((resolve, reject) => {
    const stop = onChange(() => isSo() && done(resolve));
    const timer = setTimeout(
      () => done(() => reject(new Error("The bot said something else: go on by hand"))),
      timeout,
    );
    const done = (end) => (stop(), clearTimeout(timer), end());
    if (isSo()) done(resolve);
  });
}

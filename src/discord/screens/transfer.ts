import type { TransferScreen, TransferState } from "../../actions/model/screen.ts";
import { uploadFailures } from "../../actions/model/upload.ts";
import { errorText } from "../../i18n/kind-words.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { label, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import { type Button, type Line, type Sheet } from "./sheet.ts";
import { bar } from "../../i18n/figures.ts";

/** A file on its way into the chat, and how far it is. */
export function transferSheet(painter: Painter, screen: TransferScreen): Sheet {
  const { entry, variant, state } = screen;
  return {
    head: [`${kindSigns[kindOf(entry)]} ${strong(entry.name)}`],
    body: [variant && painter.say("link-variant", { name: label(variant.name) }), ...stateLines(painter, screen)],
    rows: waysFrom(painter, screen, state),
  };
}

function stateLines(painter: Painter, { mount, state, total }: TransferScreen): readonly Line[] {
  const { say, figures } = painter;
  switch (state.is) {
    case "queued":
      return [`⏳ ${say("transfer-queued", { place: state.place })}`];
    case "running":
      return runningLines(painter, state, total);
    case "done":
      return [`✅ ${say("transfer-done", { time: figures.span(state.took) })}`];
    case "cancelled":
      return [`✖️ ${say("transfer-cancelled")}`];
    case "interrupted":
      return [`⚠️ ${say("transfer-interrupted")}`];
    case "failed":
      return failedLines(painter, mount.driver, state);
  }
}

function runningLines(
  { say, figures }: Painter,
  { done, speed, left }: Extract<TransferState, { is: "running" }>,
  total: number | undefined,
): readonly Line[] {
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const isAllGone = share === 1;
  const pace = speed !== undefined && !isAllGone && say("transfer-speed", { speed: figures.size(Math.round(speed)) });
  const rest = pace && left !== undefined && say("transfer-left", { time: figures.span(left) });
  return [
    share !== undefined && `${bar(share)} ${figures.percent(share)}`,
    say("transfer-sizes", { done: figures.size(done), total: total === undefined ? "?" : figures.size(total) }),
    isAllGone && say("transfer-landing"),
    pace && [pace, ...(rest ? [rest] : [])].join(" · "),
  ];
}

const ours: ReadonlySet<string> = new Set(uploadFailures);

function failedLines(
  painter: Painter,
  driver: string,
  { code, retryAfter, limit, reference }: Extract<TransferState, { is: "failed" }>,
): readonly Line[] {
  const { say, figures } = painter;
  return [
    `⚠️ ${ours.has(code) ? say(`transfer-failed-${code}`) : errorText(painter, code, driver)}`,
    limit !== undefined && say("transfer-limit", { size: figures.size(limit) }),
    retryAfter !== undefined && say("retry-after", { time: figures.span(retryAfter) }),
    reference !== undefined && say("notice-reference", { reference }),
  ];
}

function waysFrom({ say }: Painter, { view }: TransferScreen, state: TransferState): Button[][] {
  const retry = press(`🔄 ${say("press-retry")}`, { do: "retry", view });
  const out = [
    press(`🔗 ${say("press-link")}`, { do: "link", view }),
    press(`⬆ ${say("press-back")}`, { do: "back", view }),
  ];
  switch (state.is) {
    case "queued":
    case "running":
      return [[press(`✖️ ${say("press-cancel")}`, { do: "cancel-transfer", view })]];
    case "done":
      return [out];
    case "cancelled":
    case "interrupted":
      return [[retry, ...out]];
    case "failed":
      return [state.code === "too-large" || state.code === "empty" ? out : [retry, ...out]];
  }
}

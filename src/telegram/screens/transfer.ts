import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import { uploadFailures } from "../../actions/model/upload.ts";
import type { TransferScreen, TransferState } from "../../actions/model/screen.ts";
import { errorText } from "../../i18n/kind-words.ts";
import { isolate } from "../../i18n/names.ts";
import { kindOf, kindSigns } from "../../i18n/signs.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";
import { bar } from "../../i18n/figures.ts";

/** A file on its way into the chat, and how far it is. */
export function paintTransfer(painter: Painter, screen: TransferScreen): Painted {
  const { entry, variant, state } = screen;
  return {
    text: lines(
      FormattedString.join([`${kindSigns[kindOf(entry)]} `, strong(entry.name)]),
      variant && painter.say("link-variant", { name: isolate(variant.name) }),
      ...stateLines(painter, screen),
    ),
    keyboard: waysFrom(painter, screen, state),
  };
}

function stateLines(painter: Painter, { mount, state, total }: TransferScreen): readonly (string | undefined)[] {
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
): readonly (string | undefined)[] {
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
  const sizes = { done: figures.size(done), total: total === undefined ? "?" : figures.size(total) };
  const isAllGone = share === 1;
  return [
    share === undefined ? undefined : `${bar(share)} ${figures.percent(share)}`,
    say("transfer-sizes", sizes),
    isAllGone ? say("transfer-landing") : undefined,
    speed === undefined || isAllGone
      ? undefined
      : [
          say("transfer-speed", { speed: figures.size(Math.round(speed)) }),
          ...(left === undefined || speed === 0 ? [] : [say("transfer-left", { time: figures.span(left) })]),
        ].join(" · "),
  ];
}

const ours: ReadonlySet<string> = new Set(uploadFailures);

function failedLines(
  painter: Painter,
  driver: string,
  { code, retryAfter, limit, reference }: Extract<TransferState, { is: "failed" }>,
): readonly (string | undefined)[] {
  const { say, figures } = painter;
  return [
    `⚠️ ${ours.has(code) ? say(`transfer-failed-${code}`) : errorText(painter, code, driver)}`,
    limit === undefined ? undefined : say("transfer-limit", { size: figures.size(limit) }),
    retryAfter === undefined ? undefined : say("retry-after", { time: figures.span(retryAfter) }),
    reference === undefined ? undefined : say("notice-reference", { reference }),
  ];
}

function waysFrom({ say }: Painter, { view }: TransferScreen, state: TransferState): InlineKeyboardButton[][] {
  const retry = [button(`🔄 ${say("press-retry")}`, { do: "retry", view })];
  const out = [
    button(`🔗 ${say("press-link")}`, { do: "link", view }),
    button(`⬆ ${say("press-back")}`, { do: "back", view }),
  ];
  switch (state.is) {
    case "queued":
    case "running":
      return [[button(`✖️ ${say("press-cancel")}`, { do: "cancel-transfer", view })]];
    case "done":
      return [out];
    case "cancelled":
    case "interrupted":
      return [retry, out];
    case "failed":
      return state.code === "too-large" || state.code === "empty" ? [out] : [retry, out];
  }
}

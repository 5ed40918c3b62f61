import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { ApprovalScreen, SignInWays } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { approvalText, formTitle, reasonText, wayWords } from "../../i18n/kind-words.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";

/** The ways to sign in, a line and a button each. */
export function paintSignInWays(painter: Painter, { view, kind, mount, ways, reason }: SignInWays): Painted {
  const { say } = painter;
  const worded = ways.map((way) => wayWords(painter, kind, way));
  return {
    text: lines(
      strong(formTitle(painter, { id: "sign-in", kind })),
      mount && strong(mount.title),
      reason && `⚠️ ${reasonText(painter, reason, kind)}`,
      say("sign-in-ways"),
      ...worded.flatMap(({ name, hint }) => ["", strong(name), hint]),
    ),
    keyboard: worded.map(({ name }, index) => [button(`🔑 ${name}`, { do: "choose-way", view, index })]),
  };
}

/**
 * An approval and how it stands. There is no picture of the address: it is on the phone already that would be pointed at
 * one, and Telegram turns no message with a picture into the list that comes in its place.
 */
export function paintApproval(painter: Painter, screen: ApprovalScreen): Painted {
  const { kind, mount, state } = screen;
  return {
    text: lines(
      strong(formTitle(painter, { id: "sign-in", kind })),
      mount && strong(mount.title),
      ...stateLines(painter, screen),
    ),
    keyboard:
      state.is === "waiting" ? waitingKeyboard(painter, screen, state.direct) : endedKeyboard(painter, screen.view),
  };
}

function stateLines(painter: Painter, { kind, state }: ApprovalScreen): readonly (string | FormattedString | false)[] {
  const { say, figures } = painter;
  switch (state.is) {
    case "waiting":
      return [
        say(state.code ? "approval-how" : "approval-how-browser"),
        state.code !== undefined && FormattedString.code(state.code.userCode.toWellFormed().trim() || "–"),
        !isPublicAddress(state.direct) && state.direct,
        approvalText(painter, "approval-about", kind),
        `⏳ ${say(state.code ? "approval-waiting" : "approval-waiting-browser", { date: figures.date(state.until) })}`,
      ];
    case "denied":
    case "over":
    case "cancelled":
      return [`${state.is === "cancelled" ? "✖️" : "⚠️"} ${say(`approval-${state.is}`)}`];
    case "failed":
      return [`⚠️ ${reasonText(painter, state.reason, kind)}`];
  }
}

function waitingKeyboard(painter: Painter, { kind, view }: ApprovalScreen, direct: string): InlineKeyboardButton[][] {
  const cancel = [button(`✖️ ${painter.say("press-cancel")}`, { do: "cancel-approval", view })];
  const text = `🌐 ${approvalText(painter, "press-approve", kind)}`;
  return isPublicAddress(direct) ? [[{ text, url: direct }], cancel] : [cancel];
}

function endedKeyboard({ say }: Painter, view: ApprovalScreen["view"]): InlineKeyboardButton[][] {
  return [
    [button(`🔄 ${say("press-approve-again")}`, { do: "approve-again", view })],
    [button(`🔑 ${say("press-show-ways")}`, { do: "show-ways", view })],
  ];
}

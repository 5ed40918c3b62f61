import { ButtonStyle } from "discord.js";
import type { ApprovalScreen, SignInWays } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { approvalText, formTitle, reasonText, wayWords } from "../../i18n/kind-words.ts";
import { qrPicture } from "../qr-picture.ts";
import { link, moment, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import { addressButton, type Button, type Line, type Sheet } from "./sheet.ts";

/** The ways to sign in, a line and a button each. */
export function signInWaysSheet(painter: Painter, { view, kind, mount, ways, reason }: SignInWays): Sheet {
  const { say } = painter;
  const worded = ways.map((way) => wayWords(painter, kind, way));
  return {
    head: [`### ${formTitle(painter, { id: "sign-in", kind })}`, mount && strong(mount.title)],
    body: [
      reason && `⚠️ ${reasonText(painter, reason, kind)}`,
      say("sign-in-ways"),
      ...worded.flatMap(({ name, hint }) => [`**${name}**`, hint]),
    ],
    rows: worded.map(({ name }, index) => [
      press(
        `🔑 ${name}`,
        { do: "choose-way", view, index },
        { style: index === 0 ? ButtonStyle.Primary : ButtonStyle.Secondary },
      ),
    ]),
  };
}

/** An approval and how it stands. */
export function approvalSheet(painter: Painter, screen: ApprovalScreen): Sheet {
  const { kind, mount } = screen;
  return {
    head: [`### ${formTitle(painter, { id: "sign-in", kind })}`, mount && strong(mount.title)],
    body: stateLines(painter, screen),
    rows: rowsOf(painter, screen),
    picture: pictureOf(painter, screen),
  };
}

/** People sit at a desktop here, and PikPak is on their phone. A browser's own way back is of no use on another device. */
function pictureOf({ say }: Painter, { state }: ApprovalScreen): Sheet["picture"] {
  const bytes = state.is === "waiting" && state.code ? qrPicture(state.direct) : undefined;
  return bytes && { name: "approve.png", bytes, description: say("approval-picture") };
}

function stateLines(painter: Painter, { kind, state }: ApprovalScreen): readonly Line[] {
  const { say } = painter;
  switch (state.is) {
    case "waiting":
      return [
        say(state.code ? "approval-how" : "approval-how-browser"),
        state.code !== undefined && `## ${strong(state.code.userCode, 60)}`,
        !isPublicAddress(state.direct) && link(approvalText(painter, "press-approve", kind), state.direct),
        approvalText(painter, "approval-about", kind),
        `⏳ ${say(state.code ? "approval-waiting" : "approval-waiting-browser", { date: moment(state.until) })}`,
      ];
    case "denied":
    case "over":
    case "cancelled":
      return [`${state.is === "cancelled" ? "✖️" : "⚠️"} ${say(`approval-${state.is}`)}`];
    case "failed":
      return [`⚠️ ${reasonText(painter, state.reason, kind)}`];
  }
}

function rowsOf(painter: Painter, { kind, view, state }: ApprovalScreen): (Button | false)[][] {
  const { say } = painter;
  if (state.is !== "waiting") {
    return [
      [
        press(`🔄 ${say("press-approve-again")}`, { do: "approve-again", view }),
        press(`🔑 ${say("press-show-ways")}`, { do: "show-ways", view }),
      ],
    ];
  }
  const open = `🌐 ${approvalText(painter, "press-approve", kind)}`;
  return [
    [
      isPublicAddress(state.direct) && addressButton(open, state.direct),
      press(`✖️ ${say("press-cancel")}`, { do: "cancel-approval", view }),
    ],
  ];
}

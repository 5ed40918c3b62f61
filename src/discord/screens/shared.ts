import { sumText } from "../../i18n/tidy-words.ts";
import { ButtonStyle } from "discord.js";
import { lifeChoices } from "../../actions/model/share-life.ts";
import type { ShareDraft, SharedCard, SharedList } from "../../actions/model/shared-screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { lifeLabel, sharedClosed, sharedCounts, sharedEnd, sharedText } from "../../i18n/shared.ts";
import { chosenMark, kindOf, kindSigns } from "../../i18n/signs.ts";
import { maxOptions } from "../limits.ts";
import { copyableText, label, moment, plainLabel, strong } from "../markup.ts";
import { press, trailLine, turningRow, type Painter } from "./painter.ts";
import { addressButton, type Sheet } from "./sheet.ts";

/** Most characters of a name. */
const nameWidth = 90;

/** How a link is to be made. */
export function shareDraftSheet(painter: Painter, draft: ShareDraft): Sheet {
  const { say } = painter;
  const { view, mount, trail, entry, chosen, coded, days } = draft;
  const withCode = (wanted: boolean, words: string) =>
    press(`${chosenMark(coded === wanted)}${words}`, { do: "set-shared-code", view, coded: wanted });
  return {
    head: [`### 📤 ${say("share-out-title")}`, trailLine(mount, trail)],
    body: [
      entry ? `${kindSigns[kindOf(entry)]} ${strong(entry.name, nameWidth)}` : `☑️ ${sumText(painter, chosen)}`,
      say(coded ? "share-out-coded" : "share-out-open"),
    ],
    rows: [
      [press(`📤 ${say("press-make-shared")}`, { do: "make-shared", view }, { style: ButtonStyle.Primary })],
      [withCode(true, say("press-shared-coded")), withCode(false, say("press-shared-open"))],
      lifeChoices.map((choice) =>
        press(`${chosenMark(choice === days)}${lifeLabel(painter, choice)}`, {
          do: "set-shared-days",
          view,
          days: choice,
        }),
      ),
      [
        press(`📤 ${say("press-shared-links")}`, { do: "shared-links", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** A link to pass on, and how it does. */
export function sharedSheet(painter: Painter, { view, mount, share, isNew }: SharedCard): Sheet {
  const { say } = painter;
  return {
    head: [isNew && `✅ ${say("shared-made")}`, `📤 ${strong(share.title, nameWidth)}`, trailLine(mount, [])],
    body: [
      copyableText(sharedText(painter, share)),
      sharedEnd(painter, share.expiresAt, moment),
      sharedCounts(painter, share),
      sharedClosed(painter, share, mount.driver),
    ],
    rows: [
      [
        isPublicAddress(share.url) && addressButton(`🔗 ${say("press-open-link")}`, share.url),
        press(`🚫 ${say("press-revoke-shared")}`, { do: "revoke-shared", view }, { style: ButtonStyle.Danger }),
        isNew && press(`📤 ${say("press-shared-links")}`, { do: "shared-links", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** The links there are: a line each, and one menu to see one. */
export function sharedListSheet(painter: Painter, list: SharedList): Sheet {
  const { say } = painter;
  const { view, mount, total, isCut, revoked } = list;
  const shares = list.shares.slice(0, maxOptions);
  const sign = (closed: string | undefined) => (closed === undefined ? "🟢" : "🔴");
  return {
    head: [revoked === true && `✅ ${say("shared-revoked")}`, `### 📤 ${say("shared-title")}`, trailLine(mount, [])],
    body: [
      total === 0 ? say("shared-none") : say("shared-total", { count: total }),
      isCut && say("shared-cut"),
      ...shares.map((share) =>
        [`${sign(share.closed)} ${label(share.title, nameWidth)}`, sharedCounts(painter, share)]
          .filter(Boolean)
          .join(" · "),
      ),
    ],
    menu: {
      placeholder: say("choose-shared"),
      options: shares.map(({ title, closed, passCode }, index) => ({
        label: `${sign(closed)} ${plainLabel(title, nameWidth - 10)}${passCode === undefined ? "" : " 🔑"}`,
        widgetAction: { is: "press", press: { do: "shared", view, index } },
      })),
    },
    rows: [
      turningRow(list.view, list.page),
      [
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

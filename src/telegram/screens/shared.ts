import { sumText } from "../../i18n/tidy-words.ts";
import { FormattedString } from "@grammyjs/parse-mode";
import { lifeChoices } from "../../actions/model/share-life.ts";
import type { ShareDraft, SharedCard, SharedList } from "../../actions/model/shared-screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { labelled } from "../../i18n/phrases.ts";
import { lifeLabel, sharedClosed, sharedCounts, sharedEnd, sharedText } from "../../i18n/shared.ts";
import { chosenMark, kindOf, kindSigns } from "../../i18n/signs.ts";
import { maxCopied } from "../limits.ts";
import { button, lines, strong, trailLine, turningRow, type Painted, type Painter } from "./painter.ts";

/** How a link is to be made. */
export function paintShareDraft(painter: Painter, draft: ShareDraft): Painted {
  const { say } = painter;
  const { view, mount, trail, entry, chosen, coded, days } = draft;
  const withCode = (wanted: boolean, words: string) =>
    button(`${chosenMark(coded === wanted)}${words}`, { do: "set-shared-code", view, coded: wanted });
  return {
    text: lines(
      FormattedString.join(["📤 ", strong(say("share-out-title"))]),
      trailLine(mount, trail),
      "",
      entry
        ? FormattedString.join([`${kindSigns[kindOf(entry)]} `, strong(elideName(entry.name, 80))])
        : `☑️ ${sumText(painter, chosen)}`,
      say(coded ? "share-out-coded" : "share-out-open"),
    ),
    keyboard: [
      [button(`📤 ${say("press-make-shared")}`, { do: "make-shared", view })],
      [withCode(true, say("press-shared-coded")), withCode(false, say("press-shared-open"))],
      lifeChoices.map((choice) =>
        button(`${chosenMark(choice === days)}${lifeLabel(painter, choice)}`, {
          do: "set-shared-days",
          view,
          days: choice,
        }),
      ),
      [
        button(`📤 ${say("press-shared-links")}`, { do: "shared-links", view }),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

/** A link to pass on, and how it does. */
export function paintShared(painter: Painter, { view, mount, share, isNew }: SharedCard): Painted {
  const { say, figures } = painter;
  const text = sharedText(painter, share);
  return {
    text: lines(
      isNew && `✅ ${say("shared-made")}`,
      FormattedString.join(["📤 ", strong(elideName(share.title, 80))]),
      trailLine(mount, []),
      "",
      FormattedString.code(share.url),
      share.passCode !== undefined &&
        FormattedString.join([labelled(say, say("shared-code"), ""), FormattedString.code(share.passCode)]),
      sharedEnd(painter, share.expiresAt, figures.date),
      sharedCounts(painter, share),
      sharedClosed(painter, share, mount.driver),
    ),
    keyboard: [
      [
        ...(text.length <= maxCopied ? [{ text: `📋 ${say("press-copy")}`, copy_text: { text } }] : []),
        ...(isPublicAddress(share.url) ? [{ text: `🔗 ${say("press-open-link")}`, url: share.url }] : []),
      ],
      [button(`🚫 ${say("press-revoke-shared")}`, { do: "revoke-shared", view })],
      [
        ...(isNew ? [button(`📤 ${say("press-shared-links")}`, { do: "shared-links", view })] : []),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}

/** The links there are, one a row. */
export function paintSharedList(painter: Painter, list: SharedList): Painted {
  const { say } = painter;
  const { view, mount, shares, total, isCut, revoked } = list;
  return {
    text: lines(
      revoked === true && `✅ ${say("shared-revoked")}`,
      FormattedString.join(["📤 ", strong(say("shared-title"))]),
      trailLine(mount, []),
      total === 0 ? say("shared-none") : say("shared-total", { count: total }),
      isCut && say("shared-cut"),
      "",
      ...shares.map((share) =>
        [isolate(elideName(share.title, 50)), sharedCounts(painter, share)].filter(Boolean).join(" · "),
      ),
    ),
    keyboard: [
      ...shares.map(({ title, closed, passCode }, index) => [
        button(`${closed === undefined ? "🟢" : "🔴"} ${elideName(title)}${passCode === undefined ? "" : " 🔑"}`, {
          do: "shared",
          view,
          index,
        }),
      ]),
      turningRow(list.view, list.page),
      [
        button(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        button(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ].filter((row) => row.length > 0),
  };
}

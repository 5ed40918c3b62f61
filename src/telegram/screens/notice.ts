import type { InlineKeyboardButton } from "grammy/types";
import type { ViewRef } from "../../actions/model/session.ts";
import { noticeCodes, type Notice } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { errorText, noticeText, withRetry } from "../../i18n/kind-words.ts";
import { button, lines, strong, type Painted, type Painter } from "./painter.ts";
import { levelSigns, offerSigns } from "../../i18n/signs.ts";

const codes: ReadonlySet<string> = new Set(noticeCodes);

/** A sentence, and the ways on it offers. */
export function paintNotice(painter: Painter, notice: Notice): Painted {
  const { say } = painter;
  const { subject, verify, reference, view, offer = [] } = notice;
  return {
    text: lines(
      subject !== undefined && subject !== "" && strong(subject),
      noticeSentence(painter, notice),
      verify !== undefined && !isPublicAddress(verify) && verify,
      reference !== undefined && say("notice-reference", { reference }),
    ),
    keyboard: [
      ...(verify !== undefined && isPublicAddress(verify)
        ? [[{ text: `🌐 ${say("press-verify")}`, url: verify }]]
        : []),
      ...(view ? offer.map((what) => [offerButton(painter, what, view)]) : []),
      ...wayToPrivate(painter, notice),
    ],
  };
}

/** Out of a group into the chat where it can be done. */
function wayToPrivate({ say, place, deepLink }: Painter, { notice }: Notice): InlineKeyboardButton[][] {
  if (place !== "group" || !deepLink || !forPrivate.has(notice)) return [];
  return [[{ text: say("private-open"), url: deepLink("here") }]];
}

const forPrivate: ReadonlySet<string> = new Set(["private-only", "code-private"] satisfies Notice["notice"][]);

/** The sentence alone, as a toast shows it. */
function noticeSentence(painter: Painter, { notice, level, retryAfter, driver }: Notice): string {
  const sentence = codes.has(notice) ? noticeText(painter, notice, driver) : errorText(painter, notice, driver);
  return `${levelSigns[level]} ${withRetry(painter, sentence, retryAfter)}`;
}

type Offer = NonNullable<Notice["offer"]>[number];

function offerButton({ say }: Painter, offer: Offer, view: ViewRef): InlineKeyboardButton {
  return button(`${offerSigns[offer]} ${say(`press-${offer}`)}`, { do: offer, view });
}

import { noticeCodes, type Notice } from "../../actions/model/screen.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { link, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import { errorText, noticeText, withRetry } from "../../i18n/kind-words.ts";
import { addressButton, button, type Button, type Sheet } from "./sheet.ts";
import { levelSigns, offerSigns } from "../../i18n/signs.ts";

const codes: ReadonlySet<string> = new Set(noticeCodes);

/** A sentence, and the ways on it offers. */
export function noticeSheet(painter: Painter, notice: Notice): Sheet {
  const { say } = painter;
  const { subject, verify, reference, view, offer = [] } = notice;
  return {
    head: [
      subject !== undefined && subject !== "" && strong(subject),
      sentence(painter, notice),
      verify !== undefined && verifyLine(painter, verify),
      reference !== undefined && say("notice-reference", { reference }),
    ],
    rows: [
      [
        verify !== undefined && verifyButton(painter, verify),
        ...(view ? offer.map((what) => press(`${offerSigns[what]} ${say(`press-${what}`)}`, { do: what, view })) : []),
        deadViews.has(notice.notice) && freshButton(painter),
      ],
    ],
  };
}

function sentence(painter: Painter, { notice, level, retryAfter, driver }: Notice): string {
  const said = codes.has(notice) ? noticeText(painter, notice, driver) : errorText(painter, notice, driver);
  return `${levelSigns[level]} ${withRetry(painter, said, retryAfter)}`;
}

/** The page where a human proves to be one, where no button can lead there. */
export function verifyLine(painter: Painter, verify: string): string | undefined {
  return verifyButton(painter, verify) ? undefined : link(painter.say("press-verify"), verify);
}

/** The button to that page. */
export function verifyButton({ say }: Painter, verify: string): Button | false {
  return isPublicAddress(verify) && addressButton(`🌐 ${say("press-verify")}`, verify);
}

/** What is said of a screen whose buttons do nothing any more: then there is a button for a new one. */
const deadViews: ReadonlySet<string> = new Set(["view-expired", "unknown-press"] satisfies Notice["notice"][]);

function freshButton({ say }: Painter): Button {
  return button(`📁 ${say("press-fresh-list")}`, { is: "command", name: "browse" });
}

import type { FileAddress } from "../../actions/model/file-address.ts";
import { isPublicAddress } from "../../i18n/address.ts";
import { copyable, link } from "../markup.ts";
import type { Painter } from "./painter.ts";
import { addressButton, type Button } from "./sheet.ts";

/** Most characters of an address that is written into the message; it stands there twice. */
const maxWritten = 1500;

/** Whether the address fits the message, and need not come as a file. */
export function isWritten({ url }: FileAddress): boolean {
  return url.length <= maxWritten;
}

/** The address to press and to copy, and the watch page. */
export function addressLines({ say }: Painter, address: FileAddress): readonly (string | false)[] {
  const { url, watch, named } = address;
  return [
    isWritten(address) ? link(say("press-open-link"), url) : say("link-in-file"),
    named !== undefined && `⬇️ ${link(say("press-download-named"), named)}`,
    isWritten(address) && copyable(url),
    watch !== undefined && `📺 ${link(say("press-watch"), watch)}`,
  ];
}

/** Opens it, plays it: what Discord takes a button for. */
export function addressButtons({ say }: Painter, { url, watch, named }: FileAddress): readonly (Button | false)[] {
  return [
    isPublicAddress(url) && addressButton(`🔗 ${say("press-open-link")}`, url),
    named !== undefined && isPublicAddress(named) && addressButton(`⬇️ ${say("press-download-named")}`, named),
    watch !== undefined && isPublicAddress(watch) && addressButton(`📺 ${say("press-watch")}`, watch),
  ];
}

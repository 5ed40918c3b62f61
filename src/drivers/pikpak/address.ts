/** What a share link says. */
export interface ShareAddress {
  readonly shareId: string;
  /** A folder or file inside the share. */
  readonly inside?: string;
  readonly passCode?: string;
}

const id = "[A-Za-z0-9_-]";
/** The web roots, and landing-page mirrors seen in the wild. */
const hosts =
  "(?:[a-z0-9-]+\\.)*(?:mypikpak\\.(?:com|net)|pikpak\\.me|pikpakdrive\\.com|filepax\\.(?:com|net)|pikpakse\\.com|pikpax\\.net|pickpackapp\\.com)";
const link = new RegExp(
  `(?:https?://)?(?<![A-Za-z0-9.-])${hosts}/s/(${id}{4,64})(?:/(${id}{4,64}))?/?(\\?[^\\s#]*)?`,
  "i",
);
const bareId = new RegExp(`^V${id}{24,26}$`);
const code = /(?:提取码|密码|访问码|pass ?code|password|pwd|code)\s*[:：=]?\s*([A-Za-z0-9]{4,12})\b/i;

/** A share link inside free text, with the code from its query or from the words around it; undefined = none of PikPak's. */
export function shareAddressIn(text: string): ShareAddress | undefined {
  const found = link.exec(text);
  if (!found) return undefined;
  const [whole, shareId = "", inside, query = ""] = found;
  const given = new URLSearchParams(query);
  const around = text.replace(whole, " ");
  const passCode = given.get("pwd") ?? given.get("pass_code") ?? code.exec(around)?.[1];
  return { shareId, ...(inside !== undefined && { inside }), ...(passCode && { passCode }) };
}

/** A share link or a bare share id, as the answer to "which share?"; the code may follow the id. */
export function shareAddressOf(answer: string): ShareAddress | undefined {
  const linked = shareAddressIn(answer);
  if (linked) return linked;
  const [first = "", second] = answer.trim().split(/\s+/);
  if (!new RegExp(`^${id}{4,64}$`).test(first)) return undefined;
  return { shareId: first, ...(second !== undefined && { passCode: second }) };
}

/** A bare share id standing alone, certain enough to be taken for one without being asked. */
export function isShareId(text: string): boolean {
  return bareId.test(text.trim());
}

/** A root folder: empty or `root` is the drive's own (""), an id is itself, an address gives its last id; undefined = none of these. */
export function folderIdOf(answer: string): string | undefined {
  const text = answer.trim();
  if (text === "" || /^root$/i.test(text)) return "";
  if (new RegExp(`^${id}{1,64}$`).test(text)) return text;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const segments = new URL(text).pathname.split("/").filter((segment) => segment !== "");
  const last = segments.at(-1) ?? "";
  if (segments[0] === "drive" && (segments.length === 1 || (segments.length === 2 && last === "all"))) return "";
  return new RegExp(`^${id}{8,64}$`).test(last) ? last : undefined;
}

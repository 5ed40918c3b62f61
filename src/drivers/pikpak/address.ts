/** What a share link says. */
export interface ShareAddress {
  readonly shareId: string;
  /** A folder or file inside the share. */
  readonly inside?: string;
  readonly passCode?: string;
}

const id = "[A-Za-z0-9_-]";
/** Ids of shares, files and tasks look the same: 25 to 27 characters, `V…o1` or `V…o2`. */
const typicalId = `V${id}{22,24}o[12]`;
/** The web roots, and landing-page mirrors seen in the wild. */
const hosts =
  "(?:[a-z0-9-]+\\.)*(?:mypikpak\\.(?:com|net)|pikpak\\.me|pikpakdrive\\.com|filepax\\.(?:com|net)|pikpakse\\.com|pikpax\\.net|pickpackapp\\.com)";
/** Characters an address may have; Chinese words are often glued to its end. */
const query = "\\?[\\w.~!$&'()*+,;=:@/%-]*";
const rest = `(?:/(${id}{4,64}))?/?(${query})?`;
const knownHost = new RegExp(`(?:https?://)?(?<![A-Za-z0-9.-])${hosts}(?::\\d+)?/s/(${id}{4,64})${rest}`, "i");
/** Mirrors come and go: on another host the id itself has to look like one. */
const anyHost = new RegExp(`https?://[^\\s/]+/s/(${typicalId})(?!${id})${rest}`);
const anything = new RegExp(`https?://[^\\s/]+/s/(${id}{4,64})${rest}`, "i");
const bareId = new RegExp(`^${typicalId}$`);

/** Words that announce a code. Chinese ones stand right before it; an English one wants a sign or the look of a code. */
const announced =
  /(?:提取码|提取碼|访问码|訪問碼|分享码|分享碼|密码|密碼|口令|验证码)\s*(?:是|为|為)?\s*[:：=]?\s*["'“「]?([A-Za-z0-9]{4,12})(?![A-Za-z0-9])/i;
const announcedInEnglish =
  /(?:pass[ -]?code|passcode|password|pass|pwd|access code|code|pin)\s*(?:(?:is\b|[:：=])\s*["'“「]?([A-Za-z0-9]{4,12})|["'“「]?(?=[a-z0-9]*\d)([a-z0-9]{4}))(?![A-Za-z0-9])/i;

/** A share link inside free text, with the code from its query or from the words around it; undefined = none of PikPak's. */
export function shareAddressIn(text: string): ShareAddress | undefined {
  return addressBy(knownHost, text) ?? addressBy(anyHost, text);
}

/** A share link or a bare share id, as the answer to "which share?"; the code may follow. */
export function shareAddressOf(answer: string): ShareAddress | undefined {
  const linked = shareAddressIn(answer) ?? addressBy(anything, answer);
  if (linked) return linked;
  const [, shareId, after = ""] = new RegExp(`^(${id}{4,64})(?:\\s+(.*))?$`, "s").exec(answer.trim()) ?? [];
  const passCode = codeIn(after);
  // More words than a code: a sentence, and no id.
  if (shareId === undefined || (after.trim() !== "" && passCode === undefined)) return undefined;
  return withCode({ shareId }, passCode);
}

/** A bare share id standing alone, certain enough to be taken for one without being asked. */
export function isShareId(text: string): boolean {
  return bareId.test(text.trim());
}

function addressBy(link: RegExp, text: string): ShareAddress | undefined {
  const found = link.exec(text);
  if (!found) return undefined;
  const [whole, shareId = "", inside, asked = ""] = found;
  const around = `${text.slice(0, found.index)} ${text.slice(found.index + whole.length)}`;
  return withCode({ shareId, ...(inside !== undefined && { inside }) }, codeInQuery(asked) ?? codeIn(around));
}

function withCode(address: ShareAddress, passCode: string | undefined): ShareAddress {
  return passCode === undefined ? address : { ...address, passCode };
}

/** `?pwd=`, `?pass_code=`; a full stop or bracket behind the link belongs to the sentence. */
function codeInQuery(asked: string): string | undefined {
  const given = new URLSearchParams(asked.replaceAll("&amp;", "&"));
  const code = (given.get("pwd") ?? given.get("pass_code") ?? "").replace(/[^A-Za-z0-9]+$/, "");
  return code === "" ? undefined : code;
}

/** A code announced by a word, or standing there alone. */
function codeIn(words: string): string | undefined {
  const english = announcedInEnglish.exec(words);
  const alone = /^[\s("'(【[]*([A-Za-z0-9]{4,12})[\s)"')】\]]*$/.exec(words)?.[1];
  return announced.exec(words)?.[1] ?? english?.[1] ?? english?.[2] ?? alone;
}

/** A root folder: empty or `root` is the drive's own (""), an id is itself, an address gives its last id; undefined = none of these. */
export function folderIdOf(answer: string): string | undefined {
  const text = answer.trim();
  if (text === "" || /^root$/i.test(text)) return "";
  if (new RegExp(`^${id}{1,64}$`).test(text)) return text;
  const address = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  if (!/^[^\s/]+\.[^\s/]+\//.test(address.slice(address.indexOf("//") + 2)) || !URL.canParse(address)) return undefined;
  return idInPath(new URL(address).pathname.split("/").filter((segment) => segment !== ""));
}

/** `/drive/all/<id>`, also with the folders above it; `/s/<share>/<id>`. `/drive/all` alone is the root, `/s/<share>` no folder. */
function idInPath(segments: readonly string[]): string | undefined {
  const [first, second] = segments;
  const last = segments.at(-1) ?? "";
  if (first === "drive" && (segments.length === 1 || (segments.length === 2 && second === "all"))) return "";
  if (first === "s" && segments.length < 3) return undefined;
  return new RegExp(`^${id}{8,64}$`).test(last) ? last : undefined;
}

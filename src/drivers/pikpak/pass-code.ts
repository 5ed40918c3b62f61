import { plainText } from "../../storage/plain-text.ts";

/** A share's pass code, as far as words tell it. */
export interface Code {
  /** Announced as one, or part of the address. */
  readonly passCode?: string;
  /** A word that stands where a code would: to be tried, and no mistake of anybody's when it is none. */
  readonly maybe?: string;
}

/** A code as people choose and PikPak makes them, and nothing that goes on (an address, a longer name). */
const value = "([A-Za-z0-9]{4,12})(?![\\w@-]|\\.\\w)";
const gap = "[\\s\\p{P}\\p{S}]{0,8}";
const archive =
  "解压缩?|解壓縮?|压缩(?:包|文件)?|壓縮(?:包|檔)?|解密|文件|檔案|un-?zip|un-?rar|rar|zip|7-?z(?:ip)?|tar|archive|decrypt(?:ion)?|decompress(?:ion)?|pdf|wi-?fi|unpack|un-?archive|entpack|解凍|압축|архив[а-я]*|arquivo|archivo|archive";
const secretWord =
  "密码|密碼|口令|码|碼|pass[ -]?(?:word|code|key|phrase)|passwd|pass|pwd|pw|code|key|пароль|contraseña|senha|パスワード|パス|비밀번호|암호";
/** Passwords of something else: of the archive inside, of a site, of an account. */
const foreign = [
  `(?<![A-Za-z])(?:${archive}|网站|網站|论坛|論壇|账号|账户|帳號|登录|登錄|邮箱|site|forum|account|login|log-?in|e-?mail|promo(?:tion)?|discount|coupon|gift|invit(?:e|ation)|referral|qr|source|area|postal)[\\s_-]*(?:的|用|file|文件|[(\\[]\\s*)?[\\s_-]*(?:${secretWord})`,
  `(?<![A-Za-z])extract(?:ion|ing)?[\\s_-]*(?:password|pass|pwd|pw)`,
  `(?<![A-Za-z])(?:${secretWord})\\s*[(\\[【]?\\s*(?:for|to|of|от|на|к|de[l]?|do|da|pour|用于|用於)?\\s*(?:the\\s+|l')?(?:${archive}|extract)[^:=\\n]{0,14}`,
].map(
  (words) =>
    new RegExp(
      `(?:${words})[)\\]】]?(?:\\s*(?:是|为|為|is|are|[:=]|->|-))*[\\s"'“「『【(\\[]{0,3}[^\\s,，;；。]*`,
      "giu",
    ),
);
/** Said to have none. */
const noCode = new RegExp(
  `(?<![A-Za-z])(?:(?:无|無|没有|沒有|不需要?|免)\\s*(?:提取|访问)?(?:密码|密碼|码)|(?:no|without(?: an?)?|needs? no)\\s+(?:pass[ -]?(?:word|code)|pwd|code)(?: needed| required)?|(?:提取码|提取碼|密码|密碼|pass[ -]?(?:word|code)|pwd|code)${gap}(?:无|無|没有|none|null|nil|n\\/a|no|without|空|不需要)(?![A-Za-z0-9]))`,
  "giu",
);

/** Words that announce a code. Those that are not Latin stand right before it. */
const unspaced =
  "(?:提取码|提取碼|提取密码|取件码|访问码|訪問碼|访问密码|分享码|分享碼|分享密码|密码|密碼|口令|验证码|驗證碼|暗号|パスワード|合言葉|비밀번호|암호)";
const announced = new RegExp(`${unspaced}(?:是|为|為|は)?${gap}${value}`, "giu");
const latin =
  "(?:pass[ -]?(?:code|word|key)|passwd|pass|pwd|pw|(?:access|share|sharing|extraction|extract|fetch|link)[ -]?(?:code|key)|code|pin|пароль|код|contraseña|clave|senha|mot de passe|passwort|kennwort)";
/** Short Chinese ones are words of their own before a sign. */
const announcedShortly = new RegExp(`(?<!\\p{sc=Han})(?:码|碼|密|提取)\\s*[:=]${gap}${value}`, "giu");
/** A Latin one wants a sign behind it … */
const announcedBySign = new RegExp(`(?<![\\p{L}])${latin}[\\s)\\]】"'*]{0,4}[:=][\\s\\p{P}\\p{S}]{0,6}${value}`, "giu");
/** … or what follows to look like a code. */
const announcedByLook = new RegExp(
  `(?<![\\p{L}])${latin}(?:\\s+is\\b)?[\\s\\p{P}\\p{S}]{1,6}(?=[A-Za-z]*\\d)${value}`,
  "giu",
);
/** After "is" a plain word may be the code, or the rest of a sentence. */
const perhapsAnnounced = new RegExp(`(?<![\\p{L}])${latin}\\s+is\\s+${value}`, "giu");
/** A code that is itself a word for one: alone behind a label and a colon, and announcing nothing. */
const wordForCode = new RegExp(
  `(?:${unspaced}|(?<![\\p{L}])${latin})[\\s)\\]】"'*]{0,4}[:=][\\s\\p{P}\\p{S}]{0,6}(?<![A-Za-z])(pass(?:word|code|key|wd)?|code|clave|senha|passwort|kennwort)(?![ \\t]*[\\p{Script=Latin}\\p{N}]|\\s*[:=]|[@_-])`,
  "giu",
);
/** Values that are labels themselves, or point elsewhere. */
const noValue = new RegExp(
  `^(?:${latin}|https?|link|links|pikpak|none|null|below|above|here|inside|same|needed|required|nope|public|open|free|empty|optional)$`,
  "iu",
);

/** Words for a code that another one right before them makes the code of something else. */
const anyThings =
  /^(?!pass[ -]?(?:code|key))(?:密码|密碼|口令|验证码|驗證碼|暗号|パスワード|合言葉|비밀번호|암호|pass|pwd|pw|code|pin|пароль|код|contraseña|clave|senha|kennwort)/iu;
/** Another word right before: glued to it in Chinese, Japanese and Korean, behind a blank elsewhere. */
const otherWord = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}]$|[\p{sc=Latin}\p{sc=Cyrl}][ \t_-]+$/u;
/** Words there that say nothing, or that it is the share's. */
const shareWord =
  /(?:(?<!\p{L})(?:the|an?|its?|this|my|your|our|is|and|or|with|use|using|enter|has|needs|here|secret|security|share|sharing|link|access|folder|drive|pikpak|la|el|с|и)[ \t_-]+|的|是|为|為|附|带|帶|分享|链接|鏈接|連結|资源|資源|访问|訪問|提取|网盘|網盤|云盘|雲端|の)$/iu;

/** The code that words around a link tell; of several texts the first that tells one. */
export function codeIn(texts: readonly string[]): Code {
  const words = texts.map((text) => withoutOthers(plainText(text)));
  const passCode = words.map((text) => statedIn(text)).find((code) => code !== undefined);
  if (passCode !== undefined) return { passCode };
  const maybe = words.map((text) => likelyIn(text)).find((code) => code !== undefined);
  return maybe === undefined ? {} : { maybe };
}

/** The code in an answer to "which code?": what is announced as one, else the answer itself without what stands around it; undefined = none of it can be one. */
export function passCodeIn(answer: string): string | undefined {
  const words = withoutOthers(plainText(answer)).trim();
  const inLink = /[?&](?:pwd|pass_?code)=([A-Za-z0-9]+)/i.exec(words)?.[1];
  if (inLink !== undefined) return inLink;
  const bare = words.replaceAll(/^[\p{P}\p{S}\s]+|[\p{P}\p{S}\s]+$/gu, "");
  if (/^[A-Za-z0-9]*$/.test(bare) && bare !== "") return bare;
  const labelled = new RegExp(`[:=]["'“「\\s]*${value}["'”」\\s]*$`, "u").exec(words)?.[1];
  // One word of unusual signs may be a code; words of something else are none.
  return statedIn(words) ?? likelyIn(words) ?? labelled ?? (/^\S{1,50}$/.test(words) ? words : undefined);
}

/** The words without passwords of other things, and without what says that there is none. */
function withoutOthers(words: string): string {
  const closed = words.replaceAll(/(?<=\p{sc=Han}) (?=\p{sc=Han}(?: |\P{L}))/gu, "");
  return [...foreign, noCode].reduce((left, pattern) => left.replaceAll(pattern, " \n"), closed);
}

function statedIn(words: string): string | undefined {
  const stated = announcementsIn(words).find(({ isOwn }) => isOwn)?.code;
  return stated ?? [...words.matchAll(wordForCode)][0]?.[1];
}

/** What words for a code announce, and whether that is certainly the share's. */
function announcementsIn(words: string): readonly { readonly code: string; readonly isOwn: boolean }[] {
  return [announced, announcedShortly, announcedBySign, announcedByLook]
    .flatMap((pattern) => [...words.matchAll(pattern)])
    .map(({ 0: whole, 1: code = "", index }) => ({ code, isOwn: isOfShare(whole, words.slice(0, index)) }))
    .filter(({ code }) => !noValue.test(code));
}

function isOfShare(announcement: string, before: string): boolean {
  const near = before.slice(-24);
  return !anyThings.test(announcement) || !otherWord.test(near) || shareWord.test(near);
}

/** The word that looks most like a code: four characters, a digit, alone in its line, first behind the link. */
function likelyIn(words: string): string | undefined {
  const stated = [
    ...announcementsIn(words).map(({ code }) => code),
    ...[...words.matchAll(perhapsAnnounced)].map(([, code = ""]) => code),
  ].find((code) => !noValue.test(code));
  if (stated !== undefined) return stated;
  const tokens = words.split(/[\s\p{P}\p{S}]+/u).filter((token) => token !== "");
  const candidates = [...words.matchAll(/(?<![^\s\p{P}\p{S}])[A-Za-z0-9]{4,12}(?![^\s\p{P}\p{S}])/gu)]
    .map(({ 0: token, index }) => ({ token, likeness: likenessOf(words, token, index), isOnly: tokens.length === 1 }))
    .filter(({ token, likeness, isOnly }) => !noValue.test(token) && (isOnly || likeness >= 3));
  return candidates.toSorted((a, b) => b.likeness - a.likeness)[0]?.token;
}

function likenessOf(words: string, token: string, index: number): number {
  const line = words.slice(words.lastIndexOf("\n", index - 1) + 1).split("\n")[0] ?? "";
  const isAlone = line.replaceAll(/[\s\p{P}\p{S}]/gu, "") === token;
  const before = words.slice(0, index).trim();
  const isFirst = before.replaceAll(/[\p{P}\p{S}]/gu, "") === "";
  const isLabelled = /\p{L}\s*[:=]$/u.test(before);
  const isYear = /^(?:19|20)\d\d$/.test(token);
  return [token.length === 4 && !isYear, /\d/.test(token), isAlone, isFirst, isLabelled].filter(Boolean).length;
}

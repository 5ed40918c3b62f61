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
  "解压缩?|解壓縮?|压缩(?:包|文件)?|壓縮(?:包|檔)?|解密|文件|檔案|un-?zip|un-?rar|rar|zip|7-?z(?:ip)?|tar|archive|decrypt(?:ion)?|decompress(?:ion)?|pdf|wi-?fi";
const secretWord =
  "密码|密碼|口令|码|碼|pass[ -]?(?:word|code|key|phrase)|passwd|pass|pwd|pw|code|key|пароль|contraseña|senha|パスワード|비밀번호";
/** Passwords of something else: of the archive inside, of a site, of an account. */
const foreign = [
  `(?<![A-Za-z])(?:${archive}|网站|網站|论坛|論壇|账号|账户|帳號|登录|登錄|邮箱|site|forum|account|login|log-?in|e-?mail)[\\s_-]*(?:的|用|file|文件|[(\\[]\\s*)?[\\s_-]*(?:${secretWord})`,
  `(?<![A-Za-z])extract(?:ion|ing)?[\\s_-]*(?:password|pass|pwd|pw)`,
  `(?<![A-Za-z])(?:${secretWord})\\s*[(\\[【]?\\s*(?:for|to|of|用于|用於)?\\s*(?:the\\s+)?(?:${archive}|extract)[^:=\\n]{0,14}`,
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
  `^(?:${latin}|https?|link|links|pikpak|none|null|below|above|here|inside|same|needed|required)$`,
  "iu",
);

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
  // One word of unusual signs may be a code; words of something else are none.
  return statedIn(words) ?? likelyIn(words) ?? (/^\S+$/.test(words) ? words : undefined);
}

/** The words without passwords of other things, and without what says that there is none. */
function withoutOthers(words: string): string {
  return [...foreign, noCode].reduce((left, pattern) => left.replaceAll(pattern, " \n"), words);
}

function statedIn(words: string): string | undefined {
  const found = (patterns: readonly RegExp[]) =>
    patterns.flatMap((pattern) => [...words.matchAll(pattern)].map(([, code = ""]) => code));
  const stated = found([announced, announcedBySign, announcedByLook]).find((code) => !noValue.test(code));
  return stated ?? found([wordForCode])[0];
}

/** The word that looks most like a code: four characters, a digit, alone in its line, first behind the link. */
function likelyIn(words: string): string | undefined {
  const announcedWord = [...words.matchAll(perhapsAnnounced)]
    .map(([, code = ""]) => code)
    .find((c) => !noValue.test(c));
  if (announcedWord !== undefined) return announcedWord;
  const tokens = words.split(/[\s\p{P}\p{S}]+/u).filter((token) => token !== "");
  const candidates = [...words.matchAll(/(?<![^\s\p{P}])[A-Za-z0-9]{4,12}(?![^\s\p{P}])/gu)]
    .map(({ 0: token, index }) => ({ token, likeness: likenessOf(words, token, index), isOnly: tokens.length === 1 }))
    .filter(({ token, likeness, isOnly }) => !noValue.test(token) && (isOnly || likeness >= 3));
  return candidates.toSorted((a, b) => b.likeness - a.likeness)[0]?.token;
}

function likenessOf(words: string, token: string, index: number): number {
  const line = words.slice(words.lastIndexOf("\n", index - 1) + 1).split("\n")[0] ?? "";
  const isAlone = line.replaceAll(/[\s\p{P}]/gu, "") === token;
  const isFirst =
    words
      .slice(0, index)
      .trim()
      .replaceAll(/[\p{P}]/gu, "") === "";
  return Number(token.length === 4) + Number(/\d/.test(token)) + Number(isAlone) + Number(isFirst);
}

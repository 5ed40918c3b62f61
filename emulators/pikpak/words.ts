/** The service's own sentences, in the two languages it is known to speak. */
const sentences = {
  saving: ["Saving", "正在保存"],
  saved: ["Saved", "已保存"],
  saveFailed: ["Save failed, retry please", "保存失败，请重试"],
  noSpace: ["Storage space is not enough", "存储空间不足"],
  regionClosed: ["Sorry, sharing is not available in the current region", "抱歉，当前地区暂不支持分享"],
  wrongCode: ["Incorrect password", "密码错误"],
  fileGone: ["File not found", "文件不存在"],
  fileDeleted: ["File deleted", "文件已删除"],
  downloadFolder: ["My Pack", "My Pack"],
  restoreFolder: ["Pack From Shared", "转存自分享"],
  decompressFolder: ["Decompress", "解压"],
} as const;

export type Sentence = keyof typeof sentences;

/** What a sentence says, for an `Accept-Language` header. */
export function say(sentence: Sentence, language: string): string {
  return sentences[sentence][isChinese(language) ? 1 : 0];
}

export function isChinese(language: string): boolean {
  return language.toLowerCase().startsWith("zh");
}

/** What people put around a value they type or copy: the closing mark of each opening one. */
export const quotationMarks: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  "`": "`",
  "“": "”",
  "‘": "’",
  "「": "」",
  "『": "』",
};

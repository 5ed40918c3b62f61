/** Which form was answered, and what it is about. Survives in a dialogue's state, so it holds no secret. */
export interface FormRef {
  readonly id: FormId;
  /** The kind of drive that asks it: its fields, and its words for them. Absent = a form of the app, with its own. */
  readonly kind?: string;
  /** The way to sign in that was chosen, of a kind that has several. */
  readonly way?: string;
  /** What it is about: a mount id, the share's link, a pending sign-in. */
  readonly subject?: string | undefined;
}

/** Forms that a kind of drive asks: their words are the kind's. */
const formsOfKinds = ["sign-in", "sign-in-way", "open-link"] as const;

/** Forms that are the same whatever drives there are; each has a title. */
export const formsOfApp = [
  "account-kind",
  "any-link",
  "verification",
  "mount-title",
  "root-folder",
  "search-words",
  "page-number",
  "folder-name",
  "entry-name",
  "feed-words",
  "feed-pattern",
  "link-password",
  "aria2",
  // Operators.
  "find-person",
  "quota",
  "broadcast-text",
] as const;

export const formIds = [...formsOfKinds, ...formsOfApp] as const;
export type FormId = (typeof formIds)[number];

const ids: ReadonlySet<string> = new Set(formIds);

/** Whether there is such a form: what was kept by an older version may name another. */
export function isFormId(text: string): text is FormId {
  return ids.has(text);
}

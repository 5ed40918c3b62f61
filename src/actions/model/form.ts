/** Which form was answered, and what it is about. Survives in a dialogue's state, so it holds no secret. */
export interface FormRef {
  /** A driver kind's name, or a form of the app. */
  readonly id: FormId;
  /** What it is about: a mount id, the share's link, a pending sign-in. */
  readonly subject?: string;
}

export const formIds = [
  "pikpak",
  "pikpak-share",
  "verification",
  "mount-title",
  "root-folder",
  "search-words",
  "page-number",
  // Operators.
  "find-person",
  "quota",
  "broadcast-text",
] as const;
export type FormId = (typeof formIds)[number];

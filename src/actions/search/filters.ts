/** Kinds a search can be narrowed to, in the order `narrow-kind` counts them. */
export const searchKinds = ["video", "audio", "image", "archive", "document", "folder"] as const;
/** Least sizes a search can be narrowed to, in bytes, in the order `narrow-size` counts them. */
export const searchSizes = [100 * 1024 ** 2, 1024 ** 3, 4 * 1024 ** 3] as const;

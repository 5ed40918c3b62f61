/** What a file host answers to a link it takes no more: PikPak 403, and the others are treated alike. */
export const staleStatuses: ReadonlySet<number> = new Set([401, 403, 404, 410]);

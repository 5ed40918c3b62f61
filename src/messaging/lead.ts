/**
 * Does work in one process of several at a time: platforms give a bot's updates to one. The work's signal says when it has
 * to end; another process begins then. Resolves after `until`, rejects as the work does.
 */
export type Lead = (work: (signal: AbortSignal) => Promise<void>, until: AbortSignal) => Promise<void>;

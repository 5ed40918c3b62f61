/** What the operator did not say, or said wrongly; the message says what would be right. */
export class Mistake extends Error {}

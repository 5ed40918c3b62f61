/** Discord's limits; characters are counted in UTF-16 units, which are never fewer than what Discord counts. */

/** Most characters of all texts of one message together. */
export const mostText = 4000;
/** Most components of one message, nested ones included. */
export const mostComponents = 40;
/** Most components right inside a container: what clients draw without folding. */
export const mostInContainer = 10;
/** Most buttons of a row. */
export const mostInRow = 5;
/** Most entries of a menu. */
export const mostOptions = 25;
/** Most characters of a menu entry's label, its value and its description. */
export const mostOption = 100;
/** Most characters of a menu's placeholder. */
export const mostPlaceholder = 150;
/** Most characters of a button's label. */
export const mostLabel = 80;
/** Most characters of what a widget carries. */
export const mostId = 100;
/** Most characters of a link button's address. */
export const mostAddress = 512;
/** Most characters of a modal's title and of its labels. */
export const mostModalTitle = 45;
/** Most characters of a modal label's description, and of a placeholder. */
export const mostModalHint = 100;
/** Most questions of a modal. */
export const mostModalFields = 5;
/** Most characters that can be typed into one field. */
export const mostTyped = 4000;
/** Most suggestions while typing. */
export const mostSuggestions = 25;

/** Milliseconds Discord waits for the first answer to an interaction. */
export const answerWithin = 3000;
/** Milliseconds an interaction's token can be used; a little less than Discord's 15 minutes. */
export const tokenLife = 14.5 * 60_000;
/** Milliseconds after that in which the last word on something can still be said by it. */
export const lastWordWithin = 20_000;

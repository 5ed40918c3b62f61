/** Discord's limits; characters are counted in UTF-16 units, which are never fewer than what Discord counts. */

/** Most characters of all texts of one message together. */
export const maxText = 4000;
/** Most components of one message, nested ones included. */
export const maxComponents = 40;
/** Most characters of what describes a picture. */
export const maxDescription = 1024;
/** Most components right inside a container: what clients draw without folding. */
export const maxInContainer = 10;
/** Most buttons of a row. */
export const maxInRow = 5;
/** Most entries of a menu. */
export const maxOptions = 25;
/** Most characters of a menu entry's label, its value and its description. */
export const maxOption = 100;
/** Most characters of a menu's placeholder. */
export const maxPlaceholder = 150;
/** Most characters of a button's label. */
export const maxLabel = 80;
/** Most characters of what a widget carries. */
export const maxId = 100;
/** Most characters of a link button's address. */
export const maxAddress = 512;
/** Most characters of a modal's title and of its labels. */
export const maxModalTitle = 45;
/** Most characters of a modal label's description, and of a placeholder. */
export const maxModalHint = 100;
/** Most questions of a modal. */
export const maxModalFields = 5;
/** Most characters that can be typed into one field. */
export const maxTyped = 4000;
/** Most suggestions while typing. */
export const maxSuggestions = 25;

/** Milliseconds Discord waits for the first answer to an interaction. */
export const answerWithin = 3000;
/** Milliseconds an interaction's token can be used; a little less than Discord's 15 minutes. */
export const tokenLife = 14.5 * 60_000;
/** Milliseconds after that in which the last word on something can still be said by it. */
export const lastWordWithin = 20_000;

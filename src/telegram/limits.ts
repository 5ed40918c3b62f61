/** Most characters (UTF-16 units) of a message's text. */
export const maxText = 4096;
/** Most characters below a file. */
export const maxCaption = 1024;
/** Most characters of a toast. */
export const maxToast = 200;
/** Most characters a copy button can hold. */
export const maxCopied = 256;
/** Most buttons we put under one message; Telegram takes 100, and less when they are long. */
export const maxButtons = 90;

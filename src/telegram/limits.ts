/** Most characters (UTF-16 units) of a message's text. */
export const mostText = 4096;
/** Most characters below a file. */
export const mostCaption = 1024;
/** Most characters of a toast. */
export const mostToast = 200;
/** Most characters a copy button can hold. */
export const mostCopied = 256;
/** Most buttons we put under one message; Telegram takes 100, and less when they are long. */
export const mostButtons = 90;

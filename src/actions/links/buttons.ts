import { inPrivate, shared } from "../../users/roles.ts";
import { button, choice, none, type Argument } from "../context/button.ts";
import { listFormats, type ListFormat } from "../model/screen.ts";
import { chooseList, listAs } from "./list-folder.ts";
import { requestLink } from "./request-link.ts";
import { revokePressed } from "./revoke-links.ts";

/** Absent = the original, not a rendition. */
const variant: Argument<{ readonly variant?: number | undefined }> = {
  write: ({ variant }) => variant,
  read: (variant) => (variant === undefined ? {} : { variant }),
};

/** As what, and which part of it. */
const listPart: Argument<{ readonly format: ListFormat; readonly part: number }> = {
  write: ({ format, part }) => (part - 1) * listFormats.length + listFormats.indexOf(format),
  read(n) {
    const format = n === undefined ? undefined : listFormats[n % listFormats.length];
    const part = n === undefined ? 0 : Math.floor(n / listFormats.length) + 1;
    return format && { format, part };
  },
};

export const linkButtons = {
  link: button("l", shared, variant, (context, { variant: index }) => requestLink(context, index)),
  // A list is full of links, and a file is seen by the whole group.
  "list-folder": button("jl", inPrivate, none, chooseList),
  "list-as": button("jf", inPrivate, choice("format", listFormats), (context, { format }) => listAs(context, format)),
  "list-part": button("jp", inPrivate, listPart, (context, { format, part }) => listAs(context, format, part)),
  "revoke-links": button("jr", inPrivate, none, revokePressed),
};

import { inPrivate, shared } from "../../users/roles.ts";
import { button, choice, none, number, type Argument } from "../context/button.ts";
import { listFormats, type ListFormat } from "../model/screen.ts";
import { askLinkPassword, askTakeBack, clearLinkPassword, giveLink, setLinkLife } from "./given-link.ts";
import { givenLinks, pickGiven } from "./given-list.ts";
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
  "give-link": button("jg", inPrivate, none, giveLink),
  "set-link-life": button("jt", inPrivate, number("index"), (context, { index }) => setLinkLife(context, index)),
  "ask-link-password": button("jw", inPrivate, none, askLinkPassword),
  "clear-link-password": button("jc", inPrivate, none, clearLinkPassword),
  "take-back-link": button("jb", inPrivate, none, askTakeBack),
  "given-links": button("jm", inPrivate, none, givenLinks),
  "given-link": button("jo", inPrivate, number("index"), (context, { index }) => pickGiven(context, index)),
  "revoke-links": button("jr", inPrivate, none, revokePressed),
};

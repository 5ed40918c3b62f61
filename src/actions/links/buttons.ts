import { inPrivate, shared } from "../../users/roles.ts";
import { button, choice, none, type Argument } from "../context/button.ts";
import { listFormats } from "../model/screen.ts";
import { chooseList, listAs } from "./list-folder.ts";
import { requestLink } from "./request-link.ts";
import { revokeLinks } from "./revoke-links.ts";

/** Absent = the original, not a rendition. */
const variant: Argument<{ readonly variant?: number }> = {
  write: ({ variant }) => variant,
  read: (variant) => (variant === undefined ? {} : { variant }),
};

export const linkButtons = {
  link: button("l", shared, variant, (context, { variant: index }) => requestLink(context, index)),
  // A list is full of links, and a file is seen by the whole group.
  "list-folder": button("jl", inPrivate, none, chooseList),
  "list-as": button("jf", inPrivate, choice("format", listFormats), (context, { format }) => listAs(context, format)),
  "revoke-links": button("jr", inPrivate, none, revokeLinks),
};

import { inPrivate } from "../../users/roles.ts";
import { button, flag, none, number, type Argument } from "../context/button.ts";
import { lifeChoices, type LifeDays } from "../model/share-life.ts";
import { draftShare, makeShared, setCoded, setDays } from "./share-out.ts";
import { askRevokeShared, pickShared, sharedOf } from "./shared.ts";

/** By the place among the choices. */
const life: Argument<{ readonly days: LifeDays }> = {
  write: ({ days }) => lifeChoices.indexOf(days),
  read(n) {
    const days = n === undefined ? undefined : lifeChoices[n];
    return days === undefined ? undefined : { days };
  },
};

export const shareOutButtons = {
  "share-out": button("xa", inPrivate, none, draftShare),
  "set-shared-code": button("xc", inPrivate, flag("coded"), (context, { coded }) => setCoded(context, coded)),
  "set-shared-days": button("xd", inPrivate, life, (context, { days }) => setDays(context, days)),
  "make-shared": button("xm", inPrivate, none, makeShared),
  "shared-links": button("xl", inPrivate, none, sharedOf),
  shared: button("xs", inPrivate, number("index"), (context, { index }) => pickShared(context, index)),
  "revoke-shared": button("xr", inPrivate, none, askRevokeShared),
};

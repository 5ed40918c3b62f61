import { inPrivate, ofAdmins } from "../../users/roles.ts";
import { button, flag, none, number } from "../context/button.ts";
import { goTo } from "../context/context.ts";
import { askBackfill, fetchEntries, pickEntry } from "./backfill.ts";
import { followHere } from "./begin.ts";
import { askFeed, askFeedFolder } from "./feed-forms.ts";
import { checkFollow, openFollow, pauseFollow, pickFollow, removeFollow, setEvery, tellGroup } from "./manage.ts";

export const followButtons = {
  "follow-here": button("nh", ofAdmins, none, followHere),
  follows: button("nl", ofAdmins, none, (context) => goTo(context, { at: "follows", page: 1 })),
  follow: button("no", ofAdmins, number("index"), (context, { index }) => pickFollow(context, index)),
  "open-followed": button("nd", ofAdmins, none, openFollow),
  "pause-follow": button("np", ofAdmins, flag("paused"), (context, { paused }) => pauseFollow(context, paused)),
  "check-follow": button("nc", ofAdmins, none, checkFollow),
  "remove-follow": button("nx", ofAdmins, none, removeFollow),
  "set-follow-every": button("ne", ofAdmins, number("index"), (context, { index }) => setEvery(context, index)),
  "tell-group": button("ng", inPrivate, flag("group"), (context, { group }) => tellGroup(context, group)),
  "feed-words": button("nw", inPrivate, none, (context) => askFeed(context, "feed-words"), { form: true }),
  "feed-pattern": button("nn", inPrivate, none, (context) => askFeed(context, "feed-pattern"), { form: true }),
  "feed-folder": button("nf", inPrivate, none, askFeedFolder),
  "feed-backfill": button("nb", inPrivate, none, askBackfill),
  "pick-feed-entry": button("nk", inPrivate, number("index"), (context, { index }) => pickEntry(context, index)),
  "fetch-feed-entries": button("ny", inPrivate, none, fetchEntries),
};

import type {
  BackfillList,
  FeedCard,
  FollowCard,
  FollowLine,
  FollowList,
  NewsScreen,
} from "../../actions/model/follow-screen.ts";
import { feedLines, followSaid, followSign, followState, followTimes } from "../../i18n/follow-words.ts";
import { elideTogether } from "../../i18n/names.ts";
import { labelled } from "../../i18n/phrases.ts";
import { kindOf, kindSigns, pickMark } from "../../i18n/signs.ts";
import { maxOptions } from "../limits.ts";
import { label, moment, plainLabel } from "../markup.ts";
import { press, trailLine, type Painter } from "./painter.ts";
import type { Button, Line, Sheet } from "./sheet.ts";

/** Most characters of a name. */
const nameWidth = 90;

/** What is followed: a line each, and one menu to see one. */
export function followsSheet(painter: Painter, list: FollowList): Sheet {
  const { say } = painter;
  const { view, total, max, here, removed } = list;
  const follows = list.follows.slice(0, maxOptions);
  const name = here && plainLabel(here.trail.at(-1) ?? here.mount.title, 30);
  return {
    head: [removed === true && `✅ ${say("follow-removed")}`, `### 🔔 ${say("follows-title")}`],
    body: [
      total === 0 ? say("follows-none") : say("follows-total", { count: total, max }),
      ...follows.map((follow) => lineOf(painter, follow)),
    ],
    menu: {
      placeholder: say("choose-follow"),
      options: follows.map((follow, index) => ({
        label: `${followSign(follow)} ${plainLabel(follow.title, nameWidth)}`,
        widgetAction: { is: "press", press: { do: "follow", view, index } },
      })),
    },
    rows: [
      turningRow(list),
      [name !== undefined && press(`🔔 ${say("press-follow-named", { name })}`, { do: "follow-here", view })],
    ],
  };
}

function lineOf({ say }: Painter, { title, about, mount, told, paused, ...more }: FollowLine): string {
  const parts = [
    label(title, nameWidth),
    mount ? label(mount.title, 40) : say("follow-drive-gone"),
    ...(told === undefined ? [] : [`👥 ${told === "" ? say("follow-group") : label(told, 40)}`]),
    ...(paused ? [say("follow-paused-short")] : []),
  ];
  return `${followSign({ about, paused, ...more })} ${parts.join(" · ")}`;
}

function turningRow({ view, page: { number, count } }: FollowList | BackfillList): (Button | false)[] {
  if (count <= 1) return [];
  const turn = (to: number, sign: string, disabled = false) =>
    press(sign, { do: "turn", view, page: to }, { disabled });
  return [
    number > 1 && turn(number - 1, "◀"),
    turn(number, `${number}/${count}`, true),
    number < count && turn(number + 1, "▶"),
  ];
}

/** One of them, and what can be done with it. */
export function followSheet(painter: Painter, card: FollowCard): Sheet {
  const { say } = painter;
  const { title, mount, trail, told, feed } = card;
  return {
    head: [
      followSaid(painter, card),
      `### 🔔 ${label(title, nameWidth)}`,
      mount ? trailLine(mount, trail) : say("follow-drive-gone"),
      feed && `📰 ${label(feed.host, nameWidth)}`,
    ],
    body: [
      followTimes(painter, card, moment).join(" · "),
      told !== undefined &&
        labelled(say, say("follow-told"), `👥 ${told === "" ? say("follow-group") : label(told, 60)}`),
      ...followState(painter, card),
      !feed && say("follow-not-below"),
      ...(feed ? previewLines(painter, feed) : []),
    ],
    menu: everyMenu(painter, card),
    rows: cardRows(painter, card),
  };
}

function everyMenu({ say, figures }: Painter, { view, choices, every }: FollowCard): NonNullable<Sheet["menu"]> {
  return {
    placeholder: say("choose-every"),
    options: choices.slice(0, maxOptions).map((choice, index) => ({
      label: say("follow-every", { time: figures.span(choice) }),
      widgetAction: { is: "press", press: { do: "set-follow-every", view, index } },
      chosen: choice === every,
    })),
  };
}

function previewLines(painter: Painter, feed: FeedCard): readonly Line[] {
  const { say } = painter;
  return [
    ...feedLines(painter, feed).map((line) => label(line, 200)),
    feed.preview.length > 0 && say("feed-preview"),
    ...feed.preview.map(({ title, wanted, name }) => `${wanted ? "✅" : "▫️"} ${label(name ?? title, nameWidth)}`),
  ];
}

function cardRows({ say }: Painter, card: FollowCard): readonly (Button | false)[][] {
  const { view, paused, feed, elsewhere } = card;
  const isGroup = elsewhere === "group";
  return [
    [
      feed
        ? press(`☑️ ${say("press-feed-backfill")}`, { do: "feed-backfill", view })
        : press(`📁 ${say("press-folder")}`, { do: "open-followed", view }),
      !paused && press(`🔄 ${say("press-check-follow")}`, { do: "check-follow", view }),
      feed !== undefined && press(`🔎 ${say("press-feed-words")}`, { do: "feed-words", view }),
      feed !== undefined && press(`✏️ ${say("press-feed-pattern")}`, { do: "feed-pattern", view }),
      feed !== undefined && press(`📂 ${say("press-feed-folder")}`, { do: "feed-folder", view }),
    ],
    [
      paused
        ? press(`▶️ ${say("press-resume-follow")}`, { do: "pause-follow", view, paused: false })
        : press(`⏸ ${say("press-pause-follow")}`, { do: "pause-follow", view, paused: true }),
      press(`🗑 ${say("press-remove-follow")}`, { do: "remove-follow", view }),
      elsewhere !== undefined &&
        press(isGroup ? `👥 ${say("press-tell-group")}` : `🔒 ${say("press-tell-alone")}`, {
          do: "tell-group",
          view,
          group: isGroup,
        }),
      press(`🔔 ${say("press-follows")}`, { do: "follows", view }),
    ],
  ];
}

/** What is new in a folder. */
export function newsSheet(painter: Painter, { view, mount, trail, entries, count }: NewsScreen): Sheet {
  const { say, place, figures } = painter;
  const names = elideTogether(entries.map(({ name }) => ({ name, width: 80 })));
  const left = count - entries.length;
  return {
    head: [`### 🔔 ${say("news-title", { count })}`, trailLine(mount, trail)],
    body: [
      ...entries.map((entry, at) => {
        const size = entry.size === undefined || entry.kind === "folder" ? "" : ` · ${figures.size(entry.size)}`;
        return `${kindSigns[kindOf(entry)]} ${label(names[at] ?? "", nameWidth)}${size}`;
      }),
      left > 0 && say("news-more", { count: left }),
    ],
    menu: {
      placeholder: say("choose-entry"),
      options: entries.map((entry, index) => ({
        label: `${kindSigns[kindOf(entry)]} ${plainLabel(names[index] ?? "", nameWidth)}`,
        widgetAction: { is: "press", press: { do: "open", view, index } },
      })),
    },
    rows: [
      [
        press(`📁 ${say("press-folder")}`, { do: "refresh", view }),
        place === "private" && press(`🔔 ${say("press-follows")}`, { do: "follows", view }),
      ],
    ],
  };
}

/** What was in a feed before, to choose from. */
export function backfillSheet(painter: Painter, list: BackfillList): Sheet {
  const { say, figures } = painter;
  const { view, title, mount, trail, picked, chosen } = list;
  const entries = list.entries.slice(0, maxOptions);
  return {
    head: [`### 📰 ${label(title, nameWidth)}`, mount && trailLine(mount, trail)],
    body: [
      entries.length === 0 ? say("backfill-none") : say("backfill-how"),
      ...entries.map((entry, at) => {
        const more = [
          ...(entry.size === undefined ? [] : [figures.size(entry.size)]),
          ...(entry.at === undefined ? [] : [moment(entry.at)]),
        ];
        return `${pickMark(picked[at] ?? false)} ${[label(entry.title, nameWidth), ...more].join(" · ")}`;
      }),
    ],
    menu: {
      placeholder: say("choose-picked"),
      options: entries.map((entry, index) => ({
        label: `${pickMark(picked[index] ?? false)} ${plainLabel(entry.title, nameWidth)}`,
        widgetAction: { is: "press", press: { do: "pick-feed-entry", view, index } },
      })),
    },
    rows: [
      turningRow(list),
      [
        chosen > 0 && press(`⏬ ${say("press-fetch-entries", { count: chosen })}`, { do: "fetch-feed-entries", view }),
        press(`⬆ ${say("press-back")}`, { do: "back", view }),
      ],
    ],
  };
}

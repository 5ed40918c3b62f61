import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type {
  BackfillList,
  FeedCard,
  FollowCard,
  FollowLine,
  FollowList,
  NewsScreen,
} from "../../actions/model/follow-screen.ts";
import { feedLines, followSaid, followSign, followState, followTimes } from "../../i18n/follow-words.ts";
import { elideName, elideTogether, isolate } from "../../i18n/names.ts";
import { labelled } from "../../i18n/phrases.ts";
import { chosenMark, kindOf, kindSigns, pickMark } from "../../i18n/signs.ts";
import { button, lines, strong, trailLine, type Painted, type Painter } from "./painter.ts";

/** What is followed, one a row. */
export function paintFollows(painter: Painter, list: FollowList): Painted {
  const { say } = painter;
  const { view, follows, total, max, here, removed } = list;
  return {
    text: lines(
      removed === true && `✅ ${say("follow-removed")}`,
      FormattedString.join(["🔔 ", strong(say("follows-title"))]),
      total === 0 ? say("follows-none") : say("follows-total", { count: total, max }),
      ...follows.map((follow) => lineOf(painter, follow)),
    ),
    keyboard: [
      ...follows.map((follow, index) => [
        button(`${followSign(follow)} ${elideName(follow.title)}`, { do: "follow", view, index }),
      ]),
      turningRow(list),
      here
        ? [
            button(`🔔 ${say("press-follow-named", { name: elideName(here.trail.at(-1) ?? here.mount.title, 24) })}`, {
              do: "follow-here",
              view,
            }),
          ]
        : [],
    ].filter((row) => row.length > 0),
  };
}

function lineOf({ say }: Painter, { title, about, mount, told, paused, ...more }: FollowLine): string {
  const parts = [
    isolate(elideName(title, 50)),
    mount ? elideName(mount.title, 30) : say("follow-drive-gone"),
    ...(told === undefined ? [] : [`👥 ${told === "" ? say("follow-group") : elideName(told, 30)}`]),
    ...(paused ? [say("follow-paused-short")] : []),
  ];
  return `${followSign({ about, paused, ...more })} ${parts.join(" · ")}`;
}

function turningRow({ view, page: { number, count } }: FollowList | BackfillList): InlineKeyboardButton[] {
  if (count <= 1) return [];
  const turn = (to: number, sign: string) => button(sign, { do: "turn", view, page: to });
  return [
    ...(number > 1 ? [turn(number - 1, "◀")] : []),
    turn(number, `${number}/${count}`),
    ...(number < count ? [turn(number + 1, "▶")] : []),
  ];
}

/** One of them, and what can be done with it. */
export function paintFollow(painter: Painter, card: FollowCard): Painted {
  const { say, figures } = painter;
  const { title, mount, trail, told, feed } = card;
  return {
    text: lines(
      followSaid(painter, card),
      FormattedString.join(["🔔 ", strong(elideName(title, 80))]),
      mount ? trailLine(mount, trail) : say("follow-drive-gone"),
      feed && `📰 ${isolate(feed.host)}`,
      followTimes(painter, card, figures.date).join(" · "),
      told !== undefined &&
        labelled(say, say("follow-told"), `👥 ${told === "" ? say("follow-group") : elideName(told, 40)}`),
      ...followState(painter, card),
      !feed && say("follow-not-below"),
      ...(feed ? previewLines(painter, feed) : []),
    ),
    keyboard: cardRows(painter, card),
  };
}

function previewLines(painter: Painter, feed: FeedCard): readonly (string | false)[] {
  const { say } = painter;
  return [
    ...feedLines(painter, feed),
    feed.preview.length > 0 && say("feed-preview"),
    ...feed.preview.map(({ title, wanted, name }) => `${wanted ? "✅" : "▫️"} ${elideName(name ?? title, 60)}`),
  ];
}

function cardRows({ say, figures }: Painter, card: FollowCard): InlineKeyboardButton[][] {
  const { view, paused, feed, choices, every, elsewhere } = card;
  const look = paused ? [] : [button(`🔄 ${say("press-check-follow")}`, { do: "check-follow", view })];
  const ways = feed
    ? [button(`☑️ ${say("press-feed-backfill")}`, { do: "feed-backfill", view }), ...look]
    : [button(`📁 ${say("press-folder")}`, { do: "open-followed", view }), ...look];
  const edits = feed
    ? [
        button(`🔎 ${say("press-feed-words")}`, { do: "feed-words", view }),
        button(`✏️ ${say("press-feed-pattern")}`, { do: "feed-pattern", view }),
        button(`📂 ${say("press-feed-folder")}`, { do: "feed-folder", view }),
      ]
    : [];
  const times = choices.map((choice, index) =>
    button(`${chosenMark(choice === every)}${figures.span(choice)}`, { do: "set-follow-every", view, index }),
  );
  const isGroup = elsewhere === "group";
  return [
    ways,
    edits,
    ...threes(times),
    elsewhere
      ? [
          button(isGroup ? `👥 ${say("press-tell-group")}` : `🔒 ${say("press-tell-alone")}`, {
            do: "tell-group",
            view,
            group: isGroup,
          }),
        ]
      : [],
    [
      paused
        ? button(`▶️ ${say("press-resume-follow")}`, { do: "pause-follow", view, paused: false })
        : button(`⏸ ${say("press-pause-follow")}`, { do: "pause-follow", view, paused: true }),
      button(`🗑 ${say("press-remove-follow")}`, { do: "remove-follow", view }),
    ],
    [button(`🔔 ${say("press-follows")}`, { do: "follows", view })],
  ].filter((row) => row.length > 0);
}

/** Short labels, three a row. */
function threes(buttons: readonly InlineKeyboardButton[]): InlineKeyboardButton[][] {
  return buttons.flatMap((_, at) => (at % 3 === 0 ? [buttons.slice(at, at + 3)] : []));
}

/** What is new in a folder. */
export function paintNews(painter: Painter, { view, mount, trail, entries, count }: NewsScreen): Painted {
  const { say, place, figures } = painter;
  const names = elideTogether(entries.map(({ name }) => ({ name, width: 34 })));
  const left = count - entries.length;
  return {
    text: lines(
      FormattedString.join(["🔔 ", strong(say("news-title", { count }))]),
      trailLine(mount, trail),
      ...entries.map((entry) => {
        const size = entry.size === undefined || entry.kind === "folder" ? "" : ` · ${figures.size(entry.size)}`;
        return `${kindSigns[kindOf(entry)]} ${isolate(elideName(entry.name, 60))}${size}`;
      }),
      left > 0 && say("news-more", { count: left }),
    ),
    keyboard: [
      ...entries.map((entry, index) => [
        button(`${kindSigns[kindOf(entry)]} ${names[index] ?? ""}`, { do: "open", view, index }),
      ]),
      [
        button(`📁 ${say("press-folder")}`, { do: "refresh", view }),
        ...(place === "private" ? [button(`🔔 ${say("press-follows")}`, { do: "follows", view })] : []),
      ],
    ],
  };
}

/** What was in a feed before, to choose from. */
export function paintBackfill(painter: Painter, list: BackfillList): Painted {
  const { say, figures } = painter;
  const { view, title, mount, trail, entries, picked, chosen } = list;
  const names = elideTogether(entries.map((entry) => ({ name: entry.title, width: 34 })));
  return {
    text: lines(
      FormattedString.join(["📰 ", strong(elideName(title, 80))]),
      mount && trailLine(mount, trail),
      entries.length === 0 ? say("backfill-none") : say("backfill-how"),
      ...entries.map((entry, at) => {
        const more = [
          ...(entry.size === undefined ? [] : [figures.size(entry.size)]),
          ...(entry.at === undefined ? [] : [figures.date(entry.at)]),
        ];
        return `${pickMark(picked[at] ?? false)} ${[isolate(elideName(entry.title, 60)), ...more].join(" · ")}`;
      }),
    ),
    keyboard: [
      ...entries.map((_, index) => [
        button(`${pickMark(picked[index] ?? false)} ${names[index] ?? ""}`, { do: "pick-feed-entry", view, index }),
      ]),
      turningRow(list),
      chosen > 0
        ? [button(`⏬ ${say("press-fetch-entries", { count: chosen })}`, { do: "fetch-feed-entries", view })]
        : [],
      [button(`⬆ ${say("press-back")}`, { do: "back", view })],
    ].filter((row) => row.length > 0),
  };
}

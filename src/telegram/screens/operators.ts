import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { ViewRef } from "../../actions/model/session.ts";
import { operatorsRooms, type OperatorsRoom } from "../../actions/model/admin-view.ts";
import type { PlainAdminButton } from "../../actions/admin/buttons.ts";
import type {
  AccessScreen,
  AdminMounts,
  AdminPanel,
  AuditScreen,
  BroadcastScreen,
  GuestLine,
  OperatorsScreen,
  PeopleList,
  PersonCard,
} from "../../actions/model/admin-screen.ts";
import { elideName } from "../../i18n/names.ts";
import { maxCopied } from "../limits.ts";
import { button, lines, strong, type Painted, type Painter, pairs } from "./painter.ts";
import { healthSign, roomSigns, standingSigns } from "../../i18n/signs.ts";
import { errorText } from "../../i18n/kind-words.ts";

/** What operators see. */
export function paintOperators(painter: Painter, screen: OperatorsScreen): Painted {
  const painted = sheetOf(painter, screen);
  // A list of one page has no buttons to turn it, and Telegram takes no empty row.
  return { ...painted, keyboard: painted.keyboard.filter((row) => row.length > 0) };
}

function sheetOf(painter: Painter, screen: OperatorsScreen): Painted {
  switch (screen.show) {
    case "admin":
      return paintPanel(painter, screen);
    case "people":
      return paintPeople(painter, screen);
    case "person":
      return paintPerson(painter, screen);
    case "access":
      return paintAccess(painter, screen);
    case "admin-mounts":
      return paintMounts(painter, screen);
    case "broadcast":
      return paintBroadcast(painter, screen);
    case "audit":
      return paintAudit(painter, screen);
  }
}

function title({ say }: Painter, room: OperatorsRoom): FormattedString {
  return FormattedString.join([`${roomSigns[room]} `, strong(say(`admin-room-${room}`))]);
}

function roomButton({ say }: Painter, view: ViewRef, room: OperatorsRoom): InlineKeyboardButton {
  return button(`${roomSigns[room]} ${say(`admin-room-${room}`)}`, { do: "admin-go", view, room });
}

function plainButton({ say }: Painter, sign: string, press: PlainAdminButton, view: ViewRef): InlineKeyboardButton {
  return button(`${sign} ${say(`press-${press}`)}`, { do: press, view });
}

function pageButtons({ say }: Painter, { view, page, pages }: PagedView): InlineKeyboardButton[][] {
  const row = [
    ...(page > 1 ? [button(`◀ ${say("press-previous")}`, { do: "admin-turn", view, page: page - 1 })] : []),
    ...(page < pages ? [button(`▶ ${say("press-next")}`, { do: "admin-turn", view, page: page + 1 })] : []),
  ];
  return row.length === 0 ? [] : [row];
}

interface PagedView {
  readonly view: ViewRef;
  readonly page: number;
  readonly pages: number;
}

function pageLine({ page, pages }: PagedView): string | false {
  return pages > 1 && `${page}/${pages}`;
}

function paintPanel(painter: Painter, screen: AdminPanel): Painted {
  const { say, figures } = painter;
  const { view, numbers, access, maintenanceSince, logLevel, logLevels, version, revocable } = screen;
  const isClosed = maintenanceSince !== undefined;
  return {
    text: lines(
      title(painter, "panel"),
      isClosed && `🚧 ${say("admin-closed", { date: figures.date(maintenanceSince) })}`,
      say("admin-people", { people: numbers.people, groups: numbers.groups }),
      say("admin-mounts-count", { count: numbers.mounts, failing: numbers.failing }),
      say("admin-links", { count: numbers.links, size: figures.size(numbers.bytes) }),
      say("admin-calls", { count: numbers.calls, pauses: numbers.coolDowns }),
      say("admin-access", { mode: say(`access-${access}`) }),
      say("admin-log-level", { level: logLevel }),
      version !== undefined && say("admin-version", { version }),
      numbers.errors.length > 0 && "",
      numbers.errors.length > 0 && say("admin-errors"),
      ...numbers.errors.map(({ code, count }) => `${count} × ${code}`),
    ),
    keyboard: [
      ...pairs(operatorsRooms.filter((room) => room !== "panel").map((room) => roomButton(painter, view, room))),
      [
        button(isClosed ? `🟢 ${say("press-maintenance-end")}` : `🚧 ${say("press-maintenance-begin")}`, {
          do: "set-maintenance",
          view,
          on: !isClosed,
        }),
      ],
      logLevels.map((level, index) =>
        button(`${level === logLevel ? "🔘 " : ""}${level}`, { do: "set-log-level", view, index }),
      ),
      revocable ? [plainButton(painter, "🚫", "revoke-every-link", view)] : [],
      [plainButton(painter, "💽", "about-state", view), roomRefresh(painter, view)],
    ],
  };
}

function roomRefresh({ say }: Painter, view: ViewRef): InlineKeyboardButton {
  return button(`🔄 ${say("press-refresh")}`, { do: "refresh", view });
}

function paintPeople(painter: Painter, screen: PeopleList): Painted {
  const { say } = painter;
  const { view, rows, words } = screen;
  return {
    text: lines(
      title(painter, "people"),
      words !== undefined && say("admin-filter", { words: elideName(words, 60) }),
      rows.length === 0 && say("admin-nobody"),
      ...rows.map((guest) => guestLine(painter, guest)),
      pageLine(screen),
    ),
    keyboard: [
      ...rows.map((guest, index) => [button(guestLabel(guest), { do: "admin-pick", view, index })]),
      ...pageButtons(painter, screen),
      [plainButton(painter, "🔎", "find-person", view), roomButton(painter, view, "panel")],
    ],
  };
}

/** `Mia @mia · telegram:1001`. */
function guestLabel({ id, kind, standing, name, username }: GuestLine): string {
  const sign = `${standingSigns[standing]} ${kind === "group" ? "👥 " : ""}`;
  return `${sign}${calledBefore({ name, username }, 20)}${id}`;
}

function calledBefore({ name, username }: Pick<GuestLine, "name" | "username">, width: number): string {
  const called = [name && elideName(name, width), username && `@${username}`].filter((part) => part);
  return called.length === 0 ? "" : `${called.join(" ")} · `;
}

function guestLine({ say, figures }: Painter, guest: GuestLine): string {
  const seen = guest.seenAt === undefined ? say("admin-never-seen") : figures.date(guest.seenAt);
  return `${guestLabel(guest)} · ${say(`standing-${guest.standing}`)} · ${seen}`;
}

function paintPerson(painter: Painter, screen: PersonCard): Painted {
  const { say, figures } = painter;
  const { view, guest, admitted, banned, fixed, mounts, used, quota } = screen;
  const isPerson = guest.kind === "person";
  return {
    text: lines(
      FormattedString.join([`${isPerson ? "👤" : "👥"} `, calledBefore(guest, 60), strong(guest.id)]),
      `${standingSigns[guest.standing]} ${say(`standing-${guest.standing}`)}`,
      guest.seenAt === undefined ? say("admin-never-seen") : say("admin-seen", { date: figures.date(guest.seenAt) }),
      isPerson && say("admin-owns", { count: mounts }),
      isPerson &&
        (quota === undefined
          ? say("admin-used", { used: figures.size(used) })
          : say("admin-used-of", { used: figures.size(used), quota: figures.size(quota) })),
    ),
    keyboard: [
      ...(fixed
        ? []
        : [
            [
              admitted ? plainButton(painter, "↩️", "expel", view) : plainButton(painter, "✅", "admit", view),
              banned ? plainButton(painter, "🟢", "unban", view) : plainButton(painter, "⛔", "ban", view),
            ],
          ]),
      ...(isPerson ? [[plainButton(painter, "⚖️", "ask-quota", view)]] : []),
      [roomButton(painter, view, "people")],
    ],
  };
}

function paintAccess(painter: Painter, screen: AccessScreen): Painted {
  const { say, figures, deepLink } = painter;
  const { view, access, modes, admitted, open, invitation } = screen;
  const link = invitation && (deepLink?.(invitation.code) ?? `/start ${invitation.code}`);
  return {
    text: lines(
      title(painter, "access"),
      say("admin-access", { mode: say(`access-${access}`) }),
      say(`access-${access}-meaning`),
      say("admin-admitted", { count: admitted }),
      say("admin-invitations", { count: open }),
      invitation && "",
      invitation && `🎟 ${say("admin-invitation", { date: figures.date(invitation.expiresAt) })}`,
      link !== undefined && FormattedString.code(link),
      invitation && say("admin-invitation-group", { code: invitation.code }),
    ),
    keyboard: [
      modes.map((mode) =>
        button(`${mode === access ? "🔘 " : ""}${say(`access-${mode}`)}`, { do: "set-access", view, mode }),
      ),
      ...(link !== undefined && link.length <= maxCopied
        ? [[{ text: `📋 ${say("press-copy-invitation")}`, copy_text: { text: link } }]]
        : []),
      [plainButton(painter, "🎟", "invite", view)],
      ...(open > 0 ? [[plainButton(painter, "🗑", "withdraw-invitations", view)]] : []),
      [roomButton(painter, view, "panel")],
    ],
  };
}

function paintMounts(painter: Painter, screen: AdminMounts): Painted {
  const { say, figures } = painter;
  const { view, rows } = screen;
  return {
    text: lines(
      title(painter, "admin-mounts"),
      rows.length === 0 && say("admin-no-mounts"),
      ...rows.flatMap(({ title: name, driver, owner, ownerName, health }) => [
        `${healthSign(health)} ${elideName(name, 40)} · ${calledBefore({ name: ownerName }, 30)}${owner} · ${figures.date(health.at)}`,
        health.state === "failing" && `    ${errorText(painter, health.code, driver)}`,
      ]),
      pageLine(screen),
    ),
    keyboard: [
      ...rows.map(({ title: name }, index) => [button(`🩺 ${elideName(name)}`, { do: "admin-pick", view, index })]),
      ...pageButtons(painter, screen),
      [roomButton(painter, view, "panel")],
    ],
  };
}

function paintBroadcast(painter: Painter, { view, broadcast }: BroadcastScreen): Painted {
  const { say, figures } = painter;
  if (!broadcast) {
    return {
      text: lines(title(painter, "broadcast"), say("broadcast-never")),
      keyboard: [[plainButton(painter, "✏️", "compose-broadcast", view)], [roomButton(painter, view, "panel")]],
    };
  }
  const { state, total, tally, at, endedAt, text } = broadcast;
  const done = tally.sent + tally.gone + tally.failed;
  const isRunning = state === "running";
  return {
    text: lines(
      title(painter, "broadcast"),
      say(`broadcast-${state}`, { date: figures.date(endedAt ?? at) }),
      say("broadcast-progress", { done, total, share: figures.percent(total === 0 ? 1 : done / total) }),
      `✅ ${say("broadcast-sent", { count: tally.sent })}`,
      `🚪 ${say("broadcast-gone", { count: tally.gone })}`,
      `⚠️ ${say("broadcast-failed", { count: tally.failed })}`,
      "",
      text.toWellFormed(),
    ),
    keyboard: [
      [
        isRunning
          ? plainButton(painter, "✖️", "stop-broadcast", view)
          : plainButton(painter, "✏️", "compose-broadcast", view),
      ],
      [roomRefresh(painter, view), roomButton(painter, view, "panel")],
    ],
  };
}

function paintAudit(painter: Painter, screen: AuditScreen): Painted {
  const { say, figures } = painter;
  const { view, entries, names } = screen;
  const named = (id: string) => `${names[id] === undefined ? "" : `${elideName(names[id], 20)} `}${id}`;
  return {
    text: lines(
      title(painter, "audit"),
      entries.length === 0 && say("audit-empty"),
      ...entries.map(({ at, by, act, subject, detail }) =>
        [figures.date(at), named(by), say(`audit-${act}`), subject && named(subject), detail]
          .filter((part) => part !== undefined)
          .join(" · "),
      ),
      pageLine(screen),
    ),
    keyboard: [...pageButtons(painter, screen), [roomButton(painter, view, "panel")]],
  };
}

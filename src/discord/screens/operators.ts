import { ButtonStyle } from "discord.js";
import type { ViewRef } from "../../actions/model/session.ts";
import type { Broadcast } from "../../users/broadcast.ts";
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
import { label, moment, plainLabel, strong } from "../markup.ts";
import { press, type Painter } from "./painter.ts";
import { type Button, type Line, type Sheet } from "./sheet.ts";
import { healthSign, roomSigns, standingSigns } from "../../i18n/signs.ts";
import { errorText } from "../../i18n/kind-words.ts";
import { bar } from "../../i18n/figures.ts";

/** What operators see. */
export function operatorsSheet(painter: Painter, screen: OperatorsScreen): Sheet {
  switch (screen.show) {
    case "admin":
      return panelSheet(painter, screen);
    case "people":
      return peopleSheet(painter, screen);
    case "person":
      return personSheet(painter, screen);
    case "access":
      return accessSheet(painter, screen);
    case "admin-mounts":
      return mountsSheet(painter, screen);
    case "broadcast":
      return broadcastSheet(painter, screen);
    case "audit":
      return auditSheet(painter, screen);
  }
}

function title({ say }: Painter, room: OperatorsRoom): string {
  return `### ${roomSigns[room]} ${say(`admin-room-${room}`)}`;
}

function roomButton({ say }: Painter, view: ViewRef, room: OperatorsRoom): Button {
  return press(`${roomSigns[room]} ${say(`admin-room-${room}`)}`, { do: "admin-go", view, room });
}

function plain({ say }: Painter, sign: string, wanted: PlainAdminButton, view: ViewRef): Button {
  return press(`${sign} ${say(`press-${wanted}`)}`, { do: wanted, view });
}

interface PagedView {
  readonly view: ViewRef;
  readonly page: number;
  readonly pages: number;
}

function pageButtons({ say }: Painter, { view, page, pages }: PagedView): (Button | false)[] {
  return [
    page > 1 && press(`◀ ${say("press-previous")}`, { do: "admin-turn", view, page: page - 1 }),
    page < pages && press(`▶ ${say("press-next")}`, { do: "admin-turn", view, page: page + 1 }),
  ];
}

function pageLine({ page, pages }: PagedView): Line {
  return pages > 1 && `${page}/${pages}`;
}

function panelSheet(painter: Painter, screen: AdminPanel): Sheet {
  const { say, figures } = painter;
  const { view, numbers, access, maintenanceSince, logLevel, logLevels, version, revocable } = screen;
  const isClosed = maintenanceSince !== undefined;
  return {
    head: [title(painter, "panel")],
    body: [
      isClosed && `🚧 ${say("admin-closed", { date: moment(maintenanceSince) })}`,
      say("admin-people", { people: numbers.people, groups: numbers.groups }),
      say("admin-mounts-count", { count: numbers.mounts, failing: numbers.failing }),
      say("admin-links", { count: numbers.links, size: figures.size(numbers.bytes) }),
      say("admin-calls", { count: numbers.calls, pauses: numbers.coolDowns }),
      say("admin-access", { mode: say(`access-${access}`) }),
      say("admin-log-level", { level: logLevel }),
      version !== undefined && say("admin-version", { version }),
      numbers.errors.length > 0 && say("admin-errors"),
      ...numbers.errors.map(({ code, count }) => `${count} × ${code}`),
    ],
    rows: [
      operatorsRooms.filter((room) => room !== "panel").map((room) => roomButton(painter, view, room)),
      logLevels.map((level, index) =>
        press(
          level,
          { do: "set-log-level", view, index },
          level === logLevel ? { style: ButtonStyle.Primary } : undefined,
        ),
      ),
      [
        press(isClosed ? `🟢 ${say("press-maintenance-end")}` : `🚧 ${say("press-maintenance-begin")}`, {
          do: "set-maintenance",
          view,
          on: !isClosed,
        }),
        revocable === true && plain(painter, "🚫", "revoke-every-link", view),
        plain(painter, "💽", "about-state", view),
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
      ],
    ],
  };
}

function peopleSheet(painter: Painter, screen: PeopleList): Sheet {
  const { say } = painter;
  const { view, rows, words } = screen;
  return {
    head: [title(painter, "people"), words !== undefined && say("admin-filter", { words: label(words) })],
    body: [
      rows.length === 0 && say("admin-nobody"),
      ...rows.map(
        (guest) => `${guestLabel(guest)} · ${say(`standing-${guest.standing}`)} · ${seen(painter, guest.seenAt)}`,
      ),
      pageLine(screen),
    ],
    ...(rows.length > 0 && {
      menu: {
        placeholder: say("admin-room-people"),
        options: rows.map((guest, index) => ({
          label: plainLabel([guest.name, guest.id].filter((part) => part !== undefined).join(" · "), 90),
          widgetAction: { is: "press" as const, press: { do: "admin-pick" as const, view, index } },
        })),
      },
    }),
    rows: [
      pageButtons(painter, screen),
      [plain(painter, "🔎", "find-person", view), roomButton(painter, view, "panel")],
    ],
  };
}

/** `Mia @mia · discord:2002`. */
function guestLabel({ id, kind, standing, name, username }: GuestLine): string {
  return `${standingSigns[standing]} ${kind === "group" ? "👥 " : ""}${calledBefore({ name, username })}${id}`;
}

function calledBefore({ name, username }: Pick<GuestLine, "name" | "username">): string {
  const called = [name && label(name, 40), username && `@${label(username, 40)}`].filter((part) => part);
  return called.length === 0 ? "" : `${called.join(" ")} · `;
}

function seen({ say }: Painter, seenAt: number | undefined): string {
  return seenAt === undefined ? say("admin-never-seen") : moment(seenAt);
}

function personSheet(painter: Painter, screen: PersonCard): Sheet {
  const { say, figures } = painter;
  const { view, guest, admitted, banned, fixed, mounts, used, quota } = screen;
  const isPerson = guest.kind === "person";
  const spent =
    quota === undefined
      ? say("admin-used", { used: figures.size(used) })
      : say("admin-used-of", { used: figures.size(used), quota: figures.size(quota) });
  return {
    head: [`### ${isPerson ? "👤" : "👥"} ${calledBefore(guest)}${guest.id}`],
    body: [
      `${standingSigns[guest.standing]} ${say(`standing-${guest.standing}`)}`,
      guest.seenAt === undefined ? say("admin-never-seen") : say("admin-seen", { date: moment(guest.seenAt) }),
      isPerson && say("admin-owns", { count: mounts }),
      isPerson && spent,
    ],
    rows: [
      fixed
        ? []
        : [
            admitted ? plain(painter, "↩️", "expel", view) : plain(painter, "✅", "admit", view),
            banned ? plain(painter, "🟢", "unban", view) : plain(painter, "⛔", "ban", view),
          ],
      [isPerson && plain(painter, "⚖️", "ask-quota", view), roomButton(painter, view, "people")],
    ],
  };
}

function accessSheet(painter: Painter, screen: AccessScreen): Sheet {
  const { say } = painter;
  const { view, access, modes, admitted, open, invitation } = screen;
  return {
    head: [title(painter, "access")],
    body: [
      say("admin-access", { mode: say(`access-${access}`) }),
      say(`access-${access}-meaning`),
      say("admin-admitted", { count: admitted }),
      say("admin-invitations", { count: open }),
      invitation && `🎟 ${say("admin-invitation", { date: moment(invitation.expiresAt) })}`,
      invitation && `\`/${say("slash-start")} ${invitation.code}\``,
    ],
    rows: [
      modes.map((mode) =>
        press(
          say(`access-${mode}`),
          { do: "set-access", view, mode },
          mode === access ? { style: ButtonStyle.Primary } : undefined,
        ),
      ),
      [plain(painter, "🎟", "invite", view), open > 0 && plain(painter, "🗑", "withdraw-invitations", view)],
      [roomButton(painter, view, "panel")],
    ],
  };
}

function mountsSheet(painter: Painter, screen: AdminMounts): Sheet {
  const { say } = painter;
  const { view, rows } = screen;
  return {
    head: [title(painter, "admin-mounts")],
    body: [
      rows.length === 0 && say("admin-no-mounts"),
      ...rows.flatMap(({ title: name, driver, owner, ownerName, health }) => [
        `${healthSign(health)} ${label(name)} · ${calledBefore({ name: ownerName })}${owner} · ${moment(health.at)}`,
        health.state === "failing" && errorText(painter, health.code, driver),
      ]),
      pageLine(screen),
    ],
    ...(rows.length > 0 && {
      menu: {
        placeholder: `🩺 ${say("press-check-mount")}`,
        options: rows.map(({ title: name, owner }, index) => ({
          label: plainLabel(name, 90),
          description: owner,
          widgetAction: { is: "press" as const, press: { do: "admin-pick" as const, view, index } },
        })),
      },
    }),
    rows: [pageButtons(painter, screen), [roomButton(painter, view, "panel")]],
  };
}

function broadcastSheet(painter: Painter, { view, broadcast }: BroadcastScreen): Sheet {
  const { say } = painter;
  const isRunning = broadcast?.state === "running";
  return {
    head: [title(painter, "broadcast")],
    body: broadcast ? reportLines(painter, broadcast) : [say("broadcast-never")],
    rows: [
      [
        isRunning ? plain(painter, "✖️", "stop-broadcast", view) : plain(painter, "✏️", "compose-broadcast", view),
        press(`🔄 ${say("press-refresh")}`, { do: "refresh", view }),
        roomButton(painter, view, "panel"),
      ],
    ],
  };
}

function reportLines(
  { say, figures }: Painter,
  { state, total, tally, at, endedAt, text }: Broadcast,
): readonly Line[] {
  const done = tally.sent + tally.gone + tally.failed;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  return [
    say(`broadcast-${state}`, { date: moment(endedAt ?? at) }),
    `${bar(share)} ${say("broadcast-progress", { done, total, share: figures.percent(share) })}`,
    `✅ ${say("broadcast-sent", { count: tally.sent })}`,
    `🚪 ${say("broadcast-gone", { count: tally.gone })}`,
    `⚠️ ${say("broadcast-failed", { count: tally.failed })}`,
    label(text, 1900),
  ];
}

function auditSheet(painter: Painter, screen: AuditScreen): Sheet {
  const { say } = painter;
  const { view, entries, names } = screen;
  const named = (id: string) => `${names[id] === undefined ? "" : `${label(names[id], 30)} `}${id}`;
  return {
    head: [title(painter, "audit")],
    body: [
      entries.length === 0 && say("audit-empty"),
      ...entries.map(({ at, by, act, subject, detail }) =>
        [moment(at), named(by), say(`audit-${act}`), subject && named(subject), detail && strong(detail)]
          .filter((part) => part !== undefined)
          .join(" · "),
      ),
      pageLine(screen),
    ],
    rows: [pageButtons(painter, screen), [roomButton(painter, view, "panel")]],
  };
}

import { FormattedString } from "@grammyjs/parse-mode";
import type { InlineKeyboardButton } from "grammy/types";
import type { MountCard, MountLine, MountList, OpenedShares } from "../../actions/model/screen.ts";
import type { DownloadMethod } from "../../storage/mount.ts";
import { errorText, driverName, permissionNames, reasonText } from "../../i18n/kind-words.ts";
import { elideName, isolate } from "../../i18n/names.ts";
import { maxButtons } from "../limits.ts";
import { healthSign } from "../../i18n/signs.ts";
import { abilityButtons, button, lines, strong, turningRow, type Painted, type Painter } from "./painter.ts";
import { shortcutRows } from "./favourites.ts";
import { mountsTitle } from "../../i18n/phrases.ts";
import { quotaLines } from "../../i18n/quota-lines.ts";

/** One's mounts, one a row: accounts, then shares by themselves. */
export function paintMounts(painter: Painter, list: MountList): Painted {
  const { say } = painter;
  const { view, lent, opened, page } = list;
  const mounts = list.mounts.slice(0, maxButtons - 9);
  const accounts = mounts.filter(({ recent }) => !recent);
  const shares = mounts.filter(({ recent }) => recent);
  return {
    text: lines(
      strong(mountsTitle(painter, list)),
      mounts.length === 0 && !opened && say("mounts-none"),
      ...accounts.map((mount) => mountLine(painter, mount)),
      !opened && shares.length > 0 && strong(say("mounts-recent")),
      ...shares.map((mount) => mountLine(painter, mount)),
      ...(opened ? openedLines(painter, opened) : []),
    ),
    keyboard: [
      ...mounts.map((mount, index) => [button(mountLabel(mount), { do: "mount", view, index })]),
      page ? turningRow(view, page) : [],
      ...shortcutRows(painter, view, list.kept),
      ...(lent || opened
        ? []
        : [
            [button(`🔑 ${say("press-add-account")}`, { do: "add-account", view })],
            [button(`📂 ${say("press-add-share")}`, { do: "add-share", view })],
          ]),
    ].filter((row) => row.length > 0),
  };
}

/** The links of the message that could not be opened, and why. */
function openedLines(painter: Painter, { refused, left }: OpenedShares): readonly string[] {
  return [
    ...refused.map(({ link, driver, reason }) => `🔴 ${elideName(link, 60)} – ${reasonText(painter, reason, driver)}`),
    ...(left > 0 ? [painter.say("mounts-opened-left", { count: left })] : []),
  ];
}

function mountLabel({ title, current, health }: MountLine): string {
  return `${healthSign(health)} ${elideName(title)}${current ? " 📌" : ""}`;
}

function mountLine(painter: Painter, mount: MountLine): string {
  const { title, current, driver } = mount;
  const marks = [driverName(painter, driver), ...(current ? [painter.say("mount-current")] : [])];
  return `${healthSign(mount.health)} ${elideName(title, 40)} · ${marks.join(" · ")}`;
}

/** One mount: how it does, how full it is, and what can be done with it. */
export function paintMount(painter: Painter, card: MountCard): Painted {
  const { say } = painter;
  const { mount, login, quota, method, usual, lapsed } = card;
  const way = say(`method-${method ?? usual}`);
  return {
    text: lines(
      FormattedString.join(["🗄 ", strong(mount.title)]),
      [driverName(painter, mount.driver), ...(mount.current ? [`📌 ${say("mount-current")}`] : [])].join(" · "),
      card.checked && `✅ ${say("notice-mount-healthy")}`,
      login !== undefined && say("mount-login", { login: isolate(login) }),
      ...credentialLines(painter, card),
      ...healthLines(painter, mount),
      ...(quota ? quotaLines(painter, quota, isolate) : []),
      say("mount-method", { method: method === undefined ? say("mount-method-usual", { method: way }) : way }),
      lapsed && `⚠️ ${say("mount-method-lapsed", { method: say(`method-${lapsed}`) })}`,
    ),
    keyboard: mountKeyboard(painter, card),
  };
}

/** What the drive is signed in with: whose it is, how long it is good, and what for. */
function credentialLines(painter: Painter, { mount, account, until, permissions }: MountCard): readonly string[] {
  const { say, figures } = painter;
  return [
    ...(account === undefined ? [] : [say("mount-account", { account: isolate(account) })]),
    ...(until === undefined ? [] : [`⏳ ${say("mount-until", { date: figures.date(until) })}`]),
    ...(permissions
      ? [
          say("mount-permissions", {
            names: permissionNames(painter, mount.driver, permissions).map(isolate).join(" · "),
          }),
        ]
      : []),
  ];
}

function healthLines(painter: Painter, { health, driver }: MountLine): readonly string[] {
  const { say, figures } = painter;
  const date = figures.date(health.at);
  return health.state === "working"
    ? [`🟢 ${say("health-working", { date })}`]
    : [`🔴 ${say("health-failing", { date })}`, errorText(painter, health.code, driver)];
}

function mountKeyboard(painter: Painter, card: MountCard): InlineKeyboardButton[][] {
  const { say } = painter;
  const { view, mount, methods } = card;
  return [
    [
      button(`📁 ${say("press-open-mount")}`, { do: "open-mount", view }),
      ...(mount.current ? [] : [button(`📌 ${say("press-choose-mount")}`, { do: "choose-mount", view })]),
    ],
    [
      button(`✏️ ${say("press-rename-mount")}`, { do: "rename-mount", view }),
      button(`🩺 ${say("press-check-mount")}`, { do: "check-mount", view }),
    ],
    ...(methods.length > 1 ? methods.map((method) => [methodButton(say(`method-${method}`), method, card)]) : []),
    ...abilityButtons(painter, card).map((one) => [one]),
    [
      button(`🗑 ${say("press-remove-mount")}`, { do: "remove-mount", view }),
      button(`🗄 ${say("press-mounts")}`, { do: "mounts", view }),
    ],
  ];
}

function methodButton(name: string, method: DownloadMethod, { view, method: chosen, usual }: MountCard) {
  return button(`${method === (chosen ?? usual) ? "🔘" : "⚪"} ${name}`, { do: "set-method", view, method });
}

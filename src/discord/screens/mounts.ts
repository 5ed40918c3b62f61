import { ButtonStyle } from "discord.js";
import type { MountCard, MountLine, MountList, OpenedShares } from "../../actions/model/screen.ts";
import { errorText, driverName, permissionNames, reasonText } from "../../i18n/kind-words.ts";
import { maxOptions } from "../limits.ts";
import { label, moment, plainLabel, strong } from "../markup.ts";
import { healthSign } from "../../i18n/signs.ts";
import { abilityButtons, press, turningRow, type Painter } from "./painter.ts";
import { type Button, type Sheet } from "./sheet.ts";
import { shortcutRow } from "./favourites.ts";
import { mountsTitle } from "../../i18n/phrases.ts";
import { quotaLines } from "../../i18n/quota-lines.ts";

/** Most characters of a title in a list. */
const titleWidth = 90;

/** One's mounts: a line each, shares by themselves, and one menu to see one. */
export function mountsSheet(painter: Painter, list: MountList): Sheet {
  const { say } = painter;
  const { view, mounts, lent, opened, page } = list;
  const shown = mounts.slice(0, maxOptions);
  const accounts = shown.filter(({ recent }) => !recent);
  const shares = shown.filter(({ recent }) => recent);
  return {
    head: [`### 🗄 ${mountsTitle(painter, list)}`],
    body: [
      mounts.length === 0 && !opened && say("mounts-none"),
      ...accounts.map((mount) => mountLine(painter, mount)),
      !opened && shares.length > 0 && `**${say("mounts-recent")}**`,
      ...shares.map((mount) => mountLine(painter, mount)),
      ...(opened ? openedLines(painter, opened) : []),
    ],
    menu: {
      placeholder: opened ? say("choose-entry") : say("choose-mount"),
      options: shown.map((mount, index) => ({
        label: `${healthSign(mount.health)} ${plainLabel(mount.title, titleWidth - 10)}${mount.current ? " 📌" : ""}`,
        description: driverName(painter, mount.driver),
        widgetAction: { is: "press", press: { do: "mount", view, index } },
      })),
    },
    rows: [
      page ? turningRow(view, page) : [],
      shortcutRow(painter, view, list.kept),
      ...(lent || opened
        ? []
        : [
            [
              press(`📂 ${say("press-add-share")}`, { do: "add-share", view }),
              press(`🔑 ${say("press-add-account")}`, { do: "add-account", view }),
            ],
          ]),
    ],
  };
}

/** The links of the message that could not be opened, and why. */
function openedLines(painter: Painter, { refused, left }: OpenedShares): readonly string[] {
  return [
    ...refused.map(
      ({ link, driver, reason }) => `🔴 ${label(link, titleWidth)} – ${reasonText(painter, reason, driver)}`,
    ),
    ...(left > 0 ? [painter.say("mounts-opened-left", { count: left })] : []),
  ];
}

function mountLine(painter: Painter, mount: MountLine): string {
  const { title, current, driver, health } = mount;
  const marks = [driverName(painter, driver), ...(current ? [`📌 ${painter.say("mount-current")}`] : [])];
  return `${healthSign(health)} ${label(title, titleWidth)} · ${marks.join(" · ")}`;
}

/** One mount: how it does, how full it is, and what can be done with it. */
export function mountSheet(painter: Painter, card: MountCard): Sheet {
  const { say } = painter;
  const { mount, login, quota, method, usual, lapsed } = card;
  const way = say(`method-${method ?? usual}`);
  return {
    head: [
      `🗄 ${strong(mount.title)}`,
      [driverName(painter, mount.driver), ...(mount.current ? [`📌 ${say("mount-current")}`] : [])].join(" · "),
    ],
    body: [
      card.checked === true && `✅ ${say("notice-mount-healthy")}`,
      login !== undefined && say("mount-login", { login: label(login) }),
      ...credentialLines(painter, card),
      ...healthLines(painter, mount),
      ...(quota ? quotaLines(painter, quota, label) : []),
      say("mount-method", { method: method === undefined ? say("mount-method-usual", { method: way }) : way }),
      lapsed && `⚠️ ${say("mount-method-lapsed", { method: say(`method-${lapsed}`) })}`,
    ],
    rows: mountRows(painter, card),
  };
}

/** What the drive is signed in with: whose it is, how long it is good, and what for. */
function credentialLines(painter: Painter, { mount, account, until, permissions }: MountCard): readonly string[] {
  const { say } = painter;
  const names = permissions && permissionNames(painter, mount.driver, permissions);
  return [
    ...(account === undefined ? [] : [say("mount-account", { account: label(account) })]),
    ...(until === undefined ? [] : [`⏳ ${say("mount-until", { date: moment(until) })}`]),
    ...(names ? [say("mount-permissions", { names: names.map((name) => label(name)).join(" · ") })] : []),
  ];
}

function healthLines(painter: Painter, { health, driver }: MountLine): readonly string[] {
  const { say } = painter;
  const date = moment(health.at);
  return health.state === "working"
    ? [`🟢 ${say("health-working", { date })}`]
    : [`🔴 ${say("health-failing", { date })}`, errorText(painter, health.code, driver)];
}

function mountRows(painter: Painter, card: MountCard): (Button | false)[][] {
  const { say } = painter;
  const { view, mount, methods, method: chosen, usual } = card;
  return [
    [
      press(`📁 ${say("press-open-mount")}`, { do: "open-mount", view }, { style: ButtonStyle.Primary }),
      !mount.current && press(`📌 ${say("press-choose-mount")}`, { do: "choose-mount", view }),
      press(`✏️ ${say("press-rename-mount")}`, { do: "rename-mount", view }),
      press(`🩺 ${say("press-check-mount")}`, { do: "check-mount", view }),
    ],
    methods.length > 1
      ? methods.map((method) => {
          const mark = method === (chosen ?? usual) ? "🔘" : "⚪";
          return press(`${mark} ${say(`method-${method}`)}`, { do: "set-method", view, method });
        })
      : [],
    abilityButtons(painter, card),
    [
      press(`🗑 ${say("press-remove-mount")}`, { do: "remove-mount", view }, { style: ButtonStyle.Danger }),
      press(`🗄 ${say("press-mounts")}`, { do: "mounts", view }),
    ],
  ];
}

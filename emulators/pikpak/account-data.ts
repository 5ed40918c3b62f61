import { timeText } from "./shapes.ts";
import type { Account, State } from "./state.ts";

/** `GET /drive/v1/about`. */
export function about(state: State, account: Account): object {
  return {
    kind: "drive#about",
    quota: {
      kind: "drive#quota",
      limit: String(account.quota.limit),
      usage: String(account.quota.usage),
      usage_in_trash: String(account.quota.trashed),
      play_times_limit: "-1",
      play_times_usage: "0",
      is_unlimited: false,
    },
    expires_at: "",
    quotas: account.plan === "novip" ? { cloud_download: cloudDownload(state, account) } : {},
  };
}

/** A free account may begin five offline downloads (seen 2026-10). */
function cloudDownload(state: State, account: Account): object {
  const begun = [...state.tasks.values()].filter((task) => task.userId === account.userId && task.type === "offline");
  return { kind: "drive#quota", limit: "5", usage: String(Math.min(begun.length, 5)), complimentary: "2" };
}

/** `GET /drive/v1/privilege/area_country_code`. */
export function areaCountryCode(): object {
  return accepted({ countryCode: "SG", ip: "127.0.0.1" });
}

const vipUntil = "2027-01-01T00:00:00+08:00";

/** `GET /drive/v1/privilege/vip`. */
export function vip(account: Account): object {
  return accepted(vipData(account));
}

/** `GET /vip/v1/vip/info`: the same, and what the account was sold. */
export function vipInfo(account: Account): object {
  const { status, type } = vipData(account);
  const item = { type, expire: vipUntil, status, description: "" };
  return accepted({
    ...vipData(account),
    ext_type: "",
    fee_record: account.plan === "platinum" ? "yes" : "no",
    kind: "vip#info",
    vipItem: account.plan === "platinum" ? [item] : [],
  });
}

function vipData(account: Account) {
  const paid = account.plan === "platinum";
  return { expire: vipUntil, status: paid ? "ok" : "invalid", type: account.plan, user_id: account.userId };
}

/** `GET /vip/v1/activity/inviteCode`. */
export function inviteCode(account: Account): object {
  return { code: account.userId.slice(-8) };
}

const giga = 1024 ** 3;
/** Bytes a month by plan, as the three bands are shown. */
const bands = {
  platinum: { offline: 10_240 * giga, download: 20_480 * giga, upload: 10_240 * giga, daily: 0 },
  novip: { offline: 60 * giga, download: 600 * giga, upload: 60 * giga, daily: 20 * giga },
} as const;

/** `GET /vip/v1/quantity/list`: what may be moved this month and what was. No limit a day = 0. */
export function quantityList(state: State, account: Account): object {
  const { plan, transferred } = account;
  const band = (total: number, used: number) => ({ total_assets: total, assets: used, size: used });
  const { daily, ...months } = bands[plan];
  const base = {
    offline: band(months.offline, transferred.offline),
    download: band(months.download, transferred.download),
    upload: band(months.upload, transferred.upload),
    download_daily: band(daily, daily === 0 ? 0 : transferred.download),
  };
  const { download_daily: _day, ...month } = base;
  const withInfo = Object.entries(month).map(([name, assets]) => [name, { info: "", ...assets }]);
  return {
    base: {
      info: "",
      vip_status: plan === "platinum" ? "ok" : "invalid",
      sub_status: plan === "platinum",
      expire_time: plan === "platinum" ? vipUntil : timeText(state.now()),
      user_id: account.userId,
      ...base,
    },
    transfer: Object.fromEntries(withInfo),
    data: null,
    has_more: false,
  };
}

function accepted(data: object): object {
  return { result: "ACCEPTED", message: "", redirect_uri: "", data };
}

/** `GET /v1/user/me`. */
export function userMe(account: Account): object {
  return {
    sub: account.userId,
    name: masked(account.username),
    picture: "https://static.mypikpak.com/avatar/default.png",
    email: account.email === undefined ? "" : masked(account.email),
    phone_number: account.phone === undefined ? "" : masked(account.phone),
    password: account.password === null ? "" : "SET",
    status: "ACTIVE",
    created_at: "2022-09-17T14:31:06Z",
    password_updated_at: "2024-03-02T08:10:44Z",
    providers:
      account.password === null ? [{ id: "google.com", provider_user_id: "1", name: masked(account.username) }] : [],
  };
}

function masked(name: string): string {
  return `${name.slice(0, 1)}***${name.slice(-1)}`;
}

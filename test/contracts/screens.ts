import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { listFormats } from "../../src/actions/model/screen.ts";
import { formIds } from "../../src/actions/model/form.ts";
import { audiences } from "../../src/users/place.ts";
import { type ViewRef } from "../../src/actions/model/session.ts";
import { clearChoices, dailyChoices, downloadChoices } from "../../src/users/place.ts";
import { decodeButton, encodeButton } from "../../src/actions/buttons.ts";
import { auditActs } from "../../src/users/audit.ts";
import { accessModes } from "../../src/users/access.ts";
import { logLevels } from "../../src/users/admin.ts";
import type { OperatorsScreen } from "../../src/actions/model/admin-screen.ts";
import {
  type Ability,
  type SaveOffer,
  type SaveState,
  type ApprovalState,
  noticeCodes,
  type FormScreen,
  type FoundFiles,
  type Screen,
  type SearchState,
  type TaskLine,
  type TransferState,
} from "../../src/actions/model/screen.ts";
import type { BatchState, UnsentFile } from "../../src/actions/model/batch-screen.ts";
import { feedTroubles, followTroubles } from "../../src/actions/model/follow.ts";
import { carryings } from "../../src/actions/model/change.ts";
import type { TidyAbility, TidyScreen } from "../../src/actions/model/tidy-screen.ts";
import { pushFailures, type PushState } from "../../src/actions/model/push-screen.ts";
import type { DownloadState } from "../../src/actions/model/download-item.ts";
import type { UploadState } from "../../src/actions/model/upload-item.ts";
import { lifeChoices } from "../../src/actions/model/share-life.ts";
import { uploadFailures } from "../../src/actions/model/upload.ts";
import { linkLives } from "../../src/users/given-links.ts";
import { entryKinds } from "../../src/storage/file-kind.ts";
import { storageErrorCodes } from "../../src/storage/error.ts";
import { problemCodes } from "../../src/storage/form.ts";
import { type Field } from "../../src/storage/field.ts";
import { loadWords } from "../../src/i18n/words.ts";

/** A platform's renderer, as the contract uses it. */
export interface ScreenRenderer {
  readonly name: string;
  /** Most rows its listings have. */
  readonly rows: number;
  draw(screen: DrawnScreen, language: string, place: "private" | "group"): Drawn;
}

/** What is found inline is no message: only Telegram has it, and tests it itself. */
export type DrawnScreen = Exclude<Screen, FoundFiles>;

/** What came of drawing a screen. */
export interface Drawn {
  /** Everything that can be read, as the platform is told it. */
  readonly text: string;
  /** Codes behind its widgets that are presses. */
  readonly presses: readonly string[];
  /** What the platform would refuse, in words. */
  readonly problems: readonly string[];
}

/** Names as nobody would give them, and as somebody did. */
export const hostileName: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 255 }),
  fc.string({ unit: fc.constantFrom(..."[]()<>@#:*_~`|\\-+./ \n!&ab1".split("")), maxLength: 255 }),
  fc.constantFrom(
    "<b>bold</b> &amp; *x* _y_ `z`.mp4",
    "a](https://evil.example) [b",
    "<@1001> @everyone <#5> </browse:1> <t:1:R> <:smile:1>",
    "https://evil.example/x.mp4",
    "# heading\n> quote\n- list",
    "-# small",
    "1. one",
    "||spoiler|| ~~gone~~ ```code```",
    "שלום עולם\u202E.exe",
    "\u2066\u2069\u200F\u0000\u0007",
    "👨‍👩‍👧‍👦".repeat(40),
    "第".repeat(255),
    " \n\t ",
    "",
    "a\u0300".repeat(100),
    "\\".repeat(255),
    "\uD800 lone",
  ),
);

const view: ViewRef = { id: "abcdefghij", revision: 1234 };
const now = Date.UTC(2026, 10, 24, 12);

const entry = fc.record(
  {
    id: fc.uuid(),
    kind: fc.constantFrom("folder" as const, "file" as const),
    name: hostileName,
    size: fc.nat({ max: 2 ** 50 }),
    modifiedAt: fc.nat({ max: now }),
    mimeType: fc.constantFrom("video/mp4", "application/zip", "x"),
    thumbnail: fc.constantFrom("https://img.example.com/1.jpg", "http://127.0.0.1/1.jpg"),
  },
  { requiredKeys: ["id", "kind", "name"] },
);

const mount = hostileName.map((title) => ({ id: "mountmount", title, driver: "pikpak" }));
const trail = fc.array(hostileName, { maxLength: 30 });
const order = fc.record({ by: fc.constantFrom("name", "size", "modified"), descending: fc.boolean() });
const code = fc.constantFrom(...storageErrorCodes);
const address = fc.oneof(
  fc.nat({ max: 8000 }).map((tail) => `https://dl.example.com/${"x".repeat(tail)}`),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom("http://127.0.0.1:8080/d/x", "https://dl.example.com/a(b)c>d`e?sign=%3E"),
);
const listCaps = fc.record({ files: fc.nat(), folders: fc.nat() });
const reason = fc.record({ code, retryAfter: fc.nat({ max: 1e9 }), verify: address }, { requiredKeys: ["code"] });
const health = fc.oneof(
  fc.constant({ state: "working" as const, at: now }),
  code.map((why) => ({ state: "failing" as const, at: now, code: why })),
);
const line = fc.record({ tag: mount, current: fc.boolean(), health }).map(({ tag, ...more }) => ({ ...tag, ...more }));
const variants = fc
  .array(hostileName, { maxLength: 30 })
  .map((names) => names.map((name, at) => ({ id: `${at}`, name })));

const field = fc
  .record({
    kind: fc.constantFrom("text" as const, "secret" as const, "folder" as const, "choice" as const),
    required: fc.boolean(),
    aside: fc.boolean(),
    maxLength: fc.integer({ min: 1, max: 9000 }),
  })
  .map(({ kind, ...more }): Omit<Field, "name"> => ({
    kind,
    ...more,
    ...(kind === "choice" && { choices: ["web", "android", "pc"] }),
  }));

const destination = fc.record(
  {
    id: fc.constantFrom("telegram:-1001234567890", "discord:channel:123456789012345678"),
    title: hostileName,
    kind: fc.constantFrom("channel" as const, "group" as const),
    server: hostileName,
  },
  { requiredKeys: ["id", "title", "kind"] },
);
const folderLine = fc.record({ mount, trail: fc.array(hostileName, { minLength: 1, maxLength: 30 }), health });
const kept = fc.record({ shortcuts: fc.array(folderLine, { maxLength: 3 }) });
const allowance = fc.record({ limit: fc.nat(), used: fc.nat() });
const canInFolder = fc.subarray<Ability>([
  "save-share",
  "share-out",
  "list-folder",
  "tidy",
  "add-favourite",
  "remove-favourite",
  "follow-folder",
]);
const can = fc.subarray<Ability>([
  "send",
  "save-share",
  "share-out",
  "shared-links",
  "give-link",
  "deliver",
  "push",
  "list-folder",
  "tidy",
  "renew-mount",
  "revoke-links",
]);

const form: fc.Arbitrary<FormScreen> = fc
  .record({
    id: fc.constantFrom(...formIds),
    kind: fc.constantFrom("pikpak", "pikpak-share"),
    subject: fc.option(hostileName, { nil: undefined }),
    fields: fc.array(field, { minLength: 1, maxLength: 8 }),
    known: hostileName,
    ways: fc.option(fc.constant(["approval", "password"]), { nil: undefined }),
    problem: fc.option(fc.constantFrom(...problemCodes), { nil: undefined }),
    reason: fc.option(reason, { nil: undefined }),
    page: fc.option(fc.constantFrom("https://drive.example.com/s/abc", "http://127.0.0.1:8080/s/abc"), {
      nil: undefined,
    }),
  })
  .map(({ id, kind, subject, fields, known, problem, reason: why, page, ways }) => ({
    show: "form",
    form: { id, kind, ...(subject !== undefined && { subject }) },
    // A form asks at least one thing.
    fields: fields.map((one, at) => ({ ...one, name: `field${at}`, aside: at > 0 && (one.aside ?? false) })),
    values: { field1: known },
    ...(problem && { problem: { field: "field0", code: problem } }),
    ...(why && { reason: why }),
    ...(ways && { ways }),
    ...(page !== undefined && { page: { url: page, expiresAt: now } }),
  }));

const guest = fc.record(
  {
    id: fc.constantFrom("telegram:-1001234567890", "discord:123456789012345678"),
    kind: fc.constantFrom("person", "group"),
    standing: fc.constantFrom("usual", "admitted", "banned", "operator"),
    seenAt: fc.constant(now),
  },
  { requiredKeys: ["id", "kind", "standing"] },
);
const eight = { maxLength: 8 };
const paged = { view: fc.constant(view), page: fc.nat({ max: 900 }), pages: fc.nat({ max: 900 }) };

/** What operators see. */
const operatorsScreens: {
  readonly [Show in OperatorsScreen["show"]]: fc.Arbitrary<Extract<OperatorsScreen, { show: Show }>>;
} = {
  admin: fc.record(
    {
      show: fc.constant("admin"),
      view: fc.constant(view),
      numbers: fc.record({
        people: fc.nat(),
        groups: fc.nat(),
        mounts: fc.nat(),
        failing: fc.nat(),
        links: fc.nat(),
        bytes: fc.nat(),
        calls: fc.nat(),
        coolDowns: fc.nat(),
        errors: fc.array(fc.record({ code: fc.constantFrom(...storageErrorCodes), count: fc.nat() }), {
          maxLength: 10,
        }),
      }),
      access: fc.constantFrom(...accessModes),
      maintenanceSince: fc.constant(now),
      logLevel: fc.constantFrom(...logLevels),
      logLevels: fc.constant(logLevels),
      revocable: fc.boolean(),
    },
    { requiredKeys: ["show", "view", "numbers", "access", "logLevel", "logLevels"] },
  ),
  people: fc.record(
    { show: fc.constant("people"), ...paged, rows: fc.array(guest, eight), words: hostileName },
    { requiredKeys: ["show", "view", "page", "pages", "rows"] },
  ),
  person: fc.record(
    {
      show: fc.constant("person"),
      view: fc.constant(view),
      guest,
      admitted: fc.boolean(),
      banned: fc.boolean(),
      fixed: fc.boolean(),
      mounts: fc.nat(),
      used: fc.nat(),
      quota: fc.nat(),
    },
    { requiredKeys: ["show", "view", "guest", "admitted", "banned", "fixed", "mounts", "used"] },
  ),
  access: fc.record(
    {
      show: fc.constant("access"),
      view: fc.constant(view),
      access: fc.constantFrom(...accessModes),
      modes: fc.constant(accessModes),
      admitted: fc.nat(),
      open: fc.nat(),
      invitation: fc.constant({ code: `inv-${"a".repeat(20)}`, expiresAt: now }),
    },
    { requiredKeys: ["show", "view", "access", "modes", "admitted", "open"] },
  ),
  "admin-mounts": fc.record({
    show: fc.constant("admin-mounts"),
    ...paged,
    rows: fc.array(
      line.map((mount) => ({ ...mount, owner: "discord:123456789012345678" })),
      eight,
    ),
  }),
  broadcast: fc.record(
    {
      show: fc.constant("broadcast"),
      view: fc.constant(view),
      broadcast: fc.record(
        {
          id: fc.constant("abcdefghij"),
          by: fc.constant("telegram:1"),
          text: hostileName,
          at: fc.constant(now),
          state: fc.constantFrom("running", "stopped", "done"),
          total: fc.nat(),
          tally: fc.record({ sent: fc.nat(), gone: fc.nat(), failed: fc.nat() }),
          endedAt: fc.constant(now),
        },
        { requiredKeys: ["id", "by", "text", "at", "state", "total", "tally"] },
      ),
    },
    { requiredKeys: ["show", "view"] },
  ),
  audit: fc.record({
    show: fc.constant("audit"),
    ...paged,
    names: fc.dictionary(fc.constantFrom("telegram:1", "telegram:-1001234567890"), hostileName),
    entries: fc.array(
      fc.record(
        {
          at: fc.constant(now),
          by: fc.constant("telegram:1"),
          act: fc.constantFrom(...auditActs),
          subject: fc.constant("telegram:-1001234567890"),
          detail: fc.constant("allowlist"),
        },
        { requiredKeys: ["at", "by", "act"] },
      ),
      eight,
    ),
  }),
};

const counted = fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) });
const followLine = fc.record(
  {
    about: fc.constantFrom("folder" as const, "feed" as const),
    title: hostileName,
    mount,
    trail,
    paused: fc.boolean(),
    reason: fc.constantFrom(...storageErrorCodes, ...feedTroubles, ...followTroubles),
    told: hostileName,
  },
  { requiredKeys: ["about", "title", "trail", "paused"] },
);

const pushState: fc.Arbitrary<PushState> = fc.oneof(
  fc.record({ is: fc.constant("reading" as const), files: fc.nat() }),
  fc.record({ is: fc.constant("sending" as const), sent: fc.nat(), of: fc.nat() }),
  fc.record({ is: fc.constantFrom("cancelled" as const, "lost" as const) }),
  fc.record({ is: fc.constant("failed" as const), failure: fc.oneof(code, fc.constantFrom(...pushFailures)) }),
  fc.record(
    {
      is: fc.constant("sent" as const),
      taken: fc.nat(),
      refused: fc.nat(),
      refusal: hostileName,
      leftOut: fc.nat(),
      isCut: fc.boolean(),
      status: fc.record(
        {
          active: fc.nat(),
          waiting: fc.nat(),
          complete: fc.nat(),
          failed: fc.nat(),
          gone: fc.nat(),
          done: fc.nat(),
          total: fc.nat(),
          speed: fc.nat(),
          error: hostileName,
        },
        { requiredKeys: ["active", "waiting", "complete", "failed", "gone", "done", "total", "speed"] },
      ),
    },
    { requiredKeys: ["is", "taken", "refused", "leftOut", "isCut"] },
  ),
);

/** A screen of every kind: a new kind does not compile until it is drawn here too. */
function screensOf(rows: number): {
  readonly [Show in DrawnScreen["show"]]: fc.Arbitrary<Extract<DrawnScreen, { show: Show }>>;
} {
  return {
    welcome: fc.record(
      { show: fc.constant("welcome"), view: fc.constant(view), mounts: fc.nat({ max: 30 }), current: mount, kept },
      { requiredKeys: ["show", "view", "mounts"] },
    ),
    help: fc.record({ show: fc.constant("help"), place: fc.constantFrom("private", "group"), admin: fc.boolean() }),
    form,
    listing: fc.record(
      {
        show: fc.constant("listing"),
        view: fc.constant(view),
        mount,
        trail,
        rows: fc.array(entry, { maxLength: rows }),
        page: fc.record({ number: fc.nat({ max: 2000 }), count: fc.nat({ max: 2000 }), next: fc.boolean() }),
        total: fc.record({ known: fc.nat({ max: 20_000 }), complete: fc.boolean() }),
        order,
        up: fc.boolean(),
        failed: reason,
        notice: fc.constantFrom("list-changed", "part-gone"),
        filter: hostileName,
        can: canInFolder,
        for: fc.constant("asker"),
        search: searchState(rows),
      },
      { requiredKeys: ["show", "view", "mount", "trail", "rows", "page", "total", "order", "up", "can"] },
    ),
    file: fc.record(
      {
        show: fc.constant("file"),
        view: fc.constant(view),
        mount,
        trail,
        entry,
        variants,
        duration: fc.nat(),
        can,
      },
      { requiredKeys: ["show", "view", "mount", "trail", "entry", "variants", "can"] },
    ),
    link: fc.record(
      {
        show: fc.constant("link"),
        for: fc.constant("asker"),
        view: fc.constant(view),
        mount,
        entry,
        variant: fc.record({ id: fc.constant("v"), name: hostileName }),
        url: address,
        via: fc.constantFrom("direct", "redirect", "gateway", "proxy-url"),
        expiresAt: fc.constant(now + 1000),
        watch: address,
        can,
      },
      { requiredKeys: ["show", "for", "view", "mount", "entry", "url", "via", "can"] },
    ),
    mounts: fc
      .record(
        { mounts: fc.array(line, { maxLength: 200 }), lent: fc.boolean(), kept },
        { requiredKeys: ["mounts", "lent"] },
      )
      .map((more) => ({ show: "mounts", view, ...more })),
    mount: fc.record(
      {
        show: fc.constant("mount"),
        view: fc.constant(view),
        mount: line,
        login: hostileName,
        account: hostileName,
        until: fc.constant(now + 1e9),
        permissions: fc.constant(["read", "cloud_download", "unheard_of"]),
        checked: fc.boolean(),
        quota: fc.record(
          {
            used: fc.nat(),
            limit: fc.nat(),
            trashed: fc.nat(),
            plan: hostileName,
            tasks: allowance,
            transfer: fc.record(
              { offline: allowance, download: allowance, upload: allowance, "download-day": allowance },
              { requiredKeys: [] },
            ),
          },
          { requiredKeys: ["used"] },
        ),
        method: fc.constantFrom("redirect", "proxy", "proxy-url"),
        usual: fc.constantFrom("redirect", "proxy", "proxy-url"),
        methods: fc.constantFrom(["redirect"] as const, ["redirect", "proxy", "proxy-url"] as const),
        can,
        lapsed: fc.constantFrom("proxy", "proxy-url"),
      },
      { requiredKeys: ["show", "view", "mount", "usual", "methods", "can"] },
    ),
    favourites: fc.record({
      show: fc.constant("favourites"),
      view: fc.constant(view),
      favourites: fc.array(folderLine, { maxLength: 15 }),
      recent: fc.array(folderLine, { maxLength: 10 }),
      editing: fc.boolean(),
    }),
    settings: fc.record({
      show: fc.constant("settings"),
      view: fc.constant(view),
      languages: fc.constant(words.languages),
      language: fc.constantFrom(...words.languages),
      rows: fc.constantFrom(5, rows),
      rowChoices: fc.constant([...new Set([5, 8, 10, 15, 20, rows])].filter((count) => count <= rows)),
      order,
      method: fc.constantFrom("redirect", "proxy"),
      methods: fc.constantFrom(["redirect"] as const, ["redirect", "proxy", "proxy-url"] as const),
      aria2: fc.record({ host: hostileName }, { requiredKeys: [] }),
      revocable: fc.boolean(),
    }),
    hook: fc.record(
      {
        show: fc.constant("hook"),
        view: fc.constant(view),
        hook: fc.record(
          { since: fc.integer({ min: 0, max: 4e12 }), usedAt: fc.integer({ min: 0, max: 4e12 }) },
          { requiredKeys: ["since"] },
        ),
        address: fc.constantFrom(
          `https://bot.example/hook/${"A".repeat(43)}`,
          `https://${"long.".repeat(40)}example/hook/${"_".repeat(43)}`,
        ),
      },
      { requiredKeys: ["show", "view"] },
    ),
    "lend-choice": fc.record({
      show: fc.constant("lend-choice"),
      for: fc.constant("asker"),
      view: fc.constant(view),
      place: hostileName,
      mounts: fc.array(mount, { maxLength: 200 }),
    }),
    lending: fc.record({
      show: fc.constant("lending"),
      view: fc.constant(view),
      mount,
      trail,
      place: hostileName,
      policy: fc.record({
        browse: fc.constantFrom(...audiences),
        link: fc.constantFrom(...audiences),
        send: fc.constantFrom(...audiences),
        open: fc.boolean(),
        daily: fc.constantFrom(3, 50),
        downloads: fc.constantFrom(undefined, 5, 100),
      }),
      dailyChoices: fc.constant(dailyChoices),
      downloadChoices: fc.constantFrom([], downloadChoices),
      draft: fc.constantFrom(undefined, true),
      folder: fc.constantFrom(undefined, ["Films"]),
    }),
    "place-settings": fc.record(
      {
        show: fc.constant("place-settings"),
        view: fc.constant(view),
        place: hostileName,
        languages: fc.constant(words.languages),
        language: fc.constantFrom(...words.languages),
        rows: fc.constantFrom(5, rows),
        rowChoices: fc.constant([...new Set([5, 8, 10, 15, 20, rows])].filter((count) => count <= rows)),
        order,
        clearAfter: fc.constantFrom(...clearChoices),
        clearChoices: fc.constant(clearChoices),
        privateLinks: fc.boolean(),
      },
      { requiredKeys: ["show", "view", "languages", "rowChoices", "clearAfter", "clearChoices", "privateLinks"] },
    ),
    question: fc.record(
      {
        show: fc.constant("question"),
        view: fc.constant(view),
        question: fc.constantFrom(
          "remove-mount",
          "other-account",
          "forget",
          "broadcast",
          "revoke-links",
          "revoke-every-link",
          "revoke-shared",
          "take-back-link",
          "deliver",
          "delete-entries",
          "empty-trash",
        ),
        subject: hostileName,
        destination,
        count: fc.nat(),
        size: fc.nat({ max: 2 ** 50 }),
      },
      { requiredKeys: ["show", "view", "question"] },
    ),
    notice: fc.record(
      {
        show: fc.constant("notice"),
        notice: fc.constantFrom(...noticeCodes, ...storageErrorCodes),
        level: fc.constantFrom("done", "info", "refused", "failed"),
        subject: hostileName,
        retryAfter: fc.nat({ max: 1e9 }),
        verify: address,
        view: fc.constant(view),
        offer: fc.constant(["retry", "back", "mounts", "add-account", "add-share", "renew-mount"] as const),
        reference: fc.constant("abc"),
      },
      { requiredKeys: ["show", "notice", "level"] },
    ),
    ...operatorsScreens,
    "sign-in-ways": fc.record(
      {
        show: fc.constant("sign-in-ways"),
        view: fc.constant(view),
        kind: fc.constantFrom("pikpak", "pikpak-share"),
        mount,
        ways: fc.constant(["approval", "access-token", "password", "refresh-token", "browser"]),
        reason,
      },
      { requiredKeys: ["show", "view", "kind", "ways"] },
    ),
    approval: fc.record(
      {
        show: fc.constant("approval"),
        view: fc.constant(view),
        kind: fc.constantFrom("pikpak", "pikpak-share"),
        mount,
        state: approvalState,
      },
      { requiredKeys: ["show", "view", "kind", "state"] },
    ),
    transfer: fc.record(
      {
        show: fc.constant("transfer"),
        view: fc.constant(view),
        mount,
        entry,
        variant: fc.record({ id: fc.constant("v"), name: hostileName }),
        total: fc.nat(),
        state: transferState,
      },
      { requiredKeys: ["show", "view", "mount", "entry", "state"] },
    ),
    batch: fc.record({
      show: fc.constant("batch"),
      view: fc.constant(view),
      mount,
      trail,
      count: fc.integer({ min: 1, max: 100 }),
      more: fc.boolean(),
      done: fc.nat({ max: 100 }),
      state: batchState,
      unsent: fc.array(fc.record({ entry, why: unsentWhy }), { maxLength: 100 }),
      destination: fc.option(destination, { nil: undefined }),
    }),
    destinations: fc.record({
      show: fc.constant("destinations"),
      view: fc.constant(view),
      entry: fc.option(entry, { nil: undefined }),
      rows: fc.array(destination, { maxLength: rows }),
      page: fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) }),
      isOutOfReach: fc.boolean(),
    }),
    download: fc.record({
      show: fc.constant("download"),
      view: fc.constant(view),
      mount,
      trail,
      items: fc.array(fc.record({ name: hostileName, state: downloadState }), { minLength: 1, maxLength: 50 }),
      left: fc.nat({ max: 100 }),
      is: fc.constantFrom("running" as const, "over" as const, "lost" as const),
      moves: fc.boolean(),
      tells: fc.boolean(),
      lent: fc.constantFrom(undefined, true as const),
    }),
    upload: fc.record({
      show: fc.constant("upload"),
      view: fc.constant(view),
      mount,
      trail,
      items: fc.array(fc.record({ name: hostileName, state: uploadState }), { minLength: 1, maxLength: 50 }),
      left: fc.nat({ max: 100 }),
      is: fc.constantFrom("running" as const, "over" as const),
    }),
    "share-out": fc.record({
      show: fc.constant("share-out"),
      view: fc.constant(view),
      mount,
      trail,
      entry: fc.option(entry, { nil: undefined }),
      chosen: fc.record({ files: fc.nat(), folders: fc.nat(), size: fc.nat() }),
      coded: fc.boolean(),
      days: fc.constantFrom(...lifeChoices),
    }),
    shared: fc.record({ show: fc.constant("shared"), view: fc.constant(view), mount, share, isNew: fc.boolean() }),
    "shared-list": fc.record(
      {
        show: fc.constant("shared-list"),
        view: fc.constant(view),
        mount,
        shares: fc.array(share, { maxLength: rows }),
        page: fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) }),
        total: fc.nat(),
        isCut: fc.boolean(),
        revoked: fc.boolean(),
      },
      { requiredKeys: ["show", "view", "mount", "shares", "page", "total", "isCut"] },
    ),
    follows: fc.record(
      {
        show: fc.constant("follows"),
        view: fc.constant(view),
        follows: fc.array(followLine, { maxLength: rows }),
        page: counted,
        total: fc.nat(),
        max: fc.nat(),
        here: fc.record({ mount, trail }),
        removed: fc.boolean(),
      },
      { requiredKeys: ["show", "view", "follows", "page", "total", "max"] },
    ),
    follow: fc
      .record(
        {
          view: fc.constant(view),
          choices: fc.uniqueArray(fc.integer({ min: 1000, max: 1e9 }), { minLength: 1, maxLength: 8 }),
          checkedAt: fc.nat({ max: now }),
          known: fc.nat(),
          said: fc.constantFrom("begun", "known", "looking"),
          elsewhere: fc.constantFrom("group", "alone"),
          feed: fc.record({
            host: fc.domain(),
            include: hostileName,
            exclude: hostileName,
            pattern: hostileName,
            preview: fc.array(
              fc.record(
                { title: hostileName, wanted: fc.boolean(), name: hostileName },
                { requiredKeys: ["title", "wanted"] },
              ),
              { maxLength: 5 },
            ),
          }),
          line: followLine,
        },
        { requiredKeys: ["view", "choices", "line"] },
      )
      .map(({ line: told, ...card }) => ({
        show: "follow" as const,
        ...told,
        ...card,
        every: card.choices[0] ?? 0,
      })),
    news: fc.record({
      show: fc.constant("news"),
      view: fc.constant(view),
      mount,
      trail,
      entries: fc.array(entry, { minLength: 1, maxLength: 10 }),
      count: fc.integer({ min: 10, max: 5000 }),
    }),
    backfill: fc
      .array(
        fc.record(
          { title: hostileName, at: fc.nat({ max: now }), size: fc.nat({ max: 2 ** 50 }) },
          { requiredKeys: ["title"] },
        ),
        { maxLength: rows },
      )
      .chain((entries) =>
        fc.record(
          {
            show: fc.constant("backfill"),
            view: fc.constant(view),
            title: hostileName,
            mount,
            trail,
            entries: fc.constant(entries),
            picked: fc.constant(entries.map((_, at) => at % 2 === 0)),
            chosen: fc.nat({ max: 50 }),
            page: counted,
          },
          { requiredKeys: ["show", "view", "title", "trail", "entries", "picked", "chosen", "page"] },
        ),
      ),
    push: fc.record(
      { show: fc.constant("push"), view: fc.constant(view), mount, name: hostileName, state: pushState },
      { requiredKeys: ["show", "view", "mount", "state"] },
    ),
    "given-link": fc.record(
      {
        show: fc.constant("given-link"),
        view: fc.constant(view),
        mount,
        entry,
        url: address,
        via: fc.constantFrom("redirect", "gateway"),
        watch: address,
        named: address,
        endsAt: fc.constant(now + 3_600_000),
        life: fc.constantFrom(...linkLives),
        lives: fc.constant(linkLives),
        isLocked: fc.boolean(),
        opens: fc.nat(),
        isNew: fc.boolean(),
      },
      {
        requiredKeys: [
          "show",
          "view",
          "mount",
          "entry",
          "url",
          "via",
          "endsAt",
          "life",
          "lives",
          "isLocked",
          "opens",
          "isNew",
        ],
      },
    ),
    "given-links": fc.record(
      {
        show: fc.constant("given-links"),
        view: fc.constant(view),
        links: fc.array(fc.record({ entry, endsAt: fc.constant(now + 1), isLocked: fc.boolean(), opens: fc.nat() }), {
          maxLength: rows,
        }),
        page: fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) }),
        total: fc.nat(),
        isTakenBack: fc.boolean(),
      },
      { requiredKeys: ["show", "view", "links", "page", "total"] },
    ),
    save: fc.record(
      {
        show: fc.constant("save"),
        for: fc.constant("asker"),
        view: fc.constant(view),
        name: hostileName,
        mount,
        trail,
        state: saveState,
        offer: fc.subarray<SaveOffer>(["cancel-save", "retry-save", "open-mount", "renew-mount"]),
      },
      { requiredKeys: ["show", "view", "name", "mount", "trail", "state", "offer"] },
    ),
    preview: fc.record({
      show: fc.constant("preview"),
      view: fc.constant(view),
      mount,
      trail,
      name: hostileName,
      files: fc.array(
        fc.record(
          { trail: fc.array(hostileName, { maxLength: 5 }), name: hostileName, size: fc.nat() },
          { requiredKeys: ["trail", "name"] },
        ),
        { maxLength: rows },
      ),
      total: fc.record({ count: fc.nat(), size: fc.nat() }),
      isCut: fc.boolean(),
      page: fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) }),
    }),
    tasks: fc.record({
      show: fc.constant("tasks"),
      view: fc.constant(view),
      mount,
      tasks: fc.array(taskLine, { maxLength: rows }),
      page: fc.record({ number: fc.integer({ min: 1, max: 900 }), count: fc.integer({ min: 1, max: 900 }) }),
      total: fc.record({ running: fc.nat(), failed: fc.nat(), done: fc.nat() }),
    }),
    task: fc.record({
      show: fc.constant("task"),
      view: fc.constant(view),
      mount,
      task: taskLine,
      opens: fc.boolean(),
    }),
    ...tidyScreens(rows),
    "list-choice": fc.record({
      show: fc.constant("list-choice"),
      view: fc.constant(view),
      mount,
      trail,
      formats: fc.constant(listFormats),
      most: listCaps,
    }),
    "list-progress": fc.record({
      show: fc.constant("list-progress"),
      view: fc.constant(view),
      mount,
      trail,
      folders: fc.nat(),
      files: fc.nat(),
      links: fc.nat(),
    }),
    "list-ready": fc.record(
      {
        show: fc.constant("list-ready"),
        view: fc.constant(view),
        mount,
        trail,
        format: fc.constantFrom(...listFormats),
        part: fc.nat({ max: 20 }).map((n) => n + 1),
        file: fc.record({ name: hostileName, text: fc.string() }),
        links: fc.nat(),
        leftOut: fc.nat(),
        capped: listCaps,
        expiresAt: fc.constant(now + 1000),
        via: fc.constantFrom("direct", "redirect", "gateway", "proxy-url"),
        failed: reason,
      },
      { requiredKeys: ["show", "view", "mount", "trail", "format", "part", "file", "links", "leftOut", "via"] },
    ),
  };
}

const sum = fc.record({ files: fc.nat({ max: 1000 }), folders: fc.nat({ max: 1000 }), size: fc.nat({ max: 2 ** 50 }) });
const shortReason = fc.record({ code, retryAfter: fc.nat({ max: 1e9 }) }, { requiredKeys: ["code"] });

/** Tidying up. */
function tidyScreens(rows: number): {
  readonly [Show in TidyScreen["show"]]: fc.Arbitrary<Extract<TidyScreen, { show: Show }>>;
} {
  const page = fc.record({ number: fc.nat({ max: 2000 }), count: fc.nat({ max: 2000 }), next: fc.boolean() });
  const listed = { view: fc.constant(view), mount, trail, page, rows: fc.array(entry, { maxLength: rows }) };
  const picked = fc.array(fc.boolean(), { maxLength: rows });
  return {
    tidy: fc.record({
      show: fc.constant("tidy"),
      view: fc.constant(view),
      mount,
      trail,
      about: fc.constantFrom("file", "folder", "selection"),
      entry: fc.option(entry, { nil: undefined }),
      chosen: sum,
      can: fc.subarray<TidyAbility>([
        "new-folder",
        "rename-entry",
        "move-entries",
        "copy-entries",
        "trash-entries",
        "select",
        "show-trash",
        "deliver",
        "push",
        "undo",
      ]),
    }),
    select: fc.record({ show: fc.constant("select"), ...listed, picked, chosen: sum, up: fc.boolean() }),
    target: fc.record({
      show: fc.constant("target"),
      ...listed,
      carrying: fc.constantFrom(...carryings, "fetch" as const),
      chosen: sum,
      entry: fc.option(entry, { nil: undefined }),
      fetched: fc.option(fc.record({ name: hostileName, count: fc.integer({ min: 1, max: 50 }) }), { nil: undefined }),
      recent: fc.array(fc.array(hostileName, { minLength: 1, maxLength: 9 }), { maxLength: 5 }),
      up: fc.boolean(),
      here: fc.boolean(),
      makes: fc.boolean(),
    }),
    tidied: fc.record({
      show: fc.constant("tidied"),
      view: fc.constant(view),
      mount,
      trail,
      did: fc.constantFrom("made", "renamed", "moved", "copied", "trashed", "restored"),
      count: fc.nat({ max: 1000 }),
      entry: fc.option(entry, { nil: undefined }),
      before: fc.option(hostileName, { nil: undefined }),
      to: fc.option(trail, { nil: undefined }),
      clashes: fc.nat({ max: 1000 }),
      left: fc.nat({ max: 1000 }),
      reason: fc.option(shortReason, { nil: undefined }),
      undo: fc.boolean(),
      opens: fc.boolean(),
    }),
    trash: fc.record({
      show: fc.constant("trash"),
      ...listed,
      picked,
      chosen: sum,
      can: fc.subarray(["restore-entries", "delete-entries", "empty-trash"] as const),
      notice: fc.constantFrom(undefined, "undone", "deleted", "emptied"),
    }),
  };
}

const foundDrive = fc.record(
  { mount, found: fc.nat({ max: 50 }), more: fc.boolean(), rows: fc.nat({ max: 3 }), failed: reason },
  { requiredKeys: ["mount", "found", "more", "rows"] },
);

/** A search at every stage. */
function searchState(rows: number): fc.Arbitrary<SearchState> {
  return fc.record(
    {
      words: hostileName,
      kind: fc.constantFrom(...entryKinds),
      least: fc.nat({ max: 2 ** 40 }),
      most: fc.nat({ max: 2 ** 40 }),
      ranked: fc.boolean(),
      common: fc.array(hostileName, { maxLength: 6 }),
      where: fc.array(fc.array(hostileName, { maxLength: 6 }), { maxLength: rows }),
      elsewhere: fc.record({ is: fc.constantFrom("wider" as const, "narrower" as const), folder: hostileName }),
      everywhere: fc.boolean(),
      drives: fc.array(foundDrive, { minLength: 1, maxLength: 30 }),
      filters: fc.boolean(),
      looked: fc.record({ folders: fc.nat(), entries: fc.nat() }),
      state: fc.constantFrom("running", "complete", "stopped", "bounded", "failed"),
    },
    { requiredKeys: ["words", "ranked", "common", "where", "filters", "looked", "state"] },
  );
}

const seconds = fc.nat({ max: 100_000 });

/** An approval: every state there is. */
const approvalState: fc.Arbitrary<ApprovalState> = fc.oneof(
  fc.record({
    is: fc.constant("waiting" as const),
    code: fc.option(fc.record({ userCode: fc.oneof(fc.constant("ABCD-EFGH"), hostileName), address }), {
      nil: undefined,
    }),
    direct: address,
    until: fc.constant(now + 600_000),
  }),
  fc.record({ is: fc.constantFrom("denied" as const, "over" as const, "cancelled" as const) }),
  fc.record({ is: fc.constant("failed" as const), reason }),
);

/** An address that is fetched: every state there is. */
const downloadState: fc.Arbitrary<DownloadState> = fc.oneof(
  fc.constant({ is: "waiting" as const }),
  fc.record(
    {
      is: fc.constant("running" as const),
      progress: fc.nat({ max: 100 }),
      size: fc.nat(),
      speed: fc.nat(),
      left: seconds,
      still: seconds,
    },
    { requiredKeys: ["is", "progress"] },
  ),
  fc.record({ is: fc.constant("done" as const), entry }, { requiredKeys: ["is"] }),
  fc.constant({ is: "cancelled" as const }),
  fc.constant({ is: "gone" as const }),
  fc.record(
    { is: fc.constant("failed" as const), code: fc.constantFrom(...storageErrorCodes), retryAfter: seconds },
    { requiredKeys: ["is", "code"] },
  ),
);

/** A file somebody sent: every state there is. */
const uploadState: fc.Arbitrary<UploadState> = fc.oneof(
  fc.record({ is: fc.constantFrom("waiting" as const, "skipped" as const, "cancelled" as const, "lost" as const) }),
  fc.record(
    {
      is: fc.constant("running" as const),
      doing: fc.constantFrom("reading" as const, "sending" as const),
      done: fc.nat(),
      size: fc.nat(),
      speed: fc.nat(),
      left: seconds,
    },
    { requiredKeys: ["is", "doing", "done", "size"] },
  ),
  fc.record(
    { is: fc.constant("done" as const), entry, kept: fc.constantFrom(...storageErrorCodes) },
    { requiredKeys: ["is", "entry"] },
  ),
  fc.record({ is: fc.constantFrom("present" as const, "taken" as const), entry }),
  fc.record(
    {
      is: fc.constant("failed" as const),
      code: fc.constantFrom(...storageErrorCodes, "too-large-here" as const, "allowance-used" as const),
      retryAfter: seconds,
    },
    { requiredKeys: ["is", "code"] },
  ),
);

/** A link that others open. */
const share = fc.record(
  {
    id: fc.uuid(),
    title: hostileName,
    url: fc.constantFrom("https://mypikpak.com/s/VNabcdefghijk", "https://share.example.com/a(b)`c>d"),
    passCode: fc.string({ minLength: 1, maxLength: 12 }),
    expiresAt: fc.integer({ min: now - 1000, max: now + 1e9 }),
    createdAt: fc.constant(now),
    views: fc.nat(),
    saves: fc.nat(),
    closed: code,
  },
  { requiredKeys: ["id", "title", "url"] },
);

/** Something that is saved: every state there is. */
const saveState: fc.Arbitrary<SaveState> = fc.oneof(
  fc.record({ is: fc.constantFrom("waiting" as const, "sent" as const, "cancelled" as const, "lost" as const) }),
  fc.record(
    {
      is: fc.constant("done" as const),
      entries: fc.array(entry, { minLength: 1, maxLength: 40 }),
      isPresent: fc.boolean(),
      trail,
      can: fc.subarray<Ability>(["send"]),
      address: fc.record(
        { url: address, via: fc.constant("redirect" as const), watch: address, named: address },
        { requiredKeys: ["url", "via"] },
      ),
    },
    { requiredKeys: ["is", "entries", "isPresent", "trail", "can"] },
  ),
  fc.record(
    {
      is: fc.constant("failed" as const),
      code: fc.constantFrom("target-gone" as const, ...storageErrorCodes),
      retryAfter: seconds,
    },
    { requiredKeys: ["is", "code"] },
  ),
);

/** A task of a drive as a line. */
const taskLine: fc.Arbitrary<TaskLine> = fc.record(
  {
    name: hostileName,
    phase: fc.constantFrom("waiting" as const, "running" as const, "done" as const, "failed" as const),
    progress: fc.nat({ max: 100 }),
    size: fc.nat(),
    reason: fc.constantFrom(...storageErrorCodes),
    still: seconds,
  },
  { requiredKeys: ["name", "phase", "progress"] },
);

/** A file on its way: every state there is. */
const transferState: fc.Arbitrary<TransferState> = fc.oneof(
  fc.record({ is: fc.constant("queued" as const), place: fc.integer({ min: 1, max: 500 }) }),
  fc.record(
    { is: fc.constant("running" as const), done: fc.nat(), speed: fc.nat(), left: seconds },
    { requiredKeys: ["is", "done"] },
  ),
  fc.record({ is: fc.constant("done" as const), took: seconds }),
  fc.constant({ is: "cancelled" as const }),
  fc.constant({ is: "interrupted" as const }),
  fc.record(
    {
      is: fc.constant("failed" as const),
      code: fc.constantFrom(...uploadFailures, ...storageErrorCodes),
      retryAfter: seconds,
      limit: fc.nat(),
      reference: fc.constant("abc"),
    },
    { requiredKeys: ["is", "code"] },
  ),
);

/** Why a file of several did not come. */
const unsentWhy = transferState.filter(
  (state): state is UnsentFile["why"] =>
    state.is === "failed" || state.is === "interrupted" || state.is === "cancelled",
);

/** Several files on their way: every state there is. */
const batchState: fc.Arbitrary<BatchState> = fc.oneof(
  fc.record({ is: fc.constantFrom("waiting" as const, "over" as const, "cancelled" as const, "lost" as const) }),
  fc.record(
    {
      is: fc.constant("running" as const),
      number: fc.integer({ min: 1, max: 100 }),
      upTo: fc.integer({ min: 1, max: 100 }),
      name: hostileName,
      done: fc.nat(),
      total: fc.nat(),
      speed: fc.nat(),
      left: seconds,
    },
    { requiredKeys: ["is", "number", "upTo", "name", "done"] },
  ),
);

const words = loadWords();

/** What every platform promises for every screen, in every language, whatever names are in it. */
export function screensContract(renderer: ScreenRenderer): void {
  const screens = screensOf(renderer.rows);
  describe.each(words.languages)(`${renderer.name} in %s`, (language) => {
    test.each(Object.keys(screens) as DrawnScreen["show"][])(
      "a front end draws every %s within its limits, and the presses on it come back",
      (show) => {
        fc.assert(
          fc.property(
            screens[show] as fc.Arbitrary<DrawnScreen>,
            fc.constantFrom("private", "group"),
            (screen, place) => {
              const { text, presses, problems } = renderer.draw(screen, language, place);
              expect(problems).toEqual([]);
              expect(text.trim()).not.toBe("");
              expect(text.isWellFormed()).toBe(true);
              for (const pressed of presses) {
                const press = decodeButton(pressed);
                expect(press?.view).toEqual(view);
                expect(press && encodeButton(press)).toBe(pressed);
              }
            },
          ),
          { numRuns: 100 },
        );
      },
    );
  });
}

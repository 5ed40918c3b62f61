import { afterEach, expect, test, vi } from "vitest";
import { group, jun, mia } from "./double.ts";
import { listing, loginForm, openTestApp, type TestApp } from "./test-app.ts";

const link = "https://mypikpak.com/s/VNxAAAAAAAAAAAAAAAAAAAAAo1";
const chat = { id: mia.id, type: "private", first_name: "Mia" } as const;
const base = { from: mia, chat, date: 1_790_000_000 } as const;
let app: TestApp;
afterEach(() => app.close());

async function opened(options: Parameters<typeof openTestApp>[1] = {}): Promise<TestApp> {
  app = await openTestApp((action) => (action.do === "sign-in" ? loginForm() : listing()), options);
  await app.telegram.start();
  return app;
}

/** What was asked to be opened. */
function openedTexts(): string[] {
  return app.asked.flatMap(({ action }) =>
    (action.do === "open-share" || action.do === "say") && "text" in action && typeof action.text === "string"
      ? [action.text]
      : [],
  );
}

test("a link behind a button of a forwarded post is heard", async () => {
  const { double } = await opened();
  const reply_markup = { inline_keyboard: [[{ text: "Open", url: link }]] };
  double.push({ message: { ...base, message_id: 900, text: "A film for the evening", reply_markup } });
  await vi.waitFor(() => expect(openedTexts()).toEqual([`A film for the evening\n${link}`]));
});

test("a link behind words of one's own /share is heard", async () => {
  const { double } = await opened();
  const entities = [
    { type: "bot_command" as const, offset: 0, length: 6 },
    { type: "text_link" as const, offset: 7, length: 4, url: link },
  ];
  double.push({ message: { ...base, message_id: 901, text: "/share this", entities } });
  await vi.waitFor(() => expect(openedTexts().join()).toContain(link));
});

test("/share hears the links behind words and buttons of the message it answers", async () => {
  const { double } = await opened();
  const replied = {
    ...base,
    message_id: 902,
    text: "this and that",
    entities: [{ type: "text_link" as const, offset: 0, length: 4, url: link }],
    reply_markup: { inline_keyboard: [[{ text: "more", url: `${link}/second` }]] },
  };
  const entities = [{ type: "bot_command" as const, offset: 0, length: 6 }];
  double.push({
    message: { ...base, message_id: 903, text: "/share", entities, reply_to_message: replied as never },
  });
  await vi.waitFor(() => expect(openedTexts().join()).toContain(link));
  expect(openedTexts().join()).toContain(`${link}/second`);
});

test("/share with a code alone hears the link of the message it answers, and with a link nothing else", async () => {
  const { double } = await opened();
  const replied = { ...base, message_id: 902, text: `another ${link}` };
  const entities = [{ type: "bot_command" as const, offset: 0, length: 6 }];
  const share = (text: string, message_id: number) =>
    double.push({ message: { ...base, message_id, text, entities, reply_to_message: replied as never } });
  share("/share 提取码：24rn", 903);
  await vi.waitFor(() => expect(openedTexts()).toEqual([`提取码：24rn\n\nanother ${link}`]));
  share("/share https://mypikpak.com/s/other", 904);
  await vi.waitFor(() => expect(openedTexts().at(-1)).toBe("https://mypikpak.com/s/other"));
});

test("/share with a link of another kind of drive hears nothing else either", async () => {
  const { double } = await opened({ namesShare: (text) => text.includes("https://drop.example/d/") });
  const replied = { ...base, message_id: 902, text: `another ${link}` };
  const entities = [{ type: "bot_command" as const, offset: 0, length: 6 }];
  const text = "/share https://drop.example/d/box1";
  double.push({ message: { ...base, message_id: 903, text, entities, reply_to_message: replied as never } });
  await vi.waitFor(() => expect(openedTexts()).toEqual(["https://drop.example/d/box1"]));
});

test("a link in a quote of another chat is heard, behind /share and alone", async () => {
  const { double } = await opened();
  const quote = { text: `see ${link}`, position: 0 };
  const entities = [{ type: "bot_command" as const, offset: 0, length: 6 }];
  double.push({ message: { ...base, message_id: 904, text: "/share", entities, quote } });
  await vi.waitFor(() => expect(openedTexts()).toHaveLength(1));
  double.push({ message: { ...base, message_id: 905, text: "what is this?", quote } });
  await vi.waitFor(() => expect(openedTexts()).toHaveLength(2));
  expect(openedTexts().every((text) => text.includes(link))).toBe(true);
});

test("an album with one captioned link opens it once, and nothing more is said", async () => {
  const { double } = await opened();
  const photo = [{ file_id: "a", file_unique_id: "a", width: 1, height: 1 }];
  const album = { ...base, media_group_id: "77", photo };
  double.push({ message: { ...album, message_id: 906, caption: link } });
  double.push({ message: { ...album, message_id: 907 } });
  double.push({ message: { ...album, message_id: 908 } });
  double.sends(mia, mia.id, "/browse");
  await vi.waitFor(() => expect(app.asked.some(({ action }) => action.do === "browse")).toBe(true));
  await vi.waitFor(() => expect(double.shown).toHaveLength(2));
  expect(openedTexts()).toEqual([link]);
});

test("an album that goes into no drive is answered once, and its words whenever they come", async () => {
  const { double } = await opened();
  const photo = [{ file_id: "a", file_unique_id: "a", width: 1, height: 1 }];
  const album = { ...base, media_group_id: "78", photo };
  double.push({ message: { ...album, message_id: 906 } });
  double.push({ message: { ...album, message_id: 907 } });
  double.push({ message: { ...album, message_id: 908, caption: link } });
  await vi.waitFor(() => expect(openedTexts()).toEqual(["", link]));
});

test("the newest message is heard anew when it is edited, an older one is not", async () => {
  const { double } = await opened();
  double.push({ message: { ...base, message_id: 910, text: "/browse" } });
  double.push({ message: { ...base, message_id: 911, text: "/help" } });
  double.push({ edited_message: { ...base, message_id: 910, edit_date: 1, text: `${link}?old` } });
  double.push({ edited_message: { ...base, message_id: 911, edit_date: 1, text: link } });
  await vi.waitFor(() => expect(openedTexts()).toEqual([link]));
});

test("an answer of a dialogue that is edited is not taken for another answer, and its writer is told", async () => {
  const { double } = await opened();
  double.push({ message: { ...base, message_id: 920, text: "/login" } });
  await double.sees(({ text }) => text.includes("User name"));
  double.push({ message: { ...base, message_id: 921, text: "mia@exmple.com" } });
  await double.sees(({ text }) => text.includes("❔ Password"));
  double.push({ edited_message: { ...base, message_id: 921, edit_date: 1, text: "mia@example.com" } });
  await double.sees(({ text }) => text.includes("changed afterwards"));
  expect(double.shown.some(({ text }) => text.includes("Root folder"))).toBe(false);
});

test("/login in a group leads to the private chat by a button", async () => {
  const { double } = await opened();
  double.sends(mia, group, "/login");
  const shown = await double.sees(({ text }) => text.includes("private chat"));
  expect(shown.buttons).toEqual([
    expect.objectContaining({ url: expect.stringMatching(/^https:\/\/t\.me\/drive_bot\?start=login$/) as string }),
  ]);
});

test("a command that a whole group sees is answered in private without trying what must fail", async () => {
  const { double } = await opened();
  app.asked.length = 0;
  double.push({
    message: {
      message_id: 930,
      from: jun,
      chat: { id: group, type: "supergroup", title: "Group" },
      date: 1,
      text: "/bind",
    },
  });
  await vi.waitFor(() => expect(app.asked).toHaveLength(1));
  await double.sees(({ text }) => text.includes("2/7"));
  const failed = double.telegram.calls.filter(({ ok, method }) => !ok && method === "sendMessage");
  expect(failed).toEqual([]);
});

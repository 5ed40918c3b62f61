import { describeMessenger } from "../contracts/messaging.ts";
import { group, mia } from "./double.ts";
import { listing, openTestApp } from "./test-app.ts";

describeMessenger("Telegram", async () => {
  const app = await openTestApp(() => listing());
  const { telegram } = app.double;
  const chatOf = (place: string) => Number(place.slice("telegram:".length));
  // The name of the bot is asked for once; what goes wrong then is not about that.
  const stranger = telegram.person({ id: 4004, name: "Stranger", started: false });
  await app.telegram.messenger.notify(
    `telegram:${stranger.person.user.id}`,
    { show: "notice", notice: "saved", level: "done" },
    { language: "en" },
  );
  return {
    messenger: app.telegram.messenger,
    person: `telegram:${mia.id}`,
    stranger: "telegram:4004",
    group: { place: `telegram:${group}`, kind: "group", language: "en" },
    seen: (place) =>
      telegram.shown
        .filter(({ chat, deleted }) => chat === chatOf(place) && !deleted)
        .map(({ text, file }) => ({ text, file })),
    fail: (how, times = 1) =>
      telegram.fail(
        how === "reset"
          ? { reset: true, times }
          : { status: 429, description: "Too Many Requests: retry after 35", parameters: { retry_after: 35 }, times },
      ),
    calls: () => telegram.calls.length,
    close: () => app.close(),
  };
});

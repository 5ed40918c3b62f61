/** Programs that fetch addresses because somebody wrote them in a message, or to index them. */
const names = [
  "telegrambot",
  "discordbot",
  "twitterbot",
  "facebookexternalhit",
  "facebot",
  "whatsapp",
  "slackbot",
  "slack-imgproxy",
  "linkedinbot",
  "skypeuripreview",
  "vkshare",
  "redditbot",
  "applebot",
  "pinterestbot",
  "embedly",
  "iframely",
  "mattermost",
  "mastodon",
  "misskey",
  "bluesky",
  "synapse",
  "googlebot",
  "google-pagerenderer",
  "bingbot",
  "bingpreview",
  "yandexbot",
  "baiduspider",
  "duckduckbot",
  "bytespider",
  "petalbot",
];
const pattern = new RegExp(names.join("|"), "i");

/** Whether a user agent makes previews: it gets a stub, so that a link in a chat costs nothing until a person follows it. */
export function isCrawler(userAgent: string | undefined): boolean {
  return userAgent !== undefined && pattern.test(userAgent);
}

import { describe, expect, test } from "vitest";
import { ConfigError, readConfig } from "../src/config.ts";

const token = { TELEGRAM_BOT_TOKEN: "123456789:AAFakeTokenFakeTokenFakeTokenFakeTok" };

describe("the environment", () => {
  test("a token alone is enough, and everything else has its documented default", () => {
    expect(readConfig(token)).toEqual({
      telegram: { token: token.TELEGRAM_BOT_TOKEN, apiRoot: "https://api.telegram.org" },
      admins: [],
      access: "open",
      storeUrl: "sqlite://./data/chatdrive.sqlite",
      dataDir: "./data",
      gateway: { host: "127.0.0.1", port: 8080, client: "own" },
      downloadMethod: "redirect",
      namedDownloads: "offer",
      linkTtl: 86_400_000,
      pikpak: { domain: "mypikpak.net", platform: "web" },
      logLevel: "info",
    });
  });

  test("every wrong variable is named in one message, and no value of a secret is in it", () => {
    const wrong = {
      TELEGRAM_BOT_TOKEN: "swordfish",
      SECRET_KEY: "c2hvcnQ=",
      GATEWAY_PORT: "99999",
      ACCESS: "closed",
      LINK_TTL: "soon",
      GATEWAY_CLIENT: "curl",
      METRICS_TOKEN: "short",
      TRUSTED_PROXIES: "10.0.0.0/8,the balancer",
      NAMED_DOWNLOADS: "sometimes",
      PROXY_STREAMS: "many",
      PROXY_STREAMS_PER_PERSON: "0",
      PROXY_BANDWIDTH: "20MB/s",
      ADMINS: "mia",
    };
    const message = messageOf(() => readConfig(wrong));
    for (const name of Object.keys(wrong)) expect(message).toContain(name);
    expect(message).not.toContain("swordfish");
    expect(message).not.toContain("c2hvcnQ=");
  });

  test("an empty variable counts as unset", () => {
    expect(readConfig({ ...token, GATEWAY_PORT: "", PUBLIC_URL: " " }).gateway.port).toBe(8080);
  });

  test("without any token it says so, and where to see the bot without one", () => {
    expect(messageOf(() => readConfig({}))).toMatch(/TELEGRAM_BOT_TOKEN.*DISCORD_BOT_TOKEN.*npm run demo/);
  });

  test("a variable that needs another says which", () => {
    expect(messageOf(() => readConfig({ ...token, DOWNLOAD_METHOD: "proxy-url" }))).toContain("DOWNLOAD_PROXY_URL");
    expect(messageOf(() => readConfig({ ...token, DOWNLOAD_METHOD: "proxy" }))).toContain("PUBLIC_URL");
  });

  test("proxies are trusted by address, by network, and by the two words for one's own machine and network", () => {
    const trusted = readConfig({ ...token, TRUSTED_PROXIES: "loopback, private,10.1.0.0/16, ::1" }).trustedProxies;
    expect(trusted).toEqual(["loopback", "private", "10.1.0.0/16", "::1"]);
  });

  test("a rotation takes two keys, the newest last", () => {
    const [old, fresh] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
    expect(readConfig({ ...token, SECRET_KEY: `${old},${fresh}` }).secretKeys?.map((key) => key[0])).toEqual([1, 2]);
  });

  test("addresses lose their trailing slash, times become milliseconds", () => {
    const config = readConfig({ ...token, PUBLIC_URL: "https://drive.example.com/", LINK_TTL: "30m" });
    expect(config.publicUrl).toBe("https://drive.example.com");
    expect(config.linkTtl).toBe(1_800_000);
  });

  test.each([
    ["20M", 20 * 1024 ** 2],
    ["1G", 1024 ** 3],
    ["500K", 512_000],
    ["65536", 65_536],
  ])("a bandwidth of %s is %i bytes a second", (text, bytesPerSecond) => {
    expect(readConfig({ ...token, PROXY_BANDWIDTH: text }).limits).toEqual({ bytesPerSecond });
  });

  test("streams at once are limited for everybody and for each, and what is wrong says what it takes", () => {
    const config = readConfig({ ...token, PROXY_STREAMS: "40", PROXY_STREAMS_PER_PERSON: "2" });
    expect(config.limits).toEqual({ streams: 40, streamsPerPerson: 2 });
    const message = messageOf(() => readConfig({ ...token, PROXY_STREAMS: "-1", PROXY_BANDWIDTH: "20 MB" }));
    expect(message).toMatch(/PROXY_STREAMS: takes a number of streams.*512/);
    expect(message).toMatch(/PROXY_BANDWIDTH: takes bytes a second, like 500K, 20M or 1G/);
  });
});

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error("it was accepted");
}

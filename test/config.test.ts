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
      limits: {},
      outbound: {},
      follow: {},
      linkTtl: 86_400_000,
      pushPrivate: false,
      pikpak: {
        domain: "mypikpak.net",
        platform: "web",
        route: "auto",
        mcpUrl: "https://pikpak.ai/mcp",
        oauth: false,
      },
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
      LINK_TTL_MAX: "30m",
      PUSH_PRIVATE: "yes",
      GATEWAY_CLIENT: "curl",
      METRICS_TOKEN: "short",
      TRUSTED_PROXIES: "10.0.0.0/8,the balancer",
      NAMED_DOWNLOADS: "sometimes",
      FOLLOW_MIN_INTERVAL: "often",
      FOLLOW_MAX: "0",
      PROXY_STREAMS: "many",
      PROXY_STREAMS_PER_PERSON: "0",
      PROXY_BANDWIDTH: "20MB/s",
      ADMINS: "mia",
      HTTPS_PROXY: "127.0.0.1:8118",
      TELEGRAM_PROXY: "ftp://127.0.0.1",
      PIKPAK_ROUTE: "fastest",
      PIKPAK_MCP_URL: "pikpak.ai",
      PIKPAK_OAUTH: "yes",
      PIKPAK_OAUTH_CLIENT_ID: "two words",
    };
    const message = messageOf(() => readConfig(wrong));
    for (const name of Object.keys(wrong)) expect(message).toContain(name);
    expect(message).not.toContain("swordfish");
    expect(message).not.toContain("c2hvcnQ=");
    expect(message).not.toContain("hunter2");
  });

  test("a wrong member of a list is a problem of its variable, named once", () => {
    const message = messageOf(() => readConfig({ ...token, ADMINS: "mia,telegram:1,jun" }));
    expect(message.split("\n")).toEqual([
      "The configuration cannot be used:",
      "  ADMINS: takes telegram:<id> and discord:<id>, separated by commas",
    ]);
  });

  test("a webhook that Telegram cannot call is refused before it is asked, and no secret of it is printed", () => {
    const webhook = (url: string, more = {}) =>
      messageOf(() => readConfig({ ...token, TELEGRAM_WEBHOOK_URL: url, ...more }));
    expect(webhook("http://bot.example.com/hunter2")).toMatch(/TELEGRAM_WEBHOOK_URL: takes an https:\/\/ address/);
    expect(webhook("http://bot.example.com/hunter2")).not.toContain("hunter2");
    expect(webhook("https://bot.example.com:8080/telegram")).toMatch(
      /TELEGRAM_WEBHOOK_URL: takes one of the ports 443/,
    );
  });

  test("a webhook called by a Bot API server of one's own may be any address", () => {
    const own = { TELEGRAM_WEBHOOK_URL: "http://10.0.0.9:9000/telegram", TELEGRAM_API_ROOT: "http://10.0.0.8:8081" };
    expect(readConfig({ ...token, ...own }).telegram?.webhook?.url).toBe(own.TELEGRAM_WEBHOOK_URL);
  });

  test("proxies, and who is asked without one, are read as they stand", () => {
    const config = readConfig({
      ...token,
      HTTPS_PROXY: "http://mia:pw@10.0.0.1:3128/",
      NO_PROXY: "localhost, .example.com,10.0.0.0/8",
      TELEGRAM_PROXY: "socks5://127.0.0.1:1080",
    });
    expect(config.outbound).toEqual({
      proxy: "http://mia:pw@10.0.0.1:3128",
      direct: ["localhost", ".example.com", "10.0.0.0/8"],
      telegramProxy: "socks5://127.0.0.1:1080",
    });
  });

  test("the gateway is told who may read its metrics, and whose forwarded headers count", () => {
    const { gateway } = readConfig({
      ...token,
      METRICS_TOKEN: "0123456789abcdef",
      TRUSTED_PROXIES: "10.0.0.2, 172.16.0.0/12,fd00::/8",
    });
    expect(gateway).toMatchObject({
      metricsToken: "0123456789abcdef",
      trustedProxies: ["10.0.0.2", "172.16.0.0/12", "fd00::/8"],
    });
  });

  test("the OAuth code flow needs the address that people come back to", () => {
    expect(messageOf(() => readConfig({ ...token, PIKPAK_OAUTH: "on" }))).toContain("PUBLIC_URL");
    const config = readConfig({ ...token, PIKPAK_OAUTH: "on", PUBLIC_URL: "https://drive.example.com" });
    expect(config.pikpak.oauth).toBe(true);
  });

  test("an empty variable counts as unset", () => {
    expect(readConfig({ ...token, GATEWAY_PORT: "", PUBLIC_URL: " " }).gateway.port).toBe(8080);
  });

  test("an environment without any token says so, and where to see the bot without one", () => {
    expect(messageOf(() => readConfig({}))).toMatch(/TELEGRAM_BOT_TOKEN.*DISCORD_BOT_TOKEN.*npm run demo/);
  });

  test("a Redis beside the store goes with Postgres alone", () => {
    const REDIS_URL = "redis://user:pass-word@127.0.0.1:6379";
    const STORE_URL = "postgres://127.0.0.1/chatdrive";
    expect(readConfig({ TELEGRAM_BOT_TOKEN: "1:A", STORE_URL, REDIS_URL })).toMatchObject({ redisUrl: REDIS_URL });
    for (const elsewhere of [undefined, "redis://127.0.0.1:6379", "sqlite://file"]) {
      const read = () => readConfig({ TELEGRAM_BOT_TOKEN: "1:A", STORE_URL: elsewhere, REDIS_URL });
      expect(read).toThrow(/REDIS_URL: goes with STORE_URL=postgres/);
      expect(read).not.toThrow(/pass-word/);
    }
  });

  test("a variable that needs another says which", () => {
    expect(messageOf(() => readConfig({ ...token, DOWNLOAD_METHOD: "proxy-url" }))).toContain("DOWNLOAD_PROXY_URL");
    expect(messageOf(() => readConfig({ ...token, DOWNLOAD_METHOD: "proxy" }))).toContain("PUBLIC_URL");
  });

  test("proxies are trusted by address, by network, and by the two words for one's own machine and network", () => {
    const trusted = readConfig({ ...token, TRUSTED_PROXIES: "loopback, private,10.1.0.0/16, ::1" }).gateway
      .trustedProxies;
    expect(trusted).toEqual(["loopback", "private", "10.1.0.0/16", "::1"]);
  });

  test("a rotation takes two keys, the newest last", () => {
    const [old, fresh] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64"));
    expect(readConfig({ ...token, SECRET_KEY: `${old},${fresh}` }).secretKeys?.map((key) => key[0])).toEqual([1, 2]);
  });

  test("addresses lose their trailing slash, times become milliseconds", () => {
    const config = readConfig({
      ...token,
      PUBLIC_URL: "https://drive.example.com/",
      LINK_TTL: "30m",
      LINK_TTL_MAX: "7d",
    });
    expect(config.linkTtlMax).toBe(604_800_000);
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

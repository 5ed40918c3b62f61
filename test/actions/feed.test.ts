import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readFeed } from "../../src/actions/follow/feed.ts";
import { nameBy, readPattern } from "../../src/actions/follow/pattern.ts";
import { markOf, maxSeen, readSeen, writeSeen } from "../../src/actions/follow/seen.ts";
import { isWanted } from "../../src/actions/follow/wanted.ts";

const hash = "0123456789abcdef0123456789abcdef01234567";
const base32 = "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH";

const rss = (items: string, more = "") =>
  `<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:nyaa="https://nyaa.si/xmlns/nyaa"><channel><title>Films &amp; more</title>${items}</channel></rss>${more}`;
const item = (inner: string) => `<item>${inner}</item>`;

describe("a feed is read", () => {
  test("RSS with what torrent sites add gives magnets, whatever of it a site uses", async () => {
    const feed = await readFeed(
      rss(
        [
          item(`<title>One &lt;1080p&gt;</title><guid>a</guid><link>magnet:?xt=urn:btih:${hash}&amp;dn=One</link>`),
          item(`<title><![CDATA[Two & a half]]></title><guid>b</guid><nyaa:infoHash>${"b".repeat(40)}</nyaa:infoHash>`),
          item(
            `<title>Three</title><guid>c</guid><enclosure type="application/x-bittorrent" url="https://site.example/d/${"c".repeat(40)}.torrent?k=1&amp;l=2" length="1024"/><pubDate>Sat, 28 Nov 2026 02:00:00 GMT</pubDate>`,
          ),
          item(`<title>Four</title><torznab:attr name="magneturl" value="magnet:?xt=urn:btih:${"d".repeat(40)}"/>`),
          item(`<title>Five</title><guid>e</guid><enclosure url="https://site.example/five.torrent"/>`),
          item(`<title>An article</title><guid>f</guid><link>https://site.example/read/me</link>`),
          item(
            `<title>Six</title><description>&lt;a href="magnet:?xt=urn:btih:${"e".repeat(40)}&amp;amp;dn=x"&gt;</description>`,
          ),
        ].join(""),
      ),
    );
    expect(feed).toMatchObject({ title: "Films & more", total: 7 });
    expect(feed.entries).toMatchObject([
      { key: `btih:${hash}`, title: "One <1080p>", url: `magnet:?xt=urn:btih:${hash}&dn=One` },
      {
        key: `btih:${"b".repeat(40)}`,
        title: "Two & a half",
        url: expect.stringContaining("&dn=Two%20%26%20a%20half"),
      },
      { key: `btih:${"c".repeat(40)}`, title: "Three", at: Date.UTC(2026, 10, 28, 2), size: 1024 },
      { key: `btih:${"d".repeat(40)}`, title: "Four" },
      { key: "id:e", title: "Five", url: "https://site.example/five.torrent" },
      { key: `btih:${"e".repeat(40)}`, title: "Six" },
    ]);
  });

  test("Atom and RSS 1.0 are read too", async () => {
    const atom = await readFeed(
      `<feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title><entry><title>One</title><id>x</id><link rel="alternate" href="https://site.example/1"/><link rel="enclosure" href="magnet:?xt=urn:btih:${hash}"/><updated>2026-11-28T02:00:00Z</updated></entry></feed>`,
    );
    expect(atom).toMatchObject({ title: "Atom", entries: [{ key: `btih:${hash}`, at: Date.UTC(2026, 10, 28, 2) }] });
    const rdf = await readFeed(
      `<rdf:RDF><channel><title>RDF</title></channel><item><title>One</title><link>https://site.example/film.mkv</link><dc:date>2026-11-28</dc:date></item></rdf:RDF>`,
    );
    expect(rdf).toMatchObject({ title: "RDF", entries: [{ title: "One", url: "https://site.example/film.mkv" }] });
  });

  test("one info hash is one entry, however it is written", async () => {
    const links = [`magnet:?xt=urn:btih:${hash.toUpperCase()}`, `magnet:?xt=urn:btih:${base32}&amp;dn=x`];
    const feed = await readFeed(rss(links.map((link, n) => item(`<guid>${n}</guid><link>${link}</link>`)).join("")));
    expect(feed.entries.map(({ key }) => key)).toEqual([`btih:${hash}`]);
  });
});

describe("a hostile feed", () => {
  test("entities that it declares are neither expanded nor fetched", async () => {
    const bomb = `<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY x SYSTEM "file:///etc/passwd">]>`;
    const feed = await readFeed(
      `<?xml version="1.0"?>${bomb}<rss><channel><title>t</title>${item(`<title>&b;&x; end</title><link>magnet:?xt=urn:btih:${hash}</link>`)}</channel></rss>`,
    );
    expect(feed.entries[0]?.title).toBe("&b;&x; end");
  });

  test("of more entries than anybody needs the first 10,000 are read, in bounded time", async () => {
    const items = Array.from({ length: 12_000 }, (_, n) =>
      item(`<title>e${n}</title><guid>${n}</guid><enclosure url="https://s.example/${n}.torrent"/>`),
    );
    const begun = performance.now();
    const feed = await readFeed(rss(items.join("")));
    expect(feed).toMatchObject({ total: 10_000 });
    expect(feed.entries).toHaveLength(10_000);
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  test("titles that are endless, or turn what follows, stay on one line of bounded length", async () => {
    const title = `\u202Eevil\u2028\n${"x".repeat(100_000)}`;
    const [entry] = (await readFeed(rss(item(`<title>${title}</title><link>magnet:?xt=urn:btih:${hash}</link>`))))
      .entries;
    expect(entry?.title.length).toBeLessThanOrEqual(500);
    expect(entry?.title).not.toMatch(/[\n\u2028]/);
  });

  test.each([
    ["a page", "<html><body>no</body></html>"],
    ["a text", "not a feed"],
    ["nothing", ""],
    ["one that is cut off", '<rss version="2.0"><channel><title>t</title><item><title>'],
    ["one that is nested without end", `<rss>${"<a>".repeat(5000)}`],
  ])("%s is said to be no feed", async (_what, text) => {
    await expect(readFeed(text)).rejects.toMatchObject({ code: "feed-not-a-feed" });
  });

  test("whatever is sent is a feed or is none, and nothing else happens", async () => {
    const piece = fc.constantFrom(
      "<rss>",
      "<channel>",
      "<item>",
      "</item>",
      "<title>",
      "&amp;",
      "<![CDATA[",
      "]]>",
      "magnet:?xt=urn:btih:",
      hash,
      "<link>",
      "</link>",
      "</rss>",
      "<!--",
      "<?x",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 60 }), async (pieces) => {
        const read = await readFeed(`<rss>${pieces.join("")}</rss>`).catch((error: unknown) => error);
        expect(read).toSatisfy(
          (one: object) => "entries" in one || (one as { code?: string }).code === "feed-not-a-feed",
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe("a rename pattern", () => {
  const made = (pattern: string, title: string) => {
    const read = readPattern(pattern);
    return read && nameBy(read, { title, feed: "Feed", at: Date.UTC(2026, 10, 28) });
  };

  test("takes text, what an entry says, and the parts that asterisks stand for", () => {
    expect(made("{feed} – {title} ({date})", "Film")).toBe("Feed – Film (2026-11-28)");
    expect(made("[*] * - * [*] => {2} E{3}", "[Group] My Show - 07 [1080p]")).toBe("My Show E07");
    expect(made("* S0* => {1}", "A Show S02")).toBe("A Show");
  });

  test("leaves what is not like it as it is called", () => {
    expect(made("[*] * => {2}", "no brackets")).toBeUndefined();
    expect(made("* => {1}", " ... ")).toBeUndefined();
  });

  test.each(["{nothing}", "{2} => {1}", "* => {2}", "{", "a => b => c", "=> x", "* =>", "x".repeat(201), "{{title}}"])(
    "%s is none",
    (typed) => {
      expect(readPattern(typed)).toBeUndefined();
    },
  );

  test("never fails, and makes names that a drive takes, in time that grows with the title alone", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 200 }),
        fc.string({ unit: "binary", maxLength: 500 }),
        (pattern, title) => {
          const name = made(pattern, title);
          expect(name ?? "a").toMatch(/^[^/\\\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u);
          expect((name ?? "a").isWellFormed()).toBe(true);
        },
      ),
    );
    const begun = performance.now();
    expect(made(`${"*a".repeat(90)}* => {1}`, "a".repeat(100_000))).toBeUndefined();
    expect(performance.now() - begun).toBeLessThan(500);
  });

  test("with the title alone gives the title", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9 ()[\]_-]{0,50}[a-zA-Z0-9]$/), (title) => {
        expect(made("{title}", title)).toBe(title.replaceAll(/\s+/g, " "));
      }),
    );
  });
});

describe("words of a title", () => {
  test("a comma means or, and words of one term must all be there; case, width and marks do not count", () => {
    const wanted = (include: string, title: string, exclude = "") => isWanted({ include, exclude }, title);
    expect(wanted("", "anything")).toBe(true);
    expect(wanted("1080p, show two", "Show TWO 720p")).toBe(true);
    expect(wanted("1080p, show three", "Show two 720p")).toBe(false);
    expect(wanted("ｓｈｏｗ", "Show")).toBe(true);
    expect(wanted("cafe", "Café")).toBe(true);
    expect(wanted("剧名，第二季", "【组】第二季 01")).toBe(true);
    expect(wanted("show", "Show CAM", "cam, trailer")).toBe(false);
  });

  test("what is unwanted is never wanted", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,20}$/), fc.string(), (word, rest) => {
        expect(isWanted({ include: word, exclude: word }, `${rest} ${word}`)).toBe(false);
      }),
    );
  });
});

describe("what was seen", () => {
  test("is remembered each and all, and no more of it than there is room for", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { maxLength: 200 }), (keys) => {
        const seen = readSeen(writeSeen(keys.map(markOf)));
        expect(keys.every((key) => seen.has(markOf(key)))).toBe(true);
        expect(seen.size).toBe(new Set(keys.map(markOf)).size);
      }),
    );
    const many = Array.from({ length: maxSeen + 5 }, (_, n) => markOf(String(n)));
    expect(readSeen(writeSeen(many)).size).toBe(maxSeen);
  });
});

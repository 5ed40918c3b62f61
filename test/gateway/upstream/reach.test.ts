import { Socket } from "node:net";
import { expect, test } from "vitest";
import { isPublic, type Connect, type Lookup } from "../../../src/gateway/upstream/dial.ts";
import { createUpstream } from "../../../src/gateway/upstream/upstream.ts";

const never = new AbortController().signal;

/** What would have been connected to; nothing is. */
function watching(lookup: Lookup = async () => []): { dialled: string[]; open: (url: string) => Promise<unknown> } {
  const dialled: string[] = [];
  const connect: Connect = ({ address }) => {
    dialled.push(address);
    return new Socket().destroy(new Error("not in a test"));
  };
  const upstream = createUpstream({ reach: "public", lookup, connect });
  return { dialled, open: (url) => upstream.open(url, { signal: never }) };
}

test.each([
  "127.0.0.1",
  "[::1]",
  "[::ffff:127.0.0.1]",
  "0x7f.1",
  "2130706433",
  "0.0.0.0",
  "127.1",
  "[::]",
  "0177.0.0.1",
  "10.1.2.3",
  "192.168.0.1",
  "172.31.255.255",
  "169.254.169.254",
  "100.64.0.1",
  "[fe80::1]",
  "[fd00::1]",
  "[::ffff:7f00:1]",
  "[64:ff9b::7f00:1]",
  "[2002:7f00:1::]",
  "224.0.0.1",
  "255.255.255.255",
])("nothing is ever sent to %s", async (host) => {
  const { dialled, open } = watching();
  await expect(open(`http://${host}/f`)).rejects.toMatchObject({ trouble: "forbidden" });
  expect(dialled).toEqual([]);
});

test("a name that leads inside is refused, whatever it is called", async () => {
  const { dialled, open } = watching(async () => ["10.0.0.7", "::1"]);
  await expect(open("https://dl.example.com/f")).rejects.toMatchObject({ trouble: "forbidden" });
  expect(dialled).toEqual([]);
});

test("of a name that leads in and out only the way out is taken", async () => {
  const { dialled, open } = watching(async () => ["10.0.0.7", "93.184.215.14"]);
  await expect(open("https://dl.example.com/f")).rejects.toMatchObject({ trouble: "connect" });
  expect(dialled).toEqual(["93.184.215.14"]);
});

test("what was looked at is what is connected to: a second answer of the resolver is never asked for", async () => {
  const answers = [["93.184.215.14"], ["127.0.0.1"]];
  const { dialled, open } = watching(async () => answers.shift() ?? []);
  await expect(open("http://rebinding.example/f")).rejects.toMatchObject({ trouble: "connect" });
  expect(dialled).toEqual(["93.184.215.14"]);
  expect(answers).toHaveLength(1);
});

test.each(["file:///etc/passwd", "ftp://example.com/f", "javascript:1", "not an address"])(
  "%s is no address of a file host",
  async (url) => {
    await expect(watching().open(url)).rejects.toMatchObject({ trouble: "forbidden" });
  },
);

test("the public internet is public", () => {
  expect(["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"].every(isPublic)).toBe(true);
});

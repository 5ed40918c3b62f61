import { createClient } from "@keyv/redis";
import pg from "pg";

/** Which database of the test servers belongs to which test file: they run side by side. */
const owners = [
  "",
  "state",
  "program",
  "store",
  "locks",
  "keys",
  "failures",
  "jobs",
  "replicas",
  "posted",
  "counts",
  "balanced",
  "notices",
] as const;

export type DatabaseOwner = Exclude<(typeof owners)[number], "">;

/** An empty database of one's own on a test server. */
export async function ownDatabase(address: string, owner: DatabaseOwner): Promise<string> {
  const url = new URL(address);
  if (url.protocol.startsWith("redis")) {
    url.pathname = `/${owners.indexOf(owner)}`;
    const client = createClient({ url: url.href });
    await client.connect();
    await client.flushDb();
    await client.close();
    return url.href;
  }
  const name = `chatdrive_${owner}`;
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  url.pathname = `/${name}`;
  return url.href;
}

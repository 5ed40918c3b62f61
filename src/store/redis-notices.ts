import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Notices } from "./notices.ts";

/** A connection as @keyv/redis makes them. */
interface Connection {
  on(event: "ready", listener: () => void): unknown;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
}

interface NoticesOptions {
  readonly client: Pick<Connection, "on" | "publish">;
  /** Connected, and used for nothing else: one that subscribes can do nothing else. */
  readonly subscriber: Pick<Connection, "on" | "subscribe">;
  /** The database of the server: all of them share their channels. */
  readonly database: string;
  readonly onError: (error: unknown) => void;
}

/** Notices by Redis' publish and subscribe. Resolves when the others are heard. */
export async function openRedisNotices({ client, subscriber, database, onError }: NoticesOptions): Promise<Notices> {
  const own = randomUUID();
  const channel = `chatdrive:notices:${database}`;
  const listeners = new Map<string, (text: string | undefined) => void>();
  /** Something was not told: the others hear so when the server is back. */
  let isOwing = false;
  const publish = (topic?: string, text?: string) =>
    client.publish(channel, JSON.stringify([own, topic, text])).then(
      () => undefined,
      (error: unknown) => {
        isOwing = true;
        onError(error);
      },
    );
  const missed = () => {
    for (const listener of listeners.values()) listener(undefined);
  };
  const heard = (message: string) => {
    const said = saidIn(message);
    if (said?.[0] === own) return;
    const [, topic, text] = said ?? [];
    if (topic === undefined || topic === null) missed();
    else listeners.get(topic)?.(text ?? undefined);
  };
  await subscriber.subscribe(channel, heard);
  // Whoever was killed may not have told all it did: its next life says so.
  await publish();
  // The client subscribes again by itself. What was told meanwhile is lost.
  subscriber.on("ready", missed);
  client.on("ready", () => {
    if (!isOwing) return;
    isOwing = false;
    void publish();
  });
  return {
    tell: (topic, text) => void publish(topic, text),
    hear: (topic, listener) => void listeners.set(topic, listener),
  };
}

const shape = z.tuple([z.string(), z.string().nullable(), z.string().nullable()]);

/** Who says what of which topic; undefined = it is no notice of ours. */
function saidIn(message: string): z.infer<typeof shape> | undefined {
  try {
    return shape.safeParse(JSON.parse(message)).data;
  } catch {
    return undefined;
  }
}

import { Agent, request } from "undici";
import { Aria2Error, type SendPost } from "../actions/push/aria2.ts";
import { UpstreamError } from "../gateway/upstream/error.ts";
import type { Reach } from "../gateway/upstream/dial.ts";
import { guardedConnector } from "../gateway/upstream/undici.ts";

/** The way to people's own aria2: to public addresses alone, looked at again when the connection stands, and no further than they lead. */
export interface Aria2Way {
  readonly send: SendPost;
  close(): Promise<void>;
}

/** Bytes of an answer; a hundred of aria2's are a tenth of it. */
const longestAnswer = 512 * 1024;

/** Connections of its own; a redirect is not followed. `anywhere`: the operator allows private addresses. */
export function openAria2Way(reach: Reach): Aria2Way {
  const closed = new AbortController();
  const agent = new Agent({
    connect: guardedConnector({ reach, connectWithin: 8000 }, { sockets: new Set(), signal: closed.signal }),
    headersTimeout: 15_000,
    bodyTimeout: 15_000,
    keepAliveTimeout: 1000,
    maxResponseSize: longestAnswer,
  });
  return {
    async send(address, { body, signal }) {
      const headers = { "content-type": "application/json", "user-agent": "ChatDrive" };
      try {
        const answer = await request(address, { dispatcher: agent, method: "POST", headers, body, signal });
        return await answer.body.text();
      } catch (error) {
        const isForbidden = error instanceof UpstreamError && error.trouble === "forbidden";
        throw isForbidden ? new Aria2Error("forbidden-address", { cause: error }) : error;
      }
    },
    async close() {
      closed.abort(new Error("the process ends"));
      await agent.destroy();
    },
  };
}

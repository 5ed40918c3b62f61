import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLarge } from "./asked.ts";

/**
 * The body of a request; rejects with `BodyTooLarge` beyond `limit` bytes. The rest is then left unread and the
 * connection closes after the answer, which so still reaches who is in the middle of sending.
 */
export function readBody(request: IncomingMessage, response: ServerResponse, limit: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const pieces: Buffer[] = [];
  let length = 0;
  const refuse = (): void => {
    request.removeAllListeners("data").pause();
    response.setHeader("connection", "close");
    reject(new BodyTooLarge(`more than ${limit} bytes`));
  };
  if (Number(request.headers["content-length"] ?? 0) > limit) refuse();
  else {
    request.on("data", (piece: Buffer) => {
      length += piece.length;
      pieces.push(piece);
      if (length > limit) refuse();
    });
    request.on("end", () => resolve(Buffer.concat(pieces)));
    request.on("error", reject);
  }
  return promise;
}

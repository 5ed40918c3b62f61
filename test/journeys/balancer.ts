import { createServer, request as send } from "node:http";
import { listening } from "../listening.ts";

/** A balancer of this test: each request goes to the next of the addresses, and to another where one does not listen. Where it listens. */
export async function balanced(addresses: readonly string[]): Promise<string> {
  let turn = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => pass(addresses.length));
    const pass = (tries: number): void => {
      const target = new URL(request.url ?? "/", addresses[turn++ % addresses.length]);
      const passed = send(target, { method: request.method, headers: request.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on("error", () => (tries > 1 ? pass(tries - 1) : void response.writeHead(502).end()));
      passed.end(Buffer.concat(chunks));
    };
  });
  return listening(server);
}

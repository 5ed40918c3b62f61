import { createServer } from "node:http";
import { pipeline } from "node:stream/promises";
import { Agent, request } from "undici";
import { announce, plainPaths, readTask } from "./contender.ts";

// What one writes second: undici's `request`, with a pipeline.
const task = readTask();
const urls = new Map(Object.entries(task.urls));
const dispatcher = new Agent();
const server = createServer((incoming, response) => {
  void serve(incoming.url?.slice(1) ?? "", incoming.headers.range).catch(() => response.destroy());
  async function serve(path: string, range: string | undefined): Promise<void> {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const answer = await request(urls.get(path) ?? "", {
      dispatcher,
      headers: range === undefined ? {} : { range },
      signal: gone.signal,
    });
    response.writeHead(answer.statusCode, answer.headers);
    await pipeline(answer.body, response);
  }
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  announce({ port, paths: plainPaths(task) });
});

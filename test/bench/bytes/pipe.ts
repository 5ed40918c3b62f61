import { createServer, request as requestHttp, Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { announce, plainPaths, readTask } from "./contender.ts";

// What one writes first: the answer of `http.request`, piped.
const task = readTask();
const urls = new Map(Object.entries(task.urls));
const plain = new HttpAgent({ keepAlive: true });
const secure = new HttpsAgent({ keepAlive: true });
const server = createServer((incoming, response) => {
  const url = urls.get(incoming.url?.slice(1) ?? "") ?? "";
  const options = { headers: incoming.headers.range === undefined ? {} : { range: incoming.headers.range } };
  const request = url.startsWith("https:")
    ? requestHttps(url, { ...options, agent: secure })
    : requestHttp(url, { ...options, agent: plain });
  request.on("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  request.on("error", () => response.destroy());
  response.on("close", () => request.destroy());
  request.end();
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  announce({ port, paths: plainPaths(task) });
});

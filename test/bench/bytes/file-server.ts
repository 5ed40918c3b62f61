import { readFileSync } from "node:fs";
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";

// The upstream where nginx is not installed: files out of memory, whole or in part. It costs more than nginx would,
// which all contenders feel alike. Arguments: port, path of `big`, bytes of `huge`; then certificate and key, if any.
const [, , port = "0", bigPath = "", hugeText = "0", cert, key] = process.argv;
const big = readFileSync(bigPath);
const zeros = Buffer.alloc(1024 * 1024);

function serve(request: IncomingMessage, response: ServerResponse): void {
  const size = request.url === "/huge" ? Number(hugeText) : big.length;
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? [];
  const start = Number(first ?? 0);
  const end = Math.min(last ? Number(last) + 1 : size, size);
  response.on("error", () => {});
  response.writeHead(first === undefined ? 200 : 206, {
    "content-length": end - start,
    ...(first !== undefined && { "content-range": `bytes ${start}-${end - 1}/${size}` }),
  });
  if (request.url === "/huge") fill(response, end - start);
  else response.end(big.subarray(start, end));
}

function fill(response: ServerResponse, left: number): void {
  if (left <= 0) response.end();
  else
    response.write(
      zeros.subarray(0, Math.min(left, zeros.length)),
      (error) => error ?? fill(response, left - zeros.length),
    );
}

// Whatever ends the benchmark ends its upstream.
process.on("disconnect", () => process.exit());
const ready = (): void => void process.send?.("ready");
if (cert === undefined || key === undefined) createPlain(serve).listen(Number(port), "127.0.0.1", ready);
else createSecure({ cert: readFileSync(cert), key: readFileSync(key) }, serve).listen(Number(port), "127.0.0.1", ready);

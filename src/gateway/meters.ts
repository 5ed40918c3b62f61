import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { version } from "../version.ts";
import type { ProxyMeters } from "./proxy.ts";

/** What the gateway counts, in a registry of its own that others may add to. */
export interface Meters extends ProxyMeters {
  readonly registry: Registry;
  /** A request was answered. `seconds`: until its end. */
  answered(request: { readonly route: string; readonly status: number; readonly seconds: number }): void;
}

interface MetersOptions {
  readonly streams: () => number;
  readonly upstreamConnections: () => number;
  /** Told when a stream broke off for good. */
  readonly onCut: (why: unknown) => void;
}

/** Counters of one process. */
export function createMeters({ streams, upstreamConnections, onCut }: MetersOptions): Meters {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: "chatdrive_gateway_requests_total",
    help: "Requests answered",
    labelNames: ["route", "status"],
    registers,
  });
  const duration = new Histogram({
    name: "chatdrive_gateway_request_seconds",
    help: "Seconds until a request was answered to its end",
    labelNames: ["route"],
    buckets: [0.002, 0.01, 0.05, 0.2, 1, 5, 30, 300, 3600],
    registers,
  });
  const count = (name: string, help: string): Counter =>
    new Counter({ name: `chatdrive_gateway_${name}`, help, registers });
  const bytes = count("bytes_total", "Bytes of files sent to clients");
  const relinks = count("relinks_total", "Stale links replaced");
  const resumes = count("resumes_total", "Streams taken up again at the byte where they broke off");
  const cuts = count("cuts_total", "Streams that could not be brought to their end");
  const gauge = (name: string, help: string, read: () => number): void => {
    const metric: Gauge = new Gauge({
      name: `chatdrive_gateway_${name}`,
      help,
      registers,
      collect: () => metric.set(read()),
    });
  };
  new Gauge({
    name: "chatdrive_build_info",
    help: "1; which version runs, and on which Node",
    labelNames: ["version", "node"],
    registers,
  }).set({ version, node: process.versions.node }, 1);
  gauge("streams", "Files being streamed now", streams);
  gauge("upstream_connections", "Connections to file hosts that stand", upstreamConnections);
  return {
    registry,
    answered: ({ route, status, seconds }) => {
      requests.inc({ route, status });
      duration.observe({ route }, seconds);
    },
    sent: (amount) => bytes.inc(amount),
    relinked: () => relinks.inc(),
    resumed: () => resumes.inc(),
    cut: (why) => {
      cuts.inc();
      onCut(why);
    },
  };
}

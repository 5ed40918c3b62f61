import type { Peers } from "../storage/peers.ts";
import { logLevels, type LogLevel } from "../users/admin.ts";

/** The level of the logs of all processes over a store: where it is set, the others are told. One that starts later has its configured one. */
export function levelAmong(own: LogLevel, peers: Peers | undefined): LogLevel {
  peers?.hear((text) => {
    const level = logLevels.find((known) => known === text);
    if (level) own.set(level);
  });
  return {
    get: () => own.get(),
    set(level) {
      own.set(level);
      peers?.tell(level);
    },
  };
}

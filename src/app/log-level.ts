import type { Notices } from "../store/notices.ts";
import { logLevels, type LogLevel } from "../users/admin.ts";

const topic = "log-level";

/** The level of the logs of all processes over a store: where it is set, the others are told. One that starts later has its configured one. */
export function levelAmong(own: LogLevel, notices: Notices | undefined): LogLevel {
  notices?.hear(topic, (text) => {
    const level = logLevels.find((known) => known === text);
    if (level) own.set(level);
  });
  return {
    get: () => own.get(),
    set(level) {
      own.set(level);
      notices?.tell(topic, level);
    },
  };
}

/** Discord's epoch: 2015-01-01. */
const epoch = 1_420_070_400_000;

/** Makes ids that sort by time, as Discord does. */
export function snowflakes(now: () => number): () => string {
  let count = 0n;
  return () => {
    count = (count + 1n) & 0x3f_ffffn;
    return ((BigInt(now() - epoch) << 22n) | count).toString();
  };
}

/** Whether this could be an id at all. */
export function isSnowflake(value: unknown): value is string {
  return typeof value === "string" && /^\d{1,20}$/.test(value);
}

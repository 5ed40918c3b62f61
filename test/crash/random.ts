/** Numbers from 0 to 1, the same for the same seed. */
export interface Random {
  (): number;
  /** One of them. */
  of<T>(choices: readonly T[]): T;
}

/** mulberry32: short, and random enough to choose a moment or a value. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, {
    of<T>(choices: readonly T[]): T {
      const chosen = choices[Math.floor(next() * choices.length)];
      if (chosen === undefined && choices.length === 0) throw new Error("nothing to choose from");
      // Only an empty list has no such place.
      return chosen as T;
    },
  });
}

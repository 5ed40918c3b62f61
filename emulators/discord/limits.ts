/** So many requests in so many ms. */
interface Rate {
  readonly limit: number;
  readonly window: number;
}

export interface RateRules {
  /** Each kind of route; those not named share nothing and have no limit of their own. */
  rates: Record<string, Rate>;
  /** Over all routes but those of interactions. */
  global: Rate;
  /** Answers 401, 403 and 429 in a window, after which the address is shut out. */
  invalid: Rate;
}

/** What a request may do, and the headers its answer carries. */
export interface Verdict {
  readonly headers: Readonly<Record<string, string>>;
  /** ms to wait; absent = go on. */
  readonly wait?: number;
  readonly global?: true;
  /** Shut out by what guards the service. */
  readonly banned?: true;
}

export interface Limits {
  /** Counts a request. `kind` names the rate, `key` tells its buckets apart. */
  take(request: { readonly kind: string; readonly key: string; readonly interaction: boolean }): Verdict;
  /** Counts an answer that wastes the service's time. */
  wasted(): void;
}

interface Window {
  start: number;
  used: number;
}

export function usualRates(): RateRules {
  return {
    rates: {
      message: { limit: 5, window: 5000 },
      "message edit": { limit: 5, window: 5000 },
      webhook: { limit: 5, window: 2000 },
      "webhook message": { limit: 5, window: 2000 },
      commands: { limit: 5, window: 20_000 },
      dm: { limit: 10, window: 10_000 },
    },
    global: { limit: 50, window: 1000 },
    invalid: { limit: 10_000, window: 600_000 },
  };
}

export function createLimits(rules: RateRules, now: () => number): Limits {
  const windows = new Map<string, Window>();
  const windowOf = (key: string, { window }: Rate): Window => {
    const known = windows.get(key);
    if (known && now() - known.start < window) return known;
    const fresh = { start: now(), used: 0 };
    windows.set(key, fresh);
    return fresh;
  };
  const left = (window: Window, rate: Rate) => Math.max(0, window.start + rate.window - now());
  return {
    take({ kind, key, interaction }) {
      const shut = windowOf("invalid", rules.invalid);
      if (shut.used >= rules.invalid.limit) return { headers: {}, wait: left(shut, rules.invalid), banned: true };
      if (!interaction) {
        const all = windowOf("global", rules.global);
        if (all.used >= rules.global.limit) return { headers: {}, wait: left(all, rules.global), global: true };
        all.used += 1;
      }
      const rate = rules.rates[kind];
      if (!rate) return { headers: {} };
      const own = windowOf(`${kind} ${key}`, rate);
      const over = own.used >= rate.limit;
      if (!over) own.used += 1;
      const reset = left(own, rate);
      const headers = {
        "x-ratelimit-limit": String(rate.limit),
        "x-ratelimit-remaining": String(rate.limit - own.used),
        "x-ratelimit-reset": ((own.start + rate.window) / 1000).toFixed(3),
        "x-ratelimit-reset-after": (reset / 1000).toFixed(3),
        "x-ratelimit-bucket": Buffer.from(kind).toString("hex"),
      };
      return over ? { headers, wait: reset } : { headers };
    },
    wasted: () => void (windowOf("invalid", rules.invalid).used += 1),
  };
}

import type { ViewRef } from "./session.ts";

/** When a hook was made and last called, ms since the epoch; `usedAt` absent = never. */
export interface HookUse {
  readonly since: number;
  readonly usedAt?: number | undefined;
}

/** A person's hook. Presses: `make-hook` where there is none, else `renew-hook` and `revoke-hook`; `back`. */
export interface HookCard {
  readonly show: "hook";
  readonly view: ViewRef;
  /** Absent = there is none. */
  readonly hook?: HookUse | undefined;
  /** Just after it was made, and never again. */
  readonly address?: string | undefined;
}

import type { Destination } from "../../users/destinations.ts";
import type { Entry } from "../../storage/entry.ts";
import type { ViewRef } from "./session.ts";

/** Chats that files can be delivered to, a page of them. Presses: `deliver-to` by index, `turn`, `refresh`, `back`. */
export interface DestinationList {
  readonly show: "destinations";
  readonly view: ViewRef;
  /** What is to be delivered; absent = what is chosen, or all of a drive. */
  readonly entry?: Entry | undefined;
  readonly rows: readonly Destination[];
  /** 1-based. */
  readonly page: { readonly number: number; readonly count: number };
  /** The platform could not be asked. */
  readonly isOutOfReach: boolean;
}

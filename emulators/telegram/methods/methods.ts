import type { Handlers } from "../call.ts";
import type { Method } from "../table.ts";
import { answering } from "./answer.ts";
import { editing } from "./edit.ts";
import { forwarding } from "./forward.ts";
import { placing } from "./place.ts";
import { profile } from "./profile.ts";
import { receiving } from "./receive.ts";
import { sending } from "./send.ts";

/** Every method of the table has a handler; a missing one does not compile. */
export const handlers: Handlers<Method> = {
  ...receiving,
  ...sending,
  ...editing,
  ...forwarding,
  ...answering,
  ...profile,
  ...placing,
};

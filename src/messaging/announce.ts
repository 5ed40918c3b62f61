import type { Announce } from "../users/broadcast.ts";
import type { Messenger } from "./messenger.ts";

/** Words of an operator to a chat, once, as a broadcast wants to know of it. */
export async function announceBy(messenger: Messenger, place: string, text: string): ReturnType<Announce> {
  // Nothing is said that has a language or looks different in a group.
  const sent = await messenger.send({ place, kind: "private", language: "" }, { show: "announcement", text });
  switch (sent.is) {
    case "sent":
      return "sent";
    case "closed":
      return "gone";
    case "later":
      return { retryAfter: sent.after };
  }
}

import type { Peers } from "../storage/peers.ts";
import type { Store } from "../store/store.ts";

/** The other processes over the same store, for what is told on one topic; undefined = there is one process. */
export function peersOver({ notices }: Pick<Store, "notices">, topic: string): Peers | undefined {
  return notices && { tell: (text) => notices.tell(topic, text), hear: (heard) => notices.hear(topic, heard) };
}

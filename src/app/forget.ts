import type { Keyv } from "keyv";
import { isPendingFormOf } from "../discord/pending-forms.ts";
import { isPageOf } from "../gateway/pages.ts";
import type { Store } from "../store/store.ts";
import { isDialogueOf } from "../telegram/dialogue-key.ts";

/** Deletes what chats and pages keep of a person, looking through all they keep: it is asked for rarely, and lives for a day at most. */
export function forgetter(store: Store): (person: string) => Promise<void> {
  const dialogues = store.open("dialogues", { sealed: true });
  const discord = store.open("discord", { sealed: true });
  const pages = store.open("pages", { sealed: true });
  return async (person) => {
    await deleteWhere(dialogues, (key) => isDialogueOf(key, person));
    await deleteWhere(discord, (key, kept) => isPendingFormOf(key, kept, person));
    await deleteWhere(pages, (_key, kept) => isPageOf(kept, person));
  };
}

async function deleteWhere(namespace: Keyv, isTheirs: (key: string, kept: unknown) => boolean): Promise<void> {
  if (!namespace.iterator) throw new Error(`the namespace ${namespace.namespace} cannot be listed`);
  const theirs: string[] = [];
  for await (const [key, kept] of namespace.iterator({})) if (isTheirs(String(key), kept)) theirs.push(String(key));
  for (const key of theirs) await namespace.delete(key);
}

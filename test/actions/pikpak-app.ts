import { startPikPak, type PikPakEmulator } from "../../emulators/pikpak/pikpak.ts";
import type { Account } from "../../emulators/pikpak/state.ts";
import { driverKinds } from "../../src/drivers/index.ts";
import type { Edited, Message, Messenger, Messengers, Unsent } from "../../src/messaging/messenger.ts";
import { app, usualCloud, type TestApp, type TestAppOptions } from "./test-app.ts";

/** An app whose drives are PikPak's, and Mia's account there. */
export interface PikPakApp {
  readonly pikpak: PikPakEmulator;
  readonly account: Account;
  readonly at: TestApp;
  close(): Promise<void>;
}

const username = "mia@example.com";

/** PikPak and the app go by the same clock; absent = the machine's. */
export async function startPikPakApp({
  now = Date.now,
  ...options
}: Pick<TestAppOptions, "now" | "wait" | "changes"> = {}): Promise<PikPakApp> {
  const pikpak = await startPikPak({ now });
  const account = pikpak.build.account({ username, email: username, password: "correct-horse" });
  const { driveUrl, userUrl, mcpUrl } = pikpak;
  const settings = { domain: "mypikpak.net", platform: "web", driveUrl, userUrl, mcpUrl };
  const at = app(usualCloud(), { ...options, kinds: driverKinds({ pikpak: settings }), now });
  return {
    pikpak,
    account,
    at,
    async close() {
      await at.services.storage.close();
      await pikpak.close();
    },
  };
}

/** What a chat does with what is said there. */
interface Recording {
  answerEdit(): Edited;
  /** Absent = it is sent. */
  answerSend?(): Unsent | undefined;
  /** The message shows it now. */
  edited(message: Message): void;
  /** It was said in a message of its own. */
  sent(message: Message): void;
}

/** A chat in which messages are edited and sent; nothing else is asked of it. */
export function recordingMessenger({ answerEdit, answerSend, edited, sent }: Recording): Messengers {
  const messenger: Pick<Messenger, "edit" | "send"> = {
    async edit(_ref, message) {
      const answer = answerEdit();
      if (answer.is === "edited") edited(message);
      return answer;
    },
    async send(target, message) {
      const unsent = answerSend?.();
      if (unsent) return unsent;
      sent(message);
      return { is: "sent", ref: { ...target, message: "8" } };
    },
  };
  // Only editing and sending are used.
  return { of: () => messenger as Messenger };
}

import { afterEach, describe, expect, test } from "vitest";
import type { Notice } from "../../src/actions/model/screen.ts";
import { UploadError } from "../../src/actions/model/upload.ts";
import { readRef, writeRef, type MessageRef, type Messenger, type Target } from "../../src/messaging/messenger.ts";

/** A messenger over its real client and the emulated platform, with somebody who can be written to. */
export interface MessagingStage {
  readonly messenger: Messenger;
  /** Person id of somebody whose private chat is open. */
  readonly person: string;
  /** Person id of somebody who cannot be written to. */
  readonly stranger: string;
  /** A group the bot is in. */
  readonly group: Target;
  /** What stands in a chat, oldest first. */
  seen(place: string): readonly SeenMessage[];
  /** The next `times` calls go wrong like this; 1 when absent. `busy` asks for a rest of 35 s, `reset` breaks the connection. */
  fail(how: "busy" | "reset", times?: number): void;
  /** Calls the platform has received. */
  calls(): number;
  close(): Promise<void>;
}

interface SeenMessage {
  readonly text: string;
  /** Name and bytes of its file, of several the first. */
  readonly file?: { readonly name: string; readonly size: number } | undefined;
  /** How many files it has, where the platform puts several into one message. */
  readonly files?: number;
}

/** Holds a platform to the port. */
export function describeMessenger(platform: string, open: () => Promise<MessagingStage>): void {
  let stage: MessagingStage;
  afterEach(() => stage.close());

  const notice: Notice = { show: "notice", notice: "saved", level: "done", subject: "Holiday" };
  const other: Notice = { ...notice, subject: "Winter" };
  const target = (): Target => ({ place: stage.person, kind: "private", language: "en" });
  const sent = async (): Promise<MessageRef> => {
    const result = await stage.messenger.send(target(), notice);
    if (result.is !== "sent") throw new Error(`the message was not sent: ${result.is}`);
    return result.ref;
  };
  const texts = (place = stage.person) => stage.seen(place).map(({ text }) => text);
  const piece = Buffer.alloc(1000, "x");
  const file = (name: string, pieces: readonly Uint8Array[] = [piece, piece]) => ({
    source: {
      async *open() {
        yield* pieces;
      },
      picture: async () => undefined,
    },
    meta: {
      entry: { id: "1", kind: "file" as const, name, size: pieces.reduce((sum, { length }) => sum + length, 0) },
    },
  });

  describe(`the messenger of ${platform}`, () => {
    test("a screen that is sent stands in the chat, in the language of its target", async () => {
      stage = await open();
      await sent();
      await stage.messenger.send({ ...target(), language: "zh" }, notice);
      expect(texts()).toHaveLength(2);
      expect(texts()[0]).toContain("Holiday");
      expect(texts()[0]).not.toBe(texts()[1]);
    });

    test("words of an operator are sent as they were written", async () => {
      stage = await open();
      const text = "Tonight *we* <b>move</b> & rest_";
      expect(await stage.messenger.send(target(), { show: "announcement", text })).toMatchObject({ is: "sent" });
      expect(texts().join()).toContain(text);
    });

    test("a message is edited and removed by a reference that went through a store as text", async () => {
      stage = await open();
      const ref = readRef(writeRef(await sent()));
      if (!ref) throw new Error("the reference was not read back");
      expect(await stage.messenger.edit(ref, other)).toEqual({ is: "edited" });
      expect(texts().join()).toContain("Winter");
      expect(await stage.messenger.edit(ref, other)).toEqual({ is: "edited" });
      expect(await stage.messenger.remove(ref)).toEqual({ is: "removed" });
      expect(texts()).toEqual([]);
    });

    test("what is gone can be neither edited nor removed, and says so", async () => {
      stage = await open();
      const ref = await sent();
      await stage.messenger.remove(ref);
      expect(await stage.messenger.edit(ref, other)).toEqual({ is: "gone" });
      expect(await stage.messenger.remove(ref)).toEqual({ is: "gone" });
    });

    test("somebody is notified in their private chat, and who cannot be reached is closed", async () => {
      stage = await open();
      expect(await stage.messenger.notify(stage.person, notice, { language: "en" })).toMatchObject({ is: "sent" });
      expect(await stage.messenger.notify(stage.stranger, notice, { language: "en" })).toEqual({ is: "closed" });
      expect(texts()).toHaveLength(1);
    });

    test("what is said to a group stands there", async () => {
      stage = await open();
      expect(await stage.messenger.send(stage.group, notice)).toMatchObject({ is: "sent" });
      expect(texts(stage.group.place).join()).toContain("Holiday");
    });

    test("a platform that asks for a rest is not waited for: later, and when", async () => {
      stage = await open();
      const ref = await sent();
      const started = performance.now();
      stage.fail("busy");
      const later = { is: "later", after: expect.closeTo(35_000, -3) as number };
      expect(await stage.messenger.send(target(), notice)).toEqual(later);
      expect(performance.now() - started).toBeLessThan(5000);
      expect(texts()).toHaveLength(1);
      expect(ref.place).toBe(stage.person);
    });

    test("an edit and a removal survive a broken connection, for they harm nobody twice", async () => {
      stage = await open();
      const ref = await sent();
      stage.fail("reset");
      expect(await stage.messenger.edit(ref, other)).toEqual({ is: "edited" });
      stage.fail("reset");
      expect((await stage.messenger.remove(ref)).is).toMatch(/removed|gone/);
      expect(texts()).toEqual([]);
    });

    test("a message whose answer is lost is not sent again, and is not said to be sent", async () => {
      stage = await open();
      const before = stage.calls();
      stage.fail("reset", 5);
      await expect(stage.messenger.send(target(), { show: "announcement", text: "once" })).rejects.toThrow(/\S/);
      expect(stage.calls() - before).toBe(1);
    });

    test("a file arrives whole under its name, and its bytes are counted", async () => {
      stage = await open();
      const { source, meta } = file("notes.bin");
      const counted: number[] = [];
      const progress = { signal: new AbortController().signal, onBytes: (done: number) => void counted.push(done) };
      const ref = await stage.messenger.sendFile(target(), source, meta, progress);
      expect(stage.seen(stage.person).at(-1)?.file).toEqual({ name: "notes.bin", size: 2000 });
      expect(counted.at(-1)).toBe(2000);
      expect((await stage.messenger.remove(ref)).is).toBe("removed");
    });

    test("pictures that are sent together arrive whole, with their names, and each of them once", async () => {
      stage = await open();
      const album = ["one.jpg", "two.png", "three.jpg"].map((name) => file(name));
      await stage.messenger.sendAlbum(target(), album, { signal: new AbortController().signal });
      const messages = stage.seen(stage.person);
      expect(messages.reduce((sum, { files = 1 }) => sum + files, 0)).toBe(3);
      const said = messages.map(({ text }) => text).join("\n");
      for (const name of ["one.jpg", "two.png", "three.jpg"]) expect(said).toContain(name);
    });

    test("pictures that nobody wants any more are let go of, and none of them is there", async () => {
      stage = await open();
      const album = ["one.jpg", "two.jpg"].map((name) => file(name));
      const progress = { signal: AbortSignal.abort(new Error("not wanted")) };
      await expect(stage.messenger.sendAlbum(target(), album, progress)).rejects.toThrow(/\S/);
      expect(stage.seen(stage.person)).toEqual([]);
    });

    test("pictures for somebody who cannot be reached are refused by an error with a code", async () => {
      stage = await open();
      const album = ["one.jpg", "two.jpg"].map((name) => file(name));
      const stranger = { ...target(), place: stage.stranger };
      const progress = { signal: new AbortController().signal };
      const refusal = await stage.messenger.sendAlbum(stranger, album, progress).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "forbidden", again: false });
    });

    test("a file that nobody wants any more is let go of", async () => {
      stage = await open();
      const { source, meta } = file("notes.bin");
      const progress = { signal: AbortSignal.abort(new Error("not wanted")) };
      await expect(stage.messenger.sendFile(target(), source, meta, progress)).rejects.toThrow(/\S/);
      expect(stage.seen(stage.person)).toEqual([]);
    });

    test("a file for somebody who cannot be reached is refused by an error with a code", async () => {
      stage = await open();
      const { source, meta } = file("notes.bin");
      const progress = { signal: new AbortController().signal };
      const stranger = { ...target(), place: stage.stranger };
      const refusal = await stage.messenger.sendFile(stranger, source, meta, progress).catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(UploadError);
      expect(refusal).toMatchObject({ code: "forbidden" });
    });
  });
}

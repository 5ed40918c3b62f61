import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Mistake } from "./mistake.ts";

/** Asks the operator, on the terminal or line by line from a pipe. */
export interface Asker {
  /** `hidden` = what is typed is not shown. */
  ask(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  close(): void;
}

interface AskerParts {
  readonly input: NodeJS.ReadableStream;
  /** Where questions go. */
  readonly output: NodeJS.WritableStream;
  readonly terminal: boolean;
  onInterrupt(): void;
}

/** `terminal`: what is typed is shown by us, and hidden where it is secret. */
export function createAsker({ input, output, terminal, onInterrupt }: AskerParts): Asker {
  let isHidden = false;
  const shown = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: shown, terminal, historySize: 0 });
  const answers = lines[Symbol.asyncIterator]();
  let isOver = false;
  lines.on("close", () => (isOver = true));
  lines.on("SIGINT", onInterrupt);
  return {
    async ask(question, { hidden = false } = {}) {
      // A pipe may have ended while its last lines still wait to be read.
      if (isOver) shown.write(question);
      else {
        lines.setPrompt(question);
        lines.prompt();
      }
      isHidden = hidden;
      const { value, done } = await answers.next();
      isHidden = false;
      if (hidden && terminal) output.write("\n");
      if (done) throw new Mistake("The input ended before everything was answered.");
      return value;
    },
    close: () => lines.close(),
  };
}

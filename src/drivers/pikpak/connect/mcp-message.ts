import { z } from "zod";

const message = z.looseObject({
  id: z.union([z.string(), z.number(), z.null()]).optional(),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.looseObject({ code: z.number().catch(0), data: z.unknown().optional() }).optional(),
});

/** An answer of JSON-RPC: its result, or its refusal. */
export type RpcMessage = z.infer<typeof message>;

/** The answer to `id` in a body, which is one JSON object or a stream of events; undefined = it is not in there. */
export function answerIn(text: string, contentType: string | undefined, id: number): RpcMessage | undefined {
  if (!isStream(contentType)) return answerTo(id, text);
  return eventsIn(text)
    .map((content) => answerTo(id, content))
    .find((found) => found !== undefined);
}

/** Whether a stream need not be read any further. A body that is no stream ends by itself. */
export function holdsAnswer(text: string, id: number): boolean {
  return /^data:/m.test(text) && answerIn(text, "text/event-stream", id) !== undefined;
}

function isStream(contentType: string | undefined): boolean {
  return contentType?.startsWith("text/event-stream") ?? false;
}

/** What the events that are complete carry; comments and empty ones carry nothing. */
function eventsIn(text: string): readonly string[] {
  const [, ...whole] = text.split(/\r\n\r\n|\n\n|\r\r/).toReversed();
  return whole.toReversed().map((event) =>
    event
      .split(/\r\n|\n|\r/)
      .filter((line) => line.startsWith("data:"))
      .map((line) => line.slice("data:".length).replace(/^ /, ""))
      .join("\n"),
  );
}

/** A refusal of what could not be read has no id. */
function answerTo(id: number, text: string): RpcMessage | undefined {
  const read = message.safeParse(parsed(text));
  if (!read.success) return undefined;
  const { result, error } = read.data;
  const isAnswer = result !== undefined ? read.data.id === id : error !== undefined && (read.data.id ?? id) === id;
  return isAnswer ? read.data : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the Bot API answers to a call it does not carry out. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly parameters: RefusalParameters | undefined;

  constructor(code: number, description: string, parameters?: RefusalParameters) {
    super(description);
    this.code = code;
    this.parameters = parameters;
  }
}

/** What a client may act on. */
export interface RefusalParameters {
  /** Seconds. */
  readonly retry_after?: number;
  readonly migrate_to_chat_id?: number;
}

/** A 400 in the service's words. */
export function badRequest(what: string, parameters?: RefusalParameters): Refusal {
  return new Refusal(400, `Bad Request: ${what}`, parameters);
}

/** A call that is not as the Bot API is written: no bot should ever make it. */
export class SpecProblem extends Refusal {
  /** Where in the parameters: `reply_markup.inline_keyboard[0][1].text`. */
  readonly path: string;

  constructor(code: number, description: string, path = "") {
    super(code, description);
    this.path = path;
  }
}

/** A call against the table, in words that name what is wrong. */
export function offSpec(what: string, path?: string): SpecProblem {
  return new SpecProblem(400, `Bad Request: ${what}`, path);
}

/** Refusals more than one method gives. */
export const refusals = {
  notFound: () => new Refusal(404, "Not Found"),
  unauthorized: () => new Refusal(401, "Unauthorized"),
  tooLarge: () => new Refusal(413, "Request Entity Too Large"),
  tooMany: (seconds: number) => new Refusal(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds }),
  forbidden: (what: string) => new Refusal(403, `Forbidden: ${what}`),
  noRights: (what: string) => badRequest(`not enough rights to ${what}`),
  queryTooOld: () => badRequest("query is too old and response timeout expired or query ID is invalid"),
  migrated: (id: number) => badRequest("group chat was upgraded to a supergroup chat", { migrate_to_chat_id: id }),
  notModified: () =>
    badRequest(
      "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
    ),
};

/** A place in a body, from the outside in. */
export type Path = readonly (string | number)[];

/** One thing wrong with a body. */
export interface Problem {
  readonly path: Path;
  readonly code: string;
  readonly message: string;
}

/** How Discord says no. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  /** What is wrong where, for an invalid body. */
  readonly problems: readonly Problem[];

  constructor(status: number, code: number, message: string, problems: readonly Problem[] = []) {
    super(message);
    this.status = status;
    this.code = code;
    this.problems = problems;
  }

  /** The body of the answer. */
  toJSON(): object {
    return {
      message: this.message,
      code: this.code,
      ...(this.problems.length > 0 && { errors: nested(this.problems) }),
    };
  }
}

/** The refusals by name, with the status and code of the real service. */
export const refusals = {
  unauthorized: () => new Refusal(401, 0, "401: Unauthorized"),
  noRoute: () => new Refusal(404, 0, "404: Not Found"),
  wrongMethod: () => new Refusal(405, 0, "405: Method Not Allowed"),
  unknownApplication: () => new Refusal(404, 10_002, "Unknown Application"),
  unknownChannel: () => new Refusal(404, 10_003, "Unknown Channel"),
  unknownGuild: () => new Refusal(404, 10_004, "Unknown Guild"),
  unknownMember: () => new Refusal(404, 10_007, "Unknown Member"),
  unknownMessage: () => new Refusal(404, 10_008, "Unknown Message"),
  unknownUser: () => new Refusal(404, 10_013, "Unknown User"),
  unknownWebhook: () => new Refusal(404, 10_015, "Unknown Webhook"),
  unknownInteraction: () => new Refusal(404, 10_062, "Unknown interaction"),
  unknownCommand: () => new Refusal(404, 10_063, "Unknown application command"),
  tooManyCommands: () => new Refusal(400, 30_032, "Maximum number of application commands reached"),
  tooManyCreates: () =>
    new Refusal(429, 30_034, "Max number of daily application command creates has been reached (200)"),
  tooLarge: () => new Refusal(413, 40_005, "Request entity too large"),
  acknowledged: () => new Refusal(400, 40_060, "Interaction has already been acknowledged."),
  tooManyFollowUps: () =>
    new Refusal(400, 40_094, "The maximum number of follow-up messages for this interaction has been reached"),
  missingAccess: () => new Refusal(403, 50_001, "Missing Access"),
  notAuthor: () => new Refusal(403, 50_005, "Cannot edit a message authored by another user"),
  emptyMessage: () => new Refusal(400, 50_006, "Cannot send an empty message"),
  cannotMessage: () => new Refusal(403, 50_007, "Cannot send messages to this user"),
  missingPermissions: () => new Refusal(403, 50_013, "Missing Permissions"),
  invalidToken: () => new Refusal(401, 50_027, "Invalid Webhook Token"),
  invalidForm: (problems: readonly Problem[]) => new Refusal(400, 50_035, "Invalid Form Body", problems),
  invalidJson: () => new Refusal(400, 50_109, "The request body contains invalid JSON."),
};

interface Nest {
  [key: string]: Nest | { code: string; message: string }[];
}

/** `errors` as Discord nests them: by place, each leaf a list named `_errors`. */
function nested(problems: readonly Problem[]): Nest {
  const root: Nest = Object.create(null);
  for (const { path, code, message } of problems) {
    let at = root;
    for (const step of path) {
      const known = at[step];
      const next: Nest = known && !Array.isArray(known) ? known : Object.create(null);
      at[step] = next;
      at = next;
    }
    const said = at["_errors"];
    at["_errors"] = [...(Array.isArray(said) ? said : []), { code, message }];
  }
  return root;
}

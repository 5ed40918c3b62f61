import { pino, stdTimeFunctions, type DestinationStream, type Logger } from "pino";
import pretty from "pino-pretty";

interface LogOptions {
  /** A pino level. */
  readonly level: string;
  /** Absent = stdout: pretty on a terminal, JSON lines elsewhere. */
  readonly destination?: DestinationStream | undefined;
}

/** The process's logger. Secrets are taken out by field name, and by shape from the finished line. */
export function createLog({ level, destination }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: mask },
      serializers: { err: describeError, error: describeError },
      hooks: { streamWrite: maskSecrets },
    },
    destination ?? terminal(),
  );
}

/** The level of a logger and of all children made from now on; those with a level of their own keep it. */
export function levelOf(log: Logger): { get(): string; set(level: string): void } {
  const children = new Set<WeakRef<Logger>>();
  // pino's children are copies in this: without being told of them nobody can reach them.
  log.onChild = (child) => {
    if (child.level === log.level) children.add(new WeakRef(child));
  };
  return {
    get: () => log.level,
    set(level) {
      log.level = level;
      for (const held of children) {
        const child = held.deref();
        if (child) child.level = level;
        else children.delete(held);
      }
    },
  };
}

function terminal(): DestinationStream {
  return process.stdout.isTTY ? pretty({ ignore: "pid,hostname" }) : process.stdout;
}

const mask = "[secret]";

const secretFields = [
  "password",
  "refreshToken",
  "refresh_token",
  "accessToken",
  "access_token",
  "personalToken",
  "captchaToken",
  "captcha_token",
  "deviceCode",
  "device_code",
  "verifier",
  "code_verifier",
  "passCode",
  "pass_code",
  "passCodeToken",
  "pass_code_token",
  "token",
  "secret",
  "authorization",
  "Authorization",
  "cookie",
  "requestBody",
  "values",
];
const secretPaths = secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/** Shapes of secrets wherever they stand: in addresses, messages, stacks, nested properties. */
const shapes: readonly (readonly [RegExp, string])[] = [
  // a Telegram bot token, as it stands in Bot API addresses
  [/(?<!\d)\d{5,12}:[A-Za-z0-9_-]{30,}/g, mask],
  // a Discord bot token, and the token of an interaction inside a webhook address
  [/\b[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,}/g, mask],
  [/(\/(?:webhooks|interactions)\/\d+\/)[A-Za-z0-9_-]{20,}/g, `$1${mask}`],
  // JSON web tokens, also where one was cut short, PikPak's refresh and captcha tokens
  [/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)*/g, mask],
  [/\bos\.[A-Za-z0-9_.-]{10,}/g, mask],
  [/\bck0\.[A-Za-z0-9_.-]{10,}/g, mask],
  // named values in queries and forms
  [
    /((?:password|pass_code|pwd|pass_code_token|refresh_token|access_token|captcha_token|device_code|code_verifier|sign|token)=)[^&\s"'\\]+/gi,
    `$1${mask}`,
  ],
  // the same names as JSON inside a string
  [
    /(\\?"(?:password|pass_code|pass_code_token|refresh_token|access_token|captcha_token|device_?code|code_verifier|personalToken)\\?"\s*:\s*\\?")[^"\\]+/gi,
    `$1${mask}`,
  ],
  [/(Bearer )[A-Za-z0-9._~+/-]+=*/g, `$1${mask}`],
  // credentials inside an address
  [/(:\/\/[^/\s:@"]*:)[^/\s@"]+@/g, `$1${mask}@`],
  // one-time pages and tickets of ours
  [/(\/[sdpw]\/)[A-Za-z0-9_-]{22,}/g, `$1${mask}`],
];

/** A line without the secrets it carries by shape. */
export function maskSecrets(line: string): string {
  return shapes.reduce((text, [shape, instead]) => text.replace(shape, instead), line);
}

/** What of an error is worth a log line: never its request, its body or its address. */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = "code" in error ? { code: error.code } : {};
  return { name, message, ...code, stack, ...(cause === undefined ? {} : { cause: describeError(cause) }) };
}

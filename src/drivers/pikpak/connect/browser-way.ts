import { z } from "zod";
import type { BrowserWay, DriverContext } from "../../../storage/driver.ts";
import { readNote } from "../note.ts";
import { digestOf } from "../sign-ins.ts";
import type { Transport } from "../transport.ts";
import { beginSignIn, finishSignIn, readIssuer, registerClient, type PendingSignIn } from "./oauth.ts";

interface BrowserWayParts {
  /** Whose metadata name the issuer. */
  readonly mcpUrl: string;
  /** Where the person comes back to: exactly this is registered. */
  readonly redirectUri: string;
  /** The client the operator registered there; absent = we register ourselves. */
  readonly clientId?: string | undefined;
  /** Opens a way to the account host for one exchange. */
  openTransport(): Transport;
}

/** How long a person may take, ms. */
const life = 10 * 60_000;
/** ms after which we register anew: an issuer may forget clients that nobody uses. */
const registrationLife = 30 * 24 * 3_600_000;

/** Signing in through the person's browser, by a code and PKCE. */
export function browserWay({ mcpUrl, redirectUri, clientId: given, openTransport }: BrowserWayParts): BrowserWay {
  const over = async <T>(work: (transport: Transport) => Promise<T>): Promise<T> => {
    const transport = openTransport();
    try {
      return await work(transport);
    } finally {
      await transport.close();
    }
  };
  return {
    start: ({ now, randomHex, notes, signal }) =>
      over(async (transport) => {
        const asking = { transport, now, signal };
        const issuer = await readIssuer(mcpUrl, asking);
        const registration = registrationIn({ notes, now }, { issuer, redirectUri });
        const clientId = given ?? (await registration.read()) ?? (await registerClient(issuer, redirectUri, asking));
        if (given === undefined) await registration.keep(clientId);
        const { address, pending } = beginSignIn(issuer, { clientId, redirectUri, randomHex });
        return { state: pending.state, address, until: now() + life, own: JSON.stringify(pending) };
      }),
    finish: ({ own }, back, { now, notes, signal }) =>
      over((transport) => {
        // Only `start` writes it.
        const pending = JSON.parse(own) as PendingSignIn;
        const onUnknownClient = () => registrationIn({ notes, now }, pending).forget(pending.clientId);
        return finishSignIn(pending, back, { transport, now, signal, onUnknownClient });
      }),
  };
}

const note = z.object({ clientId: z.string().min(1), until: z.number() });

interface Registration {
  /** The client's id; undefined = we are to register. */
  read(): Promise<string | undefined>;
  /** Keeps one for its time, which begins with its first use. */
  keep(clientId: string): Promise<void>;
  forget(clientId: string): Promise<void>;
}

/** What we registered as with an issuer for a return address. A mount keeps the client its tokens were given to. */
function registrationIn(
  { notes, now }: Pick<DriverContext, "notes" | "now">,
  { issuer, redirectUri }: Pick<PendingSignIn, "issuer" | "redirectUri">,
): Registration {
  const key = `oauth-client:${digestOf(`${issuer.issuer} ${redirectUri}`)}`;
  const read = async () => {
    const held = readNote(note, await notes.read(key));
    return held && held.until > now() && held.until <= now() + registrationLife ? held.clientId : undefined;
  };
  const write = (clientId: string, until: number) =>
    notes.write(key, JSON.stringify({ clientId, until }), registrationLife);
  return {
    read,
    async keep(clientId) {
      if ((await read()) !== clientId) await write(clientId, now() + registrationLife);
    },
    async forget(clientId) {
      if ((await read()) === clientId) await write(clientId, 0);
    },
  };
}

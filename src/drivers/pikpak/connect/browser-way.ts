import type { BrowserWay, DriverContext } from "../../../storage/driver.ts";
import { digestOf } from "../sign-ins.ts";
import type { Transport } from "../transport.ts";
import { beginSignIn, finishSignIn, readIssuer, registerClient, type Issuer, type PendingSignIn } from "./oauth.ts";

interface BrowserWayParts {
  /** Whose metadata name the issuer. */
  readonly mcpUrl: string;
  /** Where the person comes back to: exactly this is registered. */
  readonly redirectUri: string;
  /** Opens a way to the account host for one exchange. */
  openTransport(): Transport;
}

/** How long a person may take, ms. */
const life = 10 * 60_000;

/** Signing in through the person's browser, by a code and PKCE. */
export function browserWay({ mcpUrl, redirectUri, openTransport }: BrowserWayParts): BrowserWay {
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
        const register = () => registerClient(issuer, redirectUri, asking);
        const clientId = await clientAt(issuer, redirectUri, { notes, register });
        const { address, pending } = beginSignIn(issuer, { clientId, redirectUri, randomHex });
        return { state: pending.state, address, until: now() + life, own: JSON.stringify(pending) };
      }),
    finish: ({ own }, back, { now, signal }) =>
      // Only `start` writes it.
      over((transport) => finishSignIn(JSON.parse(own) as PendingSignIn, back, { transport, now, signal })),
  };
}

interface Registering extends Pick<DriverContext, "notes"> {
  register(): Promise<string>;
}

/** We register once with an issuer for a return address: tokens can be refreshed only as the client they were given to. */
async function clientAt({ issuer }: Issuer, redirectUri: string, { notes, register }: Registering): Promise<string> {
  const key = `oauth-client:${digestOf(`${issuer} ${redirectUri}`)}`;
  const known = await notes.read(key);
  if (known !== undefined) return known;
  const clientId = await register();
  await notes.write(key, clientId);
  return clientId;
}

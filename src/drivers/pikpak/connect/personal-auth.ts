import type { DriverContext, Vault } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import type { Auth } from "../auth.ts";
import { digestOf } from "../sign-ins.ts";
import { claimsIn } from "./claims.ts";

/** Authentication by a personal access token: it is never renewed, and once it has ended nobody is asked any more. */
export interface PersonalAuth extends Auth {
  /** The service refuses it for good: from now on every call ends unasked, also after a restart. */
  end(): Promise<void>;
}

interface PersonalAuthParts {
  readonly vault: Vault;
  readonly context: Pick<DriverContext, "now">;
}

export function createPersonalAuth({ vault, context }: PersonalAuthParts): PersonalAuth {
  const ended = (message: string) => new StorageError("token-ended", { message });
  return {
    async session(signal) {
      signal?.throwIfAborted();
      const { personalToken: token, endedToken } = await vault.read();
      if (token === undefined) throw ended("there is no access token");
      if (endedToken === digestOf(token)) throw ended("the access token was refused before");
      const claims = claimsIn(token);
      if (claims?.endsAt !== undefined && claims.endsAt <= context.now()) throw ended("the access token is over");
      return { accessToken: token, userId: claims?.subject ?? "" };
    },
    renew: () => Promise.reject(ended("PikPak refused the access token")),
    settled: async () => undefined,
    async end() {
      const { personalToken: token } = await vault.read();
      if (token !== undefined) await vault.write({ endedToken: digestOf(token) });
    },
  };
}

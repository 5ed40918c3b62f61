import type { World } from "../../emulators/world.ts";
import type { Lives } from "./presses.ts";

type Who = keyof World["shelf"]["accounts"];

/** How often people gave their password, and how often PikPak was given it. */
export interface SignIns {
  /** Somebody gave it once more. */
  asked(who: Who): void;
  /** Whose account was signed in to more often: a refresh token was lost, or a form was handed in twice. */
  tooMany(): readonly string[];
}

/** What PikPak gave for a refresh token, and nobody has used yet: a token is used only when it is kept. */
interface Refreshed {
  readonly at: number;
  readonly username: string;
}

/** Counts them from now on, by account. */
export function watchSignIns({ pikpak: { tokens, state }, shelf }: World, lives: Lives): SignIns {
  const wanted = new Map<string, number>();
  const made = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  /** By access token: an account may be several drives. */
  const refreshed = new Map<string, Refreshed>();
  const { signIn, refresh, find } = tokens;
  tokens.find = (authorization) => {
    refreshed.delete(authorization.replace(/^Bearer /, ""));
    return find(authorization);
  };
  tokens.refresh = (body) => {
    const granted = refresh(body);
    const account = [...state.accounts.values()].find(({ userId }) => "sub" in granted && granted.sub === userId);
    if (account && "access_token" in granted)
      refreshed.set(String(granted.access_token), { at: Date.now(), username: account.username });
    return granted;
  };
  tokens.signIn = (body, headers) => {
    const name = String(body["username"]);
    // Killed before it was kept: what only PikPak knows nobody can bring back, so the password is used once more.
    const lost = [...refreshed].find(([, { at, username }]) => username === name && lives.endedWithin(at, Date.now()));
    if (lost) refreshed.delete(lost[0]);
    else count(made, name);
    return signIn(body, headers);
  };
  return {
    asked: (who) => count(wanted, shelf.accounts[who].username),
    tooMany: () =>
      [...made].flatMap(([name, times]) =>
        times > (wanted.get(name) ?? 0)
          ? [`${name} was signed in ${times} times, and gave the password ${wanted.get(name) ?? 0} times`]
          : [],
      ),
  };
}

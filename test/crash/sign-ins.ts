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

/**
 * Milliseconds after PikPak has made an account's next refresh token in which the process may die before it has it on the
 * disk. What only PikPak knows nobody can bring back: the password, where it is kept, is used once more.
 */
const onItsWay = 300;

/** Counts them from now on, by account. */
export function watchSignIns({ pikpak: { tokens, state }, shelf }: World, lives: Lives): SignIns {
  const wanted = new Map<string, number>();
  const made = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const refreshed = new Map<string, number>();
  const { signIn, refresh } = tokens;
  tokens.refresh = (body) => {
    const granted = refresh(body);
    const account = [...state.accounts.values()].find(({ userId }) => "sub" in granted && granted.sub === userId);
    if (account) refreshed.set(account.username, Date.now());
    return granted;
  };
  tokens.signIn = (body, headers) => {
    const name = String(body["username"]);
    const last = refreshed.get(name);
    const isLost = last !== undefined && lives.endedWithin(last, last + onItsWay);
    refreshed.delete(name);
    if (!isLost) count(made, name);
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

import type { World } from "../../emulators/world.ts";

type Who = keyof World["shelf"]["accounts"];

/** How often people gave their password, and how often PikPak was given it. */
export interface SignIns {
  /** Somebody gave it once more. */
  asked(who: Who): void;
  /** Whose account was signed in to more often: a refresh token was lost, or a form was handed in twice. */
  tooMany(): readonly string[];
}

/** Counts them from now on, by account. */
export function watchSignIns({ pikpak: { tokens }, shelf }: World): SignIns {
  const wanted = new Map<string, number>();
  const made = new Map<string, number>();
  const count = (counts: Map<string, number>, name: string) => void counts.set(name, (counts.get(name) ?? 0) + 1);
  const { signIn } = tokens;
  tokens.signIn = (body, headers) => {
    count(made, String(body["username"]));
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

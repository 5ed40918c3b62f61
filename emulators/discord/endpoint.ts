import { generateKeyPairSync, sign } from "node:crypto";
import { answerInteraction } from "./interactions.ts";
import { Refusal, refusals } from "./refusal.ts";
import { isObject } from "./schema.ts";
import type { Interaction, Json, State } from "./state.ts";

/** The app's interactions endpoint: where interactions are sent instead of over the socket, each signed with Ed25519. */
export interface Endpoint {
  /** What the app verifies signatures with, as hex: 32 bytes. */
  readonly verifyKey: string;
  /** Absent = interactions go over the socket. */
  url(): string | undefined;
  /** Sets the address after it answered a PING and refused one with a wrong signature; null = over the socket again. Throws a `Refusal`. */
  change(url: string | null): Promise<void>;
  /** Sends an interaction there; what comes back as the answer's body is its first response. */
  deliver(interaction: Interaction, shape: Json): Promise<void>;
  /** The same signed request again, as somebody who recorded it would send it; its status. */
  replay(): Promise<number>;
}

interface Signed {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The endpoint of one app. It is asked on loopback alone: nothing here leaves the machine. */
export function createEndpoint(state: State, answerWithin: number): Endpoint {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  // The raw key is the end of its SubjectPublicKeyInfo.
  const verifyKey = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
  let current: string | undefined;
  let last: Signed | undefined;
  const signed = (body: string): Signed => {
    const timestamp = String(Math.floor(state.clock.now() / 1000));
    const signature = sign(undefined, Buffer.from(timestamp + body), privateKey).toString("hex");
    return { body, headers: { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp } };
  };
  const post = (url: string, { body, headers }: Signed) =>
    fetch(url, {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "user-agent": "Discord-Interactions/1.0 (+https://discord.com)",
        ...headers,
      },
      redirect: "manual",
      signal: AbortSignal.timeout(answerWithin),
    });
  const passes = async (url: string): Promise<boolean> => {
    const ping = signed(JSON.stringify({ ...pingShape(state), application_id: state.bot.id }));
    const forged = { ...ping, headers: { ...ping.headers, "x-signature-ed25519": "0".repeat(128) } };
    const answer = await post(url, ping);
    const pong: unknown = await answer.json().catch(() => undefined);
    const refused = await post(url, forged);
    return answer.status === 200 && isObject(pong) && pong["type"] === 1 && refused.status === 401;
  };
  return {
    verifyKey,
    url: () => current,
    async change(url) {
      if (url !== null && !(isLoopback(url) && (await passes(url).catch(() => false)))) throw unverified();
      current = url ?? undefined;
      state.changed();
    },
    async deliver(interaction, shape) {
      if (current === undefined) return;
      last = signed(JSON.stringify(shape));
      const answer = await post(current, last).catch(() => undefined);
      const text = await answer?.text().catch(() => "");
      // 202 without a body: the first response comes by the callback.
      if (!answer || answer.status === 202 || text === undefined) return;
      if (answer.status !== 200) return void (interaction.state = "failed");
      takeFirst(state, interaction, text);
    },
    async replay() {
      if (current === undefined || !last) throw new Error("nothing was sent to an endpoint yet");
      return (await post(current, last)).status;
    },
  };
}

/** A first response in the body of the answer, held to what the callback is held to. */
function takeFirst(state: State, interaction: Interaction, text: string): void {
  try {
    const body: unknown = JSON.parse(text);
    answerInteraction(state, interaction, { body, uploads: [] });
  } catch (error) {
    interaction.state = "failed";
    const why = error instanceof Refusal ? `${error.code} ${error.message}` : "no JSON";
    state.complaints.push(`the answer of the interactions endpoint was refused: ${why}`);
  }
  state.changed();
}

function pingShape(state: State): Json {
  return { id: state.id(), type: 1, token: state.secret(48), version: 1, entitlements: [], user: null };
}

function unverified(): Refusal {
  return refusals.invalidForm([
    {
      path: ["interactions_endpoint_url"],
      code: "APPLICATION_INTERACTIONS_ENDPOINT_URL_INVALID",
      message: "The specified interactions endpoint url could not be verified.",
    },
  ]);
}

function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(new URL(url).hostname);
}

import { z } from "zod";
import type { ApprovalOutcome, ApprovalWay, DriverContext, PendingApproval } from "../../../storage/driver.ts";
import { StorageError } from "../../../storage/error.ts";
import { readReply, reactTo, type Reply } from "../failure.ts";
import type { Transport } from "../transport.ts";
import { readGranted } from "./granted.ts";

interface DeviceApprovalParts {
  readonly userUrl: string;
  /** The client the person is asked to approve. */
  readonly clientId: string;
  /** Opens a way to the account host for one exchange. */
  openTransport(): Transport;
}

const begun = z.looseObject({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.string().catch(""),
  verification_url: z.string().catch(""),
  verification_uri_complete: z.string().catch(""),
  expires_in: z.coerce.number().positive().catch(120),
  interval: z.coerce.number().positive().catch(5),
});

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
/** What "slow down" adds to the interval, ms (RFC 8628, section 3.5). */
const slower = 5000;

/** Signing in by approving a code in PikPak. */
export function deviceApproval(parts: DeviceApprovalParts): ApprovalWay {
  return {
    async start({ now, randomHex, signal }) {
      const deviceId = randomHex(16);
      const body = { client_id: parts.clientId, scope: "user" };
      const reply = await ask(parts, { path: "/v1/auth/device/code", body, deviceId, now, signal });
      if (reply.is === "failure") throw startRefused(reply);
      if (reply.is === "garbled") throw new StorageError("approval-refused", { message: `status ${reply.status}` });
      return pendingIn(reply.body, { deviceId, clientId: parts.clientId, now });
    },
    async poll(pending, { now, signal }) {
      if (now() >= pending.until) return { state: "over" };
      if (now() < pending.nextPoll) return { state: "waiting", pending };
      const { deviceId, clientId, deviceCode } = pending;
      const body = { grant_type: grantType, device_code: deviceCode, client_id: clientId };
      const reply = await ask(parts, { path: "/v1/auth/token", body, deviceId, now, signal });
      if (reply.is === "answer") {
        const to = { way: "approval", clientId, deviceId } as const;
        return { state: "approved", ...readGranted(reply.body, to, { now }) };
      }
      return outcomeOf(reply, { ...pending, nextPoll: now() + pending.interval });
    },
  };
}

interface Beginning {
  readonly deviceId: string;
  readonly clientId: string;
  now(): number;
}

function pendingIn(body: unknown, { deviceId, clientId, now }: Beginning): PendingApproval {
  const read = begun.safeParse(body);
  if (!read.success) throw new StorageError("approval-refused", { message: "no device code", cause: read.error });
  const { device_code, user_code, verification_uri, verification_url, verification_uri_complete, ...times } = read.data;
  const address = verification_uri || verification_url || verification_uri_complete;
  if (!isPage(address)) throw new StorageError("approval-refused", { message: "no address to approve at" });
  return {
    deviceCode: device_code,
    userCode: user_code,
    address,
    direct: isPage(verification_uri_complete) ? verification_uri_complete : address,
    until: now() + times.expires_in * 1000,
    interval: times.interval * 1000,
    nextPoll: now() + times.interval * 1000,
    deviceId,
    clientId,
  };
}

function isPage(address: string): boolean {
  return /^https?:$/.test(URL.parse(address)?.protocol ?? "");
}

/** That the service does not begin it is told as that, with what it may still be waited for. */
function startRefused({ failure }: Extract<Reply, { is: "failure" }>): StorageError {
  const reaction = reactTo(failure);
  if (reaction.react === "cool-down") return new StorageError("too-frequent", { retryAfter: reaction.ms });
  const message = `PikPak began no approval: ${failure.status} ${failure.error} (${failure.code})`;
  return new StorageError("approval-refused", { message });
}

/** A refusal in a word nobody knows is no decision; any other status than 400 ends the waiting. */
function outcomeOf(reply: Exclude<Reply, { is: "answer" }>, pending: PendingApproval): ApprovalOutcome {
  if (reply.is === "garbled") {
    if (reply.status >= 500) return { state: "waiting", pending };
    throw new StorageError("upstream", { message: `an approval was answered ${reply.status} without JSON` });
  }
  const { error, status, retryAfter } = reply.failure;
  switch (error) {
    case "slow_down":
      return { state: "waiting", pending: slowed(pending) };
    case "expired_token":
    case "invalid_grant":
      return { state: "over" };
    case "access_denied":
      return { state: "denied" };
    default:
      if (status === 429 || status >= 500) return { state: "waiting", pending: slowed(pending, retryAfter) };
      if (status === 400) return { state: "waiting", pending };
      throw new StorageError("approval-refused", { message: `an approval was answered ${status} ${error}` });
  }
}

function slowed(pending: PendingApproval, retryAfter = 0): PendingApproval {
  const more = Math.max(slower, retryAfter);
  return { ...pending, interval: pending.interval + slower, nextPoll: pending.nextPoll + more };
}

interface Question extends Pick<DriverContext, "now"> {
  readonly path: string;
  readonly body: object;
  readonly deviceId: string;
  readonly signal?: AbortSignal | undefined;
}

async function ask(parts: DeviceApprovalParts, { path, body, deviceId, now, signal }: Question): Promise<Reply> {
  const transport = parts.openTransport();
  try {
    const headers = { "x-client-id": parts.clientId, "x-device-id": deviceId };
    const url = `${parts.userUrl}${path}`;
    const received = await transport.send({ method: "POST", url, headers, body, signal }, now());
    return readReply({ ...received, mayBeEmpty: false });
  } finally {
    await transport.close();
  }
}

/** The switches of connected apps: tokens, approval flows and the hosted MCP server. What nobody recorded has one. */
export interface ConnectRules {
  /** Personal access tokens are taken on the drive API; where not, the MCP server alone takes them. */
  patOnDrive: boolean;
  /** How the drive API refuses what a token is not allowed. */
  scopeRefusal: "forbidden" | "unauthenticated";
  /** Personal access tokens can be taken back at the revocation endpoint. */
  patsRevocable: boolean;
  /** Seconds a device code lives, and has to pass between two polls. */
  deviceLife: number;
  deviceInterval: number;
  /** Under which key the metadata name the device endpoint. */
  deviceKey: "device_authorization_endpoint" | "device_code_endpoint";
  /** New clients may register themselves. */
  registrationOpen: boolean;
  /** The return address is told the issuer. */
  authorizationIss: boolean;
  mcpEra: "legacy" | "modern" | "both";
  /** `noisy` = a stream with a priming event, comments and a notification before the answer. */
  mcpAnswers: "json" | "sse" | "noisy";
  /** The legacy server keeps sessions. */
  mcpSessions: boolean;
  /** The newest handshake version it agrees to. */
  mcpVersion: string;
  mcpContent: "both" | "structured" | "text";
  /** Calls whose answer nobody needs are answered with a sentence instead of JSON. */
  mcpProse: boolean;
  /** Tools a token may not use are left out of the list. */
  mcpHidesTools: boolean;
  mcpMissingTools: string[];
  /** `mkdir.parent` → the name the server has for it instead. */
  mcpRenamed: Record<string, string>;
  /** Tools on a page of the list; 0 = all. */
  mcpToolPage: number;
  mcpRepeatToken: boolean;
  /** Every page of `ls` holds half of what was asked for, also where more would fit. */
  mcpShortPages: boolean;
  mcpProgress: "percent" | "number" | "empty" | "null";
  mcpStatus: "label" | "bare";
  mcpTaskId: "task_id" | "id" | "both" | "none";
  /** How what a token is not allowed is refused. */
  mcpDeniedAs: "result" | "http";
  /** How arguments that do not fit the schema are refused. */
  mcpArgumentsAs: "result" | "error";
  /** A full drive is told with the number of a missing permission. */
  mcpQuotaAs403: boolean;
  /** `get` with `raw` hands out links. */
  mcpLinks: boolean;
  mcpFolderClash: "number" | "refuse";
  /** What `task_rm` does with the files where `delete-files` is not sent. */
  mcpFilesByDefault: "keep" | "delete";
}

export function usualConnectRules(): ConnectRules {
  return {
    patOnDrive: true,
    scopeRefusal: "forbidden",
    patsRevocable: true,
    deviceLife: 600,
    deviceInterval: 5,
    deviceKey: "device_authorization_endpoint",
    registrationOpen: true,
    authorizationIss: true,
    mcpEra: "both",
    mcpAnswers: "json",
    mcpSessions: true,
    mcpVersion: "2025-11-25",
    mcpContent: "both",
    mcpProse: false,
    mcpHidesTools: false,
    mcpMissingTools: [],
    mcpRenamed: {},
    mcpToolPage: 0,
    mcpRepeatToken: false,
    mcpShortPages: false,
    mcpProgress: "percent",
    mcpStatus: "label",
    mcpTaskId: "task_id",
    mcpDeniedAs: "result",
    mcpArgumentsAs: "result",
    mcpQuotaAs403: false,
    mcpLinks: true,
    mcpFolderClash: "number",
    mcpFilesByDefault: "delete",
  };
}

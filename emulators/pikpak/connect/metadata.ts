import type { Bases } from "../place.ts";
import { deviceGrant } from "./grants.ts";
import type { ConnectRules } from "./rules.ts";

/** Who the protected resource is, and who gives tokens for it. */
export function resourceMetadata({ mcp, user }: Bases): object {
  return { resource: `${mcp}/mcp`, authorization_servers: [user], bearer_methods_supported: ["header"] };
}

/** The OpenID configuration, with what sources quoted of it and nothing else. */
export function issuerMetadata({ user, web }: Bases, rules: ConnectRules): object {
  return {
    issuer: user,
    authorization_endpoint: `${web}/drive/auth-center`,
    token_endpoint: `${user}/v1/auth/token`,
    revocation_endpoint: `${user}/v1/auth/revoke`,
    registration_endpoint: `${user}/v1/clients-registrations/openid-connect`,
    [rules.deviceKey]: `${user}/v1/auth/device/code`,
    grant_types_supported: ["authorization_code", "refresh_token", deviceGrant],
    code_challenge_methods_supported: ["S256"],
    response_types_supported: ["code"],
    token_endpoint_auth_methods_supported: ["none"],
    ...(rules.authorizationIss && { authorization_response_iss_parameter_supported: true }),
  };
}

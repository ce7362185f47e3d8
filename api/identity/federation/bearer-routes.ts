// Logins with a token of an identity provider (Identity API v3 extensions, "Request an unscoped OS-FEDERATION token").
import type { ApiRequest } from "../../http/request.ts";
import { publicRule, type Reply, type Route, route } from "../../http/route.ts";
import { viewToken } from "../token-view.ts";
import { bearerOf } from "./bearer.ts";
import { entrance, type FederationDeps, federatedLogin } from "./login.ts";

const path = "/v3/OS-FEDERATION/identity_providers/:idp/protocols/:protocol/auth";

export function bearerRoutes(deps: FederationDeps): Route[] {
  const handle = async (request: ApiRequest<{ idp: string; protocol: string }, unknown, unknown>): Promise<Reply> => {
    const way = entrance(deps, request.params.idp, request.params.protocol);
    const claims = await deps.relyingParty.claimsOfToken(way.provider, bearerOf(request));
    const { token, checked } = await federatedLogin(deps, way, claims);
    return { body: { token: viewToken(checked, undefined) }, headers: { "X-Subject-Token": token, Vary: "X-Auth-Token" } };
  };
  return [
    route({ method: "GET", path, policy: publicRule, status: 201, handle }),
    route({ method: "POST", path, policy: publicRule, status: 201, rawBody: true, handle }),
  ];
}

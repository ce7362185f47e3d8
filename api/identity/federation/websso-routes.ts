// Logins by browser for dashboards (Identity API v3 extensions, "Web Single Sign On authentication"): to the provider, back here, and on with a token.
import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { KumulusError } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import { seal, unseal } from "../../../domain/identity/sealed.ts";
import type { KubeClient } from "../../../operator/contract.ts";
import { sharedKey } from "../../../operator/shared-key.ts";
import type { ApiRequest } from "../../http/request.ts";
import { publicRule, type Reply, type Route, route } from "../../http/route.ts";
import { unauthorized } from "../tokens.ts";
import { federationID } from "./federation-id.ts";
import { entrance, type FederationDeps, federatedLogin } from "./login.ts";
import type { LoginChecks } from "./relying-party.ts";
import { handOver } from "./websso-page.ts";

export interface WebSSODeps extends FederationDeps {
  readonly client: KubeClient;
  /** Where tokens may be handed over to: Keystone's option trusted_dashboard. */
  trustedDashboards(): readonly string[];
}

const providerPath = "/v3/auth/OS-FEDERATION/identity_providers/:idp/protocols/:protocol/websso";
const originQuery = Type.Object({ origin: Type.String({ minLength: 1, maxLength: 2048 }) });
const cookieName = "kumulus_websso";
/** Time to log in at the provider. */
const patienceSeconds = 600;
const key = sharedKey({ name: "websso-key", namespace: systemNamespace });

interface Started extends LoginChecks {
  idp: string;
  protocol: string;
  origin: string;
  /** ms since 1970. */
  endsAt: number;
}

const random = () => randomBytes(32).toString("base64url");

function cookie(request: Pick<ApiRequest, "origin">, value: string, seconds: number): string {
  const secure = request.origin.startsWith("https:") ? "; Secure" : "";
  return `${cookieName}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure}`;
}

const callbackURL = (request: Pick<ApiRequest, "url">, idp: string, protocol: string) =>
  request.url(`/v3/auth/OS-FEDERATION/identity_providers/${idp}/protocols/${protocol}/websso/callback`);

async function start(
  deps: WebSSODeps,
  request: ApiRequest<object, { origin: string }, unknown>,
  idp: string,
  protocol: string,
): Promise<Reply> {
  const { origin } = request.query;
  if (!deps.trustedDashboards().includes(origin)) throw new KumulusError("Unauthorized", `${origin} is not a trusted dashboard host.`);
  const { provider } = entrance(deps, idp, protocol);
  const checks = { state: random(), nonce: random(), codeVerifier: random() };
  const location = await deps.relyingParty.loginURL(provider, callbackURL(request, idp, protocol), checks);
  const started: Started = { ...checks, idp, protocol, origin, endsAt: Date.now() + patienceSeconds * 1000 };
  const sealed = seal(JSON.stringify(started), await key(deps.client), cookieName);
  return {
    status: 302,
    headers: { Location: location.href, "Set-Cookie": cookie(request, sealed, patienceSeconds), "Cache-Control": "no-store" },
  };
}

async function startedBy(deps: WebSSODeps, request: ApiRequest<{ idp: string; protocol: string }>): Promise<Started> {
  const sealed = new RegExp(`(?:^|; )${cookieName}=([^;]+)`).exec(request.headers.cookie ?? "")?.[1];
  const text = sealed && unseal(sealed, await key(deps.client), cookieName);
  const started = text ? (JSON.parse(text) as Started) : undefined;
  const fits = started?.idp === request.params.idp && started.protocol === request.params.protocol;
  if (!started || !fits || started.endsAt < Date.now()) throw unauthorized();
  return started;
}

/** The only provider with that protocol; with several the client must say which. */
function onlyProvider({ federation }: WebSSODeps, protocolID: string): string {
  const able = federation.providers.list().filter((each) => federation.protocolsOf(each).some(({ spec }) => spec.protocol === protocolID));
  const [first] = able;
  if (first && able.length === 1) return federationID(first);
  throw new KumulusError(
    "NotFound",
    first
      ? `Several identity providers have the protocol ${protocolID}; use the address of one: /v3/auth/OS-FEDERATION/identity_providers/ID/protocols/${protocolID}/websso.`
      : `Could not find federated protocol ${protocolID}.`,
  );
}

export function webSSORoutes(deps: WebSSODeps): Route[] {
  return [
    route({
      method: "GET",
      path: "/v3/auth/OS-FEDERATION/websso/:protocol",
      policy: publicRule,
      query: originQuery,
      handle: (request) => start(deps, request, onlyProvider(deps, request.params.protocol), request.params.protocol),
    }),
    route({
      method: "GET",
      path: providerPath,
      policy: publicRule,
      query: originQuery,
      handle: (request) => start(deps, request, request.params.idp, request.params.protocol),
    }),
    route({
      method: "GET",
      path: `${providerPath}/callback`,
      policy: publicRule,
      async handle(request) {
        const { idp, protocol } = request.params;
        const started = await startedBy(deps, request);
        const way = entrance(deps, idp, protocol);
        const url = new URL(`${callbackURL(request, idp, protocol)}?${request.rawQuery}`);
        const claims = await deps.relyingParty.claimsOfLogin(way.provider, url, started);
        const { token } = await federatedLogin(deps, way, claims);
        const { content, headers } = handOver(started.origin, token);
        return { content, headers: { ...headers, "Set-Cookie": cookie(request, "", 0) } };
      },
    }),
  ];
}

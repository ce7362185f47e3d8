// A federated login: from the claims of an identity provider to a token of this cloud.
import { type Assertion, mapAssertion } from "../../../domain/identity/federation/mapping.ts";
import { readRules } from "../../../domain/identity/federation/rules.ts";
import type { FederationProtocol } from "../../../models/identity/federation-protocol.ts";
import type { IdentityProvider } from "../../../models/identity/identity-provider.ts";
import { type IssuedToken, type Tokens, unauthorized } from "../tokens.ts";
import { isEnabled } from "../world.ts";
import { memberOf } from "./members.ts";
import type { RelyingParty } from "./relying-party.ts";
import type { FederationWorld } from "./world.ts";

export interface FederationDeps {
  readonly federation: FederationWorld;
  readonly relyingParty: RelyingParty;
  readonly tokens: Tokens;
}

/** A provider's tokens are only taken from the issuers that it is known by, where such a list is given. */
function comesFrom({ spec }: IdentityProvider, { spec: { remoteIDAttribute = "iss" } }: FederationProtocol, claims: Assertion): boolean {
  const { remoteIDs = [] } = spec;
  return remoteIDs.length === 0 || remoteIDs.includes(String(claims[remoteIDAttribute]));
}

/** The way in by its ids; NotFound (404) for one that is not there, Unauthorized (401) for one that is switched off. */
export function entrance({ federation }: FederationDeps, idp: string, protocolID: string) {
  const provider = federation.provider(idp);
  const protocol = federation.protocol(provider, protocolID);
  if (!isEnabled(provider)) throw unauthorized();
  return { provider, protocol };
}

/** An unscoped token, as Keystone gives. Unauthorized (401) for claims by which somebody is nobody here. */
export async function federatedLogin(
  deps: FederationDeps,
  { provider, protocol }: { provider: IdentityProvider; protocol: FederationProtocol },
  claims: Assertion,
): Promise<IssuedToken> {
  const { federation, tokens } = deps;
  const mapping = federation.mappings.get(protocol.spec.mappingRef.name);
  const read = readRules(mapping?.spec.rules);
  const domain = provider.spec.domainRef && federation.identity.domains.get(provider.spec.domainRef.name);
  const mapped = "rules" in read && comesFrom(provider, protocol, claims) ? mapAssertion(read.rules, claims) : undefined;
  if (!mapped || !domain) throw unauthorized();
  const { authorizationTTLMinutes: ttl } = provider.spec;
  const untilMs = tokens.now() + (ttl === undefined ? tokens.lifetimeMs : ttl * 60_000);
  const until = new Date(untilMs).toISOString();
  const user = await memberOf(federation.identity, mapped, { provider, protocol, domain, until });
  return tokens.issue({ user, methods: [protocol.spec.protocol], scope: {}, notAfter: untilMs });
}

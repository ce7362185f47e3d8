// Asks identity providers by OpenID Connect who somebody is. openid-client speaks the protocol, jose checks tokens that are JWTs.
import type { JWTVerifyGetKey } from "jose";
import type { Configuration } from "openid-client";
import { isCode, KumulusError } from "../../../domain/errors.ts";
import { systemNamespace } from "../../../domain/id.ts";
import type { Assertion } from "../../../domain/identity/federation/mapping.ts";
import type { IdentityProvider, IdentityProviderOidc } from "../../../models/identity/identity-provider.ts";
import type { KubeClient, Log } from "../../../operator/contract.ts";
import { Secret } from "../../../operator/kube/core-kinds.ts";
import { lru } from "../../../operator/lru.ts";
import { unauthorized } from "../tokens.ts";
import { trusting } from "./trusting.ts";

/** What ties the answer of a login by browser to its question. */
export interface LoginChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

export interface RelyingParty {
  /** Claims of whom an access token of the provider's was made for. Unauthorized (401) for a token that it did not make for this cloud. */
  claimsOfToken(provider: IdentityProvider, token: string): Promise<Assertion>;
  /** Where a browser goes to log in. */
  loginURL(provider: IdentityProvider, redirectURI: string, checks: LoginChecks): Promise<URL>;
  /** Claims of whom the provider sent back to `url`. Unauthorized (401). */
  claimsOfLogin(provider: IdentityProvider, url: URL, checks: LoginChecks): Promise<Assertion>;
}

interface Connected {
  oidc: IdentityProviderOidc;
  configuration: Configuration;
  keys: JWTVerifyGetKey | undefined;
}

/** Providers change their keys and addresses: what they say of themselves is read again after this time. */
const freshMs = 10 * 60_000;
const mostProviders = 1_000;
const timeoutSeconds = 10;
const usualScopes = ["openid", "profile", "email"];

/** Loaded at the first federated login: clouds without federation do not pay for it. */
const libraries = async () => ({ client: await import("openid-client"), jose: await import("jose") });

async function secretOf(client: KubeClient, { clientSecretRef: ref }: IdentityProviderOidc): Promise<string | undefined> {
  if (!ref) return undefined;
  const secret = await client.get(Secret, { name: ref.name, namespace: systemNamespace }).catch((error: unknown) => {
    if (isCode(error, "NotFound")) return undefined;
    throw error;
  });
  const data = secret?.data?.[ref.key ?? "clientSecret"];
  if (data === undefined)
    throw new KumulusError("Unavailable", `The client secret of the identity provider is missing in Secret ${ref.name}.`);
  return Buffer.from(data, "base64").toString("utf8").trim();
}

async function connect(kube: KubeClient, oidc: IdentityProviderOidc): Promise<Connected> {
  const { client, jose } = await libraries();
  const secret = await secretOf(kube, oidc);
  const fetched = trusting(oidc.caBundle);
  const configuration = await client.discovery(
    new URL(oidc.issuer),
    oidc.clientID,
    undefined,
    secret === undefined ? client.None() : client.ClientSecretBasic(secret),
    {
      timeout: timeoutSeconds,
      // An issuer without TLS is the administrator's own choice.
      execute: oidc.issuer.startsWith("http:") ? [client.allowInsecureRequests] : [],
      ...(fetched && { [client.customFetch]: fetched }),
    },
  );
  const { jwks_uri: keysURL } = configuration.serverMetadata();
  const keys = keysURL ? jose.createRemoteJWKSet(new URL(keysURL), { ...(fetched && { [jose.customFetch]: fetched }) }) : undefined;
  return { oidc, configuration, keys };
}

/** Three parts with a header that names an algorithm: anything else is a token that only its provider can read. */
function isJWT(token: string): boolean {
  const [header = "", , third] = token.split(".");
  if (third === undefined) return false;
  try {
    return typeof (JSON.parse(Buffer.from(header, "base64url").toString("utf8")) as { alg?: unknown }).alg === "string";
  } catch {
    return false;
  }
}

/** A token that the provider made for another client must not let its holder in here. */
function isForUs({ clientID, audiences = [] }: IdentityProviderOidc, claims: Assertion): boolean {
  const named = [claims.aud, claims.azp, claims.client_id].flat().filter((each) => typeof each === "string");
  return named.some((each) => each === clientID || audiences.includes(each));
}

async function readToken({ oidc, configuration, keys }: Connected, token: string): Promise<Assertion> {
  const { client, jose } = await libraries();
  const { issuer, introspection_endpoint: introspection } = configuration.serverMetadata();
  if (isJWT(token) && keys) return (await jose.jwtVerify(token, keys, { issuer, clockTolerance: 30 })).payload;
  if (!introspection) throw unauthorized();
  const answer = await client.tokenIntrospection(configuration, token);
  if (!answer.active) throw unauthorized();
  return { iss: oidc.issuer, ...answer };
}

/** The userinfo endpoint knows more than most access tokens; one that may not ask it says what it says. */
async function withUserInfo({ configuration }: Connected, token: string, claims: Assertion): Promise<Assertion> {
  if (!configuration.serverMetadata().userinfo_endpoint || typeof claims.sub !== "string") return claims;
  const { client } = await libraries();
  const more = await client.fetchUserInfo(configuration, token, claims.sub).catch(() => ({}));
  return { ...more, ...claims };
}

export function relyingParty(kube: KubeClient, log: Log): RelyingParty {
  const connections = lru<string, Promise<Connected>>(mostProviders, freshMs);

  function connectionTo({ metadata, spec: { oidc } }: IdentityProvider): Promise<Connected> {
    if (!oidc) throw new KumulusError("Unauthorized", `Identity provider ${metadata.name} has no spec.oidc.`);
    const key = `${metadata.uid}/${metadata.resourceVersion}`;
    const known = connections.get(key);
    if (known) return known;
    const made = connect(kube, oidc);
    connections.set(key, made);
    made.catch((error: unknown) => {
      connections.delete(key);
      log.warn({ provider: metadata.name, error: (error as Error).message }, "the identity provider can not be asked");
    });
    return made.catch((error: unknown) => {
      if (error instanceof KumulusError) throw error;
      throw new KumulusError("Unavailable", "The identity provider can not be reached.");
    });
  }

  /** What the provider or the library refuses is a failed login; why is only logged: it may hold parts of tokens, which it does not name. */
  async function judged<T>(provider: IdentityProvider, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KumulusError) throw error;
      log.info(
        { provider: provider.metadata.name, reason: (error as { code?: string }).code ?? (error as Error).name },
        "a federated login failed",
      );
      throw unauthorized();
    }
  }

  return {
    async claimsOfToken(provider, token) {
      const connected = await connectionTo(provider);
      return judged(provider, async () => {
        const claims = await readToken(connected, token);
        if (!isForUs(connected.oidc, claims)) throw unauthorized();
        return withUserInfo(connected, token, claims);
      });
    },
    async loginURL(provider, redirectURI, { state, nonce, codeVerifier }) {
      const { oidc, configuration } = await connectionTo(provider);
      const { client } = await libraries();
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectURI,
        scope: (oidc.scopes ?? usualScopes).join(" "),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: "S256",
      });
    },
    async claimsOfLogin(provider, url, { state, nonce, codeVerifier }) {
      const connected = await connectionTo(provider);
      return judged(provider, async () => {
        const { client } = await libraries();
        const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier, idTokenExpected: true };
        const tokens = await client.authorizationCodeGrant(connected.configuration, url, checks);
        return withUserInfo(connected, tokens.access_token, { ...tokens.claims() });
      });
    },
  };
}

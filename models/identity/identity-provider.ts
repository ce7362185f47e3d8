// Generated from crds/identity/identity-provider.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta } from "../kind.ts";

/** Who vouches for federated users (Keystone identity provider). */
export interface IdentityProvider extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "IdentityProvider";
  metadata: ObjectMeta;
  spec: IdentityProviderSpec;
  status?: IdentityProviderStatus;
}

export const IdentityProvider: Kind<IdentityProvider> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "IdentityProvider",
  plural: "identityproviders",
  namespaced: false,
});

/** What the user wants. */
export interface IdentityProviderSpec {
  /** Free text for people. */
  description?: string;
  /** A disabled one lets nobody in, and the tokens of its users are dead. */
  enabled?: boolean;
  /** The Domain of its users. A domain of its own is made for it by the API when it is left out there. */
  domainRef?: LocalRef;
  /** Names by which it calls itself, such as the issuer of an OpenID provider. Unique among all providers. */
  remoteIDs?: string[];
  /** How long groups that a login brought hold, in minutes. Its tokens end with them. Absent: as long as the token. */
  authorizationTTLMinutes?: number;
  /** How it is asked by OpenID Connect. Without it no protocol of it can be used. */
  oidc?: IdentityProviderOidc;
}

/** How it is asked by OpenID Connect. Without it no protocol of it can be used. */
export interface IdentityProviderOidc {
  /** URL of the issuer; its discovery document is below it. */
  issuer: string;
  /** This cloud's client id there. */
  clientID: string;
  /** The Secret in the system namespace with the client's secret. A public client has none. */
  clientSecretRef?: IdentityProviderOidcClientSecretRef;
  /** Scopes that are asked for at a login by browser; openid, profile and email unless said. */
  scopes?: string[];
  /** Audiences of access tokens that are taken besides the client id. */
  audiences?: string[];
  /** PEM certificates of who signed the issuer's; the usual ones when absent. */
  caBundle?: string;
}

/** The Secret in the system namespace with the client's secret. A public client has none. */
export interface IdentityProviderOidcClientSecretRef {
  /** Name of the Secret. */
  name: string;
  /** Key inside the Secret. */
  key?: string;
}

/** What the controllers have seen and decided. */
export interface IdentityProviderStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
}

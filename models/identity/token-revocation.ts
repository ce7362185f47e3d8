// Generated from crds/identity/token-revocation.yaml by `npm run generate`; do not edit.
import type { Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** One token that was revoked before its time. Its name is the token's audit id. */
export interface TokenRevocation extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "TokenRevocation";
  metadata: ObjectMeta;
  spec: TokenRevocationSpec;
  status?: TokenRevocationStatus;
}

export const TokenRevocation: Kind<TokenRevocation> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "TokenRevocation",
  plural: "tokenrevocations",
  namespaced: false,
});

/** What was revoked. */
export interface TokenRevocationSpec {
  /** When the token ends by itself. This object is not needed any more then. */
  expiresAt: string;
}

export interface TokenRevocationStatus {
}

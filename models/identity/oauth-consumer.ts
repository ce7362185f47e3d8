// Generated from crds/identity/oauth-consumer.yaml by `npm run generate`; do not edit.
import type { Kind, KubeObject, ObjectMeta } from "../kind.ts";

/** A program that may ask for OAuth 1.0a access (Keystone OS-OAUTH1 consumer). Its secret is in a Secret of the system namespace. */
export interface OAuthConsumer extends KubeObject {
  apiVersion: "identity.kumulus.cloud/v1alpha1";
  kind: "OAuthConsumer";
  metadata: ObjectMeta;
  spec: OAuthConsumerSpec;
  status?: OAuthConsumerStatus;
}

export const OAuthConsumer: Kind<OAuthConsumer> = Object.freeze({
  group: "identity.kumulus.cloud",
  version: "v1alpha1",
  kind: "OAuthConsumer",
  plural: "oauthconsumers",
  namespaced: false,
});

/** What the user wants. */
export interface OAuthConsumerSpec {
  /** Free text for people. */
  description?: string;
}

export interface OAuthConsumerStatus {
}

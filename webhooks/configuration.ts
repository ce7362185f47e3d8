// The ValidatingWebhookConfiguration that makes the API server ask us. Pure.

import { createdAnnotation } from "../domain/id.ts";
import type { ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { guardWebhooks } from "./guard/configuration.ts";
import type { Rules } from "./rules.ts";

/** How the API server reaches us: a URL on one machine, a Service in a cluster. */
export type WebhookTarget = { url: string } | { service: { name: string; namespace: string; port?: number } };

export const configurationName = "kumulus";
export const reviewPath = "/validate";

/** Without a CA that field is not ours: cert-manager writes it. */
function clientConfig(target: WebhookTarget, ca: string | undefined, path: string) {
  const trust = ca === undefined ? {} : { caBundle: Buffer.from(ca).toString("base64") };
  if ("url" in target) return { url: `${target.url}${path}`, ...trust };
  return { service: { port: 443, ...target.service, path }, ...trust };
}

/**
 * One webhook for all kinds, and the guards. Status, finalizers, labels and owners never reach us: subresources are not listed, and the match conditions, which the API
 * server decides itself, leave out updates that do not change the spec, objects that are being deleted, deletions that would not be judged, and what an administrator restores. So controllers work while we are down.
 */
export function desiredConfiguration(
  rules: readonly Rules[],
  target: WebhookTarget,
  ca: string | undefined,
  strictDeleters: readonly string[],
): ValidatingWebhookConfiguration {
  const all = ["CREATE", "UPDATE", "DELETE"] as const;
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: configurationName },
    webhooks: [
      {
        name: "validate.kumulus.cloud",
        admissionReviewVersions: ["v1"],
        clientConfig: clientConfig(target, ca, reviewPath),
        failurePolicy: "Fail",
        matchPolicy: "Equivalent",
        sideEffects: "NoneOnDryRun", // a reservation is kept for what is really made
        timeoutSeconds: 10,
        rules: rules.map((rule) => ({
          apiGroups: [rule.kind.group],
          apiVersions: [rule.kind.version],
          resources: [rule.kind.plural],
          operations: all.filter((operation) => operation !== "DELETE" || rule.remove || rule.quota),
          scope: rule.kind.namespaced ? "Namespaced" : "Cluster",
        })),
        matchConditions: [
          { name: "spec-changes", expression: "request.operation != 'UPDATE' || object.spec != oldObject.spec" },
          {
            name: "judged-deletions",
            expression: `request.operation != 'DELETE' || request.userInfo.username in ${JSON.stringify(strictDeleters)}`,
          },
          {
            // What `kumulus restore` brings back was judged when it was made: limits may have changed since, and what it names may come after it.
            name: "not-restored",
            expression: `request.operation != 'CREATE' || !has(object.metadata.annotations) || !('${createdAnnotation}' in object.metadata.annotations) || !authorizer.group('kumulus.cloud').resource('restores').check('create').allowed()`,
          },
          { name: "stays", expression: "request.operation != 'UPDATE' || !has(object.metadata.deletionTimestamp)" },
        ],
      },
      ...guardWebhooks((path) => clientConfig(target, ca, path)),
    ],
  };
}

// What admission may ask of the API server: it reads, and keeps its certificate and its configuration.
import { inSystem, type Right, right } from "../domain/rights.ts";
import { Secret, ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { otherKinds } from "./admission.ts";
import { configurationName } from "./configuration.ts";
import { allRules } from "./kinds.ts";
import { certificateSecret } from "./tls/certificate.ts";

export const webhookRights: readonly Right[] = [
  // The caches, and what they may not show yet.
  ...[...allRules.map(({ kind }) => kind), ...otherKinds].map((kind) => right(kind, "get", "list", "watch")),
  // Whoever installs us makes the object: it goes with the installation, and its content is ours.
  { ...right(ValidatingWebhookConfiguration, "patch"), names: [configurationName] },
  inSystem(right(Secret, "create")),
  inSystem(right(Secret, "get", "update"), certificateSecret),
];

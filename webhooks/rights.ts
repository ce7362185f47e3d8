// What admission may ask of the API server: it reads, and keeps its certificate and its configuration.
import { inSystem, type Right, right } from "../domain/rights.ts";
import type { Kind } from "../models/kind.ts";
import { Lease, Secret, ValidatingWebhookConfiguration } from "../operator/kube/core-kinds.ts";
import { otherKinds } from "./admission.ts";
import { configurationName } from "./configuration.ts";
import { allRules } from "./kinds.ts";
import { leaseName } from "./quota/account.ts";
import { certificateSecret } from "./tls/certificate.ts";

export const webhookRights: readonly Right[] = [
  // The caches, and what they may not show yet.
  ...[...allRules.map(({ kind }) => kind), ...otherKinds].map((kind) => right(kind, "get", "list", "watch")),
  // The accounts of quotas, one in each project's namespace, made at need.
  right(Lease as Kind, "create"),
  { ...right(Lease as Kind, "get", "update"), names: [leaseName] },
  // Whoever installs us makes the object: it goes with the installation, and its content is ours.
  { ...right(ValidatingWebhookConfiguration, "patch"), names: [configurationName] },
  inSystem(right(Secret, "create")),
  inSystem(right(Secret, "get", "update"), certificateSecret),
];

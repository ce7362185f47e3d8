// The webhooks that guard what members of a project may not set. The API server calls them for nobody else. Pure.
import { kindRules, restricted } from "../../domain/identity/tenant-rights.ts";
import type { Level } from "./fields.ts";

export const guardPath = "/guard/";
export const levels: readonly Level[] = ["manage", "administer"];

const rulesOf = () =>
  [...Map.groupBy(kindRules, ({ kind }) => kind.group)].map(([group, kinds]) => ({
    apiGroups: [group],
    apiVersions: [...new Set(kinds.map(({ kind }) => kind.version))],
    resources: kinds.map(({ kind }) => kind.plural),
    operations: ["CREATE" as const, "UPDATE" as const],
    scope: "Namespaced" as const,
  }));

/** `clientConfig` says how the API server reaches a path of ours. */
export const guardWebhooks = <C>(clientConfig: (path: string) => C) =>
  levels.map((level) => ({
    name: `${level}.kumulus.cloud`,
    admissionReviewVersions: ["v1"],
    clientConfig: clientConfig(`${guardPath}${level}`),
    failurePolicy: "Fail" as const,
    matchPolicy: "Equivalent" as const,
    sideEffects: "None" as const,
    timeoutSeconds: 10,
    rules: rulesOf(),
    matchConditions: [
      {
        // Kubernetes' own controllers take off their finalizers and owners, and must not wait for us.
        name: "somebody-else",
        expression:
          "request.userInfo.username != 'system:kube-controller-manager' && !request.userInfo.username.startsWith('system:serviceaccount:kube-system:')",
      },
      {
        name: "not-allowed",
        expression: `!authorizer.group('${restricted.group}').resource('${restricted.resource}').namespace(request.namespace).check('${level}').allowed()`,
      },
    ],
  }));

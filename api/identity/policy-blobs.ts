// Keystone v3 /policies: texts that it keeps for services. Kumulus reads none of them.
import { Type } from "typebox";
import { idOf, newMetadata } from "../../domain/id.ts";
import type { Policy } from "../../models/identity/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Store } from "../http/store.ts";
import { patched } from "./input.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";

const createFields = Type.Object({
  type: Type.String({ minLength: 1, maxLength: 255 }),
  blob: Type.String({ maxLength: 262_144 }),
});
const updateFields = Type.Partial(createFields);

function viewPolicy(policy: Policy, request: Pick<ApiRequest, "url">) {
  const id = idOf(policy);
  return { id, type: policy.spec.type, blob: policy.spec.blob, links: { self: request.url(`/v3/policies/${id}`) } };
}

const policies = (store: Store<Policy>): IdentityResource<Policy, typeof createFields, typeof updateFields> => ({
  singular: "policy",
  plural: "policies",
  path: "/v3/policies",
  source: store,
  createFields,
  updateFields,
  filters: ["type"],
  list: () => store.list(),
  view: viewPolicy,
  target: () => ({}),
  make: ({ type, blob }) => ({
    apiVersion: "identity.kumulus.cloud/v1alpha1",
    kind: "Policy",
    metadata: newMetadata("policy"),
    spec: { type, blob },
  }),
  change:
    ({ type, blob }) =>
    (draft) => {
      draft.spec = patched(draft.spec, { type, blob });
    },
});

export const policyRoutes = (store: Store<Policy>) => resourceRoutes(policies(store));

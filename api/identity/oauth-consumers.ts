// Keystone v3 /OS-OAUTH1/consumers. Their secrets are in Secrets that go with them, and are shown once.
import { randomBytes } from "node:crypto";
import { Type } from "typebox";
import { idOf, newMetadata, systemNamespace } from "../../domain/id.ts";
import type { OAuthConsumer } from "../../models/identity/oauth-consumer.ts";
import type { KubeClient } from "../../operator/contract.ts";
import { Secret } from "../../operator/kube/core-kinds.ts";
import type { ApiRequest } from "../http/request.ts";
import { route } from "../http/route.ts";
import type { Store } from "../http/store.ts";
import { defined, description, patched } from "./input.ts";
import { ownedSecret } from "./owned-secret.ts";
import { type IdentityResource, resourceRoutes } from "./resource.ts";

const fields = Type.Object({ description, secret: Type.Optional(Type.Never()) });
const createBody = Type.Object({ consumer: fields });

function viewConsumer(consumer: OAuthConsumer, request: Pick<ApiRequest, "url">) {
  const id = idOf(consumer);
  return { id, description: consumer.spec.description ?? null, links: { self: request.url(`/v3/OS-OAUTH1/consumers/${id}`) } };
}

const newConsumer = (about: string | null | undefined): OAuthConsumer => ({
  apiVersion: "identity.kumulus.cloud/v1alpha1",
  kind: "OAuthConsumer",
  metadata: newMetadata("consumer"),
  spec: defined({ description: about ?? undefined }),
});

const consumers = (store: Store<OAuthConsumer>): IdentityResource<OAuthConsumer, typeof fields, typeof fields> => ({
  singular: "consumer",
  plural: "consumers",
  path: "/v3/OS-OAUTH1/consumers",
  source: store,
  createFields: fields,
  updateFields: fields,
  filters: [],
  list: () => store.list(),
  view: viewConsumer,
  target: () => ({}),
  make: (input) => newConsumer(input.description),
  change: (input) => (draft) => {
    draft.spec = patched(draft.spec, { description: input.description });
  },
});

export function oauthConsumerRoutes(store: Store<OAuthConsumer>, client: KubeClient) {
  return [
    ...resourceRoutes(consumers(store)).filter(({ method }) => method !== "POST"),
    route({
      method: "POST",
      path: "/v3/OS-OAUTH1/consumers",
      policy: "identity:create_consumer",
      status: 201,
      body: createBody,
      async handle(request) {
        const consumer = await store.create(newConsumer(request.body.consumer.description));
        const secret = randomBytes(24).toString("hex");
        const name = `oauth-consumer-${consumer.metadata.name}`;
        await client.create(Secret, ownedSecret({ name, namespace: systemNamespace }, consumer, { secret }));
        return { body: { consumer: { ...viewConsumer(consumer, request), secret } } };
      },
    }),
  ];
}

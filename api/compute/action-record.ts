// Notes a verb on a server as a ServerAction: its place in the queue, and its line in os-instance-actions.
import { hashedName } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import type { ServerAction, ServerActionSpec } from "../../models/compute/server-action.ts";
import type { ApiRequest } from "../http/request.ts";
import type { ComputeWorld } from "./world.ts";

export type Asker = Pick<ApiRequest, "id" | "auth">;

/** Goes with its Server. */
export async function recordAction(
  world: ComputeWorld,
  { id, auth }: Asker,
  { metadata, apiVersion }: Server,
  what: Pick<ServerActionSpec, "action" | "rebootType">,
): Promise<ServerAction> {
  const { name, namespace, uid = "" } = metadata;
  return await world.actions.create({
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "ServerAction",
    metadata: {
      name: hashedName(name, what.action, id),
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [{ apiVersion, kind: Server.kind, name, uid }],
    },
    spec: {
      serverRef: { name },
      ...what,
      requestID: id,
      ...(auth.user ? { userRef: { name: auth.user } } : {}),
      ...(auth.project ? { tenantRef: { name: auth.project.tenant } } : {}),
    },
  });
}

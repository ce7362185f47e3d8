// Finds the server of a request, and what keeps it from being changed now. Nova's words.

import { createdBy } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import type { Auth } from "../http/auth.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { ApiRequest } from "../http/request.ts";
import type { Viewer } from "./links.ts";
import { type ShownState, shownState } from "./server-state.ts";
import type { ComputeWorld } from "./world.ts";

/** NotFound (404) for another project's server, as for none; Forbidden (403) where the route's rule does not fit this one. */
export async function findServer(world: ComputeWorld, request: Pick<ApiRequest, "auth" | "permit">, id: string): Promise<Server> {
  const server = await world.servers.byId(id);
  if (!server || !(request.auth.isAdmin || server.metadata.namespace === request.auth.project?.namespace))
    throw new KumulusError("NotFound", `Instance ${id.slice(0, 255)} could not be found.`);
  request.permit(targetOf(world, server));
  return server;
}

/** A server under the names that rules give to what they are asked about. */
export function targetOf(world: ComputeWorld, server: Server): PolicyTarget {
  const project = world.projectOf(server.metadata.namespace);
  return { project_id: project, tenant_id: project, user_id: createdBy(server) };
}

export function viewerOf(request: Pick<ApiRequest, "microversion" | "url" | "allows">): Viewer {
  return {
    minor: request.microversion,
    base: request.url("/v2.1"),
    admin: request.allows("os_compute_api:os-extended-server-attributes"),
    extraSpecs: request.allows("os_compute_api:servers:show:flavor-extra-specs"),
  };
}

/** Conflict (409) for a locked server, unless an administrator asks. */
export function refuseLocked(server: Server, auth: Auth): void {
  if (server.spec.locked && !auth.isAdmin) throw new KumulusError("Conflict", `Instance ${idOf(server)} is locked`);
}

/** Conflict (409) unless the server is in one of these vm_states, and, unless `busyToo`, nothing is done to it. Gives the state. */
export function requireState(
  world: ComputeWorld,
  server: Server,
  what: string,
  vmStates: readonly string[],
  { busyToo = false }: { busyToo?: boolean } = {},
): ShownState {
  const state = shownState(server, world.pendingActions(server));
  const refuse = (kind: string, value: string | null) =>
    new KumulusError("Conflict", `Cannot '${what}' instance ${idOf(server)} while it is in ${kind} ${value}`);
  if (!vmStates.includes(state.vmState)) throw refuse("vm_state", state.vmState);
  if (!busyToo && state.taskState !== null) throw refuse("task_state", state.taskState);
  return state;
}

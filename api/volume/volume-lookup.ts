// Finds the volume of a request, in Cinder's words; and checks that the URL's project is the token's.
import { createdBy } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { ProjectScope } from "../http/auth.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, type RouteDefinition, route } from "../http/route.ts";
import type { VolumeWorld } from "./world.ts";

/** NotFound (404) for another project's volume, as for none; Forbidden (403) where the route's rule does not fit this one. */
export async function findVolume(world: VolumeWorld, request: Pick<ApiRequest, "auth" | "permit">, id: string): Promise<Volume> {
  const volume = await world.volumes.byId(id);
  if (!volume || !(request.auth.isAdmin || volume.metadata.namespace === request.auth.project?.namespace))
    throw new KumulusError("NotFound", `Volume ${id.slice(0, 255)} could not be found.`);
  const project = world.projectOf(volume.metadata.namespace);
  request.permit({ project_id: project, tenant_id: project, user_id: createdBy(volume) });
  return volume;
}

/** Invalid (400) for a URL of another project than the token's. */
function checkProject(request: { params: Readonly<Record<string, string>>; project: ProjectScope }): void {
  if (request.params.project !== request.project.id) throw new KumulusError("Invalid", "Malformed request url");
}

/** A route below /v3/{project}. */
export function projectRoute<const P extends string, Q = undefined, B = undefined>(definition: RouteDefinition<P, Q, B>): Route {
  const inner = route<P, Q, B>(definition);
  return {
    ...inner,
    path: `/v3/:project${inner.path}`,
    handle: (request: ApiRequest): Reply | Promise<Reply> => {
      checkProject(request);
      return inner.handle(request);
    },
  };
}

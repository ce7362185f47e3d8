// Finds the volume of a request, in Cinder's words; and checks that the URL's project is the token's.
import { KumulusError } from "../../domain/errors.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { Auth, ProjectScope } from "../http/auth.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, type RouteDefinition, route } from "../http/route.ts";
import type { VolumeWorld } from "./world.ts";

/** NotFound (404) for another project's volume, as for none. */
export async function findVolume(world: VolumeWorld, auth: Auth, id: string): Promise<Volume> {
  const volume = await world.volumes.byId(id);
  if (volume && (auth.isAdmin || volume.metadata.namespace === auth.project?.namespace)) return volume;
  throw new KumulusError("NotFound", `Volume ${id.slice(0, 255)} could not be found.`);
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

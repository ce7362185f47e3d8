// Which servers hold a volume: shared by the rules of volumes and of servers.
import { Server } from "../../models/compute/server.ts";
import type { Volume } from "../../models/volume/volume.ts";
import { namespaceOf, type View } from "../rules.ts";

/** Servers that want the volume, or have it still. */
export function holdersOf(volume: Volume, view: View): Server[] {
  const { name } = volume.metadata;
  const holds = (entries: readonly { name: string }[] | undefined) => entries?.some((entry) => entry.name === name) === true;
  return view.list(Server, namespaceOf(volume)).filter(({ spec, status }) => holds(spec.volumes) || holds(status?.volumes));
}

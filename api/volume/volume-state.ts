// Cinder's status of a volume as the API shows it: what the controller has written, and what servers have asked for since. Pure.
import type { Server } from "../../models/compute/server.ts";
import type { Volume, VolumeStatus } from "../../models/volume/volume.ts";

type Phase = NonNullable<VolumeStatus["phase"]>;

/** A request that the controller has not yet seen already shows, so that a client that polls never sees the old state as the new one. */
export function shownStatus({ metadata, spec, status }: Volume, holders: readonly Server[]): Phase {
  const phase = status?.phase ?? "creating";
  if (metadata.deletionTimestamp !== undefined) return "deleting";
  if (phase === "available" && holders.length > 0) return "attaching";
  if (phase === "available" && status?.sizeGiB !== undefined && spec.sizeGiB > status.sizeGiB) return "extending";
  if (phase === "in-use" && holders.length === 0) return "detaching";
  return phase;
}

// Which servers hold a volume: the one place that decides between two that want it. Pure.
import { attachmentIDOf } from "../../../domain/compute/names.ts";
import { idOf } from "../../../domain/id.ts";
import type { Hold } from "../../../domain/volume/status.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { Volume, VolumeAttachment } from "../../../models/volume/volume.ts";

export interface ServerHold extends Hold {
  server: Server;
}

/** Who has it keeps it; else the older server gets it. A volume without multiattach goes to one only. */
export function holdsOf(volume: Volume, servers: readonly Server[]): ServerHold[] {
  const had = new Set((volume.status?.attachments ?? []).map(({ server }) => server));
  const wanting = servers.flatMap((server) => holdOf(volume, server) ?? []);
  const rank = ({ server }: ServerHold) =>
    `${had.has(server.metadata.name) ? 0 : 1} ${server.metadata.creationTimestamp} ${server.metadata.name}`;
  const ranked = wanting.toSorted((a, b) => rank(a).localeCompare(rank(b)));
  return volume.spec.multiattach ? ranked : ranked.slice(0, 1);
}

function holdOf({ metadata }: Volume, server: Server): ServerHold | undefined {
  const wanted = server.spec.volumes?.some(({ name }) => name === metadata.name) ?? false;
  const has = server.status?.volumes?.find(({ name }) => name === metadata.name);
  // A failed build gives its volumes back.
  const failed = server.status?.fault !== undefined && server.status.launchedAt === undefined;
  if (has) return { server, phase: wanted ? has.phase : "detaching" };
  return wanted && !failed ? { server, phase: "attaching" } : undefined;
}

export function attachmentOf(volume: Volume, { server }: ServerHold): VolumeAttachment {
  const { name } = volume.metadata;
  const asked = server.spec.volumes?.find((entry) => entry.name === name);
  const shown = server.status?.volumes?.find((entry) => entry.name === name);
  const device = shown?.device ?? asked?.device;
  return {
    server: server.metadata.name,
    attachmentID: asked?.attachmentID ?? attachmentIDOf(idOf(server), idOf(volume)),
    ...(device && { device }),
    ...(shown?.attachedAt && { attachedAt: shown.attachedAt }),
  };
}

// Whether a volume can go to a server now, and the reservation that keeps two requests of this process from both taking it.
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { ComputeWorld } from "./world.ts";

/** Nova's 400 when the volume is not free. A volume that is still being filled is good for a new server, which waits for it. */
export function checkAttachable(world: ComputeWorld, volume: Volume, accepted: readonly string[] = ["available"]): void {
  const id = idOf(volume);
  if (volume.metadata.deletionTimestamp !== undefined) throw unusable(id, "deleting");
  if (world.serversWith(volume).length > 0) throw unusable(id, volume.status?.phase === "in-use" ? "in-use" : "attaching");
  const phase = volume.status?.phase ?? "creating";
  if (!accepted.includes(phase)) throw unusable(id, phase);
}

function unusable(id: string, phase: string): KumulusError {
  return new KumulusError("Invalid", `Invalid volume: volume '${id}' status must be 'available'. Currently in '${phase}'`);
}

/** Volumes that requests are giving to servers right now, by uid. */
export class Reservations {
  readonly #taken = new Set<string>();

  /** Runs `work` while no other request of this process can take the same volumes. Invalid (400) when one already does. */
  async during<T>(volumes: readonly Volume[], work: () => Promise<T>): Promise<T> {
    const uids = volumes.map(({ metadata }) => metadata.uid ?? "");
    for (const [index, uid] of uids.entries()) {
      if (this.#taken.has(uid) || uids.indexOf(uid) !== index) throw unusable(idOf(volumes[index] as Volume), "reserved");
    }
    for (const uid of uids) this.#taken.add(uid);
    try {
      return await work();
    } finally {
      for (const uid of uids) this.#taken.delete(uid);
    }
  }
}

// Cinder's status of a volume from its claim and from the servers that want it. Pure.
import type { VolumeStatus } from "../../models/volume/volume.ts";

export type VolumePhase = NonNullable<VolumeStatus["phase"]>;

/** One server's hold on a volume. */
export interface Hold {
  phase: "attaching" | "attached" | "detaching";
}

export interface VolumeState {
  deleting: boolean;
  /** Whether the disk is there: filled and bound. */
  disk: "missing" | "filling" | "ready" | "failed";
  fromImage: boolean;
  /** The disk is smaller than the user wants. */
  growing: boolean;
  holds: readonly Hold[];
}

/** Held volumes stay `in-use` or `detaching` even while they are being deleted: Cinder refuses that deletion, and so the claim stays. */
export function volumePhase({ deleting, disk, fromImage, growing, holds }: VolumeState): VolumePhase {
  if (holds.length > 0 && disk === "ready") return heldPhase(holds);
  if (deleting) return "deleting";
  if (disk === "failed") return "error";
  if (disk !== "ready") return fromImage && disk === "filling" ? "downloading" : "creating";
  return growing ? "extending" : "available";
}

function heldPhase(holds: readonly Hold[]): VolumePhase {
  if (holds.some(({ phase }) => phase === "attached")) return "in-use";
  return holds.some(({ phase }) => phase === "attaching") ? "attaching" : "detaching";
}

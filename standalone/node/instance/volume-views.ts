// status.volumeStatus of a VMI, from its spec, its claims and what the guest has.
import { createHash } from "node:crypto";
import type { VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Context } from "../../../operator/contract.ts";
import { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";
import type { GuestState } from "../guest/guest-spec.ts";
import { byName, claimOf, isHotplug, type VolumeStatus, volumeStatus } from "./volumes.ts";

/** No such pod exists; its name is what people see in the status. */
function attachPodName(uid: string, volume: string): string {
  return `hp-volume-${createHash("sha256").update(`${uid}/${volume}`).digest("hex").slice(0, 5)}`;
}

/** One entry a volume, and one for each that left the spec while the guest still has it. */
export function volumeStatuses(vmi: VirtualMachineInstance, guest: GuestState | undefined, ctx: Context): VolumeStatus[] {
  const { uid = "", namespace } = vmi.metadata;
  const volumes = vmi.spec.volumes ?? [];
  const diskOf = (name: string) => guest?.spec.disks.find((disk) => disk.name === name);
  const current = volumes.map((volume) => {
    const claim = claimOf(volume);
    const disk = diskOf(volume.name);
    // Before the guest runs a hotpluggable volume is on its way like the others.
    const seen = guest ? volume : isHotplug(volume) ? { name: volume.name } : volume;
    return volumeStatus({
      volume: seen,
      claim: claim === undefined ? undefined : ctx.get(PersistentVolumeClaim, claim, namespace),
      disk,
      attachPod: attachPodName(uid, volume.name),
    });
  });
  const leaving = (vmi.status?.volumeStatus ?? []).filter(
    ({ name }) => !volumes.some((volume) => volume.name === name) && diskOf(name) !== undefined,
  );
  return [...current, ...leaving].sort(byName);
}

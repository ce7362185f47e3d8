// Work on volumes that guests hold open, done by the QEMU that holds them.
import { KumulusError } from "../../domain/errors.ts";
import type { Hypervisor } from "./guest/hypervisor.ts";
import type { DiskTool } from "./storage/disk-tool.ts";
import type { LiveVolumes } from "./storage/volume-store.ts";

export function liveVolumes(hypervisor: Hypervisor, tool: DiskTool): LiveVolumes {
  const holder = (handle: string) => {
    for (const { spec, phase } of hypervisor.list()) {
      const disk = spec.disks.find(({ volume }) => volume === handle);
      if (disk && phase !== "ended") return { uid: spec.uid, name: disk.name };
    }
    throw new KumulusError("Unavailable", `volume ${handle} is being attached or detached`);
  };
  return {
    async copy(handle, target, bytes) {
      const { uid, name } = holder(handle);
      await tool.blank(target, bytes);
      await hypervisor.copyDisk(uid, name, target);
    },
    async resize(handle, bytes) {
      const { uid, name } = holder(handle);
      await hypervisor.resizeDisk(uid, name, bytes);
    },
  };
}

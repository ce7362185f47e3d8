// The storage classes that disks are made on: a default one, snapshots, quick clones, and access from several nodes.
import { StorageProfile } from "../../../clients/cdi/kinds.ts";
import { VolumeSnapshotClass } from "../../../clients/snapshot/kinds.ts";
import { VolumeType } from "../../../models/volume/volume-type.ts";
import { StorageClass } from "../../../operator/kube/core-kinds.ts";
import { defineCheck, optional } from "../check.ts";
import { fail, type Judgement, ok, warn } from "../finding.ts";

export interface StorageSeen {
  classes: readonly StorageClass[];
  /** Undefined where the kind is not served. */
  snapshotClasses: readonly VolumeSnapshotClass[] | undefined;
  profiles: readonly StorageProfile[] | undefined;
  volumeTypes: readonly VolumeType[] | undefined;
}

const isDefault = ({ metadata }: StorageClass) => metadata.annotations?.["storageclass.kubernetes.io/is-default-class"] === "true";

function judgeClass(storageClass: StorageClass, { snapshotClasses, profiles }: StorageSeen): Judgement {
  const { name } = storageClass.metadata;
  const what = `${name}${isDefault(storageClass) ? " (default)" : ""}, ${storageClass.provisioner}`;
  if (!snapshotClasses?.some(({ driver }) => driver === storageClass.provisioner)) {
    const advice = `create a VolumeSnapshotClass with the driver ${storageClass.provisioner}, if it can make snapshots`;
    return warn(`${what}: no snapshots, and every new disk is a full copy of its image`, advice);
  }
  const profile = profiles?.find(({ metadata }) => metadata.name === name)?.status;
  if (!profile) return ok(`${what}: snapshots`);
  const { cloneStrategy = "unknown", claimPropertySets = [] } = profile;
  if (cloneStrategy === "copy") {
    return warn(
      `${what}: CDI copies whole disks`,
      `set spec.cloneStrategy of the StorageProfile ${name} to csi-clone or snapshot, if the driver can`,
    );
  }
  const modes = new Set(claimPropertySets.flatMap(({ accessModes = [] }) => accessModes));
  if (modes.size > 0 && !modes.has("ReadWriteMany")) {
    return warn(
      `${what}: ${[...modes].join(", ")} only, so guests can not move to another node live`,
      "use storage with ReadWriteMany where that matters",
    );
  }
  return ok(`${what}: snapshots, clones by ${cloneStrategy}${modes.size > 0 ? `, ${[...modes].join(", ")}` : ""}`);
}

/** The default class and those that volume types name; all of them while there is no volume type. */
function usedClasses({ classes, volumeTypes = [] }: StorageSeen): StorageClass[] {
  if (volumeTypes.length === 0) return [...classes];
  const named = new Set(volumeTypes.map(({ spec }) => spec.storageClassName));
  return classes.filter((storageClass) => isDefault(storageClass) || named.has(storageClass.metadata.name));
}

export function judgeStorage(seen: StorageSeen): Judgement[] {
  const { classes, volumeTypes = [] } = seen;
  if (classes.length === 0) return [fail("there is no StorageClass", "install a CSI driver with a StorageClass")];
  const names = new Set(classes.map(({ metadata }) => metadata.name));
  const lost = volumeTypes.filter(({ spec }) => !names.has(spec.storageClassName));
  return [
    ...(classes.some(isDefault)
      ? []
      : [warn("no StorageClass is the default", "annotate one with storageclass.kubernetes.io/is-default-class=true")]),
    ...lost.map(({ metadata, spec }) =>
      fail(
        `the VolumeType ${metadata.name} names the StorageClass ${spec.storageClassName}, which is not there`,
        "create it, or name another",
      ),
    ),
    ...usedClasses(seen).map((storageClass) => judgeClass(storageClass, seen)),
  ];
}

export const storageCheck = defineCheck({
  name: "storage",
  async gather({ client }): Promise<StorageSeen> {
    const [classes, snapshotClasses, profiles, volumeTypes] = await Promise.all([
      client.list(StorageClass),
      optional(client.list(VolumeSnapshotClass)),
      optional(client.list(StorageProfile)),
      optional(client.list(VolumeType)),
    ]);
    return { classes, snapshotClasses, profiles, volumeTypes };
  },
  judge: judgeStorage,
});

// The VolumeType controller: ready while its StorageClass exists.
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { ConditionInput } from "../../operator/contract.ts";
import { defineController, index, watch } from "../../operator/controller/define-controller.ts";
import { StorageClass } from "../../operator/kube/core-kinds.ts";

export function desiredVolumeType({ spec }: VolumeType, storageClass: StorageClass | undefined): { conditions: [ConditionInput] } {
  const ready: ConditionInput = storageClass
    ? { type: "Ready", status: "True", reason: "StorageClassFound", message: `Volumes are made by ${storageClass.provisioner}` }
    : { type: "Ready", status: "False", reason: "StorageClassMissing", message: `Waiting for StorageClass ${spec.storageClassName}` };
  return { conditions: [ready] };
}

export const volumeTypeController = () =>
  defineController<VolumeType>({
    kind: VolumeType,
    watches: [
      watch(StorageClass, ({ metadata }, caches) =>
        caches
          .of(VolumeType)
          .byIndex("storageClass", metadata.name)
          .map((type) => type.metadata),
      ),
    ],
    indexes: [index(VolumeType, "storageClass", ({ spec }) => [spec.storageClassName])],
    async reconcile(type, ctx) {
      await ctx.applyStatus(VolumeType, type, desiredVolumeType(type, ctx.get(StorageClass, type.spec.storageClassName)));
      return {};
    },
  });

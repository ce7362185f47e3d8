// The DataVolume of a disk on a VolumeType, and how far CDI has come with it. Pure.
import type { DataVolume, DataVolumeSpec } from "../../clients/cdi/kinds.ts";
import { idOf } from "../../domain/id.ts";
import { gibibytes } from "../../domain/volume/quantity.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { VolumeType } from "../../models/volume/volume-type.ts";

type Source = NonNullable<DataVolumeSpec["source"]>;

/** What CDI needs to make a disk of this size. CDI refuses every later change of it: a DataVolume is created once, growth goes to its claim. */
export function dataVolumeSpec({ spec }: VolumeType, sizeGiB: number, source: Source): DataVolumeSpec {
  return {
    source,
    storage: {
      accessModes: spec.accessModes ?? ["ReadWriteOnce"],
      volumeMode: spec.volumeMode ?? "Block",
      storageClassName: spec.storageClassName,
      resources: { requests: { storage: gibibytes(sizeGiB) } },
    },
  };
}

/** Label of a disk with its Volume's OpenStack id. CDI copies it to the claim: by it a restored Volume knows the claim that its storage has brought back. */
export const volumeIdLabel = "kumulus.cloud/volume-id";

/** Annotation that lets CDI take a claim that is there already for the DataVolume's, as it is. */
const adoptionAnnotation = "cdi.kubevirt.io/allowClaimAdoption";

/** The DataVolume that makes a Volume's disk; with `adopted` it takes over the claim of its name, whatever its source. */
export function diskOf(volume: Volume, spec: DataVolumeSpec, { adopted = false } = {}): DataVolume {
  const { name, namespace } = volume.metadata;
  return {
    apiVersion: "cdi.kubevirt.io/v1beta1",
    kind: "DataVolume",
    metadata: {
      name,
      ...(namespace && { namespace }),
      labels: { [volumeIdLabel]: idOf(volume) },
      ...(adopted && { annotations: { [adoptionAnnotation]: "true" } }),
    },
    spec,
  };
}

export type Progress =
  | { step: "missing" | "waiting" | "filling" | "ready" }
  | { step: "failed"; message: string }
  /** CDI tries again and again; the words are the last try's. */
  | { step: "retrying"; message: string; tries: number };

/** Succeeded comes a moment before the claim is bound, and only both make a disk. */
export function progressOf(dataVolume: DataVolume | undefined): Progress {
  if (!dataVolume || dataVolume.metadata.deletionTimestamp) return { step: "missing" };
  const { phase, restartCount = 0, conditions = [] } = dataVolume.status ?? {};
  const condition = (type: string) => conditions.find((entry) => entry.type === type);
  if (phase === "Failed")
    return { step: "failed", message: condition("Running")?.message || condition("Ready")?.message || "the disk could not be filled" };
  if (phase === "Succeeded") return { step: condition("Bound")?.status === "True" ? "ready" : "filling" };
  const running = condition("Running");
  if (restartCount > 0 && running?.status === "False")
    return { step: "retrying", message: running.message || "unknown", tries: restartCount };
  return { step: phase === undefined || phase === "" || phase === "Pending" ? "waiting" : "filling" };
}

/** The type that was asked for by name, else the default type. Of several defaults the first by name. */
export function chooseVolumeType(types: readonly VolumeType[], name: string | undefined): VolumeType | undefined {
  if (name !== undefined) return types.find((type) => type.metadata.name === name);
  return types.filter((type) => type.spec.isDefault).toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
}

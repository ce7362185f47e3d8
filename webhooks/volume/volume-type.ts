// Admission of VolumeTypes: a type stays while volumes have it.
import { idOf } from "../../domain/id.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import { defineRules, isLeaving, refuse } from "../rules.ts";

export const volumeTypeRules = defineRules<VolumeType>({
  kind: VolumeType,
  remove(type, view) {
    const users = view.list(Volume).filter((volume) => !isLeaving(volume) && volume.spec.volumeTypeRef?.name === type.metadata.name);
    const message = `Volume Type ${idOf(type)} deletion is not allowed with volumes present with the type.`;
    return users.length > 0 ? refuse("Invalid", "VolumeTypeInUse", message, users) : undefined;
  },
});

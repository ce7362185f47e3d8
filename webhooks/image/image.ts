// Admission of Images: a protected one stays, and so does one from which a disk is being made this moment.
import { idOf } from "../../domain/id.ts";
import { Server } from "../../models/compute/server.ts";
import { Image } from "../../models/image/image.ts";
import type { KubeObject, ObjectRef } from "../../models/kind.ts";
import { Volume } from "../../models/volume/volume.ts";
import { defineRules, isLeaving, namespaceOf, refuse, type View } from "../rules.ts";

/** Servers and volumes whose disks are not there yet. Those that are done have a disk of their own. */
function builtFrom(image: Image, view: View): KubeObject[] {
  const isFrom = (user: KubeObject & { spec: { imageRef?: ObjectRef } }) =>
    !isLeaving(user) &&
    user.spec.imageRef?.name === image.metadata.name &&
    (user.spec.imageRef.namespace ?? namespaceOf(user)) === namespaceOf(image);
  const building = (phase: string | undefined) => phase === undefined || ["BUILD", "creating", "downloading"].includes(phase);
  return [...view.list(Server).filter(isFrom), ...view.list(Volume).filter(isFrom)].filter(({ status }) => building(status?.phase));
}

export const imageRules = defineRules<Image>({
  kind: Image,
  quota: { service: "image", amounts: () => ({ images: 1 }) },
  remove(image, view) {
    const id = idOf(image);
    if (image.spec.protected) {
      return refuse("Forbidden", "ProtectedImageDelete", `Image ${id} is protected and cannot be deleted.`, [image]);
    }
    const users = builtFrom(image, view);
    const message = `Image ${id} could not be deleted because it is in use: disks are being made from it.`;
    return users.length > 0 ? refuse("Conflict", "InUseByStore", message, users) : undefined;
  },
});

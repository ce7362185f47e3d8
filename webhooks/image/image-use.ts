// Whether a project may use an image, and whether it can be used now: shared by the rules of servers and volumes.

import { Image } from "../../models/image/image.ts";
import type { ObjectRef } from "../../models/kind.ts";
import { isLeaving, namespaceOf, type View } from "../rules.ts";

/** The image that the reference means, when the project may see it. */
export function visibleImage(ref: ObjectRef, namespace: string, view: View): Image | undefined {
  const image = view.get(Image, ref.name, ref.namespace ?? namespace);
  if (!image || isLeaving(image)) return undefined;
  const isOpen = image.spec.visibility === "public" || image.spec.visibility === "community";
  return isOpen || namespaceOf(image) === namespace ? image : undefined;
}

export const isActive = (image: Image): boolean => image.status?.phase === "active";

// Whether a server may have the flavor, image and key that it names: Nova's refusals, all 400 as in its create call.
import { displayNameOf, idOf } from "../../domain/id.ts";
import { flavorImageError } from "../../domain/image/min-disk.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import type { Server } from "../../models/compute/server.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { Image } from "../../models/image/image.ts";
import { isActive, visibleImage } from "../image/image-use.ts";
import { isLeaving, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";

export function usableFlavor(server: Server, view: View): Verdict {
  const { name } = server.spec.flavorRef;
  const flavor = view.get(Flavor, name);
  const notFound = refuse("Invalid", "FlavorNotFound", `Flavor ${name} could not be found.`, flavor ? [flavor] : []);
  if (!flavor || isLeaving(flavor) || flavor.spec.disabled) return notFound;
  if (flavor.spec.isPublic !== false) return undefined;
  const tenant = view.list(Tenant).find(({ status }) => status?.namespace === namespaceOf(server));
  return flavor.spec.tenantRefs?.some((ref) => ref.name === tenant?.metadata.name) ? undefined : notFound;
}

/** `bootsFromImage` is false where a volume is the root disk: then the image only tells what the guest needs. */
export function usableImage(server: Server, bootsFromImage: boolean, view: View): Verdict {
  const { imageRef, flavorRef } = server.spec;
  if (!imageRef) return undefined;
  const image = visibleImage(imageRef, namespaceOf(server), view);
  if (!image) {
    const hidden = view.get(Image, imageRef.name, imageRef.namespace ?? namespaceOf(server));
    return refuse("Invalid", "ImageNotFound", `Image ${imageRef.name} could not be found.`, hidden ? [hidden] : []);
  }
  if (!isActive(image)) return refuse("Invalid", "ImageNotActive", `Image ${idOf(image)} is not active.`, [image]);
  const flavor = view.get(Flavor, flavorRef.name);
  const problem = flavor && flavorImageError(flavor.spec, image, bootsFromImage);
  return problem && refuse("Invalid", "FlavorDiskTooSmall", problem.message, [image]);
}

export function usableKeyPair(server: Server, view: View): Verdict {
  const ref = server.spec.keyPairRef;
  if (!ref) return undefined;
  const pair = view.get(KeyPair, ref.name, ref.namespace ?? namespaceOf(server));
  if (pair && !isLeaving(pair)) return undefined;
  const name = pair ? displayNameOf(pair) : ref.name;
  return refuse("Invalid", "KeypairNotFound", `Invalid key_name provided: key pair ${name} could not be found.`, pair ? [pair] : []);
}

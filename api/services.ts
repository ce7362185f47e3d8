// Every OpenStack API that one process serves besides identity. A new service is one line here: the catalog follows.
import { imageKeySecret } from "../domain/image/golden.ts";
import { sharedKey } from "../operator/shared-key.ts";
import { computeService } from "./compute/service.ts";
import type { Service } from "./http/route.ts";
import { imageService, internalService } from "./image/service.ts";
import { imageWorld } from "./image/world.ts";
import { metadataService } from "./metadata/service.ts";
import { networkService } from "./network/service.ts";
import type { ServiceDeps } from "./service-deps.ts";
import { volumeService } from "./volume/service.ts";

export function openStackServices(deps: ServiceDeps): Service[] {
  const key = sharedKey(imageKeySecret);
  const images = imageWorld(deps.stores, deps.imageStore);
  return [
    imageService(images),
    networkService(deps.stores),
    computeService(deps),
    volumeService(deps),
    internalService(images, () => key(deps.stores.client)),
    metadataService(deps.stores),
  ];
}

// Nova as one Service.

import { consoleRights } from "../../clients/kubevirt/console-log.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server } from "../../models/compute/server.ts";
import { ServerAction } from "../../models/compute/server-action.ts";
import { Port } from "../../models/network/port.ts";
import { Volume } from "../../models/volume/volume.ts";
import { novaFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import { projectLimitsRights } from "../project-limits.ts";
import { Reservations } from "./attachable.ts";
import { availabilityZoneRoutes } from "./availability-zones.ts";
import { extensionRoutes } from "./extensions.ts";
import { extraSpecRoutes, flavorAccessRoutes } from "./flavor-extras.ts";
import { flavorRoutes } from "./flavors.ts";
import { instanceActionRoutes } from "./instance-actions.ts";
import { interfaceRoutes } from "./interfaces.ts";
import { keyPairRoutes } from "./key-pairs.ts";
import { limitRoutes } from "./limits.ts";
import { missingRoutes } from "./missing.ts";
import { computePolicies } from "./policies.ts";
import { quotaClassRoutes } from "./quota-classes.ts";
import { quotaSetRoutes } from "./quota-sets.ts";
import { serverActionRoutes } from "./server-actions.ts";
import { serverIPRoutes } from "./server-ips.ts";
import { serverMetadataRoutes } from "./server-metadata.ts";
import { serverSecurityGroupRoutes } from "./server-security-groups.ts";
import { serverTagRoutes } from "./server-tags.ts";
import { serverRoutes } from "./servers.ts";
import { computeMicroversions, versionRoutes } from "./versions.ts";
import { volumeAttachmentRoutes } from "./volume-attachments.ts";
import { computeWorld } from "./world.ts";

export function computeService({ stores }: { stores: Stores }): Service {
  const world = computeWorld(stores);
  const reservations = new Reservations();
  return {
    name: "nova",
    mount: "/compute",
    faults: novaFaults,
    policies: computePolicies,
    microversions: computeMicroversions,
    requestIdHeader: "x-compute-request-id",
    catalog: { type: "compute", name: "nova", path: "/compute/v2.1" },
    reference: "nova",
    rights: [
      storeRights(Server, "create", "update", "patch", "delete"),
      storeRights(ServerAction, "create"),
      storeRights(KeyPair, "create", "delete"),
      storeRights(Flavor, "create", "update", "patch", "delete"),
      storeRights(Port, "create", "update", "delete"),
      storeRights(Volume, "create", "delete"),
      ...projectLimitsRights,
      ...consoleRights,
    ],
    routes: [
      ...versionRoutes,
      ...extensionRoutes,
      ...serverRoutes(world, reservations),
      ...serverActionRoutes(world),
      ...serverSecurityGroupRoutes(world),
      ...serverMetadataRoutes(world),
      ...serverTagRoutes(world),
      ...serverIPRoutes(world),
      ...instanceActionRoutes(world),
      ...volumeAttachmentRoutes(world, reservations),
      ...interfaceRoutes(world),
      ...flavorRoutes(world),
      ...extraSpecRoutes(world),
      ...flavorAccessRoutes(world),
      ...keyPairRoutes(world),
      ...limitRoutes(world),
      ...quotaSetRoutes(world),
      ...quotaClassRoutes(world),
      ...availabilityZoneRoutes(world),
      ...missingRoutes(world),
    ],
  };
}

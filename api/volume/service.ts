// Cinder v3 as one Service.

import { Volume } from "../../models/volume/volume.ts";
import { cinderFaults } from "../http/faults.ts";
import type { Service } from "../http/route.ts";
import type { Stores } from "../http/store.ts";
import { storeRights } from "../http/store-rights.ts";
import { projectLimitsRights } from "../project-limits.ts";
import { attachmentRoutes } from "./attachments.ts";
import { cloudRoutes } from "./cloud.ts";
import { limitRoutes } from "./limits.ts";
import { missingRoutes } from "./missing.ts";
import { volumePolicies } from "./policies.ts";
import { quotaRoutes } from "./quotas.ts";
import { typeRoutes } from "./types.ts";
import { versionRoutes, volumeMicroversions } from "./versions.ts";
import { volumeActionRoutes } from "./volume-actions.ts";
import { volumeMetadataRoutes } from "./volume-metadata.ts";
import { volumeRoutes } from "./volumes.ts";
import { volumeWorld } from "./world.ts";

export function volumeService({ stores }: { stores: Stores }): Service {
  const world = volumeWorld(stores);
  return {
    name: "cinder",
    mount: "/volume",
    faults: cinderFaults,
    policies: volumePolicies,
    microversions: volumeMicroversions,
    requestIdHeader: "x-compute-request-id",
    catalog: { type: "volumev3", name: "cinderv3", path: "/volume/v3/$(project_id)s" },
    reference: "cinder",
    rights: [storeRights(Volume, "create", "update", "patch", "delete"), ...projectLimitsRights],
    routes: [
      ...versionRoutes,
      ...volumeRoutes(world),
      ...volumeActionRoutes(world),
      ...volumeMetadataRoutes(world),
      ...attachmentRoutes(world),
      ...typeRoutes(world),
      ...quotaRoutes(world),
      ...limitRoutes(world),
      ...cloudRoutes,
      ...missingRoutes,
    ],
  };
}

// The wire form of a flavor (Compute API, "Flavors") at every microversion.
import { displayNameOf } from "../../domain/id.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import { links, type Viewer } from "./links.ts";
import { flavorIDOf } from "./server-parts.ts";

export function viewFlavorBrief(flavor: Flavor, { minor, base }: Viewer) {
  const id = flavorIDOf(flavor);
  return { id, name: displayNameOf(flavor), links: links(base, "flavors", id), ...described(flavor, minor) };
}

export function viewFlavor(flavor: Flavor, viewer: Viewer) {
  const { spec } = flavor;
  return {
    ...viewFlavorBrief(flavor, viewer),
    ram: spec.ramMiB,
    disk: spec.diskGiB ?? 0,
    swap: spec.swapMiB || (viewer.minor >= 75 ? 0 : ""),
    vcpus: spec.vcpus,
    "OS-FLV-EXT-DATA:ephemeral": spec.ephemeralGiB ?? 0,
    "OS-FLV-DISABLED:disabled": spec.disabled ?? false,
    "os-flavor-access:is_public": spec.isPublic ?? true,
    rxtx_factor: spec.rxtxFactor ?? 1,
    ...(viewer.minor < 61 || !viewer.extraSpecs ? {} : { extra_specs: spec.extraSpecs ?? {} }),
  };
}

const described = ({ spec }: Flavor, minor: number) => (minor < 55 ? {} : { description: spec.description ?? null });

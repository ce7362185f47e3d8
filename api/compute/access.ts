// Which objects of others a project may use: public flavors and images, shared networks.
import type { Flavor } from "../../models/compute/flavor.ts";
import type { Image } from "../../models/image/image.ts";
import type { Network } from "../../models/network/network.ts";
import type { Auth } from "../http/auth.ts";

export function mayUseFlavor({ spec }: Flavor, auth: Auth): boolean {
  if (spec.isPublic !== false || auth.isAdmin) return true;
  return (spec.tenantRefs ?? []).some(({ name }) => name === auth.project?.tenant);
}

const open: ReadonlySet<string> = new Set(["public", "community"]);

export function mayUseImage({ metadata, spec }: Image, auth: Auth): boolean {
  return auth.isAdmin || metadata.namespace === auth.project?.namespace || open.has(spec.visibility ?? "shared");
}

export function mayUseNetwork({ metadata, spec }: Network, auth: Auth): boolean {
  return auth.isAdmin || metadata.namespace === auth.project?.namespace || spec.shared === true || spec.external === true;
}

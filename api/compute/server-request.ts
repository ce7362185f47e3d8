// A request for new servers, checked: every reference resolved, every refusal in Nova's words. It writes nothing.
import { KumulusError } from "../../domain/errors.ts";
import type { Flavor } from "../../models/compute/flavor.ts";
import type { KeyPair } from "../../models/compute/key-pair.ts";
import type { ServerNetwork } from "../../models/compute/server.ts";
import type { LocalRef } from "../../models/kind.ts";
import type { ApiRequest } from "../http/request.ts";
import { findFlavor } from "./flavor-lookup.ts";
import { findKeyPair } from "./key-pair-lookup.ts";
import { type Disks, resolveDisks } from "./server-block-devices.ts";
import { resolveGroups, resolveNetworks } from "./server-networks.ts";
import type { CreateServer } from "./server-schema.ts";
import { refuseMetadata } from "./usage.ts";
import type { ComputeWorld } from "./world.ts";

export const availabilityZone = "nova";

export interface CheckedRequest {
  minCount: number;
  maxCount: number;
  flavor: Flavor;
  disks: Disks;
  networks: ServerNetwork[];
  groups: LocalRef[] | undefined;
  keyPair: KeyPair | undefined;
}

const invalid = (message: string) => new KumulusError("Invalid", message);
const missing = (what: string) => new KumulusError("NotImplemented", `${what} is not supported.`);

export async function checkRequest(
  world: ComputeWorld,
  body: CreateServer,
  request: Pick<ApiRequest, "auth" | "project" | "allows" | "require">,
  hints: Readonly<Record<string, unknown>>,
): Promise<CheckedRequest> {
  const { auth, project } = request;
  const counts = countsOf(body);
  requireRules(body, request);
  refuseUnsupported(body, hints);
  checkPlainFields(body, counts.maxCount);
  refuseMetadata(world, world.tenants.get(project.tenant), body.metadata);
  const flavorID = String(body.flavorRef).split("/").at(-1) ?? "";
  const flavor = await findFlavor(world, flavorID, auth);
  if (!flavor || flavor.spec.disabled) throw invalid(`Flavor ${flavorID} could not be found.`);
  const disks = await resolveDisks(world, body, { auth, project, flavor });
  if (disks.image && flavor.spec.diskGiB === 0 && !request.allows("os_compute_api:servers:create:zero_disk_flavor"))
    throw new KumulusError("Forbidden", "Only volume-backed servers are allowed for flavors with zero disk.");
  if (counts.maxCount > 1 && disks.volumes.some(({ volume }) => volume)) {
    throw invalid("Invalid volume: one volume can not be attached to several new servers.");
  }
  const networks = await resolveNetworks(world, body.networks, { request, project, count: counts.maxCount });
  const groups = await resolveGroups(world, body.security_groups, project);
  const keyPair = body.key_name === undefined ? undefined : findKeyPair(world, auth.user, project.namespace, body.key_name);
  if (body.key_name !== undefined && !keyPair) throw invalid("Invalid key_name provided.");
  return { ...counts, flavor, disks, networks, groups, keyPair };
}

/** What Nova asks about besides the creation itself. */
function requireRules({ networks, host, hypervisor_hostname, ...body }: CreateServer, request: Pick<ApiRequest, "require">): void {
  if (body.availability_zone?.includes(":")) request.require("os_compute_api:servers:create:forced_host");
  if (host !== undefined || hypervisor_hostname !== undefined) request.require("compute:servers:create:requested_destination");
  if (Array.isArray(networks) && networks.length > 0) request.require("os_compute_api:servers:create:attach_network");
  if ((body.block_device_mapping_v2 ?? []).length > 0) request.require("os_compute_api:servers:create:attach_volume");
}

function countsOf({ min_count: min = 1, max_count: max = min }: CreateServer): { minCount: number; maxCount: number } {
  const [minCount, maxCount] = [Number(min), Number(max)];
  if (minCount > maxCount) throw invalid("min_count must be <= max_count");
  return { minCount, maxCount };
}

/** What this cloud can not do yet is refused: a server that silently lacks what was asked for would be worse. */
function refuseUnsupported(body: CreateServer, hints: Readonly<Record<string, unknown>>): void {
  const [hint] = Object.keys(hints);
  if (hints.group !== undefined) throw invalid(`Instance group ${JSON.stringify(hints.group)} could not be found.`);
  if (hint !== undefined) throw missing(`The scheduler hint ${hint.slice(0, 100)}`);
  if ((body.personality ?? []).length > 0) throw missing("personality");
  if (body.trusted_image_certificates) throw missing("trusted_image_certificates");
  if (body.host !== undefined || body.hypervisor_hostname !== undefined) throw missing("Choosing a host");
}

function checkPlainFields(body: CreateServer, count: number): void {
  if (body.user_data !== undefined && !isBase64(body.user_data)) {
    throw invalid("Invalid input for field/attribute user_data. Value: ***. It is not base64.");
  }
  if (body.hostname !== undefined && count > 1) {
    throw invalid("Unable to allocate a single hostname to multiple instances");
  }
  const [zone, ...host] = (body.availability_zone ?? availabilityZone).split(":");
  if (zone !== availabilityZone && zone !== "") throw invalid("The requested availability zone is not available");
  if (host.length > 0) throw missing("Choosing a host");
}

/** Line breaks are allowed, since many encoders make them. */
export function isBase64(text: string): boolean {
  const plain = text.replace(/\s+/g, "");
  return plain.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(plain);
}

// Makes servers: the volumes that they need, and the Server objects; takes all of it back when one fails.

import { randomBytes } from "node:crypto";
import { creatorAnnotations } from "../../domain/created-by.ts";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { canonicalAddress } from "../../domain/net/address.ts";
import type { Server, ServerSpec, ServerVolume } from "../../models/compute/server.ts";
import type { ObjectRef } from "../../models/kind.ts";
import type { Volume } from "../../models/volume/volume.ts";
import type { ApiRequest } from "../http/request.ts";
import { serverAnnotations } from "./annotations.ts";
import { isTrue } from "./fields.ts";
import type { CheckedRequest } from "./server-request.ts";
import type { CreateServer } from "./server-schema.ts";
import type { ComputeWorld } from "./world.ts";

export interface Creation {
  world: ComputeWorld;
  request: Pick<ApiRequest, "id" | "auth" | "project" | "microversion">;
  body: CreateServer;
  checked: CheckedRequest;
}

export interface Created {
  servers: Server[];
  reservationID: string;
  /** Told to the client and then forgotten, as by any Nova whose hypervisor can not set passwords. */
  adminPass: string;
}

/** Letters and digits that nobody mistakes for each other. */
const alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz";
const random = (length: number) => Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join("");

/** As many as `max_count`; fewer when the quota ends after `min_count`. */
export async function createServers(creation: Creation): Promise<Created> {
  const { body, checked } = creation;
  const reservationID = `r-${random(8).toLowerCase()}`;
  const adminPass = body.adminPass ?? random(12);
  const servers: Server[] = [];
  while (servers.length < checked.maxCount) {
    try {
      servers.push(await createOne(creation, { index: servers.length, reservationID }));
    } catch (error) {
      const enough = servers.length >= checked.minCount && error instanceof KumulusError && error.code === "OverQuota";
      if (enough) break;
      await Promise.allSettled(servers.map((server) => creation.world.servers.delete(server)));
      throw error;
    }
  }
  return { servers, reservationID, adminPass };
}

interface Turn {
  index: number;
  reservationID: string;
}

async function createOne(creation: Creation, turn: Turn): Promise<Server> {
  const { world } = creation;
  const volumes: Volume[] = [];
  try {
    const entries = await createVolumes(creation, volumes);
    return await world.servers.create(newServer(creation, turn, entries));
  } catch (error) {
    await Promise.allSettled(volumes.map((volume) => world.volumes.delete(volume)));
    throw error;
  }
}

/** Entries of Server.spec.volumes; what had to be made is added to `made` at once, so that it can be taken back. */
async function createVolumes({ world, request, checked }: Creation, made: Volume[]): Promise<ServerVolume[]> {
  const entries: ServerVolume[] = [];
  for (const { volume, create, bootIndex, device, tag, deleteOnTermination } of checked.disks.volumes) {
    let name = volume?.metadata.name;
    if (create) {
      const metadata = {
        ...newMetadata("", request.project.namespace, finalizers.volume),
        annotations: creatorAnnotations(request.auth.userId, request.id),
      };
      const fresh = await world.volumes.create({ apiVersion: "volume.kumulus.cloud/v1alpha1", kind: "Volume", metadata, spec: create });
      made.push(fresh);
      name = fresh.metadata.name;
    }
    if (name === undefined) continue;
    entries.push({
      name,
      deleteOnTermination,
      ...(bootIndex === undefined ? {} : { bootIndex }),
      ...(device === undefined ? {} : { device }),
      ...(tag === undefined ? {} : { tag }),
    });
  }
  return entries;
}

function newServer({ request, body, checked }: Creation, turn: Turn, volumes: ServerVolume[]): Server {
  const displayName = checked.maxCount > 1 ? `${body.name}-${turn.index + 1}` : body.name;
  const metadata = newMetadata(displayName, request.project.namespace, finalizers.server);
  const { image } = checked.disks;
  const annotations = serverAnnotations({
    userID: request.auth.userId,
    requestID: request.id,
    reservationID: turn.reservationID,
    launchIndex: turn.index,
    ...(body.key_name === undefined ? {} : { keyName: body.key_name }),
    ...(image ? { imageID: idOf(image) } : {}),
  });
  return {
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "Server",
    metadata: { ...metadata, annotations },
    spec: { ...specOf(body, checked, request), displayName, volumes },
  };
}

const refOf = ({ metadata }: { metadata: { name: string; namespace?: string } }, own: string): ObjectRef =>
  metadata.namespace === undefined || metadata.namespace === own
    ? { name: metadata.name }
    : { name: metadata.name, namespace: metadata.namespace };

function specOf(body: CreateServer, checked: CheckedRequest, request: Creation["request"]): ServerSpec {
  const { namespace } = request.project;
  const { image } = checked.disks;
  /** Before descriptions had a field of their own, Nova used the name. */
  const description = body.description ?? (request.microversion < 19 ? body.name : undefined);
  return {
    flavorRef: { name: checked.flavor.metadata.name },
    power: "On",
    networks: checked.networks,
    metadata: body.metadata ?? {},
    diskConfig: body["OS-DCF:diskConfig"] ?? "MANUAL",
    configDrive: isTrue(body.config_drive),
    ...(image ? { imageRef: refOf(image, namespace) } : {}),
    ...(checked.keyPair ? { keyPairRef: refOf(checked.keyPair, namespace) } : {}),
    ...(checked.groups ? { securityGroupRefs: checked.groups } : {}),
    ...(body.user_data ? { userData: body.user_data.replace(/\s+/g, "") } : {}),
    ...(body.availability_zone ? { availabilityZone: body.availability_zone } : {}),
    ...(body.accessIPv4 ? { accessIPv4: body.accessIPv4 } : {}),
    ...(body.accessIPv6 ? { accessIPv6: canonicalAddress(body.accessIPv6) ?? body.accessIPv6 } : {}),
    ...(description ? { description } : {}),
    ...(body.hostname ? { hostname: body.hostname } : {}),
    ...(body.tags ? { tags: [...new Set(body.tags)] } : {}),
  };
}

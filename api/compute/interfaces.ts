// Nova /servers/{id}/os-interface (Compute API, "Port interfaces"): NICs are Ports; the server's spec names them, its controller plugs them.

import { Type } from "typebox";
import { hostnameOf } from "../../domain/compute/hostname.ts";
import { computeDeviceOwner, nicPortName } from "../../domain/compute/names.ts";
import { KumulusError } from "../../domain/errors.ts";
import { finalizers } from "../../domain/finalizers.ts";
import { idOf, newMetadata } from "../../domain/id.ts";
import { Server, type ServerNetwork } from "../../models/compute/server.ts";
import type { Port } from "../../models/network/port.ts";
import type { ProjectScope } from "../http/auth.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Reply, type Route, route } from "../http/route.ts";
import { recordAction } from "./action-record.ts";
import { exact, IPAddress, Tag, UUID } from "./fields.ts";
import { viewInterface } from "./interface-view.ts";
import { readyPort } from "./port-wait.ts";
import { findServer, refuseLocked, requireState } from "./server-lookup.ts";
import { checkFixedIP, freePort, resolveNetworks, usableNetwork } from "./server-networks.ts";
import { windows } from "./windows.ts";
import type { ComputeWorld } from "./world.ts";

const listPath = "/v2.1/servers/:server/os-interface";
const itemPath = "/v2.1/servers/:server/os-interface/:port";
const pluggable = ["active", "paused", "stopped"];

interface Attach {
  net_id?: string;
  port_id?: string;
  fixed_ips?: { ip_address: string }[];
  tag?: string;
}

const attachBody = (minor: number) =>
  exact({
    interfaceAttachment: Type.Optional(
      exact({
        net_id: Type.Optional(UUID),
        port_id: Type.Optional(UUID),
        fixed_ips: Type.Optional(Type.Array(exact({ ip_address: IPAddress }), { minItems: 1, maxItems: 1 })),
        ...(minor >= 49 ? { tag: Type.Optional(Tag) } : {}),
      }),
    ),
  });

export function interfaceRoutes(world: ComputeWorld): Route[] {
  return [
    route({
      method: "GET",
      path: listPath,
      policy: "os_compute_api:os-attach-interfaces:list",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.server);
        const ports = world.portsOf(server);
        return { body: { interfaceAttachments: ports.map((port) => viewInterface(world, server, port, request.microversion)) } };
      },
    }),
    route({
      method: "GET",
      path: itemPath,
      policy: "os_compute_api:os-attach-interfaces:show",
      handle: async (request) => {
        const server = await findServer(world, request, request.params.server);
        const port = pluggedPort(world, server, request.params.port);
        return { body: { interfaceAttachment: viewInterface(world, server, port, request.microversion) } };
      },
    }),
    ...windows([1, 49], (minor) => ({
      method: "POST",
      path: listPath,
      policy: "os_compute_api:os-attach-interfaces:create",
      body: attachBody(minor),
      handle: (request: ApiRequest) => attach(world, request, (request.body as { interfaceAttachment?: Attach }).interfaceAttachment ?? {}),
    })),
    route({
      method: "DELETE",
      path: itemPath,
      policy: "os_compute_api:os-attach-interfaces:delete",
      status: 202,
      handle: (request) => detach(world, request, request.params),
    }),
  ];
}

function pluggedPort(world: ComputeWorld, server: Server, id: string): Port {
  const port = world.portsOf(server).find((candidate) => idOf(candidate) === id);
  if (port) return port;
  throw new KumulusError("NotFound", `Instance ${idOf(server)} does not have a port with id ${id.slice(0, 100)}`);
}

async function attach(world: ComputeWorld, request: ApiRequest, body: Attach): Promise<Reply> {
  const server = await findServer(world, request, request.params.server ?? "");
  if (body.net_id !== undefined && body.port_id !== undefined)
    throw new KumulusError("Invalid", "Must not input both network_id and port_id");
  if (body.fixed_ips && body.net_id === undefined) throw new KumulusError("Invalid", "Must input network_id when request IP address");
  refuseLocked(server, request.auth);
  requireState(world, server, "attach_interface", pluggable, { busyToo: true });
  const project = projectOf(world, server, request.project);
  const port = await findOrMakePort(world, server, body, { request, project });
  const plugged = await plug(world, server, port, body.tag);
  await recordAction(world, request, server, { action: "AttachInterface" });
  return { body: { interfaceAttachment: viewInterface(world, plugged, port, request.microversion) } };
}

/** The server's own project, which is another than the token's when an administrator asks. */
function projectOf(world: ComputeWorld, { metadata }: Server, scope: ProjectScope): ProjectScope {
  if (metadata.namespace === scope.namespace || metadata.namespace === undefined) return scope;
  return { ...scope, id: world.projectOf(metadata.namespace), namespace: metadata.namespace };
}

interface Where {
  request: Pick<ApiRequest, "auth" | "allows">;
  project: ProjectScope;
}

/** What is not found is 404 here, where the creation of a server says 400. */
async function findOrMakePort(world: ComputeWorld, server: Server, body: Attach, where: Where): Promise<Port> {
  try {
    if (body.port_id !== undefined) return await freePort(world, body.port_id, where.project);
    return await makePort(world, server, body, where);
  } catch (error) {
    const notFound = error instanceof KumulusError && error.code === "Invalid" && / could not be found\.$/.test(error.message);
    if (notFound) throw new KumulusError("NotFound", error.message);
    throw error;
  }
}

async function makePort(world: ComputeWorld, server: Server, body: Attach, where: Where): Promise<Port> {
  const networkRef = await networkRefOf(world, body, where);
  if (!networkRef)
    throw new KumulusError("Invalid", `No specific network was requested and none are available for project '${where.project.id}'.`);
  const { name, uid = "" } = server.metadata;
  const metadata = newMetadata("", where.project.namespace, finalizers.port);
  const port = await world.ports.create({
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Port",
    metadata: { ...metadata, ownerReferences: [{ apiVersion: server.apiVersion, kind: Server.kind, name, uid }] },
    spec: {
      displayName: "",
      networkRef,
      deviceID: idOf(server),
      deviceOwner: computeDeviceOwner,
      dnsName: hostnameOf(server),
      ...(body.fixed_ips ? { fixedIPs: body.fixed_ips.map(({ ip_address }) => ({ ipAddress: ip_address })) } : {}),
      ...(server.spec.securityGroupRefs ? { securityGroupRefs: server.spec.securityGroupRefs } : {}),
    },
  });
  return await readyPort(world, port);
}

async function networkRefOf(world: ComputeWorld, { net_id: id, fixed_ips: fixed }: Attach, { request, project }: Where) {
  if (id === undefined) {
    const [entry] = await resolveNetworks(world, undefined, { request, project, count: 1 });
    return entry?.networkRef;
  }
  const network = await usableNetwork(world, id, request);
  for (const { ip_address } of fixed ?? []) checkFixedIP(world, network, ip_address);
  const { name, namespace } = network.metadata;
  return namespace === undefined || namespace === project.namespace ? { name } : { name, namespace };
}

async function plug(world: ComputeWorld, server: Server, port: Port, tag: string | undefined): Promise<Server> {
  const entry: ServerNetwork = { portRef: { name: port.metadata.name }, ...(tag === undefined ? {} : { tag }) };
  try {
    return await world.servers.update(server, ({ spec }) => {
      spec.networks = [...(spec.networks ?? []).filter(({ portRef }) => portRef?.name !== entry.portRef?.name), entry];
    });
  } catch (error) {
    if (madeFor(port, server)) await world.ports.delete(port);
    throw error;
  }
}

const madeFor = (port: Port, server: Server): boolean =>
  port.metadata.ownerReferences?.some(({ uid }) => uid === server.metadata.uid) ?? false;

/** Entries without a Port of their own are tied to theirs first: else the ones behind would move up and take the wrong Port. */
async function detach(
  world: ComputeWorld,
  request: Pick<ApiRequest, "id" | "auth" | "permit">,
  params: { server: string; port: string },
): Promise<Reply> {
  const server = await findServer(world, request, params.server);
  refuseLocked(server, request.auth);
  const port = pluggedPort(world, server, params.port);
  requireState(world, server, "detach_interface", pluggable, { busyToo: true });
  await world.servers.update(server, ({ spec, metadata }) => {
    const entries = (spec.networks ?? []).map((entry, index): ServerNetwork => {
      const own = world.ports.get(nicPortName(metadata.name, index), metadata.namespace);
      if (entry.portRef || !own) return entry;
      return { portRef: { name: own.metadata.name }, ...(entry.tag === undefined ? {} : { tag: entry.tag }) };
    });
    spec.networks = entries.filter(({ portRef }) => portRef?.name !== port.metadata.name);
  });
  if (madeFor(port, server)) await world.ports.delete(port);
  await recordAction(world, request, server, { action: "DetachInterface" });
  return {};
}

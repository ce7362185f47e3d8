// Neutron's verbs add_router_interface and remove_router_interface: edits of Router.spec.interfaces, answered when the port is there or gone.
import { type Static, Type } from "typebox";
import { KumulusError } from "../../domain/errors.ts";
import { idOf } from "../../domain/id.ts";
import { overlaps, parseCidr } from "../../domain/net/address.ts";
import { subnetRange } from "../../domain/net/subnet.ts";
import type { Port } from "../../models/network/port.ts";
import type { Router, RouterInterface, RouterStatusInterface } from "../../models/network/router.ts";
import type { Subnet } from "../../models/network/subnet.ts";
import type { ApiRequest } from "../http/request.ts";
import { type Route, route } from "../http/route.ts";
import { id } from "./input.ts";
import { type Findable, fetch } from "./resource.ts";
import { settled } from "./settle.ts";
import { key, type World } from "./world.ts";

const interfaceBody = Type.Object(
  {
    subnet_id: Type.Optional(id),
    port_id: Type.Optional(id),
    tenant_id: Type.Optional(Type.String()),
    project_id: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
type Input = Static<typeof interfaceBody>;

interface Finders {
  routers: Findable<Router>;
  subnets: Findable<Subnet>;
  ports: Findable<Port>;
}

const badRequest = (message: string) => new KumulusError("Invalid", message, { reason: "BadRequest" });

/** The reply of both verbs (Networking API v2.0, "Add interface to router"). */
function view(world: World, router: Router, entry: RouterStatusInterface) {
  const port = world.ports.get(entry.port, router.metadata.namespace);
  const network = port && world.networkOf(port.spec.networkRef, port.metadata.namespace);
  const project = world.projectOf(router.metadata.namespace);
  const subnetID = entry.subnet ? world.idIn(world.subnets, { name: entry.subnet }, network?.metadata.namespace) : "";
  return {
    id: idOf(router),
    tenant_id: project,
    project_id: project,
    port_id: port ? idOf(port) : "",
    network_id: network ? idOf(network) : "",
    subnet_id: subnetID,
    subnet_ids: [subnetID],
    tags: [],
  };
}

function refuseOverlap(world: World, router: Router, subnet: Subnet): void {
  const range = parseCidr(subnet.spec.cidr);
  for (const { subnet: name, port: portName } of router.status?.interfaces ?? []) {
    const port = world.ports.get(portName, router.metadata.namespace);
    const namespace = port?.spec.networkRef.namespace ?? router.metadata.namespace;
    const other = name ? world.subnets.get(name, namespace) : undefined;
    if (!other) continue;
    if (idOf(other) === idOf(subnet)) throw badRequest(`Bad router request: Router already has a port on subnet ${idOf(subnet)}.`);
    const otherRange = parseCidr(other.spec.cidr);
    if (range && otherRange && overlaps(range, otherRange)) {
      throw badRequest(
        `Bad router request: Cidr ${subnet.spec.cidr} of subnet ${idOf(subnet)} overlaps with cidr ${other.spec.cidr} of subnet ${idOf(other)}.`,
      );
    }
  }
}

/** What the body asks for, as an entry of the spec; how it is recognised in the status. */
async function wanted(world: World, finders: Finders, router: Router, input: Input, request: ApiRequest) {
  if ((input.subnet_id === undefined) === (input.port_id === undefined)) {
    throw badRequest(
      input.subnet_id === undefined
        ? "Bad router request: Either subnet_id or port_id must be specified."
        : "Bad router request: Cannot specify both subnet-id and port-id.",
    );
  }
  if (input.port_id !== undefined) {
    const port = await fetch(finders.ports, request.auth, input.port_id);
    const entry: RouterInterface = { portRef: { name: port.metadata.name } };
    return { entry, port, matches: (status: RouterStatusInterface) => status.port === port.metadata.name };
  }
  const subnet = await fetch(finders.subnets, request.auth, input.subnet_id ?? "");
  const isOwn = subnet.metadata.namespace === router.metadata.namespace;
  const entry: RouterInterface = {
    subnetRef: { name: subnet.metadata.name, ...(isOwn ? {} : { namespace: subnet.metadata.namespace ?? "" }) },
  };
  const matches = ({ subnet: name, port }: RouterStatusInterface) => {
    const network = world.ports.get(port, router.metadata.namespace)?.spec.networkRef;
    return name === subnet.metadata.name && (network?.namespace ?? router.metadata.namespace) === subnet.metadata.namespace;
  };
  return { entry, subnet, matches };
}

function isSame(a: RouterInterface, b: RouterInterface, namespace: string | undefined): boolean {
  const text = ({ portRef, subnetRef }: RouterInterface) =>
    portRef ? `port/${portRef.name}` : key(subnetRef?.namespace ?? namespace, subnetRef?.name ?? "");
  return text(a) === text(b);
}

function refusePort(port: Port): void {
  if (port.spec.deviceID) {
    throw new KumulusError(
      "Conflict",
      `Unable to complete operation on port ${idOf(port)}, port is already used by device ${port.spec.deviceID}.`,
      { reason: "PortInUse" },
    );
  }
}

async function add(world: World, finders: Finders, router: Router, request: ApiRequest, input: Input) {
  const { entry, subnet, port, matches } = await wanted(world, finders, router, input, request);
  if (port) refusePort(port);
  if (subnet) {
    if (subnetRange(subnet.spec)?.gateway === undefined)
      throw badRequest("Bad router request: Subnet for router interface must have a gateway IP.");
    refuseOverlap(world, router, subnet);
  }
  const updated = await world.routers.update(router, (draft) => {
    if (draft.spec.interfaces?.some((each) => isSame(each, entry, router.metadata.namespace))) {
      throw badRequest(`Bad router request: Router already has a port on ${subnet ? `subnet ${idOf(subnet)}` : `port ${input.port_id}`}.`);
    }
    draft.spec.interfaces = [...(draft.spec.interfaces ?? []), entry];
  });
  try {
    const ready = await settled(world.routers, updated, ({ status }) => status?.interfaces?.some(matches) ?? false);
    const found = ready.status?.interfaces?.find(matches);
    return view(world, ready, found ?? { port: "" });
  } catch (error) {
    await drop(world, updated, entry);
    throw error;
  }
}

const drop = (world: World, router: Router, entry: RouterInterface): Promise<Router> =>
  world.routers.update(router, (draft) => {
    draft.spec.interfaces = (draft.spec.interfaces ?? []).filter((each) => !isSame(each, entry, router.metadata.namespace));
  });

async function remove(world: World, finders: Finders, router: Router, request: ApiRequest, input: Input) {
  const { entry, subnet, matches } = await wanted(world, finders, router, input, request);
  const present = router.status?.interfaces?.find(matches);
  const missing = new KumulusError(
    "NotFound",
    `Router ${idOf(router)} has no interface on ${subnet ? `subnet ${idOf(subnet)}` : `port ${input.port_id}`}`,
    {
      reason: subnet ? "RouterInterfaceNotFoundForSubnet" : "RouterInterfaceNotFound",
    },
  );
  if (!present) throw missing;
  const reply = view(world, router, present);
  refuseInUse(world, router, present);
  const bySubnet: RouterInterface = present.subnet ? { subnetRef: { name: present.subnet } } : entry;
  const updated = await world.routers.update(router, (draft) => {
    const kept = (draft.spec.interfaces ?? []).filter(
      (each) => ![entry, bySubnet].some((gone) => isSame(each, gone, router.metadata.namespace)),
    );
    if (kept.length === draft.spec.interfaces?.length) throw missing;
    draft.spec.interfaces = kept;
  });
  await settled(world.routers, updated, ({ status }) => !status?.interfaces?.some(({ port }) => port === present.port));
  // As in Neutron a port that the user made goes with the interface that it became.
  const port = world.ports.get(present.port, router.metadata.namespace);
  if (port && !port.metadata.deletionTimestamp) await world.ports.delete(port);
  return reply;
}

/** An interface stays while a floating IP leads to one of its subnet's ports. */
function refuseInUse(world: World, router: Router, { subnet }: RouterStatusInterface): void {
  const needs = world.floatingIPs.byIndex("router", key(router.metadata.namespace, router.metadata.name)).some(({ spec, status }) => {
    const port = spec.portRef && world.ports.get(spec.portRef.name, router.metadata.namespace);
    if (port?.metadata.deletionTimestamp) return false;
    return port?.status?.fixedIPs?.some((fixed) => fixed.subnet === subnet && fixed.ipAddress === status?.fixedIPAddress);
  });
  if (!needs) return;
  const subnetID = world.idIn(world.subnets, { name: subnet ?? "" }, router.metadata.namespace);
  throw new KumulusError(
    "Conflict",
    `Router interface for subnet ${subnetID} on router ${idOf(router)} cannot be deleted, as it is required by one or more floating IPs.`,
    {
      reason: "RouterInterfaceInUseByFloatingIP",
    },
  );
}

export function routerInterfaceRoutes(world: World, finders: Finders): Route[] {
  const verb = (name: string, act: typeof add) =>
    route({
      method: "PUT",
      path: `/v2.0/routers/:id/${name}` as "/v2.0/routers/:id/x",
      policy: name,
      body: interfaceBody,
      handle: async (request) => {
        const router = await fetch(finders.routers, request.auth, request.params.id);
        request.permit({ project_id: world.projectOf(router.metadata.namespace) });
        return { body: await act(world, finders, router, request as ApiRequest, request.body) };
      },
    });
  return [verb("add_router_interface", add), verb("remove_router_interface", remove)];
}

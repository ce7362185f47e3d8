// What the network API reads: the stores with their indexes, and the look-ups from names to OpenStack ids that all views share.
import { createdAt, displayNameOf, idOf } from "../../domain/id.ts";
import { ruleId } from "../../domain/net/security-group.ts";
import { Server } from "../../models/compute/server.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import type { KubeObject, LocalRef, ObjectRef } from "../../models/kind.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { Router } from "../../models/network/router.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import type { PolicyTarget } from "../http/policy.ts";
import type { Store, Stores } from "../http/store.ts";
import { ProjectLimits } from "../project-limits.ts";

export interface World {
  readonly networks: Store<Network>;
  readonly subnets: Store<Subnet>;
  readonly ports: Store<Port>;
  readonly routers: Store<Router>;
  readonly floatingIPs: Store<FloatingIP>;
  readonly groups: Store<SecurityGroup>;
  readonly servers: Store<Server>;
  readonly tenants: Store<Tenant>;
  readonly limits: ProjectLimits;
  /** Id of the project whose namespace this is; "" for a namespace that is no project's. */
  projectOf(namespace: string | undefined): string;
  networkOf(ref: ObjectRef, namespace: string | undefined): Network | undefined;
  subnetsOf(network: Network): readonly Subnet[];
  portsOf(network: Network): readonly Port[];
  /** Id of an object by reference; "" while it is not there. */
  idIn<T extends KubeObject>(store: Store<T>, ref: ObjectRef | LocalRef | undefined, namespace: string | undefined): string;
}

/** Key of the indexes below. */
export const key = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

const alive = <T extends KubeObject>(objects: readonly T[]): readonly T[] => objects.filter(({ metadata }) => !metadata.deletionTimestamp);

export function networkWorld(stores: Stores): World {
  const networks = stores.of(Network);
  const subnets = stores.of(Subnet);
  const ports = stores.of(Port);
  const groups = stores.of(SecurityGroup);
  const routers = stores.of(Router);
  const floatingIPs = stores.of(FloatingIP);
  const tenants = stores.of(Tenant);
  const servers = stores.of(Server);
  subnets.cache.addIndex("network", ({ spec, metadata }) => [key(metadata.namespace, spec.networkRef.name)]);
  ports.cache.addIndex("network", ({ spec, metadata }) => [key(spec.networkRef.namespace ?? metadata.namespace, spec.networkRef.name)]);
  ports.cache.addIndex("device", ({ spec }) => (spec.deviceID ? [spec.deviceID] : []));
  ports.cache.addIndex("group", ({ spec, status, metadata }) =>
    (status?.securityGroups ?? spec.securityGroupRefs?.map(({ name }) => name) ?? []).map((name) => key(metadata.namespace, name)),
  );
  routers.cache.addIndex("port", ({ spec, metadata }) =>
    (spec.interfaces ?? []).flatMap(({ portRef }) => (portRef ? [key(metadata.namespace, portRef.name)] : [])),
  );
  floatingIPs.cache.addIndex("port", ({ spec, metadata }) => (spec.portRef ? [key(metadata.namespace, spec.portRef.name)] : []));
  floatingIPs.cache.addIndex("router", ({ status, metadata }) => (status?.router ? [key(metadata.namespace, status.router)] : []));
  groups.cache.addIndex("rule", (group) => (group.spec.rules ?? []).map((rule) => ruleId(idOf(group), rule)));
  tenants.cache.addIndex("namespace", ({ status }) => (status?.namespace ? [status.namespace] : []));
  servers.cache.addIndex("port", ({ spec, metadata }) =>
    (spec.networks ?? []).flatMap(({ portRef }) => (portRef ? [key(metadata.namespace, portRef.name)] : [])),
  );
  const keyOf = (network: Network) => key(network.metadata.namespace, network.metadata.name);
  return {
    limits: new ProjectLimits(stores),
    networks,
    subnets,
    ports,
    routers,
    floatingIPs,
    groups,
    servers,
    tenants,
    projectOf: (namespace) => {
      const tenant = namespace === undefined ? undefined : tenants.byIndex("namespace", namespace)[0];
      return tenant ? idOf(tenant) : "";
    },
    networkOf: (ref, namespace) => networks.get(ref.name, ref.namespace ?? namespace),
    subnetsOf: (network) => alive(subnets.byIndex("network", keyOf(network))),
    portsOf: (network) => alive(ports.byIndex("network", keyOf(network))),
    idIn: (store, ref, namespace) => {
      const object = ref && store.get(ref.name, ("namespace" in ref ? ref.namespace : undefined) ?? namespace);
      return object ? idOf(object) : "";
    },
  };
}

/** What rules may ask about something on a network. */
export const aboutNetwork = (world: World, network: Network | undefined): PolicyTarget => {
  const owner = world.projectOf(network?.metadata.namespace);
  return { "network:project_id": owner, "network:tenant_id": owner, shared: network?.spec.shared ? "True" : "False" };
};

interface Named extends KubeObject {
  spec: { displayName?: string; description?: string; tags?: string[] };
  status?: { conditions?: { lastTransitionTime: string }[] };
}

/** Neutron's time: seconds, UTC, with a Z. */
const time = (text: string | undefined) => (text ?? "").replace(/\.\d+Z$/, "Z");

/** The fields that every Neutron resource has (extensions standard-attr-description, -tag, -timestamp, -revisions). */
export function standardView(world: World, object: Named) {
  const project = world.projectOf(object.metadata.namespace);
  const changes = (object.status?.conditions ?? []).map(({ lastTransitionTime }) => lastTransitionTime);
  const updated = [createdAt(object), ...changes].sort().at(-1);
  return {
    id: idOf(object),
    name: displayNameOf(object),
    description: object.spec.description ?? "",
    tenant_id: project,
    project_id: project,
    tags: object.spec.tags ?? [],
    created_at: time(createdAt(object)),
    updated_at: time(updated),
    revision_number: object.metadata.generation ?? 1,
  };
}

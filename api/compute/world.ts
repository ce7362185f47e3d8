// What the compute API reads and writes: the stores with their indexes, and the look-ups from names to OpenStack ids that all views share.
import { nicPortName, serverLabel, serverLabelValue } from "../../domain/compute/names.ts";
import { idOf } from "../../domain/id.ts";
import { Flavor } from "../../models/compute/flavor.ts";
import { KeyPair } from "../../models/compute/key-pair.ts";
import { Server, type ServerNetwork } from "../../models/compute/server.ts";
import { ServerAction } from "../../models/compute/server-action.ts";
import { Tenant } from "../../models/identity/tenant.ts";
import { User } from "../../models/identity/user.ts";
import { Image } from "../../models/image/image.ts";
import { FloatingIP } from "../../models/network/floating-ip.ts";
import { IPAddress } from "../../models/network/ip-address.ts";
import { Network } from "../../models/network/network.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { Volume } from "../../models/volume/volume.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { KubeClient } from "../../operator/contract.ts";
import type { Store, Stores } from "../http/store.ts";
import { ProjectLimits } from "../project-limits.ts";

export interface ComputeWorld {
  readonly client: KubeClient;
  readonly limits: ProjectLimits;
  readonly servers: Store<Server>;
  readonly actions: Store<ServerAction>;
  readonly keyPairs: Store<KeyPair>;
  readonly flavors: Store<Flavor>;
  readonly images: Store<Image>;
  readonly networks: Store<Network>;
  readonly subnets: Store<Subnet>;
  readonly ports: Store<Port>;
  readonly addresses: Store<IPAddress>;
  readonly floatingIPs: Store<FloatingIP>;
  readonly groups: Store<SecurityGroup>;
  readonly volumes: Store<Volume>;
  readonly volumeTypes: Store<VolumeType>;
  readonly tenants: Store<Tenant>;
  readonly users: Store<User>;
  /** Id of the project whose namespace this is; "" for a namespace that is no project's. */
  projectOf(namespace: string | undefined): string;
  /** Actions of a server that have not ended, oldest first. */
  pendingActions(server: Server): readonly ServerAction[];
  /** Ports that were made for a server, and Ports that its spec names. */
  portsOf(server: Server): readonly Port[];
  /** The Port of one entry of `spec.networks`, when it exists. */
  portOf(server: Server, network: ServerNetwork, index: number): Port | undefined;
  /** Servers whose spec has the volume. */
  serversWith(volume: Volume): readonly Server[];
}

export const cacheKey = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`;

const ended = new Set(["Succeeded", "Failed"]);

function addIndexes(
  world: Pick<ComputeWorld, "servers" | "actions" | "keyPairs" | "flavors" | "tenants" | "subnets" | "groups" | "ports" | "networks">,
): void {
  const { servers, actions, keyPairs, flavors, tenants, subnets, groups, ports, networks } = world;
  servers.cache.addIndex("volume", ({ spec, status, metadata }) =>
    [...new Set([...(spec.volumes ?? []), ...(status?.volumes ?? [])].map(({ name }) => name))].map((name) =>
      cacheKey(metadata.namespace, name),
    ),
  );
  servers.cache.addIndex("port", ({ spec, metadata }) =>
    (spec.networks ?? []).flatMap(({ portRef }) => (portRef ? [cacheKey(metadata.namespace, portRef.name)] : [])),
  );
  actions.cache.addIndex("server", ({ spec, metadata }) => [cacheKey(metadata.namespace, spec.serverRef.name)]);
  actions.cache.addIndex("pending", ({ spec, metadata, status }) =>
    ended.has(status?.phase ?? "") ? [] : [cacheKey(metadata.namespace, spec.serverRef.name)],
  );
  keyPairs.cache.addIndex("user", ({ spec }) => (spec.userRef ? [spec.userRef.name] : []));
  flavors.cache.addIndex("flavorID", ({ spec }) => (spec.flavorID ? [spec.flavorID] : []));
  networks.cache.addIndex("shared", ({ spec }) => (spec.shared ? ["true"] : []));
  tenants.cache.addIndex("namespace", ({ status }) => (status?.namespace ? [status.namespace] : []));
  subnets.cache.addIndex("network", ({ spec, metadata }) => [cacheKey(metadata.namespace, spec.networkRef.name)]);
  ports.cache.addIndex("server", ({ metadata }) => {
    const label = metadata.labels?.[serverLabel];
    return label === undefined ? [] : [cacheKey(metadata.namespace, label)];
  });
  groups.cache.addIndex("displayName", ({ spec, metadata }) => [cacheKey(metadata.namespace, spec.displayName ?? metadata.name)]);
}

function portsOf(ports: Store<Port>, { metadata, spec }: Server): readonly Port[] {
  const own = ports.byIndex("server", cacheKey(metadata.namespace, serverLabelValue(metadata.name)));
  const names = new Set(own.map((port) => port.metadata.name));
  const named = (spec.networks ?? []).flatMap(({ portRef }) => {
    const port = portRef && !names.has(portRef.name) ? ports.get(portRef.name, metadata.namespace) : undefined;
    return port ? [port] : [];
  });
  return named.length > 0 ? [...own, ...named] : own;
}

export function computeWorld(stores: Stores): ComputeWorld {
  const kinds = {
    servers: stores.of(Server),
    actions: stores.of(ServerAction),
    keyPairs: stores.of(KeyPair),
    flavors: stores.of(Flavor),
    images: stores.of(Image),
    networks: stores.of(Network),
    subnets: stores.of(Subnet),
    ports: stores.of(Port),
    addresses: stores.of(IPAddress),
    floatingIPs: stores.of(FloatingIP),
    groups: stores.of(SecurityGroup),
    volumes: stores.of(Volume),
    volumeTypes: stores.of(VolumeType),
    tenants: stores.of(Tenant),
    users: stores.of(User),
  };
  addIndexes(kinds);
  return {
    client: stores.client,
    limits: new ProjectLimits(stores),
    ...kinds,
    projectOf: (namespace) => {
      const tenant = namespace === undefined ? undefined : kinds.tenants.byIndex("namespace", namespace)[0];
      return tenant ? idOf(tenant) : "";
    },
    pendingActions: ({ metadata }) =>
      kinds.actions
        .byIndex("pending", cacheKey(metadata.namespace, metadata.name))
        .toSorted((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? "")),
    portOf: ({ metadata }, { portRef }, index) => kinds.ports.get(portRef?.name ?? nicPortName(metadata.name, index), metadata.namespace),
    portsOf: (server) => portsOf(kinds.ports, server),
    serversWith: ({ metadata }) => {
      const holders = kinds.servers.byIndex("volume", cacheKey(metadata.namespace, metadata.name));
      return holders.filter(({ spec }) => spec.volumes?.some(({ name }) => name === metadata.name));
    },
  };
}

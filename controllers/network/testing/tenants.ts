// For stories: what tenants have, and their rows in OVN.
import { Network } from "../../../models/network/network.ts";
import { SecurityGroup } from "../../../models/network/security-group.ts";
import { Subnet } from "../../../models/network/subnet.ts";
import { isReady, type World } from "./world.ts";

export interface AnyRow {
  readonly [column: string]: unknown;
  readonly _uuid: string;
  readonly external_ids: Record<string, string>;
}

export const mapOf = (row: AnyRow | undefined, column: string) => (row?.[column] ?? {}) as Record<string, string>;

/** Rows of one table that an object has. */
export const rowsOf = (world: World, table: string, owner: { kind: string; namespace: string; name: string }) =>
  world.nb.byIndex<AnyRow>(table, "owner", `${owner.kind}/${owner.namespace}/${owner.name}`);

/** A tenant's namespace with a default group, a network and a subnet. */
export async function tenant(world: World, name: string, cidr = "10.9.0.0/24", subnet: object = {}): Promise<string> {
  const namespace = await world.namespace(name);
  const rules = [
    { direction: "egress" },
    { direction: "egress", etherType: "IPv6" },
    { direction: "ingress", remoteGroupRef: { name: "default" } },
  ];
  await world.create(SecurityGroup, namespace, "default", { isDefault: true, rules });
  await world.create(Network, namespace, "net", {});
  await world.create(Subnet, namespace, "sub", { networkRef: { name: "net" }, cidr, dnsNameservers: ["8.8.8.8"], ...subnet });
  await world.settled(SecurityGroup, namespace, "default", isReady);
  await world.settled(Network, namespace, "net", isReady);
  await world.settled(Subnet, namespace, "sub", isReady);
  return namespace;
}

/** A namespace with an external network. */
export async function external(world: World, name: string, cidr: string): Promise<string> {
  const namespace = await world.namespace(name);
  const provider = { networkType: "flat", physicalNetwork: "physnet1" };
  await world.create(Network, namespace, "public", { external: true, provider });
  await world.create(Subnet, namespace, "public-subnet", { networkRef: { name: "public" }, cidr, enableDHCP: false });
  await world.settled(Subnet, namespace, "public-subnet", isReady);
  return namespace;
}

// Locks addresses for a Port: the API server's refusal of a second IPAddress of one name is the lock.
import { isCode } from "../../../domain/errors.ts";
import { formatAddress } from "../../../domain/net/address.ts";
import { ipAddressName } from "../../../domain/net/names.ts";
import { pickAddress } from "../../../domain/net/pools.ts";
import type { WantedAddress } from "../../../domain/net/port.ts";
import { IPAddress } from "../../../models/network/ip-address.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Context } from "../../../operator/contract.ts";
import type { HeldAddress } from "./addresses.ts";

export interface LockFailure {
  readonly reason: "NoFreeAddress" | "AddressInUse";
  readonly message: string;
}

export interface Locker {
  /** The address of an earlier or this call, or why there is none. */
  lock(wanted: WantedAddress): Promise<HeldAddress | LockFailure>;
}

export const isFailure = (result: HeldAddress | LockFailure): result is LockFailure => "reason" in result;

type Subnet = WantedAddress["subnets"][number];

/** `namespace` is the subnets'; `random` (0 ≤ x < 1) says where a search starts. */
export function createLocker(ctx: Context, port: Port, namespace: string, random: () => number): Locker {
  const lockObject = (subnet: string, address: string): IPAddress => ({
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "IPAddress",
    metadata: { name: ipAddressName(subnet, address), namespace },
    spec: { subnetRef: { name: subnet }, address, portRef: { name: port.metadata.name, namespace: port.metadata.namespace ?? "" } },
  });

  async function create(subnet: string, address: string): Promise<"ours" | "taken"> {
    const object = lockObject(subnet, address);
    try {
      await ctx.create(IPAddress, object);
      return "ours";
    } catch (error) {
      if (!isCode(error, "Conflict")) throw error;
    }
    // Our copy may not show yet who was first: it may have been us.
    const { spec } = await ctx.client.get(IPAddress, { name: object.metadata.name, namespace });
    const { name, namespace: holder } = spec.portRef;
    return name === port.metadata.name && (holder ?? namespace) === port.metadata.namespace ? "ours" : "taken";
  }

  async function lockAny(subnet: Subnet): Promise<HeldAddress | undefined> {
    const { cidr, pools } = subnet.range;
    const tried = new Set<bigint>();
    const isUsed = (value: bigint) =>
      tried.has(value) || ctx.get(IPAddress, ipAddressName(subnet.name, formatAddress(cidr.version, value)), namespace) !== undefined;
    for (;;) {
      const value = pickAddress(pools, isUsed, random());
      if (value === undefined) return undefined;
      const address = formatAddress(cidr.version, value);
      if ((await create(subnet.name, address)) === "ours") return { subnet: subnet.name, address };
      tried.add(value);
    }
  }

  return {
    async lock(wanted) {
      const { address, subnets } = wanted;
      const [first] = subnets;
      if (address !== undefined && first) {
        if ((await create(first.name, address)) === "ours") return { subnet: first.name, address };
        return { reason: "AddressInUse", message: `IP address ${address} already allocated in subnet ${first.name}` };
      }
      for (const subnet of subnets) {
        const held = await lockAny(subnet);
        if (held) return held;
      }
      const names = subnets.map((subnet) => subnet.name).join(", ");
      return { reason: "NoFreeAddress", message: `No more IP addresses available on ${names || "the network"}` };
    },
  };
}

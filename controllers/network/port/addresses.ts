// Which addresses a Port keeps, gives back and still needs. Pure.
import { type AddressProblem, addressPlan, type WantedAddress } from "../../../domain/net/port.ts";
import { isAutoAddress } from "../../../domain/net/subnet.ts";
import type { IPAddress } from "../../../models/network/ip-address.ts";
import type { Port } from "../../../models/network/port.ts";
import type { PortWorld } from "./gather.ts";

export interface HeldAddress {
  readonly subnet: string;
  readonly address: string;
}

export interface AddressDecision {
  /** In the order of the port's wishes; a wish is one that must still be locked. */
  readonly slots: readonly (HeldAddress | WantedAddress)[];
  /** Locks to give back. */
  readonly release: readonly IPAddress[];
}

export const isHeld = (slot: HeldAddress | WantedAddress): slot is HeldAddress => "subnet" in slot;

const heldOf = ({ spec }: IPAddress): HeldAddress => ({ subnet: spec.subnetRef.name, address: spec.address });

/**
 * A port that names no addresses keeps what it was given first, as in Neutron: a subnet that comes later adds an address only where guests
 * make their own (SLAAC), or where the port has none at all.
 */
export function decideAddresses(port: Port, world: PortWorld, mac: string): AddressDecision | { problem: AddressProblem } {
  const subnets = world.subnets.map((subnet) => ({ name: subnet.metadata.name, spec: subnet.spec }));
  const plan = addressPlan({ ...port.spec, deviceOwner: ownerOf(port, world) }, subnets, mac);
  if ("problem" in plan) return plan;
  const rest = [...world.held];
  const take = (wanted: WantedAddress): HeldAddress | undefined => {
    const names = wanted.subnets.map((subnet) => subnet.name);
    const at = rest.findIndex(
      ({ spec }) => names.includes(spec.subnetRef.name) && (wanted.address === undefined || wanted.address === spec.address),
    );
    const [found] = at < 0 ? [] : rest.splice(at, 1);
    return found && heldOf(found);
  };
  // Named addresses choose first, so that a wish for any address does not take one that was meant.
  const named = new Map(plan.wanted.filter((one) => one.address !== undefined).map((one) => [one, take(one)]));
  const slots = plan.wanted.map((one) => named.get(one) ?? (named.has(one) ? one : (take(one) ?? one)));
  if (port.spec.fixedIPs !== undefined) return { slots, release: rest };
  const isManaged = ({ spec }: IPAddress) => !isAuto(world, spec.subnetRef.name);
  const kept = rest.filter(isManaged).map(heldOf);
  const settled = world.held.some(isManaged);
  return {
    slots: [...slots.filter((slot) => isHeld(slot) || slot.address !== undefined || !settled), ...kept],
    release: rest.filter((address) => !isManaged(address)),
  };
}

/** The router of a port that a user lends to it decides about addresses as the router's own ports do. */
const ownerOf = (port: Port, world: PortWorld): string =>
  world.role === "routerInterface" ? "network:router_interface" : (port.spec.deviceOwner ?? "");

/** A subnet that is not usable any more counts as SLAAC when it is: only those go away under a port. */
function isAuto(world: PortWorld, name: string): boolean {
  const subnet = world.subnets.find((one) => one.metadata.name === name);
  return subnet ? isAutoAddress(subnet.spec) : world.goneAuto.includes(name);
}

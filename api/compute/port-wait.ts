// Waits until the Port controller has given a new Port its addresses; takes the Port back when it never will.
import { KumulusError } from "../../domain/errors.ts";
import type { Port } from "../../models/network/port.ts";
import type { ComputeWorld } from "./world.ts";

/** Reasons of Ready=False that no waiting cures, in Nova's words. */
const final: Record<string, string> = {
  NoFreeAddress: "No fixed IP addresses available for network.",
  AddressInUse: "Fixed IP address is already in use.",
  MACInUse: "MAC address is already in use.",
  InvalidAddress: "Fixed IP is not valid for the network.",
};

const readyOf = (port: Port | undefined) => port?.status?.conditions?.find(({ type }) => type === "Ready");
const failureOf = (port: Port | undefined): string | undefined => {
  const ready = readyOf(port);
  return ready?.status === "False" ? final[ready.reason] && `${final[ready.reason]} ${ready.message}` : undefined;
};
const hasAddress = (port: Port | undefined): boolean => port?.status?.macAddress !== undefined && (port.status.fixedIPs ?? []).length > 0;

/** Invalid (400) when it can get no address; Unavailable (503) when nobody decides. */
export async function readyPort(world: ComputeWorld, port: Port): Promise<Port> {
  try {
    const seen = await world.ports.waitFor(port, (now) => now === undefined || hasAddress(now) || failureOf(now) !== undefined);
    const failure = failureOf(seen);
    if (seen && failure === undefined) return seen;
    throw new KumulusError("Invalid", failure ?? "The port was deleted while it was made.");
  } catch (error) {
    await world.ports.delete(port);
    throw error;
  }
}

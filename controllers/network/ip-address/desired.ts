// When an IPAddress may go. Pure.
import type { IPAddress } from "../../../models/network/ip-address.ts";
import type { Port } from "../../../models/network/port.ts";

/** How long an address without a port stays, in ms from now; 0 = it goes; undefined = its port is there. */
export function remainingMs(address: IPAddress, port: Port | undefined, nowMs: number, graceMs: number): number | undefined {
  if (port) return undefined;
  const made = Date.parse(address.metadata.creationTimestamp ?? "");
  return Math.max(0, (Number.isNaN(made) ? 0 : made) + graceMs - nowMs);
}

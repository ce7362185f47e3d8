// When an IPAddress may go. Pure.
import type { Port } from "../../../models/network/port.ts";

/** How long an address that has been without a port for `aloneMs` stays, in ms; 0 = it goes; undefined = its port is there. */
export function remainingMs(port: Port | undefined, aloneMs: number, graceMs: number): number | undefined {
  return port ? undefined : Math.max(0, graceMs - aloneMs);
}

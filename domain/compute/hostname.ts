// The host name that a guest gets.
import type { Server } from "../../models/compute/server.ts";
import { displayNameOf } from "../id.ts";

/** A DNS label made from a display name: as Nova does, characters that can not be in a host name go, and what is left is cut to 63. */
export function hostnameFrom(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[ _]/g, "-")
    .replace(/[^A-Za-z0-9.-]/g, "")
    .replace(/\./g, "-")
    .toLowerCase();
  return plain.replace(/^-+/, "").slice(0, 63).replace(/-+$/, "");
}

/** Host name of a server: what the user asked for, else its display name, else its own name. Always a DNS label. */
export function hostnameOf(server: Server): string {
  for (const text of [server.spec.hostname, displayNameOf(server), server.metadata.name]) {
    const hostname = text === undefined ? "" : hostnameFrom(text);
    if (hostname) return hostname;
  }
  return "server";
}

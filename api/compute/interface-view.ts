// The wire form of a server's NIC (Compute API, "Port interfaces").
import { nicPortName } from "../../domain/compute/names.ts";
import { idOf } from "../../domain/id.ts";
import type { Server } from "../../models/compute/server.ts";
import type { Port } from "../../models/network/port.ts";
import type { ComputeWorld } from "./world.ts";

export function viewInterface(world: ComputeWorld, server: Server, port: Port, minor: number) {
  const { spec, status, metadata } = port;
  const where = spec.networkRef.namespace ?? metadata.namespace;
  const network = world.networks.get(spec.networkRef.name, where);
  const fixedIPs = (status?.fixedIPs ?? []).flatMap(({ subnet: name, ipAddress }) => {
    const subnet = world.subnets.get(name, where);
    return subnet ? [{ subnet_id: idOf(subnet), ip_address: ipAddress }] : [];
  });
  return {
    port_id: idOf(port),
    net_id: network ? idOf(network) : "",
    port_state: status?.phase ?? "DOWN",
    mac_addr: status?.macAddress ?? spec.macAddress ?? "",
    fixed_ips: fixedIPs,
    ...(minor < 70 ? {} : { tag: tagOf(server, metadata.name) }),
  };
}

function tagOf(server: Server, portName: string): string | null {
  const entries = server.spec.networks ?? [];
  const entry = entries.find(({ portRef }, index) => (portRef?.name ?? nicPortName(server.metadata.name, index)) === portName);
  return entry?.tag ?? null;
}

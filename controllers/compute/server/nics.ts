// Which Port serves which entry of Server.spec.networks, and which Ports must be made. Pure.

import { hostnameOf } from "../../../domain/compute/hostname.ts";
import { computeDeviceOwner, nicPortName, serverLabel, serverLabelValue } from "../../../domain/compute/names.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { idOf } from "../../../domain/id.ts";
import type { Server, ServerNetwork } from "../../../models/compute/server.ts";
import type { Port } from "../../../models/network/port.ts";

export interface Nic {
  entry: ServerNetwork;
  port?: Port;
}

export interface Nics {
  /** In the order of the spec; an entry whose Port is not there yet has none. */
  nics: Nic[];
  toCreate: Port[];
  /** Own Ports that no entry wants any more. */
  spare: Port[];
}

export function assignNics(server: Server, ownPorts: readonly Port[], namedPorts: readonly Port[]): Nics {
  const named = new Map([...namedPorts, ...ownPorts].map((port) => [port.metadata.name, port]));
  const used = new Set<string>();
  const nics: Nic[] = [];
  const entries = server.spec.networks ?? [];
  for (const { portRef } of entries) if (portRef) used.add(portRef.name);
  const toCreate: Port[] = [];
  const done = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    if (entry.portRef) {
      // The same Port twice would give KubeVirt one NAD twice, which it accepts and which hurts: the first entry wins.
      if (done.has(entry.portRef.name)) continue;
      done.add(entry.portRef.name);
    }
    const port = entry.portRef ? named.get(entry.portRef.name) : ownPortFor(server, entry, index, ownPorts, used);
    if (port) used.add(port.metadata.name);
    else if (entry.networkRef) toCreate.push(newPort(server, entry, freeName(server, index, used, ownPorts)));
    const made = toCreate.at(-1);
    if (!port && entry.networkRef && made) used.add(made.metadata.name);
    nics.push(port ? { entry, port } : { entry });
  }
  return { nics, toCreate, spare: ownPorts.filter((port) => !used.has(port.metadata.name)) };
}

/** The entry's own name first, else any own Port on that network that is free: entries move up when one before them is taken out. */
function ownPortFor(
  server: Server,
  entry: ServerNetwork,
  index: number,
  ownPorts: readonly Port[],
  used: ReadonlySet<string>,
): Port | undefined {
  const fits = ownPorts.filter((port) => !used.has(port.metadata.name) && serves(server, port, entry));
  const name = nicPortName(server.metadata.name, index);
  return fits.find((port) => port.metadata.name === name) ?? fits.toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))[0];
}

function serves(server: Server, port: Port, { networkRef, fixedIP }: ServerNetwork): boolean {
  const namespace = server.metadata.namespace;
  const same =
    port.spec.networkRef.name === networkRef?.name && (port.spec.networkRef.namespace ?? namespace) === (networkRef.namespace ?? namespace);
  return same && (fixedIP === undefined || (port.spec.fixedIPs ?? []).some(({ ipAddress }) => ipAddress === fixedIP));
}

function freeName(server: Server, index: number, used: ReadonlySet<string>, ownPorts: readonly Port[]): string {
  const taken = new Set([...used, ...ownPorts.map((port) => port.metadata.name)]);
  for (let n = index; ; n += 1) {
    const name = nicPortName(server.metadata.name, n);
    if (!taken.has(name)) return name;
  }
}

function newPort(server: Server, { networkRef, fixedIP }: ServerNetwork, name: string): Port {
  const { namespace } = server.metadata;
  return {
    apiVersion: "network.kumulus.cloud/v1alpha1",
    kind: "Port",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [serverLabel]: serverLabelValue(server.metadata.name) },
      finalizers: [finalizers.port],
    },
    spec: {
      networkRef: networkRef ?? { name: "" },
      ...(fixedIP === undefined ? {} : { fixedIPs: [{ ipAddress: fixedIP }] }),
      ...(server.spec.securityGroupRefs === undefined ? {} : { securityGroupRefs: server.spec.securityGroupRefs }),
      deviceID: idOf(server),
      deviceOwner: computeDeviceOwner,
      displayName: "",
      dnsName: hostnameOf(server),
    },
  };
}

// Whether a server may have the networks, ports, groups and volumes that it names.
import { idOf } from "../../domain/id.ts";
import { Server, type ServerNetwork, type ServerVolume } from "../../models/compute/server.ts";
import { Port } from "../../models/network/port.ts";
import { SecurityGroup } from "../../models/network/security-group.ts";
import { Volume } from "../../models/volume/volume.ts";
import { findNetwork, isUsable, networkNotFound, portNotFound } from "../network/network-use.ts";
import { firstAmong, isLeaving, isSame, namespaceOf, refuse, type Verdict, type View } from "../rules.ts";
import { holdersOf } from "../volume/volume-use.ts";

function network(server: Server, { name, namespace }: { name: string; namespace?: string }, view: View): Verdict {
  const found = findNetwork({ name, ...(namespace === undefined ? {} : { namespace }) }, namespaceOf(server), view);
  if (!found) return networkNotFound(name);
  if (isUsable(found, namespaceOf(server)) && !isLeaving(found)) return undefined;
  if (!found.spec.external) return { ...networkNotFound(name), because: [found] };
  const message = `It is not allowed to create an interface on external network ${idOf(found)}`;
  return refuse("Forbidden", "ExternalNetworkAttachForbidden", message, [found]);
}

function port(server: Server, name: string, view: View): Verdict {
  const found = view.get(Port, name, namespaceOf(server));
  if (!found) return portNotFound(name);
  if (isLeaving(found)) return { ...portNotFound(name), because: [found] };
  const user = view
    .list(Server, namespaceOf(server))
    .find((other) => !isSame(other, server) && !isLeaving(other) && other.spec.networks?.some(({ portRef }) => portRef?.name === name));
  const { deviceID } = found.spec;
  const isOurs = !deviceID || deviceID === idOf(server);
  return user || !isOurs ? refuse("Conflict", "PortInUse", `Port ${idOf(found)} is still in use.`, user ? [user] : [found]) : undefined;
}

/** NICs from `networks`, each port at most once. */
export function networks(server: Server, wanted: readonly ServerNetwork[], view: View): Verdict {
  const all = server.spec.networks ?? [];
  return firstAmong(wanted, ({ networkRef, portRef }) => {
    if (networkRef) return network(server, networkRef, view);
    if (!portRef) return undefined;
    if (all.filter((other) => other.portRef?.name === portRef.name).length > 1) {
      return refuse("Invalid", "NetworkDuplicated", `Port ${portRef.name} is named more than once.`);
    }
    return port(server, portRef.name, view);
  });
}

export function securityGroups(server: Server, view: View): Verdict {
  return firstAmong(server.spec.securityGroupRefs, ({ name }) => {
    if (view.get(SecurityGroup, name, namespaceOf(server))) return undefined;
    return refuse("Invalid", "SecurityGroupNotFound", `Unable to find security_group with name or id '${name}'`);
  });
}

/**
 * A volume that is still being made may be named: the controller waits for it, as kubectl users expect; the APIs ask for `available` themselves.
 */
export function volumes(server: Server, wanted: readonly ServerVolume[], view: View): Verdict {
  return firstAmong(wanted, ({ name, bootIndex }) => {
    const volume = view.get(Volume, name, namespaceOf(server));
    if (!volume) return refuse("NotFound", "VolumeNotFound", `Volume ${name} could not be found.`);
    const id = idOf(volume);
    const phase = isLeaving(volume) ? "deleting" : (volume.status?.phase ?? "creating");
    if (["deleting", "error", "error_deleting", "maintenance"].includes(phase)) {
      const message = `Invalid volume: volume '${id}' status must be 'available'. Currently in '${phase}'`;
      return refuse("Invalid", "InvalidVolume", message, [volume]);
    }
    const holders = holdersOf(volume, view).filter((other) => !isSame(other, server));
    if (holders.length > 0 && !volume.spec.multiattach) {
      const message = `Invalid volume: volume ${id} is already attached to instances: ${holders.map(idOf).join(", ")}`;
      return refuse("Invalid", "InvalidVolume", message, [volume, ...holders]);
    }
    const canBoot = volume.spec.bootable ?? volume.status?.bootable ?? (volume.spec.imageRef ?? volume.spec.sourceVolumeRef) !== undefined;
    if (bootIndex !== 0 || canBoot) return undefined;
    return refuse("Invalid", "InvalidBDMVolumeNotBootable", `Block Device ${id} is not bootable.`, [volume]);
  });
}

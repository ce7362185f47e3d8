// What the Server controller looks at before it decides.
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import type { Flavor } from "../../../models/compute/flavor.ts";
import type { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { ServerAction } from "../../../models/compute/server-action.ts";
import type { Image } from "../../../models/image/image.ts";
import type { FloatingIP } from "../../../models/network/floating-ip.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Subnet } from "../../../models/network/subnet.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import type { VolumeType } from "../../../models/volume/volume-type.ts";

export interface Seen {
  flavor?: Flavor | undefined;
  image?: Image | undefined;
  keyPair?: KeyPair | undefined;
  /** Type of the root disk. */
  volumeType?: VolumeType | undefined;
  golden?: DataVolume | undefined;
  /** Ports that were made for this server. */
  ownPorts: readonly Port[];
  /** Ports that its spec names. */
  namedPorts: readonly Port[];
  /** Networks and subnets of all those ports. */
  networks: readonly Network[];
  subnets: readonly Subnet[];
  floatingIPs: readonly FloatingIP[];
  /** Volumes of its spec and of its status. */
  volumes: readonly Volume[];
  /** A VirtualMachine of this name is somebody else's, or an earlier server's that is still going. */
  nameTaken?: boolean;
  vm?: VirtualMachine | undefined;
  vmi?: VirtualMachineInstance | undefined;
  /** Its actions that have not ended, oldest first. */
  actions: readonly ServerAction[];
  now: Date;
}

/** A run that still holds its guest, or will: every phase but the final ones. */
export function isLive(vmi: VirtualMachineInstance | undefined): vmi is VirtualMachineInstance {
  return vmi !== undefined && !isFinal(vmi);
}

/** A run that is over: KubeVirt keeps it until the next start, unless it was stopped from outside. */
export function isFinal(vmi: VirtualMachineInstance): boolean {
  return vmi.status?.phase === "Succeeded" || vmi.status?.phase === "Failed";
}

/** The guest has run once: what goes wrong after that is no failed build. */
export function hasLaunched(server: Server, seen: Seen): boolean {
  if (server.status?.launchedAt !== undefined) return true;
  const { phase, phaseTransitionTimestamps = [] } = seen.vmi?.status ?? {};
  return phase === "Running" || phaseTransitionTimestamps.some((entry) => entry.phase === "Running");
}

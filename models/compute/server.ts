// Generated from crds/compute/server.yaml by `npm run generate`; do not edit.
import type { Condition, Kind, KubeObject, LocalRef, ObjectMeta, ObjectRef } from "../kind.ts";

/** A virtual machine (Nova server). */
export interface Server extends KubeObject {
  apiVersion: "compute.kumulus.cloud/v1alpha1";
  kind: "Server";
  metadata: ObjectMeta;
  spec: ServerSpec;
  status?: ServerStatus;
}

export const Server: Kind<Server> = Object.freeze({
  group: "compute.kumulus.cloud",
  version: "v1alpha1",
  kind: "Server",
  plural: "servers",
  namespaced: true,
});

/** What the user wants. */
export interface ServerSpec {
  /** The name that OpenStack clients show. The object's own name when absent. */
  displayName?: string;
  /** Free text for people. */
  description?: string;
  /** Host name inside the guest. Made from displayName when absent. */
  hostname?: string;
  /** The Flavor that gives its size. */
  flavorRef: LocalRef;
  /** The Image that it boots; absent for a server that boots a volume. */
  imageRef?: ObjectRef;
  /** Whether it should run. */
  power?: "On" | "Off";
  /** The KeyPair whose key may log in. */
  keyPairRef?: ObjectRef;
  /** Its NICs in order. Either a Port that exists, or a Network on which one is made. */
  networks?: ServerNetwork[];
  /** Security groups of the Ports that are made for networkRef; the project's default group when absent. */
  securityGroupRefs?: LocalRef[];
  /** User data for the guest in base64. */
  userData?: string;
  /** Whether the user asked for a config drive. */
  configDrive?: boolean;
  /** Key and value pairs of the user. */
  metadata?: Record<string, string>;
  /** Where it should run. */
  availabilityZone?: string;
  /** Nova's OS-DCF:diskConfig. */
  diskConfig?: "AUTO" | "MANUAL";
  /** IPv4 address that the user wants to be shown as the way in. */
  accessIPv4?: string;
  /** IPv6 address that the user wants to be shown as the way in. */
  accessIPv6?: string;
  /** A locked server refuses actions of everybody but administrators. */
  locked?: boolean;
  /** Why it is locked. */
  lockedReason?: string;
  /** VolumeType of the root disk that is made from the image; the default type when absent. */
  rootVolumeType?: string;
  /** Volumes that are attached to it. */
  volumes?: ServerVolume[];
  /** OpenStack tags. */
  tags?: string[];
}

export interface ServerNetwork {
  /** A Port of this namespace. */
  portRef?: LocalRef;
  /** A Network. */
  networkRef?: ObjectRef;
  /** The address that the new Port shall have. */
  fixedIP?: string;
  /** Device tag that the guest sees. */
  tag?: string;
}

export interface ServerVolume {
  /** Name of a Volume of this namespace. */
  name: string;
  /** The device name that the user asked for such as /dev/vdb. */
  device?: string;
  /** 0 for the volume that it boots from. */
  bootIndex?: number;
  /** Whether the volume goes with the server; not unless said. */
  deleteOnTermination?: boolean;
  /** Device tag that the guest sees. */
  tag?: string;
  /** Id of the attachment in the APIs; derived when absent. */
  attachmentID?: string;
}

/** What the controllers have seen and decided. */
export interface ServerStatus {
  /** What is true of this object now. Ready says whether it can be used. */
  conditions?: Condition[];
  /** The metadata.generation that this status was computed from. */
  observedGeneration?: number;
  /** Nova's server status. */
  phase?: "BUILD" | "ACTIVE" | "SHUTOFF" | "PAUSED" | "SUSPENDED" | "REBOOT" | "HARD_REBOOT" | "REBUILD" | "RESIZE" | "VERIFY_RESIZE" | "MIGRATING" | "RESCUE" | "SHELVED" | "SHELVED_OFFLOADED" | "PASSWORD" | "ERROR" | "DELETED" | "UNKNOWN";
  /** Nova's OS-EXT-STS:task_state such as spawning or powering-off; absent for none. */
  taskState?: string;
  /** Nova's OS-EXT-STS:power_state. */
  powerState?: "NOSTATE" | "RUNNING" | "PAUSED" | "SHUTDOWN" | "CRASHED" | "SUSPENDED";
  /** The spec.power that was carried out last. A guest that powers itself off leaves it, so that nothing starts it again. */
  power?: "On" | "Off";
  /** Host name that the guest was given. */
  hostname?: string;
  /** The node that runs it. */
  node?: string;
  /** When it first ran. */
  launchedAt?: string;
  /** When its status or spec last changed for its users. */
  updatedAt?: string;
  /** First fixed address. */
  primaryAddress?: string;
  /** Name of the KubeVirt VirtualMachine. */
  instanceName?: string;
  /** The size it really has; stays when the Flavor is deleted. */
  flavor?: ServerFlavor;
  /** Addresses of its NICs in order. */
  addresses?: ServerAddress[];
  /** Volumes that the guest has now. */
  volumes?: ServerStatusVolume[];
  /** Why phase is ERROR. */
  fault?: ServerFault;
}

/** The size it really has; stays when the Flavor is deleted. */
export interface ServerFlavor {
  /** Display name of the Flavor. */
  name?: string;
  /** Virtual CPUs. */
  vcpus?: number;
  /** Memory in MiB. */
  ramMiB?: number;
  /** Root disk in GiB. */
  diskGiB?: number;
  /** Scratch disk in GiB. */
  ephemeralGiB?: number;
  /** Swap disk in MiB. */
  swapMiB?: number;
  /** Extra specs. */
  extraSpecs?: Record<string, string>;
}

export interface ServerAddress {
  /** Display name of the Network. */
  network: string;
  /** IP address. */
  address: string;
  /** Own or floating address. */
  type: "fixed" | "floating";
  /** MAC address of the NIC. */
  macAddress: string;
  /** Name of the Port. */
  port?: string;
}

export interface ServerStatusVolume {
  /** Name of the Volume. */
  name: string;
  /** How far it is. */
  phase: "attaching" | "attached" | "detaching";
  /** Device name such as /dev/vdb. */
  device?: string;
  /** When it was attached. */
  attachedAt?: string;
}

/** Why phase is ERROR. */
export interface ServerFault {
  /** HTTP status that Nova would give. */
  code: number;
  /** Sentence for people. */
  message: string;
  /** When it happened. */
  created: string;
}

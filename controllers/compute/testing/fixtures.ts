// Objects for the tables of the compute and volume controllers.
import type { DataVolume } from "../../../clients/cdi/kinds.ts";
import type { VirtualMachine, VirtualMachineInstance } from "../../../clients/kubevirt/kinds.ts";
import { goldenName } from "../../../domain/image/golden.ts";
import type { Flavor } from "../../../models/compute/flavor.ts";
import type { KeyPair } from "../../../models/compute/key-pair.ts";
import type { Server } from "../../../models/compute/server.ts";
import type { ServerAction } from "../../../models/compute/server-action.ts";
import type { Image } from "../../../models/image/image.ts";
import type { Network } from "../../../models/network/network.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Subnet } from "../../../models/network/subnet.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import type { VolumeType } from "../../../models/volume/volume-type.ts";
import { goldenDataVolume } from "../../image/golden.ts";
import type { Seen } from "../server/seen.ts";

export const namespace = "kumulus-demo";
export const now = new Date("2026-03-01T12:00:00Z");
export const serverUID = "5f0c1b1e-1111-4222-8333-444455556666";

export const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmRE5bASQMpTmzOOAuvaeVcDA45e3d3mHKPVLV1jaM7 me@here";

export const server = (
  spec: Partial<Server["spec"]> = {},
  status?: Server["status"],
  metadata: Partial<Server["metadata"]> = {},
): Server => ({
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Server",
  metadata: { name: "web-1", namespace, uid: serverUID, generation: 1, creationTimestamp: "2026-03-01T11:59:00Z", ...metadata },
  spec: {
    flavorRef: { name: "m1.tiny" },
    imageRef: { name: "guest", namespace: "kumulus-admin" },
    networks: [{ networkRef: { name: "net" } }],
    ...spec,
  },
  ...(status && { status: { observedGeneration: 1, ...status } }),
});

export const flavor: Flavor = {
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "Flavor",
  metadata: { name: "m1.tiny", uid: "flavor" },
  spec: { vcpus: 1, ramMiB: 128, diskGiB: 1 },
};

export const keyPair: KeyPair = {
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "KeyPair",
  metadata: { name: "k", namespace },
  spec: { publicKey },
};

export const image = (
  status: Image["status"] = { phase: "active", sizeBytes: 20_000_000, virtualSizeBytes: 900_000_000 },
  spec: Image["spec"] = {},
): Image => ({
  apiVersion: "image.kumulus.cloud/v1alpha1",
  kind: "Image",
  metadata: { name: "guest", namespace: "kumulus-admin", uid: "image-uid" },
  spec: { diskFormat: "qcow2", ...spec },
  ...(status && { status }),
});

export const volumeType: VolumeType = {
  apiVersion: "volume.kumulus.cloud/v1alpha1",
  kind: "VolumeType",
  metadata: { name: "local" },
  spec: { storageClassName: "local", isDefault: true },
};

export const done: DataVolume["status"] = { phase: "Succeeded", conditions: [{ type: "Bound", status: "True" }] };

export function golden(status: DataVolume["status"] | undefined = done, expires = now.getTime() / 1000 + 3600): DataVolume {
  const made = goldenDataVolume(image(), volumeType, `http://api/internal/images/kumulus-admin/guest?expires=${expires}&signature=x`);
  return { ...made, metadata: { ...made.metadata, name: goldenName(image(), "local"), uid: "golden-uid" }, ...(status && { status }) };
}

export const network: Network = {
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Network",
  metadata: { name: "net", namespace },
  spec: { displayName: "n" },
};

export const subnet: Subnet = {
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Subnet",
  metadata: { name: "subnet", namespace },
  spec: { networkRef: { name: "net" }, cidr: "10.9.0.0/24" },
};

export const port = (name: string, status: Port["status"] | undefined, spec: Partial<Port["spec"]> = {}): Port => ({
  apiVersion: "network.kumulus.cloud/v1alpha1",
  kind: "Port",
  metadata: { name, namespace, uid: `uid-${name}` },
  spec: { networkRef: { name: "net" }, ...spec },
  ...(status && { status }),
});

export const addressed = (name: string, host = 7): Port =>
  port(name, { macAddress: `fa:16:3e:00:00:0${host}`, fixedIPs: [{ subnet: "subnet", ipAddress: `10.9.0.${host}` }] });

export const volume = (name: string, status: Volume["status"], spec: Partial<Volume["spec"]> = {}): Volume => ({
  apiVersion: "volume.kumulus.cloud/v1alpha1",
  kind: "Volume",
  metadata: { name, namespace, uid: `uid-${name}`, generation: 1 },
  spec: { sizeGiB: 1, ...spec },
  ...(status && { status }),
});

export const held = (name: string, by = "web-1"): Volume =>
  volume(name, { phase: "attaching", claimName: name, attachments: [{ server: by }] });

export const vmOf = (made: VirtualMachine, status?: VirtualMachine["status"]): VirtualMachine => ({
  ...made,
  metadata: { ...made.metadata, uid: "vm-uid", resourceVersion: "1" },
  ...(status && { status }),
});

export const vmi = (
  phase: string,
  more: Partial<NonNullable<VirtualMachineInstance["status"]>> = {},
  metadata: object = {},
): VirtualMachineInstance => ({
  apiVersion: "kubevirt.io/v1",
  kind: "VirtualMachineInstance",
  metadata: { name: "web-1", namespace, uid: "run-1", ...metadata },
  spec: { domain: { devices: {} } },
  status: { phase, ...more },
});

export const action = (spec: Partial<ServerAction["spec"]>, status?: ServerAction["status"], name = "a"): ServerAction => ({
  apiVersion: "compute.kumulus.cloud/v1alpha1",
  kind: "ServerAction",
  metadata: { name, namespace, creationTimestamp: "2026-03-01T11:59:00Z" },
  spec: { serverRef: { name: "web-1" }, action: "Reboot", ...spec },
  ...(status && { status }),
});

export const seen = (more: Partial<Seen> = {}): Seen => ({
  flavor,
  image: image(),
  volumeType,
  golden: golden(),
  ownPorts: [],
  namedPorts: [],
  networks: [network],
  subnets: [subnet],
  floatingIPs: [],
  volumes: [],
  actions: [],
  now,
  ...more,
});

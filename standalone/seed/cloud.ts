// What a new cloud offers: flavors, a volume type, the network to the outside and a guest image. Pure.
import { Flavor } from "../../models/compute/flavor.ts";
import type { Image } from "../../models/image/image.ts";
import type { Kind, KubeObject } from "../../models/kind.ts";
import { Network } from "../../models/network/network.ts";
import { Subnet } from "../../models/network/subnet.ts";
import { VolumeType } from "../../models/volume/volume-type.ts";
import type { InstanceNetwork } from "../instance.ts";
import type { Seed } from "./identity.ts";

const seed = <T extends KubeObject>(kind: Kind<T>, object: T): Seed => ({ kind: kind as Kind, object });

/** Namespace of the project admin, which owns what everybody sees. */
export const adminNamespace = "kumulus-admin";

const sizes = [
  { name: "m1.tiny", vcpus: 1, ramMiB: 128, diskGiB: 1 },
  { name: "m1.small", vcpus: 1, ramMiB: 512, diskGiB: 5 },
  { name: "m1.medium", vcpus: 2, ramMiB: 1024, diskGiB: 10 },
  { name: "m1.large", vcpus: 4, ramMiB: 2048, diskGiB: 20 },
  { name: "m1.xlarge", vcpus: 8, ramMiB: 4096, diskGiB: 40 },
];

export const flavorSeeds: readonly Seed[] = sizes.map(({ name, ...spec }, index) =>
  seed(Flavor, {
    apiVersion: "compute.kumulus.cloud/v1alpha1",
    kind: "Flavor",
    metadata: { name },
    spec: { ...spec, flavorID: String(index + 1) },
  }),
);

export const volumeTypeSeed = seed(VolumeType, {
  apiVersion: "volume.kumulus.cloud/v1alpha1",
  kind: "VolumeType",
  metadata: { name: "local" },
  spec: { description: "qcow2 files on this machine", isDefault: true, storageClassName: "local", volumeSnapshotClassName: "local" },
});

/** Addresses of the external network less the gateway's own: the second to the last but one. */
function poolOf({ externalCIDR, gatewayIP }: InstanceNetwork): { start: string; end: string } {
  const prefix = externalCIDR.split(".").slice(0, 3).join(".");
  if (!externalCIDR.endsWith(".0/24") || gatewayIP !== `${prefix}.1`)
    throw new Error(`${externalCIDR} with gateway ${gatewayIP}: a /24 with the gateway at .1 is meant`);
  return { start: `${prefix}.2`, end: `${prefix}.254` };
}

export function externalNetworkSeeds(network: InstanceNetwork): Seed[] {
  const apiVersion = "network.kumulus.cloud/v1alpha1";
  return [
    seed(Network, {
      apiVersion,
      kind: "Network",
      metadata: { name: "public", namespace: adminNamespace },
      spec: { external: true, isDefault: true, mtu: 1500, provider: { networkType: "flat", physicalNetwork: network.physicalNetwork } },
    }),
    seed(Subnet, {
      apiVersion,
      kind: "Subnet",
      metadata: { name: "public-subnet", namespace: adminNamespace },
      spec: {
        networkRef: { name: "public" },
        cidr: network.externalCIDR,
        gatewayIP: network.gatewayIP,
        allocationPools: [poolOf(network)],
        enableDHCP: false,
      },
    }),
  ];
}

/** Its bytes are uploaded through the Image API, as a user would. */
export const guestImage: Image = {
  apiVersion: "image.kumulus.cloud/v1alpha1",
  kind: "Image",
  metadata: { name: "guest", namespace: adminNamespace },
  spec: {
    diskFormat: "qcow2",
    containerFormat: "bare",
    visibility: "public",
    minRAMMiB: 64,
    properties: { os_type: "linux", os_distro: "debian", os_admin_user: "debian" },
  },
};

// What a new cloud offers: flavors, a volume type, the network to the outside. Pure.
import { Flavor } from "../models/compute/flavor.ts";
import { Network } from "../models/network/network.ts";
import { Subnet } from "../models/network/subnet.ts";
import { VolumeType } from "../models/volume/volume-type.ts";
import { type Seed, seed } from "./identity.ts";

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

/** Where volumes and disks are unless somebody says otherwise. */
export interface DefaultStorage {
  /** Of the volume type. */
  name: string;
  description?: string;
  storageClassName: string;
  volumeSnapshotClassName?: string;
}

export const volumeTypeSeed = ({ name, ...spec }: DefaultStorage) =>
  seed(VolumeType, {
    apiVersion: "volume.kumulus.cloud/v1alpha1",
    kind: "VolumeType",
    metadata: { name },
    spec: { ...spec, isDefault: true },
  });

/** The way out of the cloud: floating IPs are taken from its pool. */
export interface ExternalNetwork {
  physicalNetwork: string;
  cidr: string;
  gatewayIP: string;
  pool: { start: string; end: string };
}

export function externalNetworkSeeds({ physicalNetwork, cidr, gatewayIP, pool }: ExternalNetwork): Seed[] {
  const apiVersion = "network.kumulus.cloud/v1alpha1";
  return [
    seed(Network, {
      apiVersion,
      kind: "Network",
      metadata: { name: "public", namespace: adminNamespace },
      spec: { external: true, isDefault: true, mtu: 1500, provider: { networkType: "flat", physicalNetwork } },
    }),
    seed(Subnet, {
      apiVersion,
      kind: "Subnet",
      metadata: { name: "public-subnet", namespace: adminNamespace },
      spec: { networkRef: { name: "public" }, cidr, gatewayIP, allocationPools: [pool], enableDHCP: false },
    }),
  ];
}

// What a new cloud on one machine offers besides: disks in files, the instance's external network, and a guest image. Pure.
import { adminNamespace, type DefaultStorage, type ExternalNetwork } from "../../bootstrap/offer.ts";
import type { Image } from "../../models/image/image.ts";
import type { InstanceNetwork } from "../instance.ts";

export const localStorage: DefaultStorage = {
  name: "local",
  description: "qcow2 files on this machine",
  storageClassName: "local",
  volumeSnapshotClassName: "local",
};

/** Addresses of the external network less the gateway's own: the second to the last but one. */
export function externalNetworkOf({ externalCIDR, gatewayIP, physicalNetwork }: InstanceNetwork): ExternalNetwork {
  const prefix = externalCIDR.split(".").slice(0, 3).join(".");
  if (!externalCIDR.endsWith(".0/24") || gatewayIP !== `${prefix}.1`)
    throw new Error(`${externalCIDR} with gateway ${gatewayIP}: a /24 with the gateway at .1 is meant`);
  return { physicalNetwork, cidr: externalCIDR, gatewayIP, pool: { start: `${prefix}.2`, end: `${prefix}.254` } };
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

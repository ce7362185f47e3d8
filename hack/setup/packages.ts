// Debian packages that the host needs, and what each is for: the one list.
import { guestImagePackages } from "../../standalone/guest-image/packages.ts";

const purposes: Readonly<Record<string, readonly string[]>> = {
  "virtual switches and routers": ["openvswitch-switch", "ovn-central", "ovn-host"],
  guests: ["qemu-system-x86", "qemu-utils"],
  "config drives": ["genisoimage", "xorriso"],
  "namespaces, links and routes": ["iproute2", "ethtool", "iputils-ping"],
  "certificates and keys": ["openssl", "ca-certificates", "openssh-client"],
  "the OpenStack client": ["python3-openstackclient"],
  "stories in which the clock jumps": ["libfaketime"],
  "building the guest image": [...guestImagePackages, "cpio", "zstd", "fdisk"],
};

/** Without duplicates, in a stable order. */
export const hostPackages: readonly string[] = [...new Set(Object.values(purposes).flat())].sort();

/** What the tests' cluster needs besides (e2e/cluster). */
export const clusterPackages: readonly string[] = ["busybox-static", "nftables", "runc"];

/** What Argo CD needs besides (e2e/gitops). */
export const gitopsPackages: readonly string[] = ["git", "redis-server"];

/** What building images needs where no engine answers (hack/image). */
export const imagePackages: readonly string[] = ["docker.io", "mmdebstrap"];

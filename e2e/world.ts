// Counts what a cloud has on this machine and in its databases, so that a test can say that nothing was left behind.
import { cloud, instance, run } from "./cloud.ts";

const kinds = [
  "servers.compute.kumulus.cloud",
  "ports.network.kumulus.cloud",
  "ipaddresses.network.kumulus.cloud",
  "virtualmachines.kubevirt.io",
  "virtualmachineinstances.kubevirt.io",
  "datavolumes.cdi.kubevirt.io",
  "persistentvolumeclaims",
  "persistentvolumes",
  "network-attachment-definitions.k8s.cni.cncf.io",
  "pods",
  "secrets",
] as const;

export type World = Record<string, number>;

const lines = (text: string) => text.split("\n").filter((line) => line.trim() !== "").length;

/** Number of objects of each kind in all namespaces, OVN rows, QEMU processes, taps and disk files of the test's instance. */
export async function world(): Promise<World> {
  const counts: World = {};
  for (const kind of kinds) counts[kind] = lines(await cloud(`kubectl get ${kind} -A -o name`));
  const shell = async (line: string) => Number((await run(line)).stdout.trim() || "0");
  const nbctl = `ovn-nbctl --db=unix:/run/kumulus/${instance}/ovnnb_db.sock --bare --columns=_uuid list`;
  for (const table of ["Logical_Switch_Port", "ACL", "NAT", "DHCP_Options", "Port_Group"])
    counts[table] = await shell(`${nbctl} ${table} | grep -c .`);
  counts.qemu = await shell(`ls /run/kumulus/${instance}/guests 2>/dev/null | wc -l`);
  counts.taps = await shell(`ip netns exec kumulus-${instance} ip -o link show type tun | grep -vc ' \\(br-\\|ovs-\\)' || true`);
  counts.disks = await shell(`find .kumulus/${instance}/disks -type f | wc -l`);
  return counts;
}

// The command line of one guest. Pure: the same guest gives the same arguments.
import type { GuestPaths } from "./guest-paths.ts";
import type { GuestSpec } from "./guest-spec.ts";
import { blockNode, diskDevice, netdev, nicDevice } from "./qemu-devices.ts";

export type Accelerator = "kvm" | "tcg";

/** Free PCIe root ports for devices that come while the guest runs; each takes one device, and 16 cost nothing measurable at boot. */
const sparePorts = 16;
const mostPorts = 32;
const mebi = 2 ** 20;

export const rootPort = (index: number) => `rp${index}`;

/** Eight ports a slot: slots of the root bus are scarcer than ports. */
function rootPorts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const address = `0x${(0x10 + Math.floor(index / 8)).toString(16)}.${index % 8}`;
    const first = index % 8 === 0 ? ",multifunction=on" : "";
    return ["-device", `pcie-root-port,id=${rootPort(index)},bus=pcie.0,chassis=${index + 1},addr=${address}${first}`];
  }).flat();
}

export const processor: Record<Accelerator, string[]> = {
  kvm: ["-accel", "kvm", "-cpu", "host"],
  // The translation cache is most of a small guest's memory; la57 would only make page walks longer.
  tcg: ["-accel", "tcg,thread=multi,tb-size=32", "-cpu", "max,la57=off"],
};

function devices(spec: GuestSpec): string[] {
  let port = 0;
  const disks = spec.disks.flatMap((disk) => {
    const bus = disk.hotplug && disk.bus === "virtio" && !disk.cdrom ? rootPort(port++) : undefined;
    return ["-blockdev", JSON.stringify(blockNode(disk)), "-device", JSON.stringify(diskDevice(disk, bus))];
  });
  const nics = spec.nics.flatMap((nic) => {
    const { type, ...members } = netdev(nic);
    return ["-netdev", JSON.stringify({ type, ...members }), "-device", JSON.stringify(nicDevice(nic, rootPort(port++)))];
  });
  return [...rootPorts(Math.min(port + sparePorts, mostPorts)), "-device", "virtio-scsi-pci,id=scsi0,bus=pcie.0", ...disks, ...nics];
}

export function qemuArguments(spec: GuestSpec, paths: GuestPaths, accelerator: Accelerator): string[] {
  const cpus = spec.sockets * spec.cores * spec.threads;
  return [
    ...["-name", `guest=${spec.namespace}/${spec.name}`, "-uuid", spec.uuid],
    ...["-daemonize", "-pidfile", paths.pid, "-D", paths.qemuLog, "-nodefaults", "-no-user-config"],
    // A guest that powers itself off stays as a stopped process: whoever looks later can tell a shutdown from a crash.
    "-no-shutdown",
    ...["-machine", "q35,usb=off,dump-guest-core=off", ...processor[accelerator]],
    ...["-smp", `${cpus},sockets=${spec.sockets},cores=${spec.cores},threads=${spec.threads}`],
    ...["-m", `${Math.ceil(spec.memoryBytes / mebi)}M`, "-rtc", "base=utc", "-boot", "strict=on"],
    ...["-smbios", "type=1,manufacturer=Kumulus,product=OpenStack Nova,family=Virtual Machine"],
    ...devices(spec),
    ...["-object", "rng-random,id=rng0,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=rng0,bus=pcie.0"],
    ...["-device", "virtio-balloon-pci,bus=pcie.0,free-page-reporting=on"],
    ...["-chardev", `socket,id=serial0,path=${paths.console},server=on,wait=off,logfile=${paths.serialLog},logappend=on`],
    ...["-serial", "chardev:serial0", "-qmp", `unix:${paths.qmp},server=on,wait=off`],
    ...(spec.graphics ? ["-device", "VGA,vgamem_mb=4", "-vnc", `unix:${paths.vnc}`] : ["-display", "none"]),
    ...(spec.startPaused ? ["-S"] : []),
  ];
}

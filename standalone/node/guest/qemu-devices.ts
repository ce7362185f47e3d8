// Disks and NICs as QEMU's block nodes, netdevs and devices: the same objects for the command line and for QMP.
import { createHash } from "node:crypto";
import type { Described } from "../../../clients/qmp/commands.ts";
import type { GuestDisk, GuestNic } from "./guest-spec.ts";

export type Device = Described & { id: string };
export type BlockNode = Described & { "node-name": string };

/** virtio-blk shows 20 bytes of a serial and cuts the rest silently; the first 20 are what Nova's users look for. */
const virtioSerialBytes = 20;

/** Node names are limited to 31 bytes, volume names are longer. */
export function nodeName(disk: string): string {
  return `d-${createHash("sha256").update(disk).digest("hex").slice(0, 24)}`;
}

export const diskId = (name: string) => `disk-${name}`;
export const nicId = (name: string) => `nic-${name}`;
export const netdevId = (name: string) => `net-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`;

export function blockNode(disk: GuestDisk): BlockNode {
  return {
    "node-name": nodeName(disk.name),
    driver: disk.format,
    "read-only": disk.readOnly,
    discard: "unmap",
    file: { driver: "file", filename: disk.path, aio: "threads", "read-only": disk.readOnly, discard: "unmap" },
  };
}

const defined = (members: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** `bus` is a free PCIe root port for a virtio disk that is plugged into a running guest. */
export function diskDevice(disk: GuestDisk, bus?: string): Device {
  const common = { id: diskId(disk.name), drive: nodeName(disk.name), bootindex: disk.bootIndex };
  if (disk.bus === "virtio" && !disk.cdrom)
    return {
      driver: "virtio-blk-pci",
      ...defined({ ...common, bus, serial: disk.serial?.slice(0, virtioSerialBytes) }),
    } as Device;
  const kind = disk.cdrom ? "cd" : "hd";
  if (disk.bus === "sata")
    return { driver: `ide-${kind}`, ...defined({ ...common, serial: disk.serial?.slice(0, virtioSerialBytes) }) } as Device;
  return {
    driver: `scsi-${kind}`,
    ...defined({ ...common, bus: "scsi0.0", serial: disk.serial, device_id: disk.serial }),
  } as Device;
}

/** Without vnet_hdr=off DHCP and ping work and every TCP connection hangs in the userspace datapath. */
export function netdev(nic: GuestNic): { type: string; id: string } & Record<string, unknown> {
  return { type: "tap", id: netdevId(nic.name), ifname: nic.tap, script: "no", downscript: "no", vnet_hdr: false };
}

export function nicDevice(nic: GuestNic, bus?: string): Device {
  const mtu = nic.model === "virtio-net-pci" ? nic.mtu : undefined;
  return {
    driver: nic.model,
    ...defined({
      id: nicId(nic.name),
      netdev: netdevId(nic.name),
      mac: nic.mac,
      bus,
      romfile: "",
      host_mtu: mtu,
      bootindex: nic.bootIndex,
    }),
  } as Device;
}

// What a guest is made of, in the agent's own words: no Kubernetes, no QEMU.

export interface GuestDisk {
  /** Name of the volume in the VMI. */
  name: string;
  /** Volume handle in the volume store; none for a config drive. */
  volume?: string;
  path: string;
  format: "qcow2" | "raw";
  bus: "virtio" | "scsi" | "sata";
  cdrom: boolean;
  readOnly: boolean;
  serial?: string;
  bootIndex?: number;
  /** May be taken out while the guest runs. */
  hotplug: boolean;
  /** The guest's likely name of it: vda, sda … */
  target: string;
}

export interface GuestNic {
  /** Name of the network in the VMI. */
  name: string;
  /** Logical switch port in OVN. */
  port: string;
  tap: string;
  mac: string;
  mtu: number;
  model: "virtio-net-pci" | "e1000e" | "e1000" | "rtl8139";
  bootIndex?: number;
  linkUp: boolean;
}

export interface GuestSpec {
  /** uid of the VMI: one run of the guest. */
  uid: string;
  namespace: string;
  name: string;
  /** SMBIOS uuid. */
  uuid: string;
  sockets: number;
  cores: number;
  threads: number;
  memoryBytes: number;
  disks: GuestDisk[];
  nics: GuestNic[];
  startPaused: boolean;
  graphics: boolean;
}

/** How a guest ended: by itself, by our force, or without anybody asking. */
export type GuestEnd = "shutdown" | "killed" | "crashed";

export interface GuestState {
  spec: GuestSpec;
  phase: "starting" | "running" | "paused" | "ended";
  end?: GuestEnd;
  /** It no longer needs a whole core: its login prompt is there, or the usual time of a boot is over. */
  booted: boolean;
  /** QEMU's name of the machine, such as pc-q35-7.2. */
  machine?: string;
  /** Why it is paused, when not by a user. */
  pauseReason?: "io-error";
}

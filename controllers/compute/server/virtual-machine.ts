// The KubeVirt VirtualMachine of a new server. Pure. What can change later is in attachments.ts.
import { machineFinalizer, type VirtualMachine, type VirtualMachineInstanceSpec } from "../../../clients/kubevirt/kinds.ts";
import {
  configDiskName,
  firmwareUUID,
  instanceName,
  keySecretName,
  rootClaimName,
  rootDiskName,
  serverLabel,
  serverLabelValue,
  userDataSecretName,
  volumeDiskName,
} from "../../../domain/compute/names.ts";
import { idLabel, idOf } from "../../../domain/id.ts";
import { gibibytes } from "../../../domain/volume/quantity.ts";
import type { Server, ServerFlavor } from "../../../models/compute/server.ts";
import type { Image } from "../../../models/image/image.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import type { VolumeType } from "../../../models/volume/volume-type.ts";
import { dataVolumeSpec } from "../../volume/data-volume.ts";
import { interfaceOf, networkOf, volumeDisk } from "./attachments.ts";

export type Root =
  | { from: "image"; image: Image; goldenName: string; volumeType: VolumeType; sizeGiB: number }
  | { from: "volume"; volume: Volume };

export interface MachineInput {
  server: Server;
  flavor: ServerFlavor;
  root: Root;
  /** Volumes to begin with, the root not among them. */
  volumes: readonly Volume[];
  ports: readonly Port[];
  hostname: string;
  networkData: string;
  hasKey: boolean;
}

type Devices = VirtualMachineInstanceSpec["domain"]["devices"];
type Disk = NonNullable<Devices["disks"]>[number];
type MachineVolume = NonNullable<VirtualMachineInstanceSpec["volumes"]>[number];

const diskBuses = new Set(["virtio", "scsi", "sata"]);
const nicModels = new Set(["virtio", "e1000", "e1000e", "ne2k_pci", "pcnet", "rtl8139"]);

/** Nova's image properties that KubeVirt can fulfil; others are ignored as Nova ignores what its driver lacks. */
function hardware(image: Image | undefined): { bus: string; model: string; uefi: boolean } {
  const { hw_disk_bus: bus = "", hw_vif_model: model = "", hw_firmware_type: firmware } = image?.spec.properties ?? {};
  return { bus: diskBuses.has(bus) ? bus : "virtio", model: nicModels.has(model) ? model : "virtio", uefi: firmware === "uefi" };
}

export function newVirtualMachine(input: MachineInput): VirtualMachine {
  const { server, root } = input;
  const { name, namespace } = server.metadata;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: {
      name: instanceName(name),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [serverLabel]: serverLabelValue(name), [idLabel]: idOf(server) },
      finalizers: [machineFinalizer],
    },
    spec: {
      // With Manual nothing but a user's wish starts the guest: one that powers itself off stays off, as in Nova.
      runStrategy: "Manual",
      ...(root.from === "image" ? { dataVolumeTemplates: [rootTemplate(name, root)] } : {}),
      template: { metadata: { labels: { [serverLabel]: serverLabelValue(name) } }, spec: instanceSpec(input) },
    },
  };
}

function rootTemplate(serverName: string, { image, goldenName, volumeType, sizeGiB }: Root & { from: "image" }) {
  const source = { pvc: { namespace: image.metadata.namespace ?? "", name: goldenName } };
  return { metadata: { name: rootClaimName(serverName) }, spec: dataVolumeSpec(volumeType, sizeGiB, source) };
}

function instanceSpec(input: MachineInput): VirtualMachineInstanceSpec {
  const { server, flavor, root, ports, hostname, hasKey } = input;
  const { bus, model, uefi } = hardware(root.from === "image" ? root.image : undefined);
  const uuid = firmwareUUID(server);
  const { disks, volumes } = storage(input, bus);
  return {
    domain: {
      cpu: { sockets: 1, cores: flavor.vcpus ?? 1, threads: 1 },
      memory: { guest: `${flavor.ramMiB ?? 1}Mi` },
      firmware: { uuid, serial: uuid, ...(uefi ? { bootloader: { efi: { secureBoot: false } } } : {}) },
      devices: {
        // Without it KubeVirt plugs the cluster's own network into a guest that has no NIC.
        autoattachPodInterface: false,
        logSerialConsole: true,
        rng: {},
        disks,
        interfaces: ports.map((port) => interfaceOf(port, model)),
      },
    },
    evictionStrategy: "LiveMigrateIfPossible",
    hostname,
    terminationGracePeriodSeconds: 30,
    networks: ports.map(networkOf),
    volumes,
    ...(hasKey
      ? {
          accessCredentials: [
            {
              sshPublicKey: {
                source: { secret: { secretName: keySecretName(server.metadata.name) } },
                propagationMethod: { configDrive: {} },
              },
            },
          ],
        }
      : {}),
  };
}

function storage(input: MachineInput, bus: string): { disks: Disk[]; volumes: MachineVolume[] } {
  const { server, root, flavor } = input;
  const disks: Disk[] = [];
  const volumes: MachineVolume[] = [];
  const add = (disk: Disk, source: Omit<MachineVolume, "name">) => {
    disks.push(disk);
    volumes.push({ name: disk.name, ...source });
  };
  if (root.from === "image") {
    add({ name: rootDiskName, bootOrder: 1, disk: { bus } }, { dataVolume: { name: rootClaimName(server.metadata.name) } });
  } else {
    const claimName = root.volume.status?.claimName ?? root.volume.metadata.name;
    const name = volumeDiskName(root.volume);
    add({ name, bootOrder: 1, disk: { bus }, serial: idOf(root.volume) }, { persistentVolumeClaim: { claimName } });
  }
  add({ name: configDiskName, disk: { bus: "virtio", readonly: true } }, { cloudInitConfigDrive: cloudInit(input) });
  if (flavor.ephemeralGiB) add({ name: "ephemeral", disk: { bus } }, { emptyDisk: { capacity: gibibytes(flavor.ephemeralGiB) } });
  if (flavor.swapMiB) add({ name: "swap", disk: { bus } }, { emptyDisk: { capacity: `${flavor.swapMiB}Mi` } });
  for (const volume of input.volumes) {
    const { disk, source } = volumeDisk(volume);
    add(disk, source);
  }
  return { disks, volumes };
}

/** User data goes through a Secret whatever its size: inline it may have 2 KiB. KubeVirt wants some data on the drive: network data is always there. */
function cloudInit({ server, networkData }: MachineInput) {
  return { networkData, ...(server.spec.userData ? { secretRef: { name: userDataSecretName(server.metadata.name) } } : {}) };
}

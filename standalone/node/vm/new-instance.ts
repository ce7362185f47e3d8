// The VMI of one start, as virt-controller makes it from the VM's template. Pure.
import { createHash } from "node:crypto";
import {
  machineFinalizer,
  type VirtualMachine,
  type VirtualMachineInstance,
  type VirtualMachineInstanceSpec,
} from "../../../clients/kubevirt/kinds.ts";
import { bytesOf } from "../../../domain/volume/quantity.ts";

export const foregroundFinalizer = "kubevirt.io/foregroundDeleteVirtualMachine";
/** Hash of what can not be changed while the guest runs: tells when a restart is required. */
export const fixedPartAnnotation = "node.kumulus.cloud/fixed-spec";

const gibi = 2 ** 30;
const launcherUser = 107;

/** KubeVirt's own default would be the same for one VM at every start: so is this. */
function uuidFor({ metadata }: VirtualMachine): string {
  const digits = createHash("sha256").update(`${metadata.namespace}/${metadata.name}/${metadata.uid}`).digest("hex");
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-5${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

function memoryOf(memory: VirtualMachineInstanceSpec["domain"]["memory"]): VirtualMachineInstanceSpec["domain"]["memory"] {
  const bytes = bytesOf(memory?.guest) ?? 0;
  const grows = bytes >= gibi && bytes % (2 * 2 ** 20) === 0 && memory?.maxGuest === undefined;
  return grows ? { ...memory, maxGuest: String(4 * bytes) } : memory;
}

/** The template's spec with what KubeVirt fills in; NICs on their way out are left out. */
function instanceSpec(vm: VirtualMachine, startPaused: boolean): VirtualMachineInstanceSpec {
  const template = vm.spec.template.spec;
  if (!template) throw new TypeError(`VirtualMachine ${vm.metadata.name} has no template spec`);
  const { domain } = template;
  const gone = new Set((domain.devices.interfaces ?? []).flatMap(({ name, state }) => (state === "absent" ? [name] : [])));
  const sockets = domain.cpu?.sockets || 1;
  const cpu = { cores: 1, threads: 1, model: "host-model", maxSockets: 4 * sockets, ...domain.cpu, sockets };
  const uuid = domain.firmware?.uuid ?? uuidFor(vm);
  const interfaces = domain.devices.interfaces?.filter(({ name }) => !gone.has(name));
  return {
    architecture: "amd64",
    ...template,
    ...(template.networks ? { networks: template.networks.filter(({ name }) => !gone.has(name)) } : {}),
    domain: {
      ...domain,
      cpu,
      devices: { ...domain.devices, ...(interfaces ? { interfaces } : {}) },
      features: { ...domain.features, acpi: { enabled: true, ...domain.features?.acpi } },
      firmware: { ...domain.firmware, uuid },
      machine: { type: "q35", ...domain.machine },
      ...(domain.memory ? { memory: memoryOf(domain.memory) } : {}),
      resources: domain.resources ?? {},
    },
    ...(startPaused ? { startStrategy: "Paused" } : {}),
  };
}

/** What a running guest can not take over: all but hotpluggable volumes, NICs and placement. */
export function fixedPart(vm: VirtualMachine): string {
  const spec = vm.spec.template.spec;
  const hot = new Set(
    (spec?.volumes ?? []).flatMap((volume) =>
      volume.persistentVolumeClaim?.hotpluggable || volume.dataVolume?.hotpluggable ? [volume.name] : [],
    ),
  );
  const { nodeSelector: _n, affinity: _a, tolerations: _t, networks: _w, ...rest } = spec ?? { domain: { devices: {} } };
  const { interfaces: _i, ...devices } = rest.domain.devices;
  const fixed = {
    ...rest,
    volumes: rest.volumes?.filter(({ name }) => !hot.has(name)) ?? [],
    domain: { ...rest.domain, devices: { ...devices, disks: devices.disks?.filter(({ name }) => !hot.has(name)) ?? [] } },
  };
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, member]) => [key, sorted(member)]),
    );
  };
  return createHash("sha256")
    .update(JSON.stringify(sorted(fixed)))
    .digest("hex")
    .slice(0, 16);
}

export function newInstance(vm: VirtualMachine, startPaused: boolean, now: string): VirtualMachineInstance {
  const { name, namespace, uid = "", generation = 1 } = vm.metadata;
  const spec = instanceSpec(vm, startPaused);
  const { metadata } = vm.spec.template as { metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> } };
  const guest = spec.domain.memory?.guest;
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachineInstance",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...metadata?.labels },
      annotations: {
        ...metadata?.annotations,
        "kubevirt.io/latest-observed-api-version": "v1",
        "kubevirt.io/storage-observed-api-version": "v1",
        "kubevirt.io/pci-topology-version": "v3",
        "kubevirt.io/vm-generation": String(generation),
        [fixedPartAnnotation]: fixedPart(vm),
      },
      finalizers: [machineFinalizer, foregroundFinalizer],
      ownerReferences: [{ apiVersion: vm.apiVersion, kind: vm.kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec,
    status: {
      currentCPUTopology: {
        cores: spec.domain.cpu?.cores ?? 1,
        sockets: spec.domain.cpu?.sockets ?? 1,
        threads: spec.domain.cpu?.threads ?? 1,
      },
      ...(guest === undefined ? {} : { memory: { guestAtBoot: guest, guestCurrent: guest, guestRequested: guest } }),
      guestOSInfo: {},
      runtimeUser: launcherUser,
      virtualMachineRevisionName: `revision-start-vm-${uid}-${generation}`,
      phase: "Pending",
      phaseTransitionTimestamps: [{ phase: "Pending", phaseTransitionTimestamp: now as never }],
      conditions: [
        {
          type: "Ready",
          status: "False",
          reason: "PodNotExists",
          message: "virt-launcher pod has not yet been scheduled",
          lastProbeTime: now,
          lastTransitionTime: now,
        },
      ],
    },
  };
}

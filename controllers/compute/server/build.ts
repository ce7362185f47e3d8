// The steps until a server has its VirtualMachine: what is missing, what must be made next, and what can never work. Pure.
import type { VirtualMachine } from "../../../clients/kubevirt/kinds.ts";
import { hostnameOf } from "../../../domain/compute/hostname.ts";
import { instanceName, keySecretName, serverLabel, serverLabelValue, userDataSecretName } from "../../../domain/compute/names.ts";
import { displayNameOf } from "../../../domain/id.ts";
import { flavorImageError, imageDiskGiB, rootDiskGiB } from "../../../domain/image/min-disk.ts";
import type { Flavor } from "../../../models/compute/flavor.ts";
import type { Server, ServerFlavor } from "../../../models/compute/server.ts";
import type { Image } from "../../../models/image/image.ts";
import type { Port } from "../../../models/network/port.ts";
import type { Volume } from "../../../models/volume/volume.ts";
import type { Secret } from "../../../operator/kube/core-kinds.ts";
import { goldenState } from "../../image/golden.ts";
import { configDriveNetworkData } from "./network-data.ts";
import type { Nics } from "./nics.ts";
import type { Seen } from "./seen.ts";
import { newVirtualMachine, type Root } from "./virtual-machine.ts";
import { heldClaim } from "./volumes.ts";

export interface Fault {
  code: number;
  message: string;
}

/** Something is missing that may still come: `task` is Nova's task_state meanwhile. */
export interface Wait {
  task: string;
  reason: string;
  message: string;
  wakeAfterMs?: number;
}

export interface Build {
  golden?: "create" | "recreate";
  fault?: Fault;
  wait?: Wait;
  /** Everything is there: the machine and the Secrets that it needs before. */
  machine?: { vm: VirtualMachine; secrets: Secret[] };
}

export const noNetworkFault: Fault = { code: 500, message: "Failed to allocate the network(s), not rescheduling." };

/** Reasons on a Port that no waiting mends. */
const finalPortReasons = new Set(["NoFreeAddress", "AddressInUse", "MACInUse", "InvalidAddress", "ExternalNetworkNotReachable", "Overlap"]);

export function portFault(port: Port): Fault | undefined {
  const ready = port.status?.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "False" || !finalPortReasons.has(ready.reason) || port.status?.fixedIPs?.length) return undefined;
  return noNetworkFault;
}

/** A Port without addresses on purpose (`fixedIPs: []`) is complete once it has its MAC. */
export function isAddressed(port: Port): boolean {
  if (!port.status?.macAddress || port.metadata.deletionTimestamp) return false;
  return (port.status.fixedIPs?.length ?? 0) > 0 || port.spec.fixedIPs?.length === 0;
}

export function buildStep(server: Server, seen: Seen, nics: Nics): Build {
  const { flavor } = seen;
  if (seen.nameTaken) {
    const message = `Waiting until no other VirtualMachine is named ${instanceName(server.metadata.name)}`;
    return { wait: { task: "scheduling", reason: "NameTaken", message } };
  }
  if (!flavor) return { wait: missing("Flavor", server.spec.flavorRef.name) };
  if (server.spec.keyPairRef && !seen.keyPair) return { wait: missing("KeyPair", server.spec.keyPairRef.name) };
  const ports = portStep(nics);
  const disk = rootStep(server, flavor, seen);
  const fault = disk.fault ?? ports.fault;
  if (fault) return { fault };
  const golden = disk.golden === undefined ? {} : { golden: disk.golden };
  // What nobody knows when it comes is waited for before anything is made.
  const wait = disk.wait?.task === "scheduling" ? disk.wait : (ports.wait ?? disk.wait);
  if (wait || !disk.root || !ports.ports) return { ...golden, ...(wait && { wait }) };
  return { ...golden, machine: machineOf(server, seen, { flavor, root: disk.root, ports: ports.ports }) };
}

function missing(kind: string, name: string): Wait {
  return { task: "scheduling", reason: `${kind}Missing`, message: `Waiting for ${kind} ${name}` };
}

function portStep({ nics }: Nics): { ports?: Port[]; wait?: Wait; fault?: Fault } {
  const ports: Port[] = [];
  for (const { port } of nics) {
    const fault = port && portFault(port);
    if (fault) return { fault };
    if (port && isAddressed(port)) ports.push(port);
  }
  if (ports.length === nics.length) return { ports };
  const named = nics.find(({ port }) => !port)?.entry.portRef?.name;
  const message = named === undefined ? "Waiting for the addresses of its ports" : `Waiting for Port ${named}`;
  return { wait: { task: "networking", reason: "WaitingForPorts", message } };
}

interface RootStep {
  root?: Root;
  golden?: "create" | "recreate";
  wait?: Wait;
  fault?: Fault;
}

const task = "block_device_mapping";
const lostImage = new Set(["deactivated", "killed", "deleted", "pending_delete"]);

function rootStep(server: Server, flavor: Flavor, seen: Seen): RootStep {
  if (!server.spec.imageRef) return bootVolumeStep(server, seen);
  const { image, volumeType } = seen;
  if (!image || image.metadata.deletionTimestamp) return { wait: missing("Image", server.spec.imageRef.name) };
  const phase = image.status?.phase ?? "queued";
  if (lostImage.has(phase)) return { fault: { code: 400, message: `Image ${displayNameOf(image)} is not active.` } };
  if (phase !== "active")
    return { wait: { task: "scheduling", reason: "ImageNotActive", message: `Waiting for the bytes of Image ${image.metadata.name}` } };
  if (!volumeType) return { wait: missing("VolumeType", server.spec.rootVolumeType ?? "(default)") };
  const tooSmall = flavorImageError(flavor.spec, image);
  if (tooSmall) return { fault: { code: 400, message: tooSmall.message } };
  return goldenStep(flavor, image, seen);
}

function goldenStep(flavor: Flavor, image: Image, seen: Seen): RootStep {
  const state = goldenState(seen.golden, seen.now.getTime());
  const wait = { task, reason: "ImportingImage", message: `Waiting until Image ${image.metadata.name} is imported` };
  switch (state.step) {
    case "create":
    case "recreate":
      return { golden: state.step, wait };
    case "wait":
      return { wait: { ...wait, wakeAfterMs: state.wakeAfterMs } };
    case "failed":
      return { fault: { code: 500, message: `Image ${displayNameOf(image)} could not be imported: ${state.message}` } };
    case "ready":
      return clonedRoot(flavor, image, seen, state.name);
  }
}

function clonedRoot(flavor: Flavor, image: Image, { volumeType }: Seen, goldenName: string): RootStep {
  if (!volumeType) return {};
  const sizeGiB = Math.max(rootDiskGiB(flavor.spec.diskGiB ?? 0, image), imageDiskGiB(image));
  return { root: { from: "image", image, goldenName, volumeType, sizeGiB } };
}

function bootVolumeStep(server: Server, seen: Seen): RootStep {
  const name = server.spec.volumes?.find(({ bootIndex }) => bootIndex === 0)?.name ?? "";
  const volume = seen.volumes.find((candidate) => candidate.metadata.name === name);
  if (!volume) return { wait: missing("Volume", name) };
  if (volume.status?.phase === "error") return { fault: { code: 500, message: `Volume ${displayNameOf(volume)} is in error.` } };
  if (heldClaim(server, volume)) return { root: { from: "volume", volume } };
  return { wait: { task, reason: "WaitingForVolume", message: `Waiting for Volume ${name}` } };
}

function machineOf(server: Server, seen: Seen, parts: { flavor: Flavor; root: Root; ports: Port[] }) {
  const { root, ports } = parts;
  const rootVolume = root.from === "volume" ? root.volume.metadata.name : undefined;
  const volumes = wantedVolumes(server, seen).filter((volume) => volume.metadata.name !== rootVolume);
  const vm = newVirtualMachine({
    server,
    flavor: flavorSnapshot(parts.flavor),
    root,
    volumes,
    ports,
    hostname: hostnameOf(server),
    networkData: configDriveNetworkData(ports, seen.networks, seen.subnets),
    hasKey: seen.keyPair !== undefined && seen.keyPair.spec.type !== "x509",
  });
  return { vm, secrets: secretsOf(server, seen) };
}

/** Volumes of the spec whose claim is ready and which no other server holds. */
export function wantedVolumes(server: Server, seen: Seen): Volume[] {
  const names = new Set((server.spec.volumes ?? []).map(({ name }) => name));
  return seen.volumes.filter((volume) => names.has(volume.metadata.name) && heldClaim(server, volume));
}

export function flavorSnapshot({ metadata, spec }: Flavor): ServerFlavor {
  return {
    name: spec.displayName ?? metadata.name,
    vcpus: spec.vcpus,
    ramMiB: spec.ramMiB,
    diskGiB: spec.diskGiB ?? 0,
    ephemeralGiB: spec.ephemeralGiB ?? 0,
    swapMiB: spec.swapMiB ?? 0,
    ...(spec.extraSpecs && { extraSpecs: spec.extraSpecs }),
  };
}

function secretsOf(server: Server, { keyPair }: Seen): Secret[] {
  const secret = (name: string, data: Record<string, string>): Secret => {
    const { namespace } = server.metadata;
    const labels = { [serverLabel]: serverLabelValue(server.metadata.name) };
    return { apiVersion: "v1", kind: "Secret", metadata: { name, ...(namespace && { namespace }), labels }, data };
  };
  const secrets: Secret[] = [];
  const key = keyPair && keyPair.spec.type !== "x509" ? Buffer.from(`${keyPair.spec.publicKey.trim()}\n`).toString("base64") : undefined;
  if (key) secrets.push(secret(keySecretName(server.metadata.name), { key }));
  if (server.spec.userData) secrets.push(secret(userDataSecretName(server.metadata.name), { userdata: server.spec.userData }));
  return secrets;
}

// CDI, a CSI driver and the network controllers, played for the stories of compute, image and volume.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataVolume } from "../../../clients/cdi/kinds.ts";
import { isCode } from "../../../domain/errors.ts";
import { finalizers } from "../../../domain/finalizers.ts";
import { bytesOf } from "../../../domain/volume/quantity.ts";
import { Port } from "../../../models/network/port.ts";
import type { Context, ControllerDefinition } from "../../../operator/contract.ts";
import { defineController, watch } from "../../../operator/controller/define-controller.ts";
import { PersistentVolumeClaim } from "../../../operator/kube/core-kinds.ts";

const realFolder = "/work/shared/reference/engines/crds";
const ownFolder = join(import.meta.dirname, "../../../standalone/engine-crds");
const wanted =
  /^ {2}name: ["']?(virtualmachines\.kubevirt\.io|virtualmachineinstances\.kubevirt\.io|datavolumes\.cdi\.kubevirt\.io)["']?$/m;

/** A folder with the CRDs of the engines: their real ones where this machine has them, else our small ones. */
export function engineDefinitions(directory: string): string {
  if (!existsSync(realFolder)) {
    console.log("      the engines' real CRDs are not on this machine: the small ones are used");
    return ownFolder;
  }
  mkdirSync(directory, { recursive: true });
  for (const file of ["kubevirt.yaml", "cdi.yaml"]) {
    const documents = readFileSync(join(realFolder, file), "utf8").split(/^---\s*$/m);
    writeFileSync(join(directory, file), documents.filter((text) => wanted.test(text)).join("\n---\n"));
  }
  return directory;
}

export interface Storage {
  /** Imports from HTTP hang while it is set. */
  importsHang: boolean;
}

/** cdi-controller and the CSI driver: claims are bound as soon as their data is there. */
export function playedCDI(storage: Storage): ControllerDefinition {
  return defineController<DataVolume>({
    name: "played-cdi",
    kind: DataVolume,
    owns: [PersistentVolumeClaim],
    watches: [
      watch(DataVolume, (_changed, caches) =>
        caches
          .of(DataVolume)
          .list()
          .filter(({ status }) => !status?.phase)
          .map(({ metadata }) => metadata),
      ),
    ],
    concurrency: 16,
    async reconcile(dataVolume, ctx) {
      const { name, namespace } = dataVolume.metadata;
      const claim = ctx.get(PersistentVolumeClaim, name, namespace);
      const { source } = dataVolume.spec;
      if (source?.pvc && ctx.get(PersistentVolumeClaim, source.pvc.name, source.pvc.namespace)?.status?.phase !== "Bound") return {};
      if (!claim) await makeClaim(dataVolume, ctx);
      else if (source?.http && storage.importsHang) await show(dataVolume, "ImportInProgress", ctx);
      else {
        await bind(claim, ctx);
        await show(dataVolume, "Succeeded", ctx);
      }
      return {};
    },
  });
}

async function makeClaim(dataVolume: DataVolume, ctx: Context): Promise<void> {
  const { name, namespace, annotations } = dataVolume.metadata;
  const { accessModes = [], volumeMode = "Block", storageClassName = "", resources } = dataVolume.spec.storage ?? {};
  const claim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name, ...(namespace && { namespace }), ...(annotations && { annotations }) },
    spec: { accessModes, volumeMode, storageClassName, resources: { requests: { storage: resources?.requests?.storage ?? "1Gi" } } },
  } as PersistentVolumeClaim;
  await ctx.create(PersistentVolumeClaim, claim, { owner: dataVolume }).catch((error: unknown) => {
    if (!isCode(error, "Conflict")) throw error;
  });
}

async function bind(claim: PersistentVolumeClaim, ctx: Context): Promise<void> {
  const asked = String(claim.spec?.resources?.requests?.storage ?? "");
  const has = String(claim.status?.capacity?.storage ?? "");
  if (claim.status?.phase === "Bound" && (bytesOf(has) ?? 0) >= (bytesOf(asked) ?? 0)) return;
  const { name, namespace } = claim.metadata;
  const status = { phase: "Bound", accessModes: claim.spec?.accessModes, capacity: { storage: asked } };
  await ctx.client.patch(PersistentVolumeClaim, { name, ...(namespace && { namespace }) }, { status }, { subresource: "status" });
}

async function show(dataVolume: DataVolume, phase: string, ctx: Context): Promise<void> {
  if (dataVolume.status?.phase === phase) return;
  const { name, namespace } = dataVolume.metadata;
  const ready = phase === "Succeeded" ? "True" : "False";
  const conditions = [
    { type: "Bound", status: ready, reason: ready === "True" ? "Bound" : "Pending" },
    { type: "Ready", status: ready },
    { type: "Running", status: "False" },
  ];
  const status = { claimName: name, phase, progress: "N/A", conditions };
  await ctx.client.patch(DataVolume, { name, ...(namespace && { namespace }) }, { status }, { subresource: "status" });
}

export interface Addresses {
  /** How many there are. */
  free: number;
}

/** The Port controller: MAC and address, and a finalizer that shows whether Servers wait for their Ports. */
export function playedPorts(addresses: Addresses): ControllerDefinition {
  let next = 1;
  return defineController<Port>({
    name: "played-port",
    kind: Port,
    finalizer: finalizers.port,
    concurrency: 16,
    async reconcile(port, ctx) {
      if (port.status?.fixedIPs) return {};
      if (addresses.free <= 0) {
        const full = { type: "Ready", status: "False", reason: "NoFreeAddress", message: "No more addresses" } as const;
        await ctx.applyStatus(Port, port, { conditions: [full] });
        return {};
      }
      addresses.free -= 1;
      const host = next++;
      const macAddress = `fa:16:3e:00:${(host >> 8).toString(16).padStart(2, "0")}:${(host & 255).toString(16).padStart(2, "0")}`;
      const fixedIPs = [{ subnet: "subnet", ipAddress: `10.9.${host >> 8}.${host & 255}` }];
      await ctx.applyStatus(Port, port, {
        phase: "DOWN",
        macAddress,
        fixedIPs,
        conditions: [{ type: "Ready", status: "True", reason: "Allocated", message: "" }],
      });
      return {};
    },
    async finalize() {
      addresses.free += 1;
      return "done";
    },
  });
}
